package write

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// image is a row apart from the table. The zero value is no row. Its slice of cells, ascending by field and none of
// them absent, is its own; payloads are shared between images and never change.
type image struct {
	there   bool
	version float64
	cells   []table.Cell
}

// write is a pending write, or one that was confirmed before others of its row.
type write struct {
	number  Number // of one without number: the last one given before it
	flags   flags
	version float64      // that the confirmation came with, or NaN
	cells   []table.Cell // what was given, ascending by field; Undefined for what is removed
}

func (m image) clone() image {
	m.cells = slices.Clone(m.cells)
	return m
}

func (m *image) find(field uint32) (at int, ok bool) {
	for at < len(m.cells) && m.cells[at].Field < field {
		at++
	}
	return at, at < len(m.cells) && m.cells[at].Field == field
}

// apply replays a write: see the package's description.
func (m *image) apply(w *write) (changed bool) {
	switch {
	case w.flags.action() == Delete:
		changed = m.there
		*m = image{}
		return changed
	case !m.there && w.flags.action() == Update:
		return false
	case !m.there:
		*m = image{true, 1, given(w.cells)}
		changed = true
	case w.flags.exact():
		cells := given(w.cells)
		if changed = !sameCells(m.cells, cells); changed {
			m.cells, m.version = cells, table.Next(m.version)
		}
	default:
		for _, c := range w.cells {
			changed = m.set(c) || changed
		}
		if changed {
			m.version = table.Next(m.version)
		}
	}
	if w.version == w.version && m.version != w.version {
		m.version, changed = w.version, true
	}
	return changed
}

// set changes one field.
func (m *image) set(c table.Cell) bool {
	at, found := m.find(c.Field)
	switch {
	case c.Tag == value.Undefined || c.Tag == value.Absent:
		if found {
			m.cells = slices.Delete(m.cells, at, at+1)
		}
		return found
	case !found:
		m.cells = slices.Insert(m.cells, at, c)
		return true
	case sameCell(m.cells[at], c):
		return false
	}
	m.cells[at] = c
	return true
}

// given gives cells without those that are removed.
func given(cells []table.Cell) []table.Cell {
	kept := make([]table.Cell, 0, len(cells))
	for _, c := range cells {
		if c.Tag != value.Undefined && c.Tag != value.Absent {
			kept = append(kept, c)
		}
	}
	return kept
}

func sameCell(a, b table.Cell) bool {
	return a.Field == b.Field && value.Same(a.Tag, a.Payload, b.Tag, b.Payload)
}

func sameCells(a, b []table.Cell) bool { return slices.EqualFunc(a, b, sameCell) }

// ascending puts the cells of an item in order. They nearly are: a caller's columns come in order of definition.
func ascending(cells []table.Cell) []table.Cell {
	for i := 1; i < len(cells); i++ {
		for k := i; k > 0 && cells[k].Field < cells[k-1].Field; k-- {
			cells[k], cells[k-1] = cells[k-1], cells[k]
		}
	}
	return cells
}

// imageOf copies a row of a table; NoSlot is no row.
func imageOf(t *table.Table, slot uint32) image {
	if slot == table.NoSlot {
		return image{}
	}
	m := image{there: true, version: t.Version(slot)}
	var number [8]byte
	for field := uint32(table.FieldVersion + 1); field < uint32(t.Fields()); field++ {
		if tag, payload := t.Cell(slot, field, &number); tag != value.Absent {
			m.cells = append(m.cells, table.Cell{Field: field, Tag: tag, Payload: bytes.Clone(payload)})
		}
	}
	return m
}

// appendObject appends a row as the payload of an object: the id, the fields in order of definition, the version.
func appendObject(dst []byte, t *table.Table, id []byte, m *image) []byte {
	member := func(name string, tag value.Tag, payload []byte) {
		dst = binary.AppendUvarint(dst, uint64(len(name)))
		dst = append(append(dst, name...), byte(tag))
		if tag == value.String || tag == value.Bytes {
			dst = binary.AppendUvarint(dst, uint64(len(payload)))
		}
		dst = append(dst, payload...)
	}
	dst = binary.AppendUvarint(dst, uint64(len(m.cells)+2))
	member("id", value.String, id)
	for _, c := range m.cells {
		member(t.FieldName(c.Field), c.Tag, c.Payload)
	}
	var version [8]byte
	member("version", value.Number, value.AppendFloat(version[:0], m.version))
	return dst
}
