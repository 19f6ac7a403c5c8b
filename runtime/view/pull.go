package view

import "github.com/atoma-dev/atoma/runtime/query"

// Pull brings the view up to date with the table and says how its window, or its count, differs from what it was at the
// last Pull; the first one gives a Reset. So does one that can't tell, because too much has changed.
func (v *View) Pull(d *Delta) {
	s := v.set
	s.Sync()
	d.clear()
	first := v.fresh
	v.fresh = false
	switch {
	case v.kind == ofCount || v.kind == ofAll:
		v.pullCount(d)
	case v.kind == ofScores:
		v.pullScores(d)
	case v.stale:
		v.run(d)
	case len(v.pending) > 0:
		v.update(d)
	}
	if first {
		d.Changed, d.Reset = true, true
	}
	s.unmark(v)
	d.Len, d.Count, d.Page = v.window.to-v.window.from, v.count, v.page
}

func (v *View) pullCount(d *Delta) {
	switch {
	case !v.stale:
	case v.kind == ofAll:
		v.count = v.set.source.Table.Len()
	default:
		m := &v.set.movement
		m.new = v.query.All(v.set.source, m.new[:0])
		v.rebuild(m.new)
		v.count = v.members.n
	}
	v.stale = false
	d.Changed = v.count != v.told
	v.told = v.count
}

// rebuild makes slots the members.
func (v *View) rebuild(slots []uint32) {
	v.members.build(slots, len(v.set.source.Table.LiveWords()), &v.set.movement.bits)
	v.stale, v.pending = false, v.pending[:0]
	if v.route != nil && v.route.active {
		v.route.label(v)
	}
}

// run makes list and window by running the query.
func (v *View) run(d *Delta) {
	m := &v.set.movement
	m.new = v.query.All(v.set.source, m.new[:0])
	v.rebuild(m.new)
	v.list.Build(m.new)
	v.window, v.page = v.place()
	v.reset(d)
}

// place gives the part of the list that the query asks for.
func (v *View) place() (window span, page *query.PageInfo) {
	t, n := v.set.source.Table, v.list.Len()
	window.from, window.to = v.query.Window(n, v.search, t)
	if v.query.Paged() {
		page = v.query.Info(window.from, window.to, n, v.at, t)
	}
	return window, page
}

// reset has the delta tell the whole window.
func (v *View) reset(d *Delta) {
	d.clear()
	d.Changed, d.Reset = true, true
	d.Slots = v.list.Append(d.Slots, v.window.from, v.window.to)
}

const (
	// Up to so many moves are made one by one, or up to one for so many rows: for more, the list is made anew.
	fewMoves   = 8
	mergeShare = 256
	// From one move in so many rows on, of which those that a run would only filter count for an eighth, the query is run
	// again, which then takes as long as merging (measured with a sort by number); but not for so few.
	runShare = 4
	minRun   = 64
	// A delta that inserts more than one row in so many of the window, and not just a few, is told as a whole window.
	resetShare = 2
	minReset   = 64
)

// update works the notes in.
func (v *View) update(d *Delta) {
	m, t := &v.set.movement, v.set.source.Table
	v.stale = true // until it is done, should it panic
	m.gather(v.pending)
	v.pending = v.pending[:0]
	v.decide(m)
	before, page := v.window, v.page
	if moving := len(m.leaving) + len(m.entering); moving > 0 {
		n := v.list.Len() + len(m.entering)
		switch {
		case moving <= fewMoves || moving <= n/mergeShare:
			v.relocate(m)
		case moving > minRun && moving*runShare > n+t.Len()/8:
			v.redo(m)
		default:
			v.merge(m)
		}
		m.settle()
		v.window, v.page = v.place()
	}
	kept := d.shift(m.removed, m.inserted, before, v.window, v.list.Append)
	v.replace(d, m, kept)
	m.release()
	v.stale = false
	if samePage(page, v.page) {
		v.page = page
	} else {
		d.Changed = true
	}
	if len(d.Removed)+len(d.Inserted)+len(d.Replaced) > 0 {
		d.Changed = true
	}
	if n := v.window.to - v.window.from; len(d.Inserted) > minReset && len(d.Inserted) > n/resetShare {
		v.reset(d)
	}
}

// decide finds out what became of each row with a note, and keeps members up.
func (v *View) decide(m *movement) {
	words := len(v.set.source.Table.LiveWords())
	for i := range m.rows {
		slot := m.rows[i].slot
		was := v.members.has(slot)
		is := was
		if m.rows[i].why&(byFilter|byIdentity) != 0 {
			is = v.matcher.Match(slot)
		}
		switch {
		case was && !is:
			v.members.remove(slot)
		case is && !was:
			v.members.add(slot, words)
		}
		m.decide(uint32(i), was, is)
	}
}

// relocate moves rows one by one: for few.
func (v *View) relocate(m *movement) {
	for _, number := range m.leaving {
		r := &m.rows[number]
		r.old = uint32(v.list.Rank(r.slot))
	}
	for _, number := range m.leaving {
		v.list.Remove(m.rows[number].slot)
	}
	for _, number := range m.entering {
		v.list.Insert(m.rows[number].slot)
	}
	for _, number := range m.entering {
		r := &m.rows[number]
		r.new = uint32(v.list.Rank(r.slot))
	}
	m.byOld(m.leaving)
	m.byNew(m.entering)
}
