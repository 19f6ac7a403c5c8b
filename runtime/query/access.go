package query

import (
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// access reads a field of the rows of a table.
type access struct {
	table  *table.Table
	column *table.Column // nil for id, version and fields that no row ever had
	number uint32
	rest   [][]byte
}

const noField = table.NoField

func bindField(t *table.Table, f field) access {
	number, ok := t.FindField(f.name)
	if !ok {
		return access{number: noField}
	}
	a := access{table: t, number: number, rest: f.rest}
	if number != table.FieldID && number != table.FieldVersion {
		a.column = t.Column(number)
	}
	return a
}

// plain tells whether the field is a column itself, and not inside one.
func (a *access) plain() bool { return a.column != nil && len(a.rest) == 0 }

// cell reads the field of a row. Numbers are written to scratch.
func (a *access) cell(slot uint32, scratch *[8]byte) (value.Tag, []byte) {
	return a.table.CellAt(slot, a.number, a.rest, scratch)
}

// reads gives the FieldBit of the field, none for one that never changes or that no row has.
func (a *access) reads() uint64 {
	if a.number == noField || a.number == table.FieldID {
		return 0
	}
	return table.FieldBit(a.number)
}
