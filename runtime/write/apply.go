package write

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// The writes answer their items as those of package table do. Statuses go by all writes that were called before,
// hidden ones included. Items that are Added, Changed or Deleted get consecutive numbers from first on; 0 says that
// there are none, as it always is for Local writes. Slots of what does not show are NoSlot.

// Add makes rows. See table.Table.Add.
func (j *Journal) Add(b *wire.Batch, mode Mode, res *table.Results) (first Number, err *fault.Error) {
	if mode == Hidden || j.hidden > 0 || len(j.absent) > 0 {
		return j.each(b, flags(Add), mode, res)
	}
	if err := j.table.Add(b, res); err != nil || mode == Local {
		return 0, err
	}
	first = j.counter.last + 1
	for i, slot := range res.Slots {
		if res.Status[i] == table.Added {
			place := j.records.push(record{number: j.number(), slot: slot, flags: flags(Add) | made})
			j.heads.set(slot, place+1)
		}
	}
	if first > j.counter.last {
		return 0, nil
	}
	return first, nil
}

// Update patches rows. See table.Table.Update.
func (j *Journal) Update(b *wire.Batch, mode Mode, res *table.Results) (first Number, err *fault.Error) {
	return j.each(b, flags(Update), mode, res)
}

// Upsert makes or changes rows. See table.Table.Upsert.
func (j *Journal) Upsert(b *wire.Batch, isLWW, isReplace bool, mode Mode, res *table.Results) (first Number, err *fault.Error) {
	f := flags(Upsert)
	if isLWW {
		f |= lww
	}
	if isReplace {
		f |= replace
	}
	return j.each(b, f, mode, res)
}

// Delete removes rows. See table.Table.Delete.
func (j *Journal) Delete(b *wire.Batch, mode Mode, res *table.Results) (first Number, err *fault.Error) {
	return j.each(b, flags(Delete), mode, res)
}

func (j *Journal) each(b *wire.Batch, f flags, mode Mode, res *table.Results) (first Number, err *fault.Error) {
	x, err := j.table.Items(b, f.action() == Add, res)
	if err != nil {
		return 0, err
	}
	first = j.counter.last + 1
	for i := j.together(&x, f, mode, res); i < x.Len(); i++ {
		id, slot := x.Find(i)
		switch head := j.head(id, slot); {
		case head != 0:
			j.onto(j.chainOf(head), &x, i, f, mode)
		case mode == Hidden:
			if status := refusal(&x, i, f, slot != table.NoSlot, j.versionOf(slot)); status != table.Added {
				x.Put(i, status, slot, j.versionOf(slot))
				continue
			}
			c := j.begin(id, slot)
			j.onto(c, &x, i, f, mode)
			j.leave(c)
		default:
			j.plain(&x, i, id, slot, f, mode)
		}
	}
	x.End()
	if first > j.counter.last {
		first = 0
	}
	return first, nil
}

// together applies the items at the start that change rows without pending writes, and gives how many.
func (j *Journal) together(x *table.Items, f flags, mode Mode, res *table.Results) int {
	if mode == Hidden || len(j.absent) > 0 || f.action() != Update && f.action() != Upsert {
		return 0
	}
	var busy func(slot uint32) bool
	if j.heads.count > 0 {
		busy = func(slot uint32) bool { return j.heads.get(slot) != 0 }
	}
	adds := f.action() == Upsert
	rules := table.Rules{Adds: adds, LWW: !adds || f.has(lww), Replace: f.has(replace)}
	n := x.Together(rules, busy)
	if mode == Tracked {
		removes := x.Removes()
		for i, status := range res.Status[:n] {
			if slot := res.Slots[i]; status == table.Added {
				rec := record{slot: slot, flags: f | made}
				if removes {
					rec.ref = j.removed(x, i, f)
				}
				j.keep(rec)
			} else if status == table.Changed {
				j.keep(record{slot: slot, flags: f, ref: j.former(x, i, slot, f)})
			}
		}
	}
	x.Apply(rules, n)
	return n
}

// keep numbers a write that is the only one of its row, which shows.
func (j *Journal) keep(rec record) {
	rec.number = j.number()
	j.heads.set(rec.slot, j.records.push(rec)+1)
}

// former puts aside what a write is about to change.
func (j *Journal) former(x *table.Items, i int, slot uint32, f flags) (ref uint32) {
	j.undo.start(nil, j.table.Version(slot))
	j.undo.entry = x.AppendBefore(i, slot, f.has(replace), j.undo.entry)
	return j.undo.put()
}

// removed puts aside which fields a write that makes a row would have removed.
func (j *Journal) removed(x *table.Items, i int, f flags) (ref uint32) {
	if f.exact() {
		return 0
	}
	j.undo.start(nil, 0)
	at := len(j.undo.entry)
	if j.undo.entry = x.AppendRemoved(i, j.undo.entry); len(j.undo.entry) == at {
		return 0
	}
	return j.undo.put()
}

func (j *Journal) versionOf(slot uint32) float64 {
	if slot == table.NoSlot {
		return 0
	}
	return j.table.Version(slot)
}

// refusal gives the status of an item that cannot be applied to a row of this version; Added if it can.
func refusal(x *table.Items, i int, f flags, there bool, version float64) table.Status {
	switch f.action() {
	case Add:
		if there {
			return table.AlreadyExists
		}
	case Update:
		if !there {
			return table.NotFound
		}
	case Delete:
		if !there {
			return table.Missing
		}
	default:
		if f.has(lww) {
			break
		}
		if expected, any := x.Expects(i); any && (!there || expected != version) {
			return table.Conflict
		}
	}
	return table.Added
}

// plain applies an item to a row without pending writes.
func (j *Journal) plain(x *table.Items, i int, id []byte, slot uint32, f flags, mode Mode) {
	there, version := slot != table.NoSlot, j.versionOf(slot)
	if status := refusal(x, i, f, there, version); status != table.Added {
		x.Put(i, status, slot, version)
		return
	}
	rec := record{slot: slot, flags: f}
	switch {
	case !there:
		rec.slot = x.Add(i, id)
		if mode == Local {
			return
		}
		rec.flags |= made
		rec.ref = j.removed(x, i, f)
	case mode == Local:
		if f.action() == Delete {
			x.Delete(i, slot)
		} else {
			x.Patch(i, slot, f.has(replace))
		}
		return
	case f.action() == Delete:
		j.undo.start(id, version)
		j.undo.entry = j.table.AppendRow(slot, j.undo.entry)
		if j.table.Marked(slot) {
			rec.flags |= known
		}
		x.Delete(i, slot)
		rec.slot, rec.ref = table.NoSlot, j.undo.put()
	default:
		j.undo.start(nil, version)
		j.undo.entry = x.AppendBefore(i, slot, f.has(replace), j.undo.entry)
		if !x.Patch(i, slot, f.has(replace)) {
			return
		}
		rec.ref = j.undo.put()
	}
	rec.number = j.number()
	place := j.records.push(rec)
	if rec.slot != table.NoSlot {
		j.heads.set(rec.slot, place+1)
	} else {
		j.setHead(id, table.NoSlot, place+1)
	}
}

// onto applies an item to a row that has a chain.
func (j *Journal) onto(c *chain, x *table.Items, i int, f flags, mode Mode) {
	if mode == Hidden || c.hidden > 0 {
		j.beneath(c, x, i, f, mode)
		return
	}
	version := j.versionOf(c.slot)
	if status := refusal(x, i, f, c.slot != table.NoSlot, version); status != table.Added {
		x.Put(i, status, c.slot, version)
		return
	}
	w := write{flags: f, version: noVersion, cells: ascending(x.AppendCells(i, nil))}
	switch {
	case c.slot == table.NoSlot:
		j.lies(c, x.Add(i, c.id))
	case f.action() == Delete:
		x.Delete(i, c.slot)
		j.lies(c, table.NoSlot)
	case !x.Patch(i, c.slot, f.has(replace)):
		return
	}
	c.top = nil
	j.append(c, w, mode)
}

// beneath applies an item where what shows is not what it builds on.
func (j *Journal) beneath(c *chain, x *table.Items, i int, f flags, mode Mode) {
	top := c.all()
	if status := refusal(x, i, f, top.there, top.version); status != table.Added {
		x.Put(i, status, c.slot, top.version)
		return
	}
	w := write{flags: f, version: noVersion, cells: ascending(x.AppendCells(i, nil))}
	before, m := *top, top.clone()
	if !m.apply(&w) {
		x.Put(i, table.Same, c.slot, top.version)
		return
	}
	status, version := table.Changed, m.version
	switch {
	case !m.there:
		status, version = table.Deleted, before.version
	case !before.there:
		status = table.Added
	}
	c.top = &m
	if mode == Hidden {
		w.flags |= hidden
		c.hidden++
		j.hidden++
	}
	j.append(c, w, mode)
	slot := c.slot
	if mode != Hidden {
		j.show(c, nil)
		if c.slot != table.NoSlot {
			slot = c.slot // else it is where it lay before
		}
	}
	x.Put(i, status, slot, version)
}

// append adds a write to a chain.
func (j *Journal) append(c *chain, w write, mode Mode) {
	if mode == Local {
		w.number = j.counter.last
		w.flags |= confirmed
	} else {
		w.number = j.number()
		j.records.push(record{number: w.number, slot: c.slot, ref: c.number, flags: chained})
	}
	c.writes = append(c.writes, w)
}
