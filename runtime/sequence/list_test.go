package sequence_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/sequence"
)

// model is a list as a plain slice: slots by their keys, ties by slot.
type model struct {
	keys  []int // by slot
	slots []uint32
}

func (m *model) compare(a, b uint32) int {
	if order := cmp.Compare(m.keys[a], m.keys[b]); order != 0 {
		return order
	}
	return cmp.Compare(a, b)
}

func (m *model) insert(slot uint32) {
	at, _ := slices.BinarySearchFunc(m.slots, slot, m.compare)
	m.slots = slices.Insert(m.slots, at, slot)
}

func (m *model) remove(slot uint32) bool {
	at := slices.Index(m.slots, slot)
	if at >= 0 {
		m.slots = slices.Delete(m.slots, at, at+1)
	}
	return at >= 0
}

func (m *model) verify(t require.TestingT, l *sequence.List, probe uint32) {
	require.NoError(t, l.Check())
	require.Equal(t, len(m.slots), l.Len())
	require.Equal(t, m.slots, append([]uint32{}, l.Append(nil, 0, l.Len())...))
	require.Equal(t, slices.Index(m.slots, probe), l.Rank(probe))
	require.Equal(t, slices.Contains(m.slots, probe), l.Has(probe))
	if n := len(m.slots); n > 0 {
		i := int(probe) % n
		require.Equal(t, m.slots[i], l.At(i))
		require.Equal(t, m.slots[i:i+len(l.Run(i))], l.Run(i))
		before := l.RunBefore(i + 1)
		require.Equal(t, m.slots[i+1-len(before):i+1], before)
		require.Equal(t, m.slots[i:min(n, i+700)], l.Append(nil, i, min(n, i+700)))
	}
	key := int(probe) % 50
	from := slices.IndexFunc(m.slots, func(slot uint32) bool { return m.keys[slot] >= key })
	if from < 0 {
		from = len(m.slots)
	}
	require.Equal(t, from, l.Search(func(slot uint32) bool { return m.keys[slot] >= key }))
}

func TestAListIsASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{3, 600, 3000, 12000}).Draw(t, "slots")
		// Many steps from one seed: drawing each would leave no time for long lists.
		random := uint64(rapid.Uint32().Draw(t, "seed"))
		next := func(below int) int {
			random = random*6364136223846793005 + 1442695040888963407
			return int(random >> 33 % uint64(below))
		}
		spread := rapid.SampledFrom([]int{1, 50, 1 << 30}).Draw(t, "spread")
		m := &model{keys: make([]int, n), slots: []uint32{}}
		for slot := range m.keys {
			m.keys[slot] = next(spread)
		}
		l := sequence.New(m.compare)
		if rapid.Bool().Draw(t, "built") {
			for slot := range n {
				if next(4) > 0 {
					m.slots = append(m.slots, uint32(slot))
				}
			}
			slices.SortFunc(m.slots, m.compare)
			l.Build(m.slots)
			m.verify(t, l, uint32(next(n)))
		}
		for range rapid.IntRange(1, 6).Draw(t, "phases") {
			grow := rapid.IntRange(0, 10).Draw(t, "grow")
			ascending := rapid.Bool().Draw(t, "ascending")
			at := next(n)
			for range rapid.IntRange(0, n).Draw(t, "steps") {
				slot := uint32(next(n))
				if at++; ascending {
					slot = uint32(at % n)
				}
				switch {
				case next(10) >= grow:
					require.Equal(t, m.remove(slot), l.Remove(slot))
				case !l.Has(slot):
					m.insert(slot)
					l.Insert(slot)
				default: // its key changes
					l.Remove(slot)
					m.remove(slot)
					m.keys[slot] = next(spread)
					m.insert(slot)
					l.Insert(slot)
				}
			}
			m.verify(t, l, uint32(next(n)))
		}
	})
}

func TestAnEmptyListAnswers(t *testing.T) {
	l := sequence.New(func(a, b uint32) int { return cmp.Compare(a, b) })
	require.NoError(t, l.Check())
	require.Equal(t, -1, l.Rank(3))
	require.False(t, l.Remove(3))
	require.Equal(t, 0, l.Search(func(uint32) bool { return true }))
	require.Empty(t, l.Append(nil, 0, 0))
	l.Build(nil)
	l.Insert(3)
	require.Equal(t, uint32(3), l.At(0))
	require.NoError(t, l.Check())
}

// A thousand small lists over a large table must not each pay for the table.
func TestMemoryFollowsTheLength(t *testing.T) {
	compare := func(a, b uint32) int { return cmp.Compare(a, b) }
	for _, c := range []struct{ slots, most int }{{100, 1500}, {1000, 12_000}, {100_000, 1_200_000}} {
		l := sequence.New(compare)
		for i := range c.slots {
			l.Insert(uint32(i * (100_000 / c.slots)))
		}
		require.Less(t, l.Bytes(), c.most, "%d slots", c.slots)
		l.Build(l.Append(nil, 0, 10))
		require.Less(t, l.Bytes(), 12_000, "after %d", c.slots)
	}
}
