package index

import (
	"bytes"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// path reads a field of the rows of a table: one of their own, or one inside it.
type path struct {
	table  *table.Table
	name   string        // of the row's own field
	rest   [][]byte      // keys to walk from there
	number uint32        // noField for as long as the table does not define the field
	column *table.Column // nil for id, version and a field that is not defined
}

const noField = table.NoField

func newPath(t *table.Table, dotted string) path {
	keys := bytes.Split([]byte(dotted), []byte("."))
	p := path{table: t, name: string(keys[0]), rest: keys[1:], number: noField}
	p.bind()
	return p
}

// bind finds the field if it has been defined by now.
func (p *path) bind() {
	if p.number != noField {
		return
	}
	number, ok := p.table.FindField(p.name)
	if !ok {
		return
	}
	p.number = number
	if number != table.FieldID && number != table.FieldVersion {
		p.column = p.table.Column(number)
	}
}

// plain tells whether the field is a column itself, and not inside one.
func (p *path) plain() bool { return p.column != nil && len(p.rest) == 0 }

// fields gives the FieldBits that an entry of the table's log has one of if the field may have changed. Rows that came
// or went have the bit of the id.
func (p *path) fields() uint64 {
	p.bind()
	bits := table.FieldBit(table.FieldID)
	if p.number != noField {
		bits |= table.FieldBit(p.number)
	}
	return bits
}

// cell reads the field of a row, in top-level form. Numbers are written to scratch.
func (p *path) cell(slot uint32, scratch *[8]byte) (value.Tag, []byte) {
	return p.table.CellAt(slot, p.number, p.rest, scratch)
}
