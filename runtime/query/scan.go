package query

import (
	"math"
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

const (
	wordLen    = 64
	chunkWords = 4096 / wordLen
)

// narrowLeaf narrows set by a leaf: in a loop for the kind of the column where there is one, else cell by cell.
func (e *evaluation) narrowLeaf(n *node, set []uint64) {
	a := bindField(e.table, n.field)
	switch {
	case a.number == table.FieldID && len(a.rest) == 0 && n.op == opEqual:
		e.narrowID(n, set)
	case !a.plain() || !e.narrowColumn(a.column, n, set):
		each(set, func(slot uint32, scratch *[8]byte) bool {
			return n.match(a.cell(slot, scratch))
		})
	}
}

// each keeps members of set for which keep holds.
func each(set []uint64, keep func(slot uint32, scratch *[8]byte) bool) {
	var scratch [8]byte
	for w, word := range set {
		for rest := word; rest != 0; rest &= rest - 1 {
			if bit := bits.TrailingZeros64(rest); !keep(uint32(w*wordLen+bit), &scratch) {
				word &^= 1 << bit
			}
		}
		set[w] = word
	}
}

func (e *evaluation) narrowID(n *node, set []uint64) {
	slot, ok := uint32(0), false
	if n.operand.tag == value.String {
		slot, ok = e.table.Lookup(n.operand.payload)
	}
	word := uint64(0)
	if ok {
		word = set[slot>>6] & (1 << (slot & 63))
	}
	clear(set)
	if ok {
		set[slot>>6] = word
	}
}

// narrowColumn narrows set by a leaf in a typed loop, if there is one for it.
func (e *evaluation) narrowColumn(c *table.Column, n *node, set []uint64) bool {
	tag := n.operand.tag
	switch {
	case n.op == opNull:
		byTag(c, set, 1<<value.Absent|1<<value.Null)
	case n.op == opIn:
		return narrowIn(c, n, set)
	case n.op != opHas && c.Count(tag) == 0:
		clear(set)
	case n.op == opHas:
		return false
	case tag.Bare():
		byTag(c, set, 1<<tag)
	case tag.Numeric() && c.Kind() == table.Floats:
		narrowFloats(c, n, set)
	case tag == value.String && c.Kind() == table.Refs:
		narrowStrings(c, n, set)
	default:
		return false
	}
	return true
}

// word gives the places of a chunk that word w of a set is about: up to 64, fewer at the end of the chunk's memory.
func word[T any](chunk []T, w int) []T {
	from := w % chunkWords * wordLen
	if from >= len(chunk) {
		return nil
	}
	return chunk[from:min(from+wordLen, len(chunk))]
}

func bit(b bool) uint64 {
	if b { // compiled without a branch
		return 1
	}
	return 0
}

// byTag keeps cells whose tag is one of tags. Places without memory are absent.
func byTag(c *table.Column, set []uint64, tags uint16) {
	for w, members := range set {
		if members == 0 {
			continue
		}
		set[w] = members & tagged(word(c.Tags(w/chunkWords), w), tags)
	}
}

// tagged gives the places of a word whose tag is one of tags.
func tagged(places []byte, tags uint16) uint64 {
	held := uint64(0)
	for i, tag := range places {
		held |= uint64(tags>>(tag&15)&1) << i
	}
	if tags&1 != 0 && len(places) < wordLen {
		held |= math.MaxUint64 << len(places)
	}
	return held
}

// narrowFloats keeps numbers, or dates, within an interval.
func narrowFloats(c *table.Column, n *node, set []uint64) {
	low, high, ok := n.interval()
	switch {
	case !ok:
		clear(set)
		return
	case low != low:
		keepNaN(c, set, byte(n.operand.tag))
		return
	}
	want := byte(n.operand.tag)
	for w, members := range set {
		if members == 0 {
			continue
		}
		floats := word(c.Floats(w/chunkWords), w)
		tags := word(c.Tags(w/chunkWords), w)
		held := uint64(0)
		for i, f := range floats[:min(len(floats), len(tags))] {
			held |= bit(f >= low) & bit(f <= high) & bit(tags[i] == want) << i
		}
		set[w] = members & held
	}
}

func keepNaN(c *table.Column, set []uint64, want byte) {
	each(set, func(slot uint32, _ *[8]byte) bool {
		f := c.Float(slot)
		return byte(c.Tag(slot)) == want && f != f
	})
}

// interval gives the numbers for which a leaf holds: from low to high, both within. NaN as low is eq NaN.
func (n *node) interval() (low, high float64, ok bool) {
	x := n.operand.float()
	low, high = x, x
	if n.op == opEqual {
		return low, high, true
	}
	switch n.bound {
	case greater:
		low, high = math.Nextafter(x, math.Inf(1)), math.Inf(1)
		ok = x < high
	case greaterEqual:
		high = math.Inf(1)
		ok = x == x
	case lower:
		low, high = math.Inf(-1), math.Nextafter(x, math.Inf(-1))
		ok = x > low
	case lowerEqual:
		low = math.Inf(-1)
		ok = x == x
	}
	return low, high, ok
}

// narrowStrings keeps strings for which a leaf holds.
func narrowStrings(c *table.Column, n *node, set []uint64) {
	if n.op != opEqual {
		byString(c, set, 0, func(s []byte) bool { return n.within(value.String, s) })
		return
	}
	s := n.operand.payload
	code, all := c.Shared(s)
	switch {
	case all && code == 0:
		clear(set)
	case all:
		byCode(c, set, code)
	default:
		byEqual(c, set, code, s)
	}
}

// byCode keeps cells that share one string.
func byCode(c *table.Column, set []uint64, code uint32) {
	for w, members := range set {
		if members == 0 {
			continue
		}
		held := uint64(0)
		for i, ref := range word(c.Refs(w/chunkWords), w) {
			held |= bit(ref == code) << i
		}
		set[w] = members & held
	}
}

// byEqual keeps cells that share a string by its code, or equal it on their own.
func byEqual(c *table.Column, set []uint64, code uint32, s []byte) {
	for w, members := range set {
		if members == 0 {
			continue
		}
		refs := word(c.Refs(w/chunkWords), w)
		tags := word(c.Tags(w/chunkWords), w)
		held := uint64(0)
		for i, ref := range refs {
			if ref < table.FirstRef {
				held |= (bit(ref == code) & bit(ref != 0)) << i
			} else if value.Tag(tags[i]) == value.String && string(c.String(ref)) == string(s) {
				held |= 1 << i
			}
		}
		set[w] = members & held
	}
}

// byString keeps strings for which keep holds, which is asked but once for each shared string, and cells whose tag is
// one of tags, which are of the bare ones.
func byString(c *table.Column, set []uint64, tags uint16, keep func(s []byte) bool) {
	byCode := make([]uint8, c.Codes()+1)
	for _, code := range c.AppendCodes(nil) {
		if keep(c.String(code)) {
			byCode[code] = 1
		}
	}
	for w, members := range set {
		if members == 0 {
			continue
		}
		refs := word(c.Refs(w/chunkWords), w)
		places := word(c.Tags(w/chunkWords), w)
		held := uint64(0)
		for i, ref := range refs {
			if ref < table.FirstRef {
				held |= uint64(byCode[ref]) << i
			} else if members>>i&1 != 0 && value.Tag(places[i]) == value.String && keep(c.String(ref)) {
				held |= 1 << i
			}
		}
		if tags != 0 {
			held |= tagged(places, tags)
		}
		set[w] = members & held
	}
}

// narrowIn is narrowColumn for in.
func narrowIn(c *table.Column, n *node, set []uint64) bool {
	switch c.Kind() {
	case table.Bare:
		byTag(c, set, n.set.bare)
	case table.Floats:
		each(set, func(slot uint32, _ *[8]byte) bool {
			tag := c.Tag(slot)
			return n.set.hasTag(tag) || tag.Numeric() && n.set.hasFloat(tag, c.Float(slot))
		})
	case table.Refs:
		if len(n.set.others) > 0 {
			return false
		}
		byString(c, set, n.set.bare, n.set.hasString)
	default:
		return false
	}
	return true
}
