package table

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Kind says where a column keeps the data of its cells. Null, booleans and absent cells are their tag alone and fit
// every kind.
type Kind uint8

const (
	Bare   Kind = iota // no cell has data
	Floats             // numbers and dates, as float64
	Refs               // strings, bytes, arrays and objects, as references to their encoded form
	Mixed              // both, as 64-bit cells: the bits of a float64, or a reference
)

// Column holds one field of all rows: a tag by slot, and data by slot as its Kind says. Cells beyond the end of a chunk
// are absent. The kind goes from Bare to Floats or Refs and from there to Mixed as values come, and back to Bare when
// no cell is left.
//
// Strings of a column with few distinct ones are shared: a reference below FirstRef is a code of the column's dictionary
// and stands for equal strings only. All other references lead to a value of one cell's own.
type Column struct {
	kind   Kind
	tags   tagVector
	floats vector[float64]
	refs   vector[uint32]
	cells  vector[uint64]
	arena  arena
	dict   dictionary
	counts [tagCount]uint32 // cells by tag; the one of Absent has no meaning
}

const tagCount = int(value.Undefined) // Undefined itself is never stored

// Kind says which of Floats, Refs and Cells has the data.
func (c *Column) Kind() Kind { return c.kind }

// Tags gives the tags of slots chunk·4096 and on.
func (c *Column) Tags(chunk int) []byte { return c.tags.chunk(chunk) }

// Floats gives the numbers and dates of a chunk, under Kind Floats. A cell of another tag has 0.
func (c *Column) Floats(chunk int) []float64 { return c.floats.chunk(chunk) }

// Refs gives the references of a chunk, under Kind Refs. A cell without data has 0, which is no reference.
func (c *Column) Refs(chunk int) []uint32 { return c.refs.chunk(chunk) }

// Cells gives the data of a chunk under Kind Mixed. A cell without data has 0.
func (c *Column) Cells(chunk int) []uint64 { return c.cells.chunk(chunk) }

// String gives the payload that a reference leads to.
func (c *Column) String(ref uint32) []byte {
	if ref < FirstRef {
		ref = c.dict.refs[ref]
	}
	return c.arena.get(ref)
}

// Shared gives the code that stands for a string, 0 if none does. If all strings are shared, no cell without the code
// equals s; otherwise any cell with a reference from FirstRef on may.
func (c *Column) Shared(s []byte) (code uint32, all bool) {
	all = c.dict.rows == int(c.counts[value.String])
	if len(s) <= maxShared && c.dict.entries > 0 {
		code = c.findShared(s, hashBytes(s))
	}
	return code, all
}

// Codes is how many codes are in use or were: they are from 1 to Codes.
func (c *Column) Codes() uint32 { return uint32(max(len(c.dict.refs), 1) - 1) }

// AppendCodes appends the codes that are in use to dst.
func (c *Column) AppendCodes(dst []uint32) []uint32 {
	for code, ref := range c.dict.refs {
		if ref != 0 {
			dst = append(dst, uint32(code))
		}
	}
	return dst
}

// Count is the number of cells with a tag; absent ones are not counted.
func (c *Column) Count(tag value.Tag) int { return int(c.counts[tag]) }

// Tag gives the tag of a cell.
func (c *Column) Tag(slot uint32) value.Tag { return value.Tag(c.tags.at(slot)) }

// Cell gives a cell in top-level form. Numbers are written to scratch.
func (c *Column) Cell(slot uint32, scratch *[8]byte) (value.Tag, []byte) {
	tag := value.Tag(c.tags.at(slot))
	switch {
	case tag < value.Number:
		return tag, nil
	case tag <= value.Date:
		value.Store64(scratch[:], math.Float64bits(c.float(slot)))
		return tag, scratch[:]
	}
	return tag, c.String(c.ref(slot))
}

// Payload gives a string, bytes, array or object.
func (c *Column) Payload(slot uint32) []byte { return c.String(c.ref(slot)) }

// StringAt is Payload under Kind Refs.
func (c *Column) StringAt(slot uint32) []byte {
	ref := c.refs.at(slot)
	if ref < FirstRef {
		ref = c.dict.refs[ref]
	}
	return c.arena.get(ref)
}

// FloatAt is Float under Kind Floats.
func (c *Column) FloatAt(slot uint32) float64 { return c.floats.at(slot) }

// Float gives a number or date.
func (c *Column) Float(slot uint32) float64 { return c.float(slot) }

func (c *Column) float(slot uint32) float64 {
	if c.kind == Floats {
		return c.floats.at(slot)
	}
	return math.Float64frombits(c.cells.at(slot))
}

// Ref gives the reference of a string, bytes, array or object.
func (c *Column) Ref(slot uint32) uint32 { return c.ref(slot) }

func (c *Column) ref(slot uint32) uint32 {
	if c.kind == Refs {
		return c.refs.at(slot)
	}
	return uint32(c.cells.at(slot))
}

func (c *Column) setFloat(slot uint32, f float64) {
	if c.kind == Floats {
		c.floats.set(slot, f)
	} else {
		c.cells.set(slot, math.Float64bits(f))
	}
}

func (c *Column) setRef(slot uint32, ref uint32) {
	if c.kind == Refs {
		c.refs.set(slot, ref)
	} else {
		c.cells.set(slot, uint64(ref))
	}
}

// admit changes the kind, if need be, to one that has room for want, which is Floats or Refs.
func (c *Column) admit(want Kind) {
	switch c.kind {
	case want, Mixed:
	case Bare:
		c.kind = want
	default:
		c.mix()
	}
}

// mix makes the column Mixed, a chunk at a time.
func (c *Column) mix() {
	for i := range max(len(c.floats.chunks), len(c.refs.chunks)) {
		first := uint32(i) << chunkBits
		if c.kind == Floats {
			for k, f := range c.floats.chunk(i) {
				if f != 0 || math.Signbit(f) {
					c.cells.set(first+uint32(k), math.Float64bits(f))
				}
			}
			continue
		}
		for k, ref := range c.refs.chunk(i) {
			if ref != 0 {
				c.cells.set(first+uint32(k), uint64(ref))
			}
		}
	}
	c.kind, c.floats, c.refs = Mixed, vector[float64]{}, vector[uint32]{}
}

// setNumber writes a number or date.
func (c *Column) setNumber(slot uint32, tag value.Tag, f float64) {
	c.admit(Floats)
	old := c.Tag(slot)
	if old > value.Date {
		c.dropRef(slot)
	}
	c.retag(slot, old, tag)
	c.setFloat(slot, f)
}

// set writes a cell of any tag but Undefined; Absent removes it. The payload is copied.
func (c *Column) set(slot uint32, tag value.Tag, payload []byte) {
	if tag.Numeric() {
		c.setNumber(slot, tag, math.Float64frombits(value.FloatBits(value.Float(payload))))
		return
	}
	if tag < value.Number {
		c.setBare(slot, tag)
		return
	}
	c.admit(Refs)
	old := c.Tag(slot)
	c.setRef(slot, c.exchange(slot, old, tag, payload))
	c.retag(slot, old, tag)
}

// exchange stores a payload and drops what the cell had.
func (c *Column) exchange(slot uint32, old, tag value.Tag, payload []byte) uint32 {
	code := uint32(0)
	if tag == value.String && !c.dict.closed {
		code = c.share(payload)
	}
	held := uint32(0)
	if old > value.Date {
		held = c.ref(slot)
	}
	switch {
	case code != 0:
		c.release(held)
		return code
	case held >= FirstRef:
		return c.arena.replace(held, payload)
	}
	c.release(held)
	return c.arena.put(payload)
}

// setBare writes a cell that is its tag alone.
func (c *Column) setBare(slot uint32, tag value.Tag) {
	old := c.Tag(slot)
	if old == tag {
		return
	}
	if old > value.Date {
		c.dropRef(slot)
	}
	if old >= value.Number {
		c.wipe(slot)
	}
	c.retag(slot, old, tag)
	if tag == value.Absent {
		c.emptied()
	}
}

// clear removes a cell.
func (c *Column) clear(slot uint32) {
	if c.tags.at(slot) != 0 {
		c.setBare(slot, value.Absent)
	}
}

// wipe zeroes the data of a cell, so that scans need not look at tags where they can do without.
func (c *Column) wipe(slot uint32) {
	switch c.kind {
	case Floats:
		c.floats.set(slot, 0)
	case Refs:
		c.refs.set(slot, 0)
	case Mixed:
		c.cells.set(slot, 0)
	}
}

func (c *Column) dropRef(slot uint32) {
	c.release(c.ref(slot))
}

// release gives up one cell's hold on a reference; 0 is none.
func (c *Column) release(ref uint32) {
	switch {
	case ref >= FirstRef:
		c.arena.drop(ref)
	case ref != 0:
		if last := c.dict.release(ref); last != 0 {
			c.arena.drop(last)
		}
	}
}

func (c *Column) retag(slot uint32, old, tag value.Tag) {
	if old == tag {
		return
	}
	c.counts[old]--
	c.counts[tag]++
	c.tags.set(slot, byte(tag))
}

// emptied makes a column that has no cell left Bare again, and gives back its memory unless that is little. What is
// kept holds only zeros and free blocks by now.
func (c *Column) emptied() {
	for _, n := range c.counts[value.Null:] {
		if n != 0 {
			return
		}
	}
	if len(c.tags.chunks) > 1 {
		*c = Column{}
		return
	}
	c.kind, c.dict.closed, c.dict.missed = Bare, false, 0
}

// compact moves the evacuation of dead values on by up to budget slots.
func (c *Column) compact(high, budget uint32) {
	a := &c.arena
	if !a.evacuating {
		a.begin()
	}
	end, moved := min(a.cursor+budget, high), 0
	for a.cursor < end && moved < compactBytes {
		if c.Tag(a.cursor) > value.Date {
			if ref := c.ref(a.cursor); ref >= FirstRef && a.victim(ref) {
				moved += len(a.get(ref))
				c.setRef(a.cursor, a.move(ref))
			}
		}
		a.cursor++
	}
	if a.cursor < high {
		return
	}
	for code, ref := range c.dict.refs {
		if ref != 0 && a.victim(ref) {
			c.dict.refs[code] = a.move(ref)
		}
	}
	a.evacuating = false
}

func (c *Column) size() int {
	return c.tags.size() + 8*c.floats.places() + 4*c.refs.places() + 8*c.cells.places() +
		c.arena.size() + c.dict.size()
}
