package table

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Delete removes rows. An item without row is Missing, also when an earlier item of the batch has deleted it.
func (t *Table) Delete(b *wire.Batch, r *Results) *fault.Error {
	v, err := t.view(b, false)
	if err != nil {
		return err
	}
	r.reset(v.rows)
	for i := range v.rows {
		id := v.id(i)
		t.deleteOne(t.ids.find(id, t.ids.hash(id)), i, r)
	}
	v.forget()
	t.settle(v.rows)
	return nil
}

func (t *Table) deleteOne(slot uint32, i int, r *Results) {
	if slot == NoSlot {
		r.put(i, Missing, NoSlot, 0)
		return
	}
	version := t.versions.at(slot)
	r.put(i, Deleted, slot, version)
	if len(t.log.readers) > 0 {
		t.log.note(slot, AllFields, t.rows)
	}
	if t.observer == nil {
		t.remove(slot)
		return
	}
	t.change.start(OpDelete, slot, t.ids.id(slot))
	for number := uint32(firstField); number < uint32(len(t.cols)); number++ {
		t.change.removed(number, t.cols[number], slot)
	}
	t.remove(slot)
	t.emit(version, 0)
}
