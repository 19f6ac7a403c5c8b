// Package radix sorts slots by keys that were made for it: 64-bit numbers, or strings of which some bytes at a time are
// turned into such. On 100,000 items that is several times faster than comparing, and it is stable, so that an order
// that the items come in (by id, or by the next field of a sort) is kept among equals.
//
// Functions work in memory that the caller passes and owns, keep nothing, and may run concurrently on different memory.
package radix

import (
	"math"
	"math/bits"
)

// Item is a slot with the key it is sorted by: Class first, then Key.
type Item struct {
	Key   uint64
	Slot  uint32
	Class uint8
}

// Up to how many items comparing is faster.
const (
	fewKeys = 48
	few     = 96 // strings
)

// Sort sorts items by class and key. scratch must be as long as items; what it holds afterwards has no meaning.
//
// It is a radix sort from the lowest digit up (LSD), but not by all of the key: of the bits that differ at all, the
// topmost 32 or so tell most keys apart. So items are sorted by these, in 3 or 4 passes in place of 6 or 8, and then the
// groups that tie by the rest: these are small enough for the cache, or for insertion.
func Sort(items, scratch []Item) {
	if len(items) <= fewKeys {
		insertionSort(items)
		return
	}
	key, class := items[0].Key, items[0].Class
	keys, classes := uint64(0), uint8(0) // bits that differ
	for i := range items {
		keys |= items[i].Key ^ key
		classes |= items[i].Class ^ class
	}
	s := sorter{items, scratch[:len(items)]}
	width, digits := 8, 4
	if len(items) >= wideFrom {
		width, digits = 11, 3
	}
	differ := bits.Len64(keys)
	low := max(bits.TrailingZeros64(keys), differ-width*digits)
	s.byKey(low, differ, width)
	if keys&(1<<low-1) != 0 {
		s.finish(low)
	}
	if classes != 0 {
		s.byClass()
	}
	if &s.items[0] != &items[0] {
		copy(items, s.items)
	}
}

const (
	wideFrom = 2048 // items for which digits of 11 bits, with 8 KiB of counts for each, are faster than those of 8
	maxDigit = 11
)

// sorter moves items from one array to the other and back.
type sorter struct{ items, scratch []Item }

// byKey sorts by the bits of keys from low up to high, in digits of width bits.
func (s *sorter) byKey(low, high, width int) {
	var counts [1 << maxDigit]uint32
	for ; low < high; low += width {
		c := counts[:1<<width]
		mask := uint64(len(c) - 1)
		clear(c)
		for i := range s.items {
			c[s.items[i].Key>>low&mask]++
		}
		if int(c[s.items[0].Key>>low&mask]) == len(s.items) {
			continue // all have the same
		}
		positions(c)
		to := s.scratch
		for _, item := range s.items {
			p := &c[item.Key>>low&mask]
			to[*p] = item
			*p++
		}
		s.items, s.scratch = s.scratch, s.items
	}
}

func (s *sorter) byClass() {
	var c [256]uint32
	for i := range s.items {
		c[s.items[i].Class]++
	}
	positions(c[:])
	for _, item := range s.items {
		p := &c[item.Class]
		s.scratch[*p] = item
		*p++
	}
	s.items, s.scratch = s.scratch, s.items
}

// positions turns counts into the places where the items of each begin.
func positions(counts []uint32) {
	position := uint32(0)
	for i, n := range counts {
		counts[i] = position
		position += n
	}
}

// finish sorts items that are in order but for the lowest bits of keys.
func (s *sorter) finish(low int) {
	items := s.items
	for i := 1; i < len(items); i++ {
		if items[i].Key >= items[i-1].Key {
			continue
		}
		start, end, key := i-1, i+1, items[i].Key>>low
		for start > 0 && items[start-1].Key>>low == key {
			start--
		}
		for end < len(items) && items[end].Key>>low == key {
			end++
		}
		Sort(items[start:end], s.scratch[start:end])
		i = end
	}
}

func less(a, b *Item) bool {
	return a.Class < b.Class || a.Class == b.Class && a.Key < b.Key
}

func insertionSort(items []Item) {
	for i := 1; i < len(items); i++ {
		item := items[i]
		k := i
		for ; k > 0 && less(&item, &items[k-1]); k-- {
			items[k] = items[k-1]
		}
		items[k] = item
	}
}

// Float turns a number that is not NaN into a key. 0 and -0 have the same.
func Float(f float64) uint64 {
	bits := math.Float64bits(f + 0) // -0 + 0 is 0
	return bits ^ (uint64(int64(bits)>>63) | 1<<63)
}

// Strings sorts items of one class by the strings of their slots, bytewise, or with desc the other way round; those
// of equal strings keep their order. Keys are overwritten.
func Strings(items, scratch []Item, desc bool, text func(slot uint32) []byte) {
	s := stringSort{text: text}
	if desc {
		s.flip = math.MaxUint64
	}
	s.sort(items, scratch, 0)
}

type stringSort struct {
	text     func(slot uint32) []byte
	flip     uint64
	alphabet *alphabet   // made when first needed
	few      *fewStrings // made when first needed
}

// sort orders items whose strings agree in their first depth bytes.
func (s *stringSort) sort(items, scratch []Item, depth int) {
	sample := sampleSize
	for {
		if len(items) <= few {
			s.sortFew(items, depth)
			return
		}
		l := s.load(items, scratch, depth, sample)
		Sort(items, scratch)
		if !s.split(items, scratch, l) {
			return
		}
		sample = sampleSize
		if l.next == depth {
			sample = len(items) // so that keys are exact, and the round after is of other bytes
		}
		depth = l.next // one group of all: go on in this frame, not in one more for every few bytes
	}
}

// level is what load tells about the keys that it made.
type level struct {
	next int    // depth of what is still to be told of strings that have the same key
	last uint64 // base of the last digit
	low  bool   // key 0 is also that of strings which do not begin like the others
}

// goesOn tells whether strings of the same key may differ.
func (l *level) goesOn(key uint64) bool { return key%l.last != 0 || key == 0 && l.low }

// Of how many strings it is looked what they have in common, and which bytes there are where: one of 8, within bounds.
const (
	sampleSize    = 128
	maxSampleSize = 512
)

// load makes keys of what comes behind the bytes that strings have in common. Reading a string is the dearest part, so
// what these are, and the alphabet, is taken from a sample of at least so many, and each string is read but once. Those
// that are not like the sample get keys that keep the order, but are not theirs alone; then strings of the same key are
// told apart from depth on.
func (s *stringSort) load(items, scratch []Item, depth, sample int) level {
	if s.alphabet == nil {
		s.alphabet = new(alphabet)
	}
	a := s.alphabet
	guess := items
	sample = max(sample, min(len(items)/8, maxSampleSize))
	if len(items) >= 2*sample {
		guess = scratch[:0]
		for i := 0; i < len(items); i += len(items) / sample {
			guess = append(guess, items[i])
		}
	}
	n := depth + s.common(guess, depth)
	for i := range guess {
		a.note(s.text(guess[i].Slot)[n:])
	}
	a.make()
	head := s.text(items[0].Slot)[depth:n]
	l := level{next: n + a.places, last: a.bases[a.places-1]}
	for i := range items {
		text := s.text(items[i].Slot)
		exact := false
		switch {
		case n == depth || len(text) >= n && string(text[depth:n]) == string(head):
			items[i].Key, exact = a.key(text[n:])
		case string(text[depth:]) < string(head):
			items[i].Key, l.low = 0, true
		default:
			items[i].Key = a.top
		}
		if !exact {
			l.next = depth
		}
		items[i].Key ^= s.flip
	}
	return l
}

// split sorts each group of equal keys whose strings go on. It tells whether all items are one such group, and leaves
// that to the caller.
func (s *stringSort) split(items, scratch []Item, l level) (whole bool) {
	for start := 0; start < len(items); {
		end := start + 1
		for end < len(items) && items[end].Key == items[start].Key {
			end++
		}
		if end-start > 1 && l.goesOn(items[start].Key^s.flip) {
			if end-start == len(items) {
				return true
			}
			s.sort(items[start:end], scratch, l.next)
		}
		start = end
	}
	return false
}

// common counts the bytes from depth on in which all strings agree.
func (s *stringSort) common(items []Item, depth int) int {
	first := s.text(items[0].Slot)[depth:]
	n := len(first)
	for i := 1; i < len(items) && n > 0; i++ {
		other := s.text(items[i].Slot)[depth:]
		n = min(n, len(other))
		if string(first[:n]) != string(other[:n]) {
			k := 0
			for first[k] == other[k] {
				k++
			}
			n = k
		}
	}
	return n
}

const prefixLen = 7

// Prefix makes a key of the first 7 bytes, and in the lowest byte of how many there are, 8 for more than 7: of equal
// keys up to 7 the strings are equal, and shorter ones come first.
func Prefix(p []byte) uint64 {
	if len(p) > prefixLen {
		return uint64(p[0])<<56 | uint64(p[1])<<48 | uint64(p[2])<<40 | uint64(p[3])<<32 |
			uint64(p[4])<<24 | uint64(p[5])<<16 | uint64(p[6])<<8 | (prefixLen + 1)
	}
	key := uint64(len(p))
	for i, b := range p {
		key |= uint64(b) << (56 - 8*i)
	}
	return key
}
