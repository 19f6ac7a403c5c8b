package index

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// checkMemory has every run of a pool in use once, and no more.
func (p *postings) checkMemory(t require.TestingT) {
	used := make([][]bool, len(p.memory.pages))
	for i, page := range p.memory.pages {
		used[i] = make([]bool, len(page))
	}
	hold := func(run uint32, class uint8) {
		for i := range classSize(class) {
			at := &used[run>>16][int(run&0xFFFF)+i]
			if *at {
				require.Fail(t, "memory is used twice")
			}
			*at = true
		}
	}
	for i := range p.lists {
		l := &p.lists[i]
		if l.form == single {
			continue
		}
		hold(l.at, l.class)
		for k := range int(l.parts) {
			e := p.part(l, k)
			hold(e.run, e.class)
		}
	}
	for class := range uint8(pooledClasses) {
		for run := p.memory.free[class]; run != noRun; {
			hold(run, class)
			link := p.memory.at(run, 2)
			run = uint32(link[0]) | uint32(link[1])<<16
		}
	}
}

func TestPostingsAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p postings
		p.reset()
		p.extendTo(3)
		model := [3]map[uint32]bool{{}, {}, {}}
		chunk := uint32(0)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			n := uint32(rapid.IntRange(0, 2).Draw(t, "set"))
			from := uint32(rapid.IntRange(0, 4).Draw(t, "from")) * 40000
			step := uint32(rapid.SampledFrom([]int{1, 3, 17, 1000}).Draw(t, "step"))
			some := uint32(rapid.SampledFrom([]int{1, 3, 70, 4000}).Draw(t, "some"))
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				for i := range some {
					slot := from + i*step
					require.Equal(t, !model[n][slot], p.add(n, slot))
					model[n][slot] = true
				}
				chunk = max(chunk, (from+some*step)>>16+1)
			case 1:
				for i := range some {
					slot := from + i*step
					require.Equal(t, model[n][slot], p.remove(n, slot))
					delete(model[n], slot)
				}
			case 2:
				lows := []uint16{}
				for i := uint32(0); i < some && i*step < 1<<16; i++ {
					lows = append(lows, uint16(i*step))
					model[n][chunk<<16|i*step] = true
				}
				p.extend(n, uint16(chunk), lows)
				chunk++
			}
			p.checkMemory(t)
		}
		words := 64 * (int(chunk) + 1) * 16
		for n := range uint32(3) {
			want := []uint32{}
			bitset := make([]uint64, words)
			for slot := range model[n] {
				want = append(want, slot)
				bitset[slot>>6] |= 1 << (slot & 63)
				require.True(t, p.has(n, slot))
				require.Equal(t, model[n][slot+1], p.has(n, slot+1))
			}
			slices.Sort(want)
			require.Equal(t, want, p.appendTo([]uint32{}, n))
			require.Equal(t, len(want), p.count(n))
			got := make([]uint64, words)
			p.union(got, n)
			require.Equal(t, bitset, got)
			short := make([]uint64, words/7)
			p.union(short, n)
			require.Equal(t, bitset[:len(short)], short)
		}
	})
}

func TestClassesHaveRoom(t *testing.T) {
	for n := 1; n < 20000; n++ {
		class := classOf(n)
		require.GreaterOrEqual(t, classSize(class), n)
		if class > 0 {
			require.Less(t, classSize(class-1), n)
		}
	}
	require.Equal(t, maxPooled, classSize(pooledClasses-1))
}
