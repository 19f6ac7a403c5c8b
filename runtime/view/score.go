package view

// Views that are sorted by score have no list: a row that comes or goes may change the score of any other, by what the
// whole table says about each word. Their query is run again when a field that it reads has changed in any row, and the
// window that gives is compared with the last one.

// pullScores brings such a view up to date.
func (v *View) pullScores(d *Delta) {
	m := &v.set.movement
	known, again := !v.stale, v.stale || v.again
	v.stale = true // until it is done, should it panic
	m.gather(v.pending)
	v.pending = v.pending[:0]
	m.old = append(m.old[:0], v.slots...)
	if again {
		slots, page, err := v.query.Run(v.set.source, v.slots[:0])
		if err != nil {
			page = nil // no window: what is wrong with the query would have been told when it was opened
		}
		v.slots = slots
		d.Changed = !samePage(v.page, page)
		if d.Changed {
			v.page = page
		}
		v.rebuild(v.slots)
	}
	v.window = span{0, len(v.slots)}
	if known {
		v.differ(d, m)
	} else {
		d.Reset, d.Changed = true, true
		d.Slots = append(d.Slots, v.slots...)
	}
	m.release()
	v.stale, v.again = false, false
}

// differ tells how the new window differs from m.old: all but what both begin and end with is taken out and put in.
func (v *View) differ(d *Delta, m *movement) {
	old, now := m.old, v.slots
	head := 0
	for head < len(old) && head < len(now) && v.same(m, old[head], now[head]) {
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && v.same(m, old[len(old)-1-tail], now[len(now)-1-tail]) {
		tail++
	}
	d.Removed = appendSpan(d.Removed, head, len(old)-tail, 0)
	d.Inserted = appendSpan(d.Inserted, head, len(now)-tail, 0)
	d.InsertedSlots = append(d.InsertedSlots, now[head:len(now)-tail]...)
	for i, slot := range now {
		if (i < head || i >= len(now)-tail) && m.row(slot) != nil {
			d.Replaced = append(d.Replaced, uint32(i))
			d.ReplacedSlots = append(d.ReplacedSlots, slot)
		}
	}
	if len(d.Removed)+len(d.Inserted)+len(d.Replaced) > 0 {
		d.Changed = true
	}
}

// same tells whether two slots are one and have the same row as before.
func (v *View) same(m *movement, a, b uint32) bool {
	if a != b {
		return false
	}
	r := m.row(a)
	return r == nil || r.why&byIdentity == 0
}
