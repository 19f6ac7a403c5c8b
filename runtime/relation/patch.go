package relation

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// A cell whose own row did not change in what decides about its key goes on from the list that it has: rows that moved are
// taken out, and rows offered are put in where they belong, among others that are still in order. Offered are the changed
// rows that have the key now and pass the filter, so a row that only changed its place is taken out and offered.
//
// In a full list of a limit it is known of the rows outside that they come after its last one, and so after the last of
// those that stay. That much can be filled up from what is offered; if it is not enough, the cell is evaluated anew.

// offer is a row that may come into the list of a cell.
type offer struct {
	slot uint32
	next uint32 // of the same cell
}

// outdate makes a cell stale, as rows moved.
func (l *level) outdate(c uint32) {
	if cell := &l.rows.cells[c]; !cell.stale {
		cell.stale = true
		l.rows.stale = append(l.rows.stale, c)
	}
}

// outdateAnew makes a cell stale that cannot go on from what it has.
func (l *level) outdateAnew(c uint32) {
	l.outdate(c)
	l.rows.cells[c].anew = true
}

// outdateAll makes all cells of a branch stale.
func (b *branch) outdateAll() {
	above := b.include.level
	for e := range above.rows.entries {
		if c := above.cell(uint32(e), b.include.number); above.rows.cells[c].branch == int32(b.number) {
			above.outdateAnew(c)
		}
	}
}

// concerns tells whether a change of a row may change who holds it, or where.
func (b *branch) concerns(entry table.Entry) bool { return entry.Fields&b.reads() != 0 }

// offerAll offers changed rows to the cells that look for their keys. Rows that moved are known by now.
func (b *branch) offerAll(entries []table.Entry, update uint32) {
	if len(entries) == 0 || b.keys.Len() == 0 || b.choice.limit == 0 {
		return
	}
	if b.choice.scored { // every row's place depends on every row
		b.outdateAll()
		return
	}
	for _, entry := range entries {
		if b.concerns(entry) && b.child.table.Live(entry.Slot) {
			b.offer(entry.Slot, update)
		}
	}
}

func (b *branch) offer(slot, update uint32) {
	tag, payload := b.other.cell(slot, &b.scratch)
	if tag <= value.Null {
		return
	}
	c, ok := b.keys.Get(b.hash(tag, payload))
	if !ok || !b.choice.admits(slot) {
		return
	}
	above := b.include.level
	for c != none {
		cell := &above.rows.cells[c]
		if !cell.anew && b.mayTake(cell, slot, update) && b.has(above.slotOf(c), tag, payload) {
			above.outdate(c)
			b.offers = append(b.offers, offer{slot: slot, next: cell.offers})
			cell.offers = uint32(len(b.offers) - 1)
		}
		c = cell.next
	}
}

// mayTake tells whether a row can come into a list: that has room, or may get some, or its last row comes after.
func (b *branch) mayTake(c *cell, slot, update uint32) bool {
	if int(c.count) < b.choice.limit {
		return true
	}
	rows := &b.child.rows
	last := &rows.entries[rows.links[c.last].child]
	return last.moved == update || b.choice.less(slot, last.slot) < 0
}

// has tells whether a row has a key; that the hashes are the same is not enough.
func (b *branch) has(slot uint32, tag value.Tag, payload []byte) bool {
	ownTag, own := b.own.cell(slot, &b.second)
	return value.Equal(ownTag, own, tag, payload)
}

// slotOf gives the row of a cell.
func (l *level) slotOf(c uint32) uint32 { return l.rows.entries[int(c)/len(l.includes)].slot }

// patch brings the list of a cell up to date for rows that moved and rows offered, and tells whether it is another one
// than before. It does nothing, and is not ok, if that needs looking at other rows too. The cost is a walk over the list
// and, for each row offered, a binary search in it.
func (n *include) patch(c, update uint32) (changed, ok bool) {
	cell := &n.level.rows.cells[c]
	b := n.branches[cell.branch]
	limit, r := b.choice.limit, &b.child.rows
	b.staying(cell, update)
	offered := b.offered(cell)
	if int(cell.count) >= limit {
		for len(offered) > 0 && (len(b.stay) == 0 || b.choice.less(r.slotOf(b.stay[len(b.stay)-1]), offered[len(offered)-1]) < 0) {
			offered = offered[:len(offered)-1]
		}
		if len(b.stay)+len(offered) < limit {
			return false, false
		}
	}
	cell.offers = none
	b.weave(c, offered)
	return b.hang(cell, update), true
}

// staying lists the links of a cell in chain, and those whose rows did not move in stay.
func (b *branch) staying(c *cell, update uint32) {
	links, entries := b.child.rows.links, b.child.rows.entries
	chain, stay := b.chain[:0], b.stay[:0]
	for k := c.first; k != none; k = links[k].sibling {
		chain = append(chain, k)
		if entries[links[k].child].moved != update {
			stay = append(stay, k)
		}
	}
	b.chain, b.stay = chain, stay
}

// offered gives the rows offered to a cell, in order.
func (b *branch) offered(c *cell) []uint32 {
	b.found = b.found[:0]
	for i := c.offers; i != none; i = b.offers[i].next {
		b.found = append(b.found, b.offers[i].slot)
	}
	if len(b.found) > 1 {
		slices.SortFunc(b.found, b.choice.less)
	}
	return b.found
}

// slotOf gives the row that a link leads to.
func (r *rows) slotOf(k uint32) uint32 { return r.entries[r.links[k].child].slot }

// weave leaves in woven the first links, up to the limit, of those that stay and of new ones for rows offered. Those that
// stay and are not among them are left in stay.
func (b *branch) weave(c uint32, offered []uint32) {
	limit := b.choice.limit
	b.woven = b.woven[:0]
	for _, slot := range offered {
		if len(b.woven) == limit {
			break
		}
		n := b.before(slot)
		n = min(n, limit-len(b.woven))
		b.woven = append(b.woven, b.stay[:n]...)
		b.stay = b.stay[n:]
		if len(b.woven) < limit {
			b.woven = append(b.woven, b.child.link(slot, c))
		}
	}
	n := min(len(b.stay), limit-len(b.woven))
	b.woven = append(b.woven, b.stay[:n]...)
	b.stay = b.stay[n:]
}

// before gives how many of the links that stay come before a row.
func (b *branch) before(slot uint32) int {
	low, high := 0, len(b.stay)
	for low < high {
		if middle := (low + high) / 2; b.choice.less(b.child.rows.slotOf(b.stay[middle]), slot) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// hang makes what is woven the list of a cell, lets go of the other links that it had, and tells whether the rows or their
// order differ.
func (b *branch) hang(c *cell, update uint32) bool {
	r := &b.child.rows
	links := r.links
	changed := len(b.woven) != len(b.chain)
	for i := 0; !changed && i < len(b.woven); i++ {
		changed = r.slotOf(b.woven[i]) != r.slotOf(b.chain[i])
	}
	c.first, c.last, c.count = none, none, uint32(len(b.woven))
	for i := len(b.woven) - 1; i >= 0; i-- {
		k := b.woven[i]
		links[k].sibling = c.first
		c.first = k
	}
	if len(b.woven) > 0 {
		c.last = b.woven[len(b.woven)-1]
	}
	for _, k := range b.stay {
		b.child.unlink(k)
	}
	for _, k := range b.chain {
		if child := links[k].child; child != none && r.entries[child].moved == update {
			b.child.unlink(k)
		}
	}
	return changed
}
