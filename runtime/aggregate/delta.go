package aggregate

import (
	"bytes"
	"slices"
)

// Delta is how the list of groups' rows became another: the old one without Removed, then with Inserted at their places,
// then with Replaced at theirs. Positions are ascending. Rows of groups are valid until the next Pull of the view.
type Delta struct {
	Changed bool    // anything at all
	Reset   bool    // the list is Groups, whatever it was
	Groups  []Group // with Reset only

	Removed        []uint32 // positions in the old list
	Inserted       []uint32 // positions in the new list
	InsertedGroups []Group
	Replaced       []uint32 // positions in the new list, of groups that were in the old one
	ReplacedGroups []Group

	Len int // of the new list
}

// Pull takes up what was written, and says in d how the groups' rows changed since the last Pull. The first one gives
// Reset. Memory of d is used again.
func (v *View) Pull(d *Delta) {
	*d = Delta{
		Groups: d.Groups[:0], Removed: d.Removed[:0], Inserted: d.Inserted[:0], InsertedGroups: d.InsertedGroups[:0],
		Replaced: d.Replaced[:0], ReplacedGroups: d.ReplacedGroups[:0],
	}
	if v.pulled {
		v.sync()
		v.diff(d)
	} else {
		v.start(d)
	}
	d.Len = v.order.Len()
	if dead := v.tally.groups.size() - d.Len; dead > manyDead+v.tally.table.Len()/8 {
		v.renumber()
	}
}

// manyDead is how many groups without rows keep their numbers in any case, beside as many as an eighth of the rows.
const manyDead = 1024

func (v *View) start(d *Delta) {
	v.pulled = true
	v.reader.Read() // what was written since Open is in the table
	v.refresh()
	v.rebuild()
	list := v.tally.alive()
	v.order.Build(list)
	for _, g := range list {
		v.render(g)
		v.show(g)
		d.Groups = append(d.Groups, v.shown[g])
	}
	v.untouch()
	d.Reset, d.Changed = true, true
}

// diff compares the groups that were touched with what they showed. The lists of d hold groups at first, and then what
// their positions are.
func (v *View) diff(d *Delta) {
	for _, g := range v.touched {
		was := int(g) < len(v.shown) && v.shown[g] != nil
		list := &d.Removed
		if v.tally.isAlive(g) {
			v.render(g)
			list = &d.Inserted
			if was {
				if bytes.Equal(v.row, v.shown[g]) {
					continue
				}
				list = &d.Replaced
			}
			v.show(g)
		} else if !was {
			continue
		}
		*list = append(*list, g)
	}
	v.untouch()
	v.locate(d.Removed)
	for i := len(d.Removed) - 1; i >= 0; i-- {
		g := v.order.At(int(d.Removed[i]))
		v.order.Remove(g)
		v.shown[g] = nil
	}
	if len(d.Inserted) > v.order.Len() {
		v.order.Build(v.tally.alive())
	} else {
		for _, g := range d.Inserted {
			v.order.Insert(g)
		}
	}
	d.InsertedGroups = v.rowsAt(d.Inserted, d.InsertedGroups)
	d.ReplacedGroups = v.rowsAt(d.Replaced, d.ReplacedGroups)
	d.Changed = len(d.Removed)+len(d.Inserted)+len(d.Replaced) > 0
}

// locate turns groups into their positions, ascending. Many are found by going over all; no group is marked meanwhile.
func (v *View) locate(groups []uint32) {
	if len(groups) < v.order.Len()/manyShare {
		for i, g := range groups {
			groups[i] = uint32(v.order.Rank(g))
		}
		slices.SortFunc(groups, func(a, b uint32) int { return int(a) - int(b) })
		return
	}
	for _, g := range groups {
		v.marked[g] = true
	}
	found := groups[:0]
	for i := 0; len(found) < len(groups); {
		run := v.order.Run(i)
		for k, g := range run {
			if v.marked[g] {
				v.marked[g] = false
				found = append(found, uint32(i+k))
			}
		}
		i += len(run)
	}
}

// rowsAt turns groups into their positions, ascending, and appends their rows.
func (v *View) rowsAt(groups []uint32, dst []Group) []Group {
	v.locate(groups)
	for _, at := range groups {
		dst = append(dst, v.shown[v.order.At(int(at))])
	}
	return dst
}

// render writes the row of a group as it is now to v.row.
func (v *View) render(group uint32) { v.row = v.tally.appendRow(v.row[:0], group, v.extreme) }

// show makes v.row the row that a group shows.
func (v *View) show(group uint32) {
	for int(group) >= len(v.shown) {
		v.shown = append(v.shown, nil)
	}
	v.shown[group] = append(v.shown[group][:0], v.row...)
}

func (v *View) untouch() {
	for _, g := range v.touched {
		v.marked[g] = false
	}
	v.touched = v.touched[:0]
}

// renumber forgets groups without rows, right after a diff.
func (v *View) renumber() {
	old := v.tally.groups
	list := v.order.Append(nil, 0, v.order.Len())
	shown := make([][]byte, len(list))
	fresh := newGroups(v.tally.spec)
	for i, g := range list {
		n := fresh.adopt(&old, g)
		list[i], shown[n] = n, v.shown[g]
	}
	*v.tally = *newTally(v.tally.spec, v.tally.table)
	v.tally.groups = fresh
	v.tally.grow()
	v.shown, v.marked = shown, nil
	v.order.Build(list)
	v.rebuild()
	v.untouch()
}
