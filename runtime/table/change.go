package table

import "github.com/atoma-dev/atoma/runtime/value"

// Observer is told of every change of a table, row by row, in the order in which they were made and after each row is
// as it says. It must not use the table for writing. A Change and all that hangs on it is valid during the call only.
type Observer interface {
	Changed(*Change)
}

// Op is the kind of a change.
type Op uint8

const (
	OpAdd    Op = iota // Fields: all that the row has
	OpChange           // Fields: those that differ
	OpDelete           // Fields: all that the row had
)

// Change is what became of one row.
type Change struct {
	Op     Op
	Slot   uint32
	ID     []byte
	Before float64 // version; of an added row 0
	After  float64 // version; of a deleted row 0
	Fields []FieldChange
}

// FieldChange is what became of one field: cells in top-level form, Absent where there was or is none.
type FieldChange struct {
	Field  uint32
	OldTag value.Tag
	NewTag value.Tag
	Old    []byte
	New    []byte
}

// Observe sets the one observer; nil ends observation. Without one, changes cost nothing.
func (t *Table) Observe(o Observer) { t.observer = o }

// recorder gathers one change. Its memory is used again for the next.
type recorder struct {
	change Change
	bytes  []byte
}

func (r *recorder) start(op Op, slot uint32, id []byte) {
	r.bytes = append(r.bytes[:0], id...)
	r.change = Change{Op: op, Slot: slot, ID: r.bytes[:len(id):len(id)], Fields: r.change.Fields[:0]}
}

// keep copies bytes that may be overwritten before the observer sees them.
func (r *recorder) keep(p []byte) []byte {
	n := len(r.bytes)
	r.bytes = append(r.bytes, p...)
	return r.bytes[n:len(r.bytes):len(r.bytes)]
}

func (r *recorder) field(field uint32, oldTag value.Tag, old []byte, newTag value.Tag, new []byte) {
	r.change.Fields = append(r.change.Fields, FieldChange{
		Field: field, OldTag: oldTag, NewTag: newTag, Old: r.keep(old), New: r.keep(new),
	})
}

// removed notes a cell that goes away.
func (r *recorder) removed(field uint32, c *Column, slot uint32) {
	var scratch [8]byte
	if tag, payload := c.Cell(slot, &scratch); tag != value.Absent {
		r.field(field, tag, payload, value.Absent, nil)
	}
}

func (t *Table) emit(before, after float64) {
	t.change.change.Before, t.change.change.After = before, after
	t.observer.Changed(&t.change.change)
}
