package radix_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/radix"
)

func TestSortIsStableByClassAndKey(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		key := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.SampledFrom([]uint64{0, 1 << 40, math.MaxUint64}))
		n := rapid.SampledFrom([]int{0, 1, 2, 50, 300}).Draw(rt, "n")
		items := make([]radix.Item, n)
		for i := range items {
			items[i] = radix.Item{Key: key.Draw(rt, "key"), Slot: uint32(i), Class: uint8(rapid.IntRange(0, 5).Draw(rt, "class"))}
		}
		want := slices.Clone(items)
		slices.SortStableFunc(want, func(a, b radix.Item) int {
			if a.Class != b.Class {
				return int(a.Class) - int(b.Class)
			}
			switch {
			case a.Key < b.Key:
				return -1
			case a.Key > b.Key:
				return 1
			}
			return 0
		})
		radix.Sort(items, make([]radix.Item, n))
		require.Equal(rt, want, items)
	})
}

func TestStringsAreSortedByteByByte(t *testing.T) {
	words := []string{"", "a", "a\x00", "a\x00\x00", "ab", "abcdefg", "abcdefgh", "abcdefg\x00", "abcdefghi", "\xff", "\xff\xff\xff\xff\xff\xff\xff\xff"}
	prefixes := []string{"", "common ", strings.Repeat("a very long common beginning ", 20)}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.SampledFrom([]int{1, 2, 20, 95, 97, 400}).Draw(rt, "n")
		desc := rapid.Bool().Draw(rt, "desc")
		texts := make([][]byte, n)
		items := make([]radix.Item, n)
		prefix := rapid.SliceOfN(rapid.SampledFrom(prefixes), 1, 3).Draw(rt, "prefixes")
		seed := rapid.Uint32().Draw(rt, "seed")
		draw := func(n int) int {
			seed = seed*1664525 + 1013904223
			return int(seed>>8) % n
		}
		for i := range texts {
			texts[i] = []byte(prefix[draw(len(prefix))] + words[draw(len(words))] + words[draw(len(words))])
			items[i].Slot = uint32(i)
		}
		want := slices.Clone(items)
		slices.SortStableFunc(want, func(a, b radix.Item) int {
			if desc {
				a, b = b, a
			}
			return bytes.Compare(texts[a.Slot], texts[b.Slot])
		})
		radix.Strings(items, make([]radix.Item, n), desc, func(slot uint32) []byte { return texts[slot] })
		for i := range items {
			require.Equal(rt, want[i].Slot, items[i].Slot)
		}
	})
}

func TestManyEqualLongStringsTakeNoStack(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 1<<20)
	items := make([]radix.Item, 200)
	for i := range items {
		items[i].Slot = uint32(i)
	}
	radix.Strings(items, make([]radix.Item, len(items)), false, func(uint32) []byte { return long })
	for i := range items {
		require.Equal(t, uint32(i), items[i].Slot)
	}
}

func TestFloatKeysKeepTheOrderOfNumbers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 5e-324})).
			Filter(func(f float64) bool { return f == f }) // NaN has no place among numbers
		a, b := number.Draw(rt, "a"), number.Draw(rt, "b")
		require.Equal(rt, a < b, radix.Float(a) < radix.Float(b))
		require.Equal(rt, a == b, radix.Float(a) == radix.Float(b))
	})
}

// Long lists take wide digits, and keys that agree in their upper bits have to be mended, or sorted by all bits.
func TestLongSortsAreStable(t *testing.T) {
	random := uint64(1)
	next := func() uint64 {
		random = random*6364136223846793005 + 1442695040888963407
		return random ^ random>>29
	}
	for name, key := range map[string]func(i int) uint64{
		"random":      func(int) uint64 { return next() },
		"floats":      func(int) uint64 { return radix.Float(float64(next()>>12)/7 - 1e12) },
		"times":       func(int) uint64 { return radix.Float(1.7e12 + float64(next()%1e8)) },
		"few":         func(int) uint64 { return next() % 3 << 50 },
		"two heights": func(i int) uint64 { return next()%1000 | uint64(i%2)<<63 },
		"same":        func(int) uint64 { return 7 },
		"one apart":   func(i int) uint64 { return uint64(i/4999) << 63 },
	} {
		for _, n := range []int{97, 1000, 5000} {
			items := make([]radix.Item, n)
			for i := range items {
				items[i] = radix.Item{Key: key(i), Slot: uint32(i), Class: uint8(i % 7 / 6)}
			}
			want := slices.Clone(items)
			slices.SortStableFunc(want, func(a, b radix.Item) int {
				if a.Class != b.Class {
					return int(a.Class) - int(b.Class)
				}
				if a.Key == b.Key {
					return 0
				} else if a.Key < b.Key {
					return -1
				}
				return 1
			})
			radix.Sort(items, make([]radix.Item, n))
			require.Equal(t, want, items, "%s, %d", name, n)
		}
	}
}
