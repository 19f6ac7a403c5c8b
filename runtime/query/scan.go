package query

import (
	"math"
	"math/bits"
	"unsafe"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

const (
	wordLen    = 64
	chunkWords = 4096 / wordLen
)

// narrowLeaf narrows set by a leaf: by what an index has, in a loop for the kind of the column where there is one, else
// row by row.
func (e *evaluation) narrowLeaf(p *plan, set []uint64) {
	switch p.via {
	case viaOrdered, viaID:
		e.narrowHits(p, set)
		return
	case viaText:
		if _, verified, ok := e.indexedText(e.indexes, p.node, set); ok {
			e.trace.searched(p, verified, set)
			return
		}
	}
	a := bindField(e.table, p.field)
	switch {
	case p.op >= opStarts:
		before := e.trace.count(set)
		e.narrowText(a, p.node, set)
		e.trace.scanned(p, before, set)
	case !a.plain():
		e.narrowRows(p, set)
	default:
		before := e.trace.count(set)
		if !e.narrowColumn(a.column, p.node, set) {
			e.narrowRows(p, set)
			return
		}
		e.trace.scanned(p, before, set)
	}
}

// narrowHits leaves the members of set that an index has for a leaf.
func (e *evaluation) narrowHits(p *plan, set []uint64) {
	hits := e.empty()
	if p.via == viaID {
		for _, slot := range e.appendHits(nil, p) {
			hits[slot>>6] |= 1 << (slot & 63)
		}
	} else if total := p.index.Len(); p.exact && p.rows > total/2 {
		// The rest are fewer: they are taken out.
		at := 0
		for _, s := range ascending(p.spans) {
			mark(hits, p, at, s.from)
			at = s.to
		}
		mark(hits, p, at, total)
		for w := range hits {
			hits[w] = ^hits[w]
		}
	} else {
		for _, s := range p.spans {
			mark(hits, p, s.from, s.to)
		}
	}
	for w := range set {
		set[w] &= hits[w]
	}
	e.free(hits)
	e.trace.leaf(p, e.trace.count(set))
	if !p.exact {
		e.narrowRows(p, set)
	}
}

// mark puts the rows at positions of a leaf's index into a bitset.
func mark(hits []uint64, p *plan, from, to int) {
	for from < to {
		run := p.index.Run(from)
		run = run[:min(len(run), to-from)]
		for _, slot := range run {
			hits[slot>>6] |= 1 << (slot & 63)
		}
		from += len(run)
	}
}

// ascending puts spans in order. There are few that hold more than half of all rows.
func ascending(spans []span) []span {
	order := value.Permutation(len(spans), func(a, b uint32) int { return spans[a].from - spans[b].from })
	sorted := make([]span, len(spans))
	for i, at := range order {
		sorted[i] = spans[at]
	}
	return sorted
}

// narrowColumn narrows set by a leaf in a typed loop, if there is one for it.
func (e *evaluation) narrowColumn(c *table.Column, n *node, set []uint64) bool {
	tag := n.operand.tag
	switch {
	case n.op == opNull:
		byTag(c, set, 1<<value.Absent|1<<value.Null)
	case n.op == opIn:
		return narrowIn(c, n, set)
	case n.op == opHas:
		if c.Count(value.Array) == 0 {
			clear(set)
			return true
		}
		return false
	case c.Count(tag) == 0:
		clear(set)
	case tag.Bare():
		byTag(c, set, 1<<tag)
	case tag.Numeric() && c.Kind() == table.Floats:
		narrowFloats(c, n, set, c.Count(tag) == e.table.Len())
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

// tagged gives the places of a word whose tag is one of tags. It compares eight tags at once.
func tagged(places []byte, tags uint16) uint64 {
	const (
		ones  = 0x0101010101010101
		lows  = 0x7F7F7F7F7F7F7F7F
		tops  = 0x8080808080808080
		order = 0x0102040810204080 // moves the lowest bits of eight bytes into one, the first byte's lowest
	)
	held := uint64(0)
	at := 0
	for ; at+8 <= len(places); at += 8 {
		eight := *(*uint64)(unsafe.Pointer(&places[at]))
		hits := uint64(0)
		for tag, rest := uint64(0), tags; rest != 0; tag, rest = tag+1, rest>>1 {
			if rest&1 == 0 {
				continue
			}
			differs := eight ^ tag*ones
			hits |= ^((differs&lows + lows) | differs) & tops
		}
		held |= (hits >> 7) * order >> 56 << at
	}
	for ; at < len(places); at++ {
		held |= uint64(tags>>(places[at]&15)&1) << at
	}
	if tags&1 != 0 && len(places) < wordLen {
		held |= math.MaxUint64 << len(places)
	}
	return held
}

// narrowFloats keeps numbers, or dates, within an interval. only says that no row has a cell of another tag.
func narrowFloats(c *table.Column, n *node, set []uint64, only bool) {
	low, high, ok := n.interval()
	switch {
	case !ok:
		clear(set)
		return
	case low != low:
		keepNaN(c, set, byte(n.operand.tag))
		return
	}
	tags := uint16(1) << n.operand.tag
	for w, members := range set {
		if members == 0 {
			continue
		}
		held := between(word(c.Floats(w/chunkWords), w), low, high)
		if !only {
			held &= tagged(word(c.Tags(w/chunkWords), w), tags)
		}
		set[w] = members & held
	}
}

// between gives the places of a word whose float is within an interval.
func between(floats []float64, low, high float64) uint64 {
	held := uint64(0)
	for i := len(floats) - 1; i >= 0; i-- {
		f := floats[i]
		held = held<<1 | bit(f >= low)&bit(f <= high)
	}
	return held
}

func keepNaN(c *table.Column, set []uint64, want byte) {
	for w, members := range set {
		if members == 0 {
			continue
		}
		floats := word(c.Floats(w/chunkWords), w)
		held := uint64(0)
		for i, f := range floats {
			held |= bit(f != f) << i
		}
		set[w] = members & held & tagged(word(c.Tags(w/chunkWords), w), 1<<want)
	}
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
		refs := word(c.Refs(w/chunkWords), w)
		for i := len(refs) - 1; i >= 0; i-- {
			held = held<<1 | bit(refs[i] == code)
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
	if tags == 0 && c.Codes() == 0 {
		byOwnString(c, set, keep)
		return
	}
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

// byOwnString is byString where no string is shared: it looks at members only, of which there may be few.
func byOwnString(c *table.Column, set []uint64, keep func(s []byte) bool) {
	for w, members := range set {
		if members == 0 {
			continue
		}
		refs := word(c.Refs(w/chunkWords), w)
		places := word(c.Tags(w/chunkWords), w)
		held := uint64(0)
		for ; members != 0; members &= members - 1 {
			i := bits.TrailingZeros64(members)
			if i < len(refs) && value.Tag(places[i]) == value.String && keep(c.String(refs[i])) {
				held |= members & -members
			}
		}
		set[w] = held
	}
}

// narrowIn is narrowColumn for in.
func narrowIn(c *table.Column, n *node, set []uint64) bool {
	switch c.Kind() {
	case table.Bare:
		byTag(c, set, n.set.bare)
	case table.Refs:
		if len(n.set.others) > 0 {
			return false
		}
		byString(c, set, n.set.bare, n.set.hasString)
	default:
		return false // row by row
	}
	return true
}
