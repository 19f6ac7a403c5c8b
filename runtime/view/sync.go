package view

import "github.com/atoma-dev/atoma/runtime/table"

// Sync takes notice of what changed in the table since the last Sync, and marks the views that may have something to
// pull. It costs next to nothing if nothing changed.
func (s *Set) Sync() {
	if s.reader == nil || !s.reader.Pending() {
		return
	}
	entries, all := s.reader.Read()
	s.rebind()
	if all {
		s.expireAll()
		return
	}
	for _, r := range s.routes {
		if r.active {
			r.pass(entries)
		}
	}
	for _, v := range s.unrouted {
		for i := range entries {
			v.offer(entries[i].Slot, entries[i].Fields)
		}
	}
}

// rebind has all views look for their fields again if the table has new ones, before rows that have them are looked at.
func (s *Set) rebind() {
	if n := s.source.Table.Fields(); n != s.fields {
		s.fields = n
		for _, v := range s.views {
			if v != nil {
				v.matcher.Refresh()
				v.order.Refresh()
				v.bind()
			}
		}
		for _, r := range s.routes {
			r.bind(s.source.Table)
		}
	}
}

// expireAll has all queries run again.
func (s *Set) expireAll() {
	for _, v := range s.views {
		if v != nil {
			v.expire()
		}
	}
	for _, r := range s.routes {
		clear(r.labels)
	}
}

// expire has the query run again at the next Pull.
func (v *View) expire() {
	v.stale, v.pending = true, nil
	v.set.mark(v)
}

// freshRow is the FieldBit that only added and deleted rows have: an id never changes.
const freshRow = 1 << table.FieldID

// maxNotes is how many notes a view takes that is not pulled, besides one for each four of its rows. With more, its query
// is run again.
const maxNotes = 4096

// offer tells a view that a row changed in some fields. The row is looked at as it is now, which may be after further
// changes: of those the view is told as well.
func (v *View) offer(slot uint32, fields uint64) {
	if v.stale {
		return
	}
	switch v.kind {
	case ofRows:
		why := v.reason(fields)
		if v.members.has(slot) || why&(byFilter|byIdentity) != 0 && v.matcher.Match(slot) {
			v.take(slot, why)
		}
	case ofScores:
		why := v.reason(fields)
		if why != 0 && !v.again {
			v.again = true
			v.set.mark(v)
		}
		if v.members.has(slot) {
			v.take(slot, why)
		}
	case ofCount:
		v.recount(slot, fields)
	case ofAll:
		v.count = v.set.source.Table.Len()
		v.remark()
	}
}

func (v *View) reason(fields uint64) (why why) {
	if fields&v.filters != 0 {
		why = byFilter
	}
	if fields&v.sorts != 0 {
		why |= byOrder
	}
	if fields&freshRow != 0 {
		why |= byIdentity
	}
	return why
}

// take notes that a row is to be looked at.
func (v *View) take(slot uint32, why why) {
	if len(v.pending) >= maxNotes+v.members.n/4 {
		v.expire()
		return
	}
	v.pending = append(v.pending, note{slot, why})
	v.set.mark(v)
}

// recount counts a row that is new, gone, or matches where it did not or the other way round.
func (v *View) recount(slot uint32, fields uint64) {
	if fields&(v.filters|freshRow) == 0 {
		return
	}
	was, is := v.members.has(slot), v.matcher.Match(slot)
	switch {
	case is && !was:
		v.members.add(slot, len(v.set.source.Table.LiveWords()))
	case was && !is:
		v.members.remove(slot)
	default:
		return
	}
	v.count = v.members.n
	v.remark()
}

// remark marks a count view if its count is another than the one it told.
func (v *View) remark() {
	if v.count != v.told {
		v.set.mark(v)
	} else {
		v.set.unmark(v)
	}
}
