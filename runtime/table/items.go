package table

import (
	"bytes"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Items is a batch that is applied to a table item by item, by a caller who has something to do between the items:
// writes like Update are this in a loop. Find is to be called before any other method of an item, and nothing else may
// write to the table in between. End it.
type Items struct {
	t    *Table
	v    *batchView
	r    *Results
	hash uint32
}

// Items begins a batch, whose results are to go to r. An error leaves nothing to be ended. See Update for what is
// checked; anonymous allows items without id, which Find gives one.
func (t *Table) Items(b *wire.Batch, anonymous bool, r *Results) (Items, *fault.Error) {
	v, err := t.view(b, anonymous)
	if err != nil {
		return Items{}, err
	}
	v.cover(len(t.cols))
	r.reset(v.rows)
	return Items{t: t, v: v, r: r}, nil
}

// Written begins a batch of rows as a backend has them. loose allows rows without version.
func (t *Table) Written(b *wire.Batch, loose bool, r *Results) (Items, *fault.Error) {
	v, err := t.view(b, false)
	if err == nil {
		err = v.checkVersions(loose)
	}
	if err != nil {
		return Items{}, err
	}
	v.cover(len(t.cols))
	r.reset(v.rows)
	return Items{t: t, v: v, r: r}, nil
}

// End lets go of the batch.
func (x *Items) End() {
	x.r.sealIDs()
	x.v.forget()
	x.t.settle(x.v.rows)
}

// Len is the number of items.
func (x *Items) Len() int { return x.v.rows }

// Find gives the id of an item, which is valid until the next Find, and the slot of its row or NoSlot.
func (x *Items) Find(i int) (id []byte, slot uint32) {
	if !x.v.hasID(i) {
		x.hash = x.t.makeID()
		x.r.made(i, x.v.rows, x.t.uuid)
		return x.t.uuid, NoSlot
	}
	id = x.v.id(i)
	x.hash = x.t.ids.hash(id)
	return id, x.t.ids.find(id, x.hash)
}

// Together looks at the items at the start that can be applied at once, and gives how many: none but of rows of their
// own, and none of rows that busy tells of, which may be nil. Their results are there, while rows that are there are
// as they were until Apply, which is to be called next.
func (x *Items) Together(rules Rules, busy func(slot uint32) bool) int {
	return x.t.together(x.v, rules, busy, x.r)
}

// Apply does what Together has found out about n items.
func (x *Items) Apply(rules Rules, n int) {
	if n > 0 {
		x.t.apply(x.v, n, rules, x.r)
	}
}

// Put writes the result of an item that is not applied to the table.
func (x *Items) Put(i int, status Status, slot uint32, version float64) {
	x.r.put(i, status, slot, version)
}

// Add makes the row of an item that has none.
func (x *Items) Add(i int, id []byte) uint32 {
	slot := x.t.addRow(x.v, i, id, x.hash, 1)
	x.r.put(i, Added, slot, 1)
	return slot
}

// Patch changes the row of an item and tells whether it did.
func (x *Items) Patch(i int, slot uint32, replace bool) bool {
	x.t.patch(x.v, i, slot, replace, x.r)
	return x.r.Status[i] == Changed
}

// Delete removes the row of an item.
func (x *Items) Delete(i int, slot uint32) { x.t.deleteOne(slot, i, x.r) }

// Writeback makes the row of an item be what the item says, or go; see Table.Writeback.
func (x *Items) Writeback(i int, id []byte, slot uint32) {
	x.t.writebackOne(x.v, i, id, x.hash, slot, x.r)
}

// Expects gives the version that an item expects its row to have. A Conflict in any case is NaN.
func (x *Items) Expects(i int) (version float64, any bool) {
	if x.v.versions == nil {
		return 0, false
	}
	switch x.v.versions.TagAt(i) {
	case value.Absent, value.Undefined, value.Null:
		return 0, false
	case value.Number:
		return x.v.versions.NumberAt(i), true
	}
	return nan, true
}

// Gone tells whether an item of a writeback deletes its row.
func (x *Items) Gone(i int) bool {
	return x.v.versions != nil && x.v.versions.TagAt(i) == value.Undefined
}

// Removes tells whether any item removes a field.
func (x *Items) Removes() bool {
	for k := range x.v.fields {
		from := x.v.fields[k].from
		if from.Tag == value.Undefined || from.Tag == wire.PerRow && bytes.IndexByte(from.Tags, byte(value.Undefined)) >= 0 {
			return true
		}
	}
	return false
}

// AppendCells appends copies of what an item gives, in no order. Undefined stands for a field that is removed.
func (x *Items) AppendCells(i int, dst []Cell) []Cell {
	var scratch [8]byte
	for k := range x.v.fields {
		f := &x.v.fields[k]
		if tag := f.from.TagAt(i); tag != value.Absent {
			dst = append(dst, Cell{f.number, tag, append([]byte(nil), f.from.PayloadAt(i, &scratch)...)})
		}
	}
	return dst
}

// Version gives the version that an item of a writeback has, if it has one.
func (x *Items) Version(i int) (version float64, given bool) { return x.v.versionAt(i) }
