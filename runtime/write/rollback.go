package write

import (
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Refuse ends a write and rolls it back, and with it writes that fail because of that.
func (j *Journal) Refuse(n Number, e *Effects) {
	if _, ok := j.records.find(n); !ok {
		j.takeLate(n) // it has been rolled back, and that is all there is to it
		return
	}
	e.refused(n, n)
	j.back(n, false, e)
}

// Overrule ends a write as Refuse does, and takes over what the backend has in place of it: row number row of a batch, or
// no row if that is negative.
func (j *Journal) Overrule(n Number, b *wire.Batch, row int, e *Effects) {
	m, given := image{}, true
	if row >= 0 {
		m, given = j.rowOf(b, row)
	}
	place, ok := j.records.find(n)
	if !ok {
		if l, ok := j.takeLate(n); ok {
			j.news(l, m, given, e)
		}
		return
	}
	l := &late{id: append([]byte(nil), j.id(j.records.at(place))...), write: write{flags: *j.flags(n)}}
	from := len(e.Changed)
	e.refused(n, n)
	j.back(n, false, e)
	to := len(e.Changed)
	j.remote(l, e, func(c *chain) { c.rebase(m, given) })
	if to > from {
		e.Changed = e.Changed[:to] // the row is told of, as it lay before both
	}
}

// Cancel rolls a write back for which nobody waits any more, and writes that fail because of that; only these are
// reported. One that was sent is remembered: its answer is a change that comes from the backend.
func (j *Journal) Cancel(n Number, e *Effects) {
	if _, ok := j.records.find(n); ok {
		j.back(n, true, e)
	}
}

// back takes a pending write out. open says that it may still be answered.
func (j *Journal) back(n Number, open bool, e *Effects) {
	place, _ := j.records.find(n)
	rec := j.records.at(place)
	open = open && j.flags(n).has(sent)
	if open || rec.flags.has(chained) {
		j.backChained(j.chainAt(place), n, open, e)
	} else {
		j.backSingle(rec, e)
	}
	j.table.Settle()
}

// backSingle undoes the only write of a row.
func (j *Journal) backSingle(rec *record, e *Effects) {
	t := j.table
	switch {
	case rec.flags.has(made):
		e.changed(rec.slot, t.ID(rec.slot))
		j.heads.unset(rec.slot)
		t.Remove(rec.slot)
	case rec.slot == table.NoSlot:
		id, version, cells := j.undo.read(rec.ref, j.cells[:0])
		e.changed(table.NoSlot, id)
		j.unsetHead(id, table.NoSlot)
		slot, _, _ := t.Become(table.NoSlot, id, version, cells, true)
		if rec.flags.has(known) {
			t.Mark(slot)
		}
		j.release(cells)
	default:
		_, version, cells := j.undo.read(rec.ref, j.cells[:0])
		e.changed(rec.slot, t.ID(rec.slot))
		j.heads.unset(rec.slot)
		changed := cells[:0]
		for _, cell := range cells {
			if cell.Tag != value.Undefined {
				changed = append(changed, cell)
			}
		}
		t.Become(rec.slot, nil, version, changed, false)
		j.release(cells)
	}
	j.settle(rec)
}

// release keeps the room that cells took, and nothing that they lead to.
func (j *Journal) release(cells []table.Cell) {
	clear(cells)
	j.cells = cells[:0]
}

func (j *Journal) backChained(c *chain, n Number, open bool, e *Effects) {
	k := c.index(n)
	w := c.writes[k]
	made := w.flags.action() == Add // whatever has come below it since
	if w.flags.action() == Upsert {
		before := c.after(k)
		made = !before.there
	}
	kept := c.writes[:k]
	j.takeOut(c, w, open)
	for i := k + 1; i < len(c.writes); i++ {
		w := c.writes[i]
		if w.flags.action() == Add || w.flags.action() == Upsert {
			made = false
		}
		if !made || w.flags.has(confirmed) {
			kept = append(kept, w)
			continue
		}
		e.refused(w.number, n)
		j.takeOut(c, w, w.flags.has(sent))
	}
	clear(c.writes[len(kept):])
	c.writes = kept
	c.disturbed(k)
	j.show(c, e)
	j.finish(c)
}

// takeOut forgets a write, or remembers it until its answer.
func (j *Journal) takeOut(c *chain, w write, open bool) {
	j.reveal(c, &w)
	j.records.settle(w.number)
	if !open {
		return
	}
	if j.late == nil {
		j.late = map[Number]*late{}
	}
	j.late[w.number] = &late{c.id, w}
}

// takeLate gives a write that was rolled back and is answered only now, and forgets it.
func (j *Journal) takeLate(n Number) (l *late, ok bool) {
	if l, ok = j.late[n]; ok {
		if delete(j.late, n); len(j.late) == 0 {
			j.late = nil
		}
	}
	return l, ok
}

func (j *Journal) confirmLate(n Number, version float64, e *Effects) {
	if l, ok := j.takeLate(n); ok {
		if l.version = noVersion; table.IsVersion(version) {
			l.version = version
		}
		from := len(e.Changed)
		j.remote(l, e, func(c *chain) {
			if !c.stale(l.version) {
				c.base.apply(&l.write)
			}
		})
		e.late(from)
	}
}

// news takes over the row that the answer to a late write brings, unless the backend is known to have had a later one.
func (j *Journal) news(l *late, m image, given bool, e *Effects) {
	from := len(e.Changed)
	j.remote(l, e, func(c *chain) {
		if !given || !m.there || !c.stale(m.version) {
			c.rebase(m, given)
		}
	})
	e.late(from)
}

// rebase puts what the backend has under what is pending; what was confirmed before is part of it.
func (c *chain) rebase(m image, given bool) {
	if m.there {
		m = succeed(&c.base, m, given)
	}
	c.base = m
	c.dropConfirmed()
}

// stale tells whether the backend has had a later version of the row than this one. NaN is none.
func (c *chain) stale(version float64) bool {
	last := 0.0
	if c.base.there {
		last = c.base.version
	}
	for i := range c.writes {
		if w := &c.writes[i]; w.flags.has(confirmed) && w.version > last {
			last = w.version
		}
	}
	return version < last
}

// remote changes the base of a late write's row.
func (j *Journal) remote(l *late, e *Effects, change func(*chain)) {
	slot, _ := j.table.Lookup(l.id)
	var c *chain
	if head := j.head(l.id, slot); head != 0 {
		c = j.chainOf(head)
	} else {
		c = &chain{loose: true, id: l.id, slot: slot, base: imageOf(j.table, slot), known: j.table.Marked(slot)}
	}
	change(c)
	c.known = c.known || l.flags.has(direct)
	c.disturbed(0)
	j.show(c, e)
	j.finish(c)
	j.table.Settle()
}
