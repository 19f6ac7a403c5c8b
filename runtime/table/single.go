package table

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/value"
)

var nan = math.NaN()

// Writes of single rows that come from no batch: rows that go back to what they were. Each is to be followed, sooner or
// later, by Settle.

// Become makes a row be of these cells and this version, and makes the row if slot is NoSlot. exactly removes all other
// fields. It tells whether any field, and whether the version, is another than before.
func (t *Table) Become(slot uint32, id []byte, version float64, cells []Cell, exactly bool) (at uint32, fields, moved bool) {
	if slot == NoSlot {
		hash := t.ids.hash(id)
		t.ids.find(id, hash) // for where it belongs
		slot = t.insert(id, hash, version)
		for _, c := range cells {
			if c.Tag != value.Absent && c.Tag != value.Undefined {
				t.cols[c.Field].set(slot, c.Tag, c.Payload)
			}
		}
		t.note(slot, AllFields)
		return slot, true, true
	}
	bits := uint64(0)
	for _, c := range cells {
		if t.setCell(slot, c) {
			bits |= FieldBit(c.Field)
		}
	}
	if exactly {
		bits |= t.clearOthers(slot, cells)
	}
	fields, moved = bits != 0, t.versions.at(slot) != version
	if fields || moved {
		t.versions.set(slot, version)
		t.note(slot, bits|FieldBit(FieldVersion))
	}
	return slot, fields, moved
}

// setCell tells whether that changed anything.
func (t *Table) setCell(slot uint32, c Cell) bool {
	column := t.cols[c.Field]
	var scratch [8]byte
	tag, payload := column.Cell(slot, &scratch)
	switch {
	case c.Tag == value.Absent || c.Tag == value.Undefined:
		column.clear(slot)
		return tag != value.Absent
	case value.Same(tag, payload, c.Tag, c.Payload):
		return false
	}
	column.set(slot, c.Tag, c.Payload)
	return true
}

// clearOthers removes the fields that are not among cells.
func (t *Table) clearOthers(slot uint32, cells []Cell) (bits uint64) {
next:
	for number := uint32(firstField); number < uint32(len(t.cols)); number++ {
		c := t.cols[number]
		if c.Tag(slot) == value.Absent {
			continue
		}
		for i := range cells {
			if cells[i].Field == number {
				continue next
			}
		}
		c.clear(slot)
		bits |= FieldBit(number)
	}
	return bits
}

// SetVersion gives a row a version, and tells whether it had another.
func (t *Table) SetVersion(slot uint32, version float64) bool {
	if t.versions.at(slot) == version {
		return false
	}
	t.versions.set(slot, version)
	t.note(slot, FieldBit(FieldVersion))
	return true
}

// Remove ends a row.
func (t *Table) Remove(slot uint32) {
	t.note(slot, AllFields)
	t.remove(slot)
}

// Settle ends a series of single writes.
func (t *Table) Settle() { t.settle(1) }

func (t *Table) note(slot uint32, fields uint64) {
	if len(t.log.readers) > 0 {
		t.log.note(slot, fields, t.rows)
	}
}

// Mark puts a row into a set that the table keeps for its owner. A row leaves it when it is removed.
func (t *Table) Mark(slot uint32) { t.marks.set(slot) }

// Marked tells whether a row is in that set.
func (t *Table) Marked(slot uint32) bool { return t.marks.has(slot) }

// Unmark takes a row out of that set.
func (t *Table) Unmark(slot uint32) { t.marks.unset(slot) }

// MarkWords gives that set as a bitset, 64 to a word.
func (t *Table) MarkWords() []uint64 { return t.marks }
