package relation

import (
	"github.com/atoma-dev/atoma/runtime/intmap"
	"github.com/atoma-dev/atoma/runtime/value"
)

// rows is what a Live keeps of a level: an entry for each row that is attached in some parent's tree, once however many
// hold it, and a cell for each entry and include, which has the list of rows attached there. All of it is numbers in a
// few arrays, tied together by index:
//
//	cell ──first──▶ link ──sibling──▶ link ──sibling──▶ …      the list, in order; links are the child level's
//	                 │                 │
//	               child             child
//	                 ▼                 ▼
//	               entry             entry ──holders──▶ link ──next──▶ …   who holds a row; from the rows up to parents
//
// Cells that look for one key are a list as well, by the hash of the key: cells of different keys may be in one list, and
// looking at one in vain is all that comes of it.
type rows struct {
	entries []entry
	cells   []cell // entry × includes + number of the include
	links   []link // to entries of this level, from cells of the level above
	bySlot  intmap.Map
	stale   []uint32 // cells to evaluate anew; only those that say so themselves

	freeEntry, freeLink uint32 // lists of free places, through holders and next
}

// none is no place at all.
const none = 0xFFFFFFFF

// entry is a row.
type entry struct {
	slot    uint32
	holders uint32 // first link to it; of the top level: present or none
	mark    uint32 // the last update that changed its tree
	moved   uint32 // the last update that it may have changed in, in what decides who holds it, and where
	place   uint32 // of the top level: its place in the window, if it has that place
}

// present is what a row in the window has in place of holders.
const present = 0

// cell is an include of a row.
type cell struct {
	first, last uint32 // links
	count       uint32
	hash        uint32 // of the key, if keyed
	next, prev  uint32 // cells with a key of that hash, of the same branch
	offers      uint32 // first of the rows that may come in
	branch      int32  // none holds: -1
	keyed       bool
	stale       bool // its list may be another
	anew        bool // not only because of rows that moved or are offered
}

// blank is a cell that was never evaluated, or whose row has gone.
var blank = cell{first: none, last: none, offers: none, branch: -1}

// link is a row's place in the list of a cell.
type link struct {
	child      uint32 // entry of this level
	holder     uint32 // cell of the level above
	next, prev uint32 // links to the same child
	sibling    uint32 // next in the list
}

func (r *rows) reset() {
	r.entries, r.cells, r.links, r.stale = r.entries[:0], r.cells[:0], r.links[:0], r.stale[:0]
	r.bySlot.Clear()
	r.freeEntry, r.freeLink = none, none
}

func (r *rows) bytes() int {
	return 20*cap(r.entries) + 36*cap(r.cells) + 20*cap(r.links) + 4*cap(r.stale) + r.bySlot.Bytes()
}

// acquire gives the entry of a row, and makes it, with all that is below it, if there is none.
func (l *level) acquire(slot uint32) uint32 {
	if e, ok := l.rows.bySlot.Get(slot); ok {
		return e
	}
	e := l.make(slot)
	for i := range l.includes {
		l.evaluate(l.cell(e, i))
	}
	return e
}

// cell gives the number of the cell of an entry and include.
func (l *level) cell(e uint32, include int) uint32 {
	return e*uint32(len(l.includes)) + uint32(include)
}

func (l *level) make(slot uint32) uint32 {
	r := &l.rows
	e := r.freeEntry
	if e == none {
		e = uint32(len(r.entries))
		r.entries = append(r.entries, entry{})
		for range l.includes {
			r.cells = append(r.cells, cell{})
		}
	} else {
		r.freeEntry = r.entries[e].holders
	}
	r.entries[e] = entry{slot: slot, holders: none}
	for i := range l.includes {
		r.cells[l.cell(e, i)] = blank
	}
	r.bySlot.Put(slot, e)
	return e
}

// drop ends an entry that nobody holds, and all that nobody but it held.
func (l *level) drop(e uint32) {
	r := &l.rows
	for i, n := range l.includes {
		c := l.cell(e, i)
		n.unkey(c)
		n.cut(c, none)
		r.cells[c] = blank
	}
	r.bySlot.Remove(r.entries[e].slot)
	r.entries[e] = entry{slot: none, holders: r.freeEntry}
	r.freeEntry = e
}

// alive tells whether a place in entries is taken.
func (r *rows) alive(e uint32) bool { return r.entries[e].slot != none }

// evaluate finds the rows of a cell anew and tells whether they differ from those it has, in number, order or branch.
// That a row changed which it keeps is not its concern.
func (l *level) evaluate(c uint32) bool {
	n := l.includes[int(c)%len(l.includes)]
	slot := l.rows.entries[int(c)/len(l.includes)].slot
	b := n.branchOf(slot)
	if b == nil {
		return n.leave(c, -1)
	}
	changed := n.leave(c, int32(b.number))
	tag, payload, ok := b.key(slot)
	if !ok {
		n.unkey(c)
		return n.relink(c, nil) || changed
	}
	n.rekey(c, tag, payload)
	found := b.choice.choose(&b.lookup, tag, payload, b.found[:0])
	b.found = found
	return n.relink(c, found) || changed
}

// leave has a cell go over to another branch, if it is not there already.
func (n *include) leave(c uint32, branch int32) bool {
	cell := &n.level.rows.cells[c]
	if cell.branch == branch {
		return false
	}
	n.unkey(c)
	n.cut(c, none)
	cell.branch = branch
	return true
}

// rekey enters a cell in the list of its key.
func (n *include) rekey(c uint32, tag value.Tag, payload []byte) {
	cells := n.level.rows.cells
	cell := &cells[c]
	b := n.branches[cell.branch]
	hash := b.hash(tag, payload)
	if cell.keyed && cell.hash == hash {
		return
	}
	n.unkey(c)
	cell.keyed, cell.hash, cell.prev, cell.next = true, hash, none, none
	if first, ok := b.keys.Get(hash); ok {
		cells[first].prev, cell.next = c, first
	}
	b.keys.Put(hash, c)
}

// unkey takes a cell out of the list of its key.
func (n *include) unkey(c uint32) {
	cells := n.level.rows.cells
	cell := &cells[c]
	if !cell.keyed {
		return
	}
	cell.keyed = false
	if cell.next != none {
		cells[cell.next].prev = cell.prev
	}
	switch b := n.branches[cell.branch]; {
	case cell.prev != none:
		cells[cell.prev].next = cell.next
	case cell.next != none:
		b.keys.Put(cell.hash, cell.next)
	default:
		b.keys.Remove(cell.hash)
	}
}

// hash gives the hash of a key.
func (b *branch) hash(tag value.Tag, payload []byte) uint32 {
	b.buffer = value.AppendKey(b.buffer[:0], tag, payload)
	return hashKey(b.buffer)
}

// relink gives a cell the list of rows found, and tells whether it had another. What both start with stays as it is, and
// what is found is taken hold of before the rest is let go, so that rows in both keep what is below them.
func (n *include) relink(c uint32, found []uint32) bool {
	cell := &n.level.rows.cells[c]
	child := n.branches[cell.branch].child
	r := &child.rows
	last, at, i := uint32(none), cell.first, 0
	for ; at != none && i < len(found) && r.entries[r.links[at].child].slot == found[i]; i++ {
		last, at = at, r.links[at].sibling
	}
	if at == none && i == len(found) {
		return false
	}
	fresh, end := uint32(none), last
	for _, slot := range found[i:] {
		k := child.link(slot, c)
		if fresh == none {
			fresh = k
		} else {
			r.links[end].sibling = k
		}
		end = k
	}
	n.cut(c, last)
	if fresh != none {
		if last == none {
			cell.first = fresh
		} else {
			r.links[last].sibling = fresh
		}
		cell.last = end
	}
	cell.count = uint32(len(found))
	return true
}

// link makes a link from a cell of the level above to a row.
func (l *level) link(slot, holder uint32) uint32 {
	e := l.acquire(slot)
	r := &l.rows
	k := r.freeLink
	if k == none {
		k = uint32(len(r.links))
		r.links = append(r.links, link{})
	} else {
		r.freeLink = r.links[k].next
	}
	first := r.entries[e].holders
	r.links[k] = link{child: e, holder: holder, next: first, prev: none, sibling: none}
	if first != none {
		r.links[first].prev = k
	}
	r.entries[e].holders = k
	return k
}

// cut takes out of a cell's list what comes after a link; all of it if that is none. The count is left to the caller,
// unless nothing is left.
func (n *include) cut(c uint32, after uint32) {
	cell := &n.level.rows.cells[c]
	if cell.first == none {
		return
	}
	child := n.branches[cell.branch].child
	at := cell.first
	if after == none {
		cell.first, cell.last, cell.count = none, none, 0
	} else {
		at = child.rows.links[after].sibling
		child.rows.links[after].sibling, cell.last = none, after
	}
	for at != none {
		at = child.unlink(at)
	}
}

// unlink ends a link, and the row it leads to if it was the last one, and gives the sibling.
func (l *level) unlink(k uint32) (sibling uint32) {
	r := &l.rows
	was := r.links[k]
	if was.next != none {
		r.links[was.next].prev = was.prev
	}
	if was.prev != none {
		r.links[was.prev].next = was.next
	} else {
		r.entries[was.child].holders = was.next
	}
	r.links[k] = link{child: none, holder: none, next: r.freeLink}
	r.freeLink = k
	if r.entries[was.child].holders == none {
		l.drop(was.child)
	}
	return was.sibling
}
