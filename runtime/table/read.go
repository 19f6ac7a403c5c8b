package table

import (
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Read writes rows as a batch: their ids, their versions, and each field that any of them has, in order of definition.
// All slots must have a row; one may be asked for twice.
func (t *Table) Read(slots []uint32, out *wire.Builder) {
	out.Reset(len(slots))
	out.Column(FieldID)
	for _, slot := range slots {
		out.Cell(value.String, t.ids.id(slot))
	}
	out.Column(FieldVersion)
	for _, slot := range slots {
		out.Float(value.Number, t.versions.at(slot))
	}
	for number := uint32(firstField); number < uint32(len(t.cols)); number++ {
		if c := t.cols[number]; c.anyOf(slots) {
			out.Column(number)
			c.read(slots, out)
		}
	}
}

// anyOf tells whether any of the slots has a cell.
func (c *Column) anyOf(slots []uint32) bool {
	for _, slot := range slots {
		if c.tags.at(slot) != byte(value.Absent) {
			return true
		}
	}
	return false
}

func (c *Column) read(slots []uint32, out *wire.Builder) {
	for _, slot := range slots {
		switch tag := c.Tag(slot); {
		case tag < value.Number:
			out.Cell(tag, nil)
		case tag <= value.Date:
			out.Float(tag, c.float(slot))
		default:
			out.Cell(tag, c.String(c.ref(slot)))
		}
	}
}
