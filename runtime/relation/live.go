package relation

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/intmap"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/view"
)

// Live keeps the trees of the parents in a view's window, as Attach would make them now. It follows the tables of all
// stores that the includes lead to, and the parents' own, and does nothing until Update: it then reads which rows have
// changed, and a changed row concerns
//
//   - the parents whose tree holds it, by the links from the row up;
//   - the cells that look for its key as it is now, by the hash of that, if it passes the filter and comes before the last
//     row of a full list: these may have to take it in;
//   - its own cells, if what changed decides about a branch or key.
//
// Only such cells are brought up to date, top down: from the list that they have where that is enough (patch), else by a
// look-up. Parents are told of when a list differs or a row in the tree has changed. A change costs the cells that it
// concerns, each a walk over its list, and the trees that are sent; it costs no more in a large window than in a small
// one. Memory is for the parents in the window and what is attached to them: 20 bytes for each place of a row in a list,
// about 36 for each row, and 36 for each include of a row.
//
// A log that was given up (table.Reader) has all cells of that store evaluated anew.
type Live struct {
	plan     *plan
	top      *level
	bound    bool     // refreshed once
	window   []uint32 // entries of the top level, in order
	numbered int      // entries at places below it know their place
	update   uint32   // number of the update, for marks
	changed  []uint32 // entries of the top level marked in this update
	leaving  []uint32 // entries that the window has removed
	dirty    []table.Entry
	seen     intmap.Map // slot → index in dirty
}

// Trees says which parents of a window have a new tree.
type Trees struct {
	Positions []uint32 // in the window, ascending
	Stream    []uint32 // the tree of each, one after the other
}

// NewLive makes a Live without parents: they come with the first delta, which is a Reset. Close it.
func NewLive(stores Stores, store string, q *query.Query) *Live {
	l := &Live{plan: bind(stores, store, q)}
	l.top = l.plan.levels[0]
	for _, level := range l.plan.levels {
		level.reader = level.table.Follow()
		level.rows.reset()
	}
	return l
}

// Close ends the Live and lets all memory go. It may be called again.
func (l *Live) Close() {
	if l.plan != nil {
		for _, level := range l.plan.levels {
			level.reader.Close()
		}
	}
	*l = Live{}
}

// Stale tells whether a related row may have changed since the last Update. The parents' own changes are the view's to
// tell. It costs a comparison for each level of the includes.
func (l *Live) Stale() bool {
	if l.plan == nil {
		return false
	}
	for _, level := range l.plan.levels[1:] {
		if level.reader.Pending() {
			return true
		}
	}
	return false
}

// Bytes is how much memory the trees take.
func (l *Live) Bytes() int {
	n := 4 * cap(l.window)
	if l.plan != nil {
		for _, level := range l.plan.levels {
			n += level.rows.bytes()
		}
	}
	return n
}

// Update takes over how the window differs from what it was at the last Update, and works in what has changed in any of
// the stores since then. The delta may be one without changes; each one of the view must come by, in order, and no write
// between it and the call. out, whose memory is used again, is given the parents whose tree must be sent: rows that were
// inserted, rows that were replaced, rows with a change anywhere in their tree; after a Reset, all.
func (l *Live) Update(d *view.Delta, out *Trees) {
	out.Positions, out.Stream = out.Positions[:0], out.Stream[:0]
	if l.plan == nil {
		return
	}
	l.update++
	l.changed = l.changed[:0]
	l.refresh()
	if d.Changed && d.Reset {
		l.reset(d.Slots)
	} else {
		l.advance(d)
	}
	l.answer(out)
}

// refresh takes notice of what tables have defined, and has look-ups see rows as they are now. What is of a table that
// did not change is as it was.
func (l *Live) refresh() {
	for _, level := range l.plan.levels {
		for _, n := range level.includes {
			n.refresh()
		}
		if level.from != nil && (!l.bound || level.reader.Pending()) {
			level.from.refresh()
		}
	}
	l.bound = true
}

// reset begins anew with a window.
func (l *Live) reset(slots []uint32) {
	for _, level := range l.plan.levels {
		level.reader.Read()
		level.rows.reset()
		if level.from != nil {
			level.from.keys.Clear()
		}
	}
	l.window, l.numbered = l.window[:0], 0
	for _, slot := range slots {
		e := l.top.acquire(slot)
		l.top.rows.entries[e].holders = present
		l.window = append(l.window, e)
		l.mark(l.top, e)
	}
}

// advance goes on from the window before. Rows that left stay for as long as it takes to see which come in elsewhere.
func (l *Live) advance(d *view.Delta) {
	if d.Changed {
		l.leave(d.Removed)
	}
	l.read(l.top)
	if d.Changed {
		l.enter(d.Inserted, d.InsertedSlots)
		for _, position := range d.Replaced {
			l.mark(l.top, l.window[position])
		}
	}
	for _, e := range l.leaving {
		if l.top.rows.entries[e].holders == none {
			l.top.drop(e)
		}
	}
	l.leaving = l.leaving[:0]
	for _, level := range l.plan.levels {
		l.settle(level)
	}
}

// leave takes rows out of the window.
func (l *Live) leave(removed []uint32) {
	if len(removed) == 0 {
		return
	}
	to := removed[0]
	for i, position := range removed {
		e := l.window[position]
		l.leaving = append(l.leaving, e)
		l.top.rows.entries[e].holders = none
		end := uint32(len(l.window))
		if i+1 < len(removed) {
			end = removed[i+1]
		}
		to += uint32(copy(l.window[to:], l.window[position+1:end]))
	}
	l.window = l.window[:to]
	l.numbered = min(l.numbered, int(removed[0]))
}

// enter puts rows into the window, from the back, so that each of those there moves once.
func (l *Live) enter(inserted, slots []uint32) {
	if len(inserted) == 0 {
		return
	}
	from := len(l.window)
	l.window = slices.Grow(l.window, len(inserted))[:from+len(inserted)]
	to := len(l.window)
	for i := len(inserted) - 1; i >= 0; i-- {
		at := int(inserted[i])
		n := to - at - 1
		copy(l.window[at+1:to], l.window[from-n:from])
		from, to = from-n, at
		e := l.top.acquire(slots[i])
		l.top.rows.entries[e].holders = present
		l.window[at] = e
		l.mark(l.top, e)
	}
	l.numbered = min(l.numbered, int(inserted[0]))
}

// mark notes that the tree of an entry differs, and so those of all that hold it.
func (l *Live) mark(level *level, e uint32) {
	entry := &level.rows.entries[e]
	if entry.mark == l.update {
		return
	}
	entry.mark = l.update
	if level.from == nil {
		l.changed = append(l.changed, e)
		return
	}
	above := level.from.include.level
	for k := entry.holders; k != none; k = level.rows.links[k].next {
		l.mark(above, level.rows.links[k].holder/uint32(len(above.includes)))
	}
}

// settle brings the cells of a level up to date, whose rows are settled already, with the rows of the levels below.
func (l *Live) settle(level *level) {
	for _, n := range level.includes {
		for _, b := range n.branches {
			l.read(b.child)
		}
	}
	for _, c := range level.rows.stale { // bringing one up to date makes no other stale
		if l.renew(level, c) {
			l.mark(level, c/uint32(len(level.includes)))
		}
	}
	level.rows.stale = level.rows.stale[:0]
	for _, n := range level.includes {
		for _, b := range n.branches {
			b.offers = b.offers[:0]
		}
	}
}

// renew brings a cell up to date and tells whether its list differs.
func (l *Live) renew(level *level, c uint32) bool {
	cell := &level.rows.cells[c]
	if !cell.stale {
		return false
	}
	anew := cell.anew
	cell.stale, cell.anew = false, false
	if !anew {
		if changed, ok := level.includes[int(c)%len(level.includes)].patch(c, l.update); ok {
			return changed
		}
	}
	cell.offers = none
	return level.evaluate(c)
}

// read works in what changed in the table of a level: which of its rows' cells, and of the cells of the level above, are
// stale.
func (l *Live) read(level *level) {
	entries, all := level.reader.Read()
	if all {
		l.readAll(level)
		return
	}
	if len(entries) > 1 {
		entries = l.merge(entries)
	}
	for _, entry := range entries {
		l.changedRow(level, entry)
	}
	if b := level.from; b != nil {
		b.offerAll(entries, l.update)
	}
}

// merge makes entries of one row one.
func (l *Live) merge(entries []table.Entry) []table.Entry {
	l.dirty = l.dirty[:0]
	for _, e := range entries {
		if i, ok := l.seen.Get(e.Slot); ok {
			l.dirty[i].Fields |= e.Fields
			continue
		}
		l.seen.Put(e.Slot, uint32(len(l.dirty)))
		l.dirty = append(l.dirty, e)
	}
	l.seen.Clear()
	return l.dirty
}

// readAll is read when any row may have changed: all is evaluated anew, and each row counts as changed.
func (l *Live) readAll(level *level) {
	for e := range level.rows.entries {
		if level.rows.alive(uint32(e)) {
			l.touch(level, uint32(e), table.AllFields)
		}
	}
	if level.from == nil {
		return
	}
	level.from.outdateAll()
}

// changedRow is read for one row, which may be gone, and the cells that hold it.
func (l *Live) changedRow(level *level, entry table.Entry) {
	e, held := level.rows.bySlot.Get(entry.Slot)
	if !held {
		return
	}
	l.touch(level, e, entry.Fields)
	if b := level.from; b != nil && b.concerns(entry) {
		held := &level.rows.entries[e]
		held.moved = l.update
		for k := held.holders; k != none; k = level.rows.links[k].next {
			b.include.level.outdate(level.rows.links[k].holder)
		}
	}
}

// touch notes that a row which is attached has changed.
func (l *Live) touch(level *level, e uint32, fields uint64) {
	l.mark(level, e)
	for i, n := range level.includes {
		if fields&n.reads != 0 {
			level.outdateAnew(level.cell(e, i))
		}
	}
}

// answer lists the parents that changed, and writes their trees.
func (l *Live) answer(out *Trees) {
	if len(l.changed) > len(l.window)/8 {
		for position, e := range l.window {
			if l.top.rows.entries[e].mark == l.update {
				out.Positions = append(out.Positions, uint32(position))
			}
		}
	} else {
		for _, e := range l.changed {
			if l.top.rows.alive(e) { // it may have left
				out.Positions = append(out.Positions, l.placeOf(e))
			}
		}
		slices.SortFunc(out.Positions, func(a, b uint32) int { return int(a) - int(b) })
	}
	for _, position := range out.Positions {
		out.Stream = l.top.appendTree(out.Stream, l.window[position])
	}
}

// placeOf gives the place of an entry in the window. Places are numbered when asked for, up to the end, and stay so until
// rows come or go before them.
func (l *Live) placeOf(e uint32) uint32 {
	entries := l.top.rows.entries
	if at := entries[e].place; int(at) >= l.numbered || l.window[at] != e {
		for i := l.numbered; i < len(l.window); i++ {
			entries[l.window[i]].place = uint32(i)
		}
		l.numbered = len(l.window)
	}
	return entries[e].place
}

// appendTree appends the tree of an entry.
func (l *level) appendTree(out []uint32, e uint32) []uint32 {
	for i, n := range l.includes {
		c := &l.rows.cells[l.cell(e, i)]
		if c.branch < 0 {
			out = append(out, KindNull)
			continue
		}
		b := n.branches[c.branch]
		out = b.appendHead(out, int(c.count))
		links, entries, leaf := b.child.rows.links, b.child.rows.entries, len(b.child.includes) == 0
		for k := c.first; k != none; k = links[k].sibling {
			child := links[k].child
			out = append(out, entries[child].slot)
			if !leaf {
				out = b.child.appendTree(out, child)
			}
		}
	}
	return out
}
