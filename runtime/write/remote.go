package write

import (
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Writeback takes over rows as a backend has them, with pending writes on top. See table.Table.Writeback; known says
// that they come from the executor, and allows rows without version: one that is as it was keeps its version, another
// counts on from it. A status says what became of what shows, so it is Same where that did not change.
func (j *Journal) Writeback(b *wire.Batch, isKnown bool, res *table.Results) *fault.Error {
	x, err := j.table.Written(b, isKnown, res)
	if err != nil {
		return err
	}
	for i := range x.Len() {
		id, slot := x.Find(i)
		if head := j.head(id, slot); head != 0 {
			j.rebase(j.chainOf(head), &x, i, isKnown)
			continue
		}
		x.Writeback(i, id, slot)
		if isKnown && !x.Gone(i) {
			j.table.Mark(res.Slots[i])
		}
	}
	x.End()
	return nil
}

// rebase takes over a row that has pending writes.
func (j *Journal) rebase(c *chain, x *table.Items, i int, isKnown bool) {
	before, next := c.slot, image{}
	if !x.Gone(i) {
		version, versioned := x.Version(i)
		next = succeed(&c.base, image{true, version, given(ascending(x.AppendCells(i, nil)))}, versioned)
		c.known = c.known || isKnown
	} else {
		c.known = false
	}
	// what was confirmed before is part of what the backend has now
	part := c.dropConfirmed()
	if part || next.there != c.base.there || next.version != c.base.version || !sameCells(next.cells, c.base.cells) {
		c.base = next
		c.disturbed(0)
	}
	changed := j.show(c, nil)
	j.mark(c)
	status, slot := table.Same, c.slot
	switch {
	case before == table.NoSlot && slot == table.NoSlot:
		status = table.Missing
	case before == table.NoSlot:
		status = table.Added
	case slot == table.NoSlot:
		status, slot = table.Deleted, before
	case changed:
		status = table.Changed
	}
	x.Put(i, status, slot, j.versionOf(c.slot))
}

// Absent appends the slots of rows that a batch of ids does not name: those that the executor is known to have had and
// that have no pending writes or, with loose, all others.
func (j *Journal) Absent(b *wire.Batch, loose bool, dst []uint32) ([]uint32, *fault.Error) {
	from := len(dst)
	dst, err := j.table.Locate(b, dst)
	if err != nil {
		return dst[:from], err
	}
	live, marks := j.table.LiveWords(), j.table.MarkWords()
	named := make([]uint64, len(live))
	for _, slot := range dst[from:] {
		if slot != table.NoSlot {
			named[slot>>6] |= 1 << (slot & 63)
		}
	}
	dst = dst[:from]
	for w, word := range live {
		had := uint64(0)
		if w < len(marks) {
			had = marks[w]
		}
		for word &^= named[w]; word != 0; word &= word - 1 {
			k := bits.TrailingZeros64(word)
			slot := uint32(w<<6 + k)
			if settled := had>>k&1 != 0 && j.heads.get(slot) == 0; settled != loose {
				dst = append(dst, slot)
			}
		}
	}
	return dst, nil
}
