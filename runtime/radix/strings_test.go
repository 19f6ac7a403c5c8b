package radix_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/radix"
)

// kinds of strings, by what random numbers below n say.
var kinds = map[string]func(draw func(n int) int) []byte{
	"all bytes": func(draw func(int) int) []byte { return filled(draw(30), func() byte { return byte(draw(256)) }) },
	"extremes":  func(draw func(int) int) []byte { return filled(draw(30), func() byte { return byte(draw(2) * 255) }) },
	"few":       func(draw func(int) int) []byte { return filled(draw(20), func() byte { return "ab"[draw(2)] }) },
	"short":     func(draw func(int) int) []byte { return filled(draw(3), func() byte { return byte(draw(256)) }) },
	"words": func(draw func(int) int) (s []byte) {
		for range draw(4) {
			s = append(s, []string{"lemon ", "lemonade ", "le ", "ärger ", "x"}[draw(5)]...)
		}
		return s
	},
	// what a sample seldom has: a byte here and there, a beginning of its own, an end before all others
	"outliers": func(draw func(int) int) []byte {
		s := append([]byte("common beginning "), filled(20, func() byte { return "ab"[draw(2)] })...)
		switch draw(300) {
		case 0, 1, 2:
			s[17+draw(20)] = byte(draw(256))
		case 3:
			s[draw(17)] = byte(draw(256))
		case 4:
			s = s[:draw(len(s))]
		case 5:
			s = s[draw(len(s)):]
		}
		return s
	},
	// nearly all the same, with some behind and some before them
	"one":    func(draw func(int) int) []byte { return []byte("same")[:4-draw(200)/199] },
	"one up": func(draw func(int) int) []byte { return append([]byte("same"), make([]byte, draw(200)/197)...) },
	// so many bytes at each place that a key has but few, and many strings that agree in these
	"mixed": func(draw func(int) int) []byte {
		if draw(3) == 0 {
			return filled(draw(30), func() byte { return byte(draw(256)) })
		}
		return append([]byte("aaaaaaaaaaaaaaaaaa"[draw(2):]), filled(draw(20), func() byte { return "ab"[draw(2)] })...)
	},
	"long": func(draw func(int) int) []byte {
		return append(bytes.Repeat([]byte("long "), 40+draw(3)/2), filled(draw(40), func() byte { return '0' })...)
	},
}

func filled(n int, next func() byte) []byte {
	s := make([]byte, n)
	for i := range s {
		s[i] = next()
	}
	return s
}

func TestStringsOfAllKindsAreSortedAndStable(t *testing.T) {
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(rt *rapid.T) {
		kind := kinds[rapid.SampledFrom(names).Draw(rt, "kind")]
		n := rapid.SampledFrom([]int{2, 96, 97, 300, 1500, 5000}).Draw(rt, "n")
		desc := rapid.Bool().Draw(rt, "desc")
		random := rapid.Uint64().Draw(rt, "seed")
		draw := func(n int) int {
			random = random*6364136223846793005 + 1442695040888963407
			return int(random>>33) % n
		}
		prefix := bytes.Repeat([]byte("prefix"), draw(3)*draw(20))
		texts := make([][]byte, n)
		items := make([]radix.Item, n)
		for i := range texts {
			texts[i] = append(bytes.Clone(prefix), kind(draw)...)
			items[i] = radix.Item{Slot: uint32(i), Class: 3}
		}
		for i := n - 1; i > 0; i-- { // in another order than by slot
			k := draw(i + 1)
			items[i], items[k] = items[k], items[i]
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
			require.Equal(rt, uint8(3), items[i].Class)
			if i > 0 && bytes.Equal(texts[items[i-1].Slot], texts[items[i].Slot]) {
				require.Equal(rt, items[i-1].Key, items[i].Key, "keys that differ tell that strings do")
			}
		}
	})
}

// One string that no sample has, among many that are all the same.
func TestOneStringUnlikeAllOthers(t *testing.T) {
	const n, at = 5000, 1
	for _, other := range []string{"", "sam", "aaa", "z", "same\x00", "same\x01", "sameness of a string", "same", "sam\xff"} {
		for _, desc := range []bool{false, true} {
			items := make([]radix.Item, n)
			want := []uint32{}
			for i := range items {
				items[i].Slot = uint32(i)
				if i != at {
					want = append(want, uint32(i))
				}
			}
			switch order := bytes.Compare([]byte(other), []byte("same")); {
			case order == 0:
				want = slices.Insert(want, at, at)
			case order < 0 != desc:
				want = slices.Insert(want, 0, at)
			default:
				want = append(want, at)
			}
			radix.Strings(items, make([]radix.Item, n), desc, func(slot uint32) []byte {
				if slot == at {
					return []byte(other)
				}
				return []byte("same")
			})
			for i := range items {
				require.Equal(t, want[i], items[i].Slot, "%q", other)
			}
		}
	}
}
