package table

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Add makes a row of each item, at version 1. An item whose id is taken is AlreadyExists; one without id is given one.
// A version in the batch is not taken over, and Undefined counts as absent.
//
// Ids go in row by row and then, in all but small batches, fields column by column, which makes large ones fast.
func (t *Table) Add(b *wire.Batch, r *Results) *fault.Error {
	v, err := t.view(b, true)
	if err != nil {
		return err
	}
	r.reset(v.rows)
	t.Reserve(v.rows)
	for i := range v.rows {
		t.addOne(v, i, r)
	}
	r.sealIDs()
	if v.rows <= fewRows {
		t.placeRows(v, r)
	} else {
		t.fillColumns(v, r, v.rows)
	}
	if len(t.log.readers) > 0 {
		t.noteAdded(r)
	}
	if t.observer != nil {
		for i, slot := range r.Slots {
			if r.Status[i] == Added {
				t.emitAdded(v, i, slot)
			}
		}
	}
	v.forget()
	t.settle(v.rows)
	return nil
}

// fewRows is up to how many rows setting up loops by column costs more than it saves.
const fewRows = 4

func (t *Table) placeRows(v *batchView, r *Results) {
	for i, slot := range r.Slots {
		if r.Status[i] != Added {
			continue
		}
		for k := range v.fields {
			v.fields[k].column.place(v.fields[k].from, i, slot)
		}
	}
}

// fillColumns gives the rows that the first n items have added their fields.
func (t *Table) fillColumns(v *batchView, r *Results, n int) {
	t.slots = fresh(t.slots[:0], r, n)
	run := consecutive(t.slots)
	for i := range v.fields {
		v.fields[i].column.fill(v.fields[i].from, t.slots, run)
	}
}

func (t *Table) addOne(v *batchView, i int, r *Results) {
	if !v.hasID(i) {
		hash := t.makeID()
		r.put(i, Added, t.insert(t.uuid, hash, 1), 1)
		r.made(i, v.rows, t.uuid)
		return
	}
	id := v.id(i)
	hash := t.ids.hash(id)
	if slot := t.ids.find(id, hash); slot != NoSlot {
		r.put(i, AlreadyExists, slot, t.versions.at(slot))
		return
	}
	r.put(i, Added, t.insert(id, hash, 1), 1)
}

func (t *Table) noteAdded(r *Results) {
	t.log.expect(len(r.Slots), t.rows)
	for i, slot := range r.Slots {
		if r.Status[i] == Added {
			t.log.note(slot, AllFields, t.rows)
		}
	}
}

// makeID leaves an id that is not taken in uuid and gives its hash.
func (t *Table) makeID() (hash uint32) {
	for {
		t.uuid = appendUUID(t.uuid[:0])
		hash = t.ids.hash(t.uuid)
		if t.ids.find(t.uuid, hash) == NoSlot {
			return hash
		}
	}
}

// Reserve makes room for so many more rows at once: a caller that adds in batches says how many are to come, and
// spares the garbage of growing step by step.
func (t *Table) Reserve(rows int) {
	t.ids.reserve(t.rows + rows)
	if last := t.high + uint32(min(rows, chunkLen)) - 1; rows > fewRows && last < chunkLen {
		t.ids.refs.reach(last)
		t.versions.low.reach(last)
	}
}

// fresh gives the slots of those of the first n items that were added, NoSlot for others.
func fresh(dst []uint32, r *Results, n int) []uint32 {
	dst = slices.Grow(dst, n)
	for i, slot := range r.Slots[:n] {
		if r.Status[i] != Added {
			slot = NoSlot
		}
		dst = append(dst, slot)
	}
	return dst
}

// emitAdded tells the observer of a row that holds just what item i of the batch gives it.
func (t *Table) emitAdded(v *batchView, i int, slot uint32) {
	t.change.start(OpAdd, slot, t.ids.id(slot))
	var scratch [8]byte
	for k := range v.fields {
		f := &v.fields[k]
		if tag := f.from.TagAt(i); tag != value.Absent && tag != value.Undefined {
			t.change.field(f.number, value.Absent, nil, tag, f.from.PayloadAt(i, &scratch))
		}
	}
	t.emit(0, t.versions.at(slot))
}
