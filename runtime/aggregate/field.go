package aggregate

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// field is a path in a table.
type field struct {
	rest   [][]byte
	table  *table.Table
	column *table.Column // nil for id, version, and a field that no row ever had
	number uint32
}

const noField = table.NoField

func bind(t *table.Table, p *path) field {
	number, ok := t.FindField(p.name)
	if !ok {
		return field{number: noField}
	}
	f := field{rest: p.rest, table: t, number: number}
	if number != table.FieldID && number != table.FieldVersion {
		f.column = t.Column(number)
	}
	return f
}

// plain tells whether the field is a column itself, and not inside one.
func (f *field) plain() bool { return f.column != nil && len(f.rest) == 0 }

// reads gives the FieldBit of the field.
func (f *field) reads() uint64 {
	if f.number == noField {
		return 0
	}
	return table.FieldBit(f.number)
}

// cell reads the field of a row. Numbers are written to scratch.
func (f *field) cell(slot uint32, scratch *[8]byte) (value.Tag, []byte) {
	return f.table.CellAt(slot, f.number, f.rest, scratch)
}

// chunkLen is how many slots a chunk of a column has.
const chunkLen = 4096

// chunk is some rows whose slots lie in one chunk of the table's columns.
type chunk struct {
	number  int
	offsets []uint32 // of the rows: slots without number·chunkLen, ascending
	groups  []uint32 // of the rows: parallel to offsets
}

func (c *chunk) base() uint32 { return uint32(c.number) * chunkLen }

// lanes has room for a field's cells that do not lie in a column as tags and floats.
type lanes struct {
	tags   [chunkLen]byte
	floats [chunkLen]float64
}

// read gives the tags, and the numbers and dates, of a field of a chunk's rows by offset. Cells beyond the end of
// tags are absent, numbers beyond the end of floats 0. At other offsets there may be anything.
func (l *lanes) read(f *field, c *chunk) (tags []byte, floats []float64) {
	if f.number == noField {
		return nil, nil
	}
	if !f.plain() {
		l.gather(f, c)
		return l.tags[:], l.floats[:]
	}
	tags = f.column.Tags(c.number)
	switch f.column.Kind() {
	case table.Floats:
		floats = f.column.Floats(c.number)
	case table.Mixed:
		cells := f.column.Cells(c.number)
		floats = l.floats[:len(cells)]
		for _, o := range c.offsets {
			if int(o) >= len(cells) {
				break
			}
			floats[o] = math.Float64frombits(cells[o])
		}
	}
	return tags, floats
}

func (l *lanes) gather(f *field, c *chunk) {
	var scratch [8]byte
	base := c.base()
	for _, o := range c.offsets {
		tag, payload := f.cell(base+o, &scratch)
		l.tags[o] = byte(tag)
		if tag.Numeric() {
			l.floats[o] = value.Float(payload)
		}
	}
}
