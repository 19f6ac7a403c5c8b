// Package table holds the rows of one store, as columns.
//
// A row is a slot, a dense number that is reused after the row was deleted. An open-addressing hash leads from an id
// to its slot; each field is a Column, typed for as long as its values are, whose cell at a slot belongs to that row.
// Strings and nested values lie encoded in arenas. No bulk memory holds pointers, so the garbage collector has nothing
// to walk, and all of it is made of chunks and blocks that never move, so growing leaves little garbage and no pause.
//
// A table owns all of its memory. Batches are read and never kept. What a method returns as []byte or as a view
// aliases the table and is valid until the next write to it. A table is for one goroutine at a time: neither reads
// (which keep up caches) nor writes may overlap.
//
// Every write validates its whole batch before it changes anything. An error therefore leaves the table as it was;
// what can be wrong with single rows is reported in Results and is no error.
package table

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// NoSlot stands where there is no row.
const NoSlot = 0xFFFFFFFF

// Fields that every table has. They are no columns: ids lead to slots, versions are kept by the table.
const (
	FieldID      = 0
	FieldVersion = 1
	firstField   = 2
)

// Table is the rows of one store. The zero value is not usable; see New.
type Table struct {
	names  []string          // by field number
	fields map[string]uint32 // the inverse of names
	cols   []*Column         // by field number; nil for id and version

	ids      identities
	versions versions
	live     bitset
	marks    bitset   // see Mark
	high     uint32   // slots below it have been used
	free     []uint32 // slots below high without a row, last freed first
	rows     int

	order    order
	observer Observer
	change   recorder
	log      changeLog
	changed  uint64 // FieldBits of what merge has changed

	// What a write works with, kept for its memory.
	batch batchView
	slots []uint32
	uuid  []byte
}

// New makes an empty table.
func New() *Table {
	t := &Table{
		names:  []string{"id", "version"},
		fields: map[string]uint32{"id": FieldID, "version": FieldVersion},
		cols:   []*Column{nil, nil},
	}
	t.ids.init()
	return t
}

// Field gives the number of a field and defines it if it is new. Numbers are given in order of definition.
func (t *Table) Field(name string) uint32 {
	if n, ok := t.fields[name]; ok {
		return n
	}
	n := uint32(len(t.names))
	t.names = append(t.names, name)
	t.cols = append(t.cols, new(Column))
	t.fields[name] = n
	return n
}

// FindField gives the number of a field that is defined.
func (t *Table) FindField(name string) (uint32, bool) {
	n, ok := t.fields[name]
	return n, ok
}

// FieldName is the inverse of Field.
func (t *Table) FieldName(field uint32) string { return t.names[field] }

// Fields is how many fields are defined, id and version included. Field numbers are below it.
func (t *Table) Fields() int { return len(t.names) }

// Column gives the cells of a field; id and version have none.
func (t *Table) Column(field uint32) *Column { return t.cols[field] }

// Len is the number of rows.
func (t *Table) Len() int { return t.rows }

// Live tells whether a slot has a row. Any number may be asked for.
func (t *Table) Live(slot uint32) bool { return t.live.has(slot) }

// LiveWords gives the slots that have a row as a bitset, 64 to a word.
func (t *Table) LiveWords() []uint64 { return t.live }

// Lookup finds the row of an id.
func (t *Table) Lookup(id []byte) (slot uint32, ok bool) {
	slot = t.ids.find(id, t.ids.hash(id))
	return slot, slot != NoSlot
}

// ID gives the id of a row.
func (t *Table) ID(slot uint32) []byte { return t.ids.id(slot) }

// Version gives the version of a row.
func (t *Table) Version(slot uint32) float64 { return t.versions.at(slot) }

// Cell gives a field of a row in top-level form. Numbers are written to scratch.
func (t *Table) Cell(slot, field uint32, scratch *[8]byte) (value.Tag, []byte) {
	switch field {
	case FieldID:
		return value.String, t.ids.id(slot)
	case FieldVersion:
		return value.Number, value.AppendFloat(scratch[:0], t.versions.at(slot))
	}
	return t.cols[field].Cell(slot, scratch)
}

// NoField stands for a field that no row ever had: all its cells are absent.
const NoField = 0xFFFFFFFF

// CellAt is Cell for what a path leads to inside a field: keys to walk from there through objects.
func (t *Table) CellAt(slot, field uint32, keys [][]byte, scratch *[8]byte) (value.Tag, []byte) {
	if field == NoField {
		return value.Absent, nil
	}
	tag, payload := t.Cell(slot, field, scratch)
	for _, key := range keys {
		if tag != value.Object {
			return value.Absent, nil
		}
		tag, payload, _ = value.Member(payload, key)
	}
	return tag, payload
}

// Bytes is how much memory the table holds, without the small change of field names and headers.
func (t *Table) Bytes() int {
	n := t.ids.size() + t.versions.size() + 8*(cap(t.live)+cap(t.marks)) + 4*cap(t.free) + t.order.size()
	for _, c := range t.cols[firstField:] {
		n += c.size()
	}
	return n
}

// Dispose gives all memory back. The table must not be used afterwards.
func (t *Table) Dispose() { *t = Table{} }

// insert makes a row without fields. The id must not be taken.
func (t *Table) insert(id []byte, hash uint32, version float64) uint32 {
	slot := t.high
	if n := len(t.free); n > 0 {
		slot = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		t.high++
	}
	t.ids.insert(slot, id, hash)
	t.versions.set(slot, version)
	t.live.set(slot)
	t.rows++
	t.order.added(t, slot)
	return slot
}

// remove ends a row and gives its slot free.
func (t *Table) remove(slot uint32) {
	t.order.removed(slot)
	for _, c := range t.cols[firstField:] {
		c.clear(slot)
	}
	t.ids.remove(slot)
	t.live.unset(slot)
	t.marks.unset(slot)
	t.rows--
	t.free = append(t.free, slot)
}

// settle ends every write: it moves compactions on by a bounded step, and lets go of an emptied table's memory.
func (t *Table) settle(written int) {
	if t.rows == 0 && t.high > chunkLen {
		t.reset()
		return
	}
	budget := uint32(compactStep + 8*written)
	if t.ids.arena.wasteful() {
		t.ids.compact(t.high, budget)
	}
	for _, c := range t.cols[firstField:] {
		if c.arena.wasteful() {
			c.compact(t.high, budget)
		}
	}
}

// reset gives back the memory of rows, of which there are none, and starts slots anew.
func (t *Table) reset() {
	t.ids = identities{}
	t.ids.init()
	t.versions, t.live, t.marks, t.free, t.high, t.order = versions{}, nil, nil, nil, 0, order{}
	t.log.moved()
	for i := range t.cols[firstField:] {
		*t.cols[firstField+i] = Column{}
	}
}

// Locate appends the slot of each row of a batch of ids to dst, NoSlot for ids without a row.
func (t *Table) Locate(b *wire.Batch, dst []uint32) ([]uint32, *fault.Error) {
	v, err := t.view(b, false)
	if err != nil {
		return dst, err
	}
	for i := range v.rows {
		id := v.id(i)
		dst = append(dst, t.ids.find(id, t.ids.hash(id)))
	}
	v.forget()
	return dst, nil
}
