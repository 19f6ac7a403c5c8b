package write

import (
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Confirm ends a write as the backend has taken it. version is what its row has there now, NaN if it did not say.
func (j *Journal) Confirm(n Number, version float64, e *Effects) {
	place, ok := j.records.find(n)
	if !ok {
		j.confirmLate(n, version, e)
		return
	}
	rec := j.records.at(place)
	if !table.IsVersion(version) {
		version = noVersion
	}
	if rec.flags.has(chained) {
		j.confirmChained(j.chains[rec.ref], n, version, e)
		return
	}
	slot := rec.slot
	if slot == table.NoSlot {
		j.unsetHead(j.id(rec), slot)
	} else {
		j.heads.unset(slot)
		if rec.flags.has(direct) {
			j.table.Mark(slot)
		}
	}
	if slot != table.NoSlot && version == version && j.table.SetVersion(slot, version) {
		e.version(n, slot, version, j.table.ID(slot))
	} else {
		e.confirmed(n)
	}
	j.settle(rec)
}

func (j *Journal) confirmChained(c *chain, n Number, version float64, e *Effects) {
	k := c.index(n)
	w := &c.writes[k]
	wasHidden, wasMoved := w.flags.has(hidden), w.flags.has(moved)
	j.reveal(c, w)
	w.flags |= confirmed
	c.known = c.known || w.flags.has(direct)
	renumbered := false
	var left image
	if wasHidden || wasMoved || version == version {
		left = c.after(k + 1)
		if version == version && w.flags.action() != Delete {
			w.version = version
		}
		if version == version && left.there && left.version != version {
			left.version, renumbered = version, true
			c.disturbed(k + 1)
		}
	}
	shows := c.showsAt(k + 1)
	switch {
	case w.flags.action() == Delete || !left.there || !wasHidden && !wasMoved && !renumbered:
		e.confirmed(n)
	case !shows:
		e.row(n, j.table, c.id, &left)
	case wasHidden || wasMoved:
		e.outcome(Outcome{Kind: Current, Write: n, Slot: c.slot})
	default:
		c.top = nil
		j.table.SetVersion(c.slot, version)
		e.version(n, c.slot, version, c.id)
	}
	j.records.settle(n)
	if wasHidden || renumbered || version == version && c.hidden > 0 { // without the hidden ones, the version may be another
		j.show(c, e)
		if o := &e.Outcomes[len(e.Outcomes)-1]; o.Kind == Current {
			o.Slot = c.slot // it may only show since
		}
	}
	j.finish(c)
}

// reveal makes a write one that is not hidden.
func (j *Journal) reveal(c *chain, w *write) {
	if w.flags.has(hidden) {
		w.flags &^= hidden
		c.hidden--
		j.hidden--
	}
}

// finish ends what an answer did to a chain.
func (j *Journal) finish(c *chain) {
	c.fold()
	j.mark(c)
	j.leave(c)
}

// ConfirmRow ends a write with the row that the backend has now: row number row of a batch of which the rest is not
// looked at. Without a version, the row has the one that the write gave it.
func (j *Journal) ConfirmRow(n Number, b *wire.Batch, row int, e *Effects) {
	m, given := j.rowOf(b, row)
	place, ok := j.records.find(n)
	if !ok {
		if l, ok := j.takeLate(n); ok {
			j.news(l, m, given, e)
		}
		return
	}
	rec := j.records.at(place)
	if rec.flags.has(chained) || rec.slot == table.NoSlot {
		j.confirmRowChained(j.chainAt(place), n, m, given, e)
		return
	}
	slot := rec.slot
	if !given {
		m.version = j.table.Version(slot)
	}
	_, fields, version := j.table.Become(slot, nil, m.version, m.cells, true)
	switch {
	case fields:
		e.changed(slot, j.table.ID(slot))
		e.outcome(Outcome{Kind: Current, Write: n, Slot: slot})
	case version:
		e.version(n, slot, m.version, j.table.ID(slot))
	default:
		e.confirmed(n)
	}
	if rec.flags.has(direct) {
		j.table.Mark(slot)
	}
	j.heads.unset(slot)
	j.settle(rec)
	j.table.Settle()
}

func (j *Journal) confirmRowChained(c *chain, n Number, m image, given bool, e *Effects) {
	k := c.index(n)
	w := c.writes[k]
	wasHidden := w.flags.has(hidden)
	j.reveal(c, &w)
	left := c.after(k + 1)
	switch {
	case given:
	case left.there:
		m.version = left.version
	default:
		m.version = 1
		if c.base.there {
			m.version = table.Next(c.base.version)
		}
	}
	asLeft := !wasHidden && !w.flags.has(moved) && left.there && sameCells(left.cells, m.cells)
	asCalled := asLeft && left.version == m.version
	undisturbed := k == 0 && asCalled // nothing that others build on, or that shows, is another
	c.base = m
	c.known = c.known || w.flags.has(direct)
	kept := c.writes[:0]
	for i := range c.writes {
		switch {
		case i == k:
		case c.writes[i].flags.has(confirmed):
			undisturbed = undisturbed && i < k
		default:
			kept = append(kept, c.writes[i])
		}
	}
	clear(c.writes[len(kept):])
	c.writes = kept
	if !undisturbed {
		c.disturbed(0)
	}
	j.records.settle(n)
	switch {
	case undisturbed:
		e.confirmed(n)
	case w.flags.action() == Delete || asCalled:
		j.show(c, e)
		e.confirmed(n)
	case !c.showsAt(0):
		j.show(c, e)
		e.row(n, j.table, c.id, &m)
	case asLeft && c.slot != table.NoSlot:
		j.table.SetVersion(c.slot, m.version)
		if j.show(c, e) { // writes that had been confirmed on top of it are gone
			e.outcome(Outcome{Kind: Current, Write: n, Slot: c.slot})
		} else {
			e.version(n, c.slot, m.version, c.id)
		}
	default:
		j.show(c, e)
		e.outcome(Outcome{Kind: Current, Write: n, Slot: c.slot})
	}
	j.finish(c)
	j.table.Settle()
}

// rowOf reads a row of a batch; given tells whether it came with a version.
func (j *Journal) rowOf(b *wire.Batch, row int) (m image, given bool) {
	m = image{there: true}
	var scratch [8]byte
	for i := range b.Columns {
		from := &b.Columns[i]
		field, tag := from.Field, from.TagAt(row)
		if len(b.Names) > 0 {
			field = j.table.Field(string(b.Names[field]))
		}
		switch {
		case field == table.FieldID || field >= uint32(j.table.Fields()) || tag == value.Absent || tag == value.Undefined:
		case field == table.FieldVersion:
			if tag == value.Number && table.IsVersion(from.NumberAt(row)) {
				m.version, given = from.NumberAt(row), true
			}
		default:
			payload := append([]byte(nil), from.PayloadAt(row, &scratch)...)
			m.cells = append(m.cells, table.Cell{Field: field, Tag: tag, Payload: payload})
		}
	}
	m.cells = ascending(m.cells)
	return m, given
}

// succeed gives what becomes of a row that was m and is now the next one, which has a version if given.
func succeed(m *image, next image, given bool) image {
	switch {
	case given:
	case !m.there:
		next.version = 1
	case sameCells(m.cells, next.cells):
		next.version = m.version
	default:
		next.version = table.Next(m.version)
	}
	return next
}

func (e *Effects) version(n Number, slot uint32, version float64, id []byte) {
	e.outcome(Outcome{Kind: Version, Write: n, Slot: slot, Version: version, ID: e.keep(id)})
}

func (e *Effects) row(n Number, t *table.Table, id []byte, m *image) {
	at := len(e.bytes)
	e.bytes = appendObject(e.bytes, t, id, m)
	e.outcome(Outcome{Kind: Row, Write: n, Row: e.bytes[at:len(e.bytes):len(e.bytes)]})
}

// Spell has outcomes that point at a row as it shows say what it is, for when it may change once more before it is looked at.
func (j *Journal) Spell(e *Effects) {
	for i := range e.Outcomes {
		o := &e.Outcomes[i]
		if o.Kind != Current && o.Kind != Version || o.Slot == table.NoSlot {
			continue
		}
		id := j.table.ID(o.Slot)
		if o.Kind == Version {
			e.changed(o.Slot, id)
		}
		m, at := imageOf(j.table, o.Slot), len(e.bytes)
		e.bytes = appendObject(e.bytes, j.table, id, &m)
		*o = Outcome{Kind: Row, Write: o.Write, Row: e.bytes[at:len(e.bytes):len(e.bytes)]}
	}
}
