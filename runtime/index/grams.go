package index

import (
	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/text"
)

// gram is n characters in one word, the first highest, so that those that start alike are neighbours. A character is a
// code point + 2, in 64/n bits, but no more than the 21 it needs; of n from 4 on some code points share a code.
type gram = uint64

const (
	stringEnd   = 0 // the code after the last character, n-1 times
	stringStart = 1 // the code before the first one, if n is at least 2
	firstCode   = 2
	maxGram     = 8
	defaultGram = 3
)

// gramShape says how strings are cut into grams.
type gramShape struct {
	size  int  // n
	width uint // bits of a code
	low   uint // bits below the last code
}

func newGramShape(size int) gramShape {
	if size == 0 {
		size = defaultGram
	}
	size = min(size, maxGram)
	width := min(uint(64/size), 21)
	return gramShape{size, width, 64 - uint(size)*width}
}

// code gives the code of a folded code point; exact is false if others have the same.
func (g *gramShape) code(r rune) (code uint64, exact bool) {
	codes := uint64(1)<<g.width - firstCode
	if uint64(r) < codes {
		// Those that share a code are put on the upper half, where no ASCII is.
		return uint64(r) + firstCode, g.width == 21 || uint64(r) < codes/2
	}
	return codes/2 + uint64(r)*0x9E3779B1>>8%(codes/2) + firstCode, false
}

// appendCodes appends the codes of a folded string.
func (g *gramShape) appendCodes(dst []uint64, folded []byte) (codes []uint64, exact bool) {
	exact = true
	for len(folded) > 0 {
		r, size := text.Decode(folded)
		code, ok := g.code(r)
		dst = append(dst, code)
		exact = exact && ok
		folded = folded[size:]
	}
	return dst, exact
}

// appendGrams appends the grams of codes, of which there are at least as many as in a gram.
func (g *gramShape) appendGrams(dst []gram, codes []uint64) []gram {
	key := gram(0)
	for i, code := range codes {
		key = key<<g.width | code<<g.low
		if i+1 >= g.size {
			dst = append(dst, key)
		}
	}
	return dst
}

// gramTable numbers grams from 0 on, in order of their coming.
type gramTable struct {
	keys   []gram   // by number
	places []gram   // open addressing; 0 is free, which no gram is
	number []uint32 // by place
	sorted []uint32 // numbers by key; those that came since are not in it
}

func (t *gramTable) place(key gram) int {
	mask := len(t.places) - 1
	h := (key ^ seed) * 0x9E3779B97F4A7C15
	i := int((h^h>>29)*0xFF51AFD7ED558CCD>>32) & mask
	for t.places[i] != 0 && t.places[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// find gives the number of a gram.
func (t *gramTable) find(key gram) (number uint32, ok bool) {
	if len(t.places) == 0 {
		return 0, false
	}
	i := t.place(key)
	return t.number[i], t.places[i] != 0
}

// add numbers a gram if it is new.
func (t *gramTable) add(key gram) uint32 {
	if 4*len(t.keys) >= 3*len(t.places) {
		t.grow()
	}
	i := t.place(key)
	if t.places[i] == 0 {
		t.places[i], t.number[i] = key, uint32(len(t.keys))
		t.keys = append(t.keys, key)
	}
	return t.number[i]
}

func (t *gramTable) grow() {
	n := max(64, 2*len(t.places))
	t.places, t.number = make([]gram, n), make([]uint32, n)
	for number, key := range t.keys {
		i := t.place(key)
		t.places[i], t.number[i] = key, uint32(number)
	}
}

// mergeFrom is how many new grams are looked through one by one rather than sorted in.
const mergeFrom = 256

// between calls visit for the number of each gram from low on to before high.
func (t *gramTable) between(low, high gram, visit func(number uint32)) {
	if len(t.keys)-len(t.sorted) > mergeFrom {
		t.sort()
	}
	lo, hi := 0, len(t.sorted)
	for lo < hi {
		if mid := (lo + hi) / 2; t.keys[t.sorted[mid]] < low {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < len(t.sorted) && t.keys[t.sorted[lo]]-low < high-low; lo++ {
		visit(t.sorted[lo])
	}
	for number := len(t.sorted); number < len(t.keys); number++ {
		if t.keys[number]-low < high-low {
			visit(uint32(number))
		}
	}
}

func (t *gramTable) sort() {
	items := make([]radix.Item, 2*len(t.keys))
	for number, key := range t.keys {
		items[number] = radix.Item{Key: key, Slot: uint32(number)}
	}
	items, scratch := items[:len(t.keys)], items[len(t.keys):]
	radix.Sort(items, scratch)
	t.sorted = t.sorted[:0]
	for _, item := range items {
		t.sorted = append(t.sorted, item.Slot)
	}
}

func (t *gramTable) bytes() int {
	return 8*(cap(t.keys)+cap(t.places)) + 4*(cap(t.number)+cap(t.sorted))
}
