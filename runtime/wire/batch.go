// Package wire is the columnar batch format: rows into the engine, rows out of it, log records and pages.
//
// A batch is rows × columns of cells (package value), little-endian; every part starts at a multiple of 8 bytes and
// is filled up to the next with zeroes.
//
//	batch    'A' 'T' | u8 version = 1 | u8 flags | u32 rows | u32 columns | u32 size of the batch in bytes
//	         [names]            if flags has bit 0; the other bits are 0
//	         columns × column
//
//	names    u32 count | count × u32 end | bytes
//
//	column   u32 field | u8 layout | u8 tag | u16 0
//	         [rows × u8 tag]    if tag is 0xFF; else it is the tag of every row
//	         layout 0, tags     nothing
//	         layout 1, f64      rows × f64
//	         layout 2, var      rows × u32 end | bytes
//
// An end is the position, in the bytes that follow all ends, just past the item: item i lies between ends i-1 and i.
// A field is a position in names or, in a batch without names, a number that its store gave (0 is the id, 1 the
// version). No field occurs twice. Which kinds a layout holds:
//
//	tags     kinds without payload: absent, null, false, true, undefined
//	f64      these (their f64 is 0), number, date
//	var      all, each with its payload in top-level form
//
// A batch has one canonical form, which the Builder and its twin in TypeScript write: the first of these layouts that
// fits, one tag wherever all rows agree, layout and tag 0 where there are no rows, names in order of columns.
//
// Bytes are viewed in place, so the package is for little-endian hosts: wasm, amd64, arm64.
package wire

import "github.com/atoma-dev/atoma/runtime/value"

// Layout says how a column holds its payloads.
type Layout uint8

const (
	Tags Layout = 0 // none at all: the tags say everything
	F64  Layout = 1 // a float64 for each row
	Var  Layout = 2 // bytes for each row
)

// PerRow stands in the place of a column's tag if rows have different ones.
const PerRow value.Tag = 0xFF

const (
	version    = 1
	flagNames  = 1
	headerSize = 16
	columnSize = 8 // of a column before its tags

	// MaxRows bounds what a batch may claim: columns of one bare tag take no room, so the size of a batch says
	// nothing about its rows, and they would cost memory only when a table has taken them in.
	MaxRows = 1 << 24
)

// Column is a view of one column of a decoded batch. Its slices alias the batch.
type Column struct {
	Field  uint32
	Layout Layout
	Tag    value.Tag // of every row, or PerRow
	Tags   []byte    // of each row; only if Tag is PerRow
	F64    []float64 // of each row; only for layout F64; 0 in rows of other kinds
	Ends   []uint32  // of each row; only for layout Var
	Bytes  []byte    // only for layout Var
}

// TagAt gives the kind of row i.
func (c *Column) TagAt(i int) value.Tag {
	if c.Tag != PerRow {
		return c.Tag
	}
	return value.Tag(c.Tags[i])
}

// NumberAt gives the number, or time, of row i, which must be a Number or Date.
func (c *Column) NumberAt(i int) float64 {
	if c.Layout == F64 {
		return c.F64[i]
	}
	return value.Float(c.span(i))
}

// PayloadAt gives the payload of row i in top-level form. It aliases the batch or, for layout F64, scratch.
func (c *Column) PayloadAt(i int, scratch *[8]byte) []byte {
	switch {
	case c.Layout == Var:
		return c.span(i)
	case c.Layout == F64 && c.TagAt(i).Numeric():
		value.Store64(scratch[:], value.FloatBits(c.F64[i]))
		return scratch[:]
	}
	return nil
}

func (c *Column) span(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = c.Ends[i-1]
	}
	end := c.Ends[i]
	return c.Bytes[start:end:end]
}

// Batch is a decoded batch: views into the bytes that it was decoded from, which must stay as they are for as long as
// it is used. Its zero value is an empty one. A Batch may be decoded into again and again, and then allocates only
// for shapes bigger than all before.
type Batch struct {
	Rows    int
	Names   [][]byte // empty in a batch without names
	Columns []Column

	fields  []uint32 // room for sorting
	aligned []uint64 // a copy of input that did not start at a multiple of 8
}

// Find gives the column of a field, or nil.
func (b *Batch) Find(field uint32) *Column {
	for i := range b.Columns {
		if b.Columns[i].Field == field {
			return &b.Columns[i]
		}
	}
	return nil
}
