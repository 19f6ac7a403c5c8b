package write

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// chain is a row with several pending writes, or one that does not follow from what shows.
type chain struct {
	number uint32 // in Journal.chains
	loose  bool   // in no journal: a row without pending writes, for the time of one change
	id     []byte
	slot   uint32 // what shows, NoSlot if nothing does
	known  bool   // the executor is known to have had the base
	base   image
	writes []write // in call order; the first is pending
	hidden int     // of them
	top    *image  // what they all make of base, if that is known
}

// noVersion says that a backend gave none.
var noVersion = math.NaN()

// index finds a pending write.
func (c *chain) index(n Number) int {
	low, high := 0, len(c.writes)
	for low < high {
		if middle := int(uint(low+high) >> 1); c.writes[middle].number < n {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// after replays the first writes, hidden ones included.
func (c *chain) after(writes int) image {
	m := c.base.clone()
	for i := range c.writes[:writes] {
		m.apply(&c.writes[i])
	}
	return m
}

// all is after all of them. It is not to be changed.
func (c *chain) all() *image {
	if c.top == nil {
		m := c.after(len(c.writes))
		c.top = &m
	}
	return c.top
}

// shown is after those that are not hidden.
func (c *chain) shown() image {
	if c.hidden == 0 {
		return c.all().clone()
	}
	m := c.base.clone()
	for i := range c.writes {
		if w := &c.writes[i]; !w.flags.has(hidden) {
			m.apply(w)
		}
	}
	return m
}

// showsAt tells whether what the first writes leave is what shows, and will for now: those after them are hidden and have
// not been sent, so that no answer to the same request reveals one, and they themselves are not hidden.
func (c *chain) showsAt(writes int) bool {
	if c.hidden != len(c.writes)-writes {
		return false
	}
	for i := range c.writes[writes:] {
		if f := c.writes[writes+i].flags; !f.has(hidden) || f.has(sent) {
			return false
		}
	}
	return true
}

// disturbed says that what is below the writes from some on has changed.
func (c *chain) disturbed(from int) {
	for i := range c.writes[from:] {
		c.writes[from+i].flags |= moved
	}
	c.top = nil
}

// fold puts what is confirmed and has nothing pending below it into the base.
func (c *chain) fold() {
	n := 0
	for n < len(c.writes) && c.writes[n].flags.has(confirmed) {
		c.base.apply(&c.writes[n])
		c.writes[n] = write{}
		n++
	}
	c.writes = c.writes[n:]
	if !c.base.there {
		c.known = false
	}
}

// dropConfirmed forgets what is confirmed, and tells whether anything was. Something pending is left: the first write is.
func (c *chain) dropConfirmed() bool {
	kept := c.writes[:0]
	for i := range c.writes {
		if !c.writes[i].flags.has(confirmed) {
			kept = append(kept, c.writes[i])
		}
	}
	dropped := len(kept) < len(c.writes)
	clear(c.writes[len(kept):])
	c.writes = kept
	return dropped
}

// begin makes the chain of a row without pending writes.
func (j *Journal) begin(id []byte, slot uint32) *chain {
	c := &chain{id: append([]byte(nil), id...), slot: slot, base: imageOf(j.table, slot), known: j.table.Marked(slot)}
	j.enter(c)
	j.setHead(c.id, slot, inChain|c.number)
	return c
}

func (j *Journal) enter(c *chain) {
	if n := len(j.unused); n > 0 {
		c.number, j.unused = j.unused[n-1], j.unused[:n-1]
		j.chains[c.number] = c
		return
	}
	c.number = uint32(len(j.chains))
	j.chains = append(j.chains, c)
}

// leave ends a chain without writes: what shows is its base.
func (j *Journal) leave(c *chain) {
	if len(c.writes) > 0 || c.loose {
		return
	}
	j.unsetHead(c.id, c.slot)
	j.chains[c.number] = nil
	if j.unused = append(j.unused, c.number); len(j.unused) == len(j.chains) {
		j.chains, j.unused = j.chains[:0], j.unused[:0]
		const little = 64
		if cap(j.chains) > little {
			j.chains, j.unused = nil, nil
		}
	}
}

// chainOf gives the chain that a head leads to, and makes it of a single record.
func (j *Journal) chainOf(head uint32) *chain {
	if head&inChain != 0 {
		return j.chains[head&^inChain]
	}
	return j.chainAt(head - 1)
}

// chainAt is chainOf for a record.
func (j *Journal) chainAt(place uint32) *chain {
	rec := j.records.at(place)
	if rec.flags.has(chained) {
		return j.chains[rec.ref]
	}
	c := &chain{slot: rec.slot}
	w := write{number: rec.number, flags: rec.flags &^ (known | made), version: noVersion}
	id, version, cells := j.id(rec), 0.0, []table.Cell(nil)
	if rec.ref != 0 {
		_, version, cells = j.undo.read(rec.ref, j.cells[:0])
		j.cells = cells
	}
	c.id = append([]byte(nil), id...)
	switch {
	case rec.slot == table.NoSlot:
		c.base, c.known = image{there: true, version: version}, rec.flags.has(known)
	case rec.flags.has(made):
		w.cells = imageOf(j.table, rec.slot).cells
		for _, cell := range cells {
			w.cells = append(w.cells, table.Cell{Field: cell.Field, Tag: value.Undefined})
		}
		w.cells, cells = ascending(w.cells), cells[:0]
	default:
		now := imageOf(j.table, rec.slot)
		c.base, c.known = now.clone(), j.table.Marked(rec.slot)
		c.base.version = version
		w.cells = now.cells
		if !w.flags.exact() {
			w.cells = changes(&now, cells)
		}
	}
	for _, cell := range cells {
		if cell.Tag == value.Undefined {
			continue // the write left it as it was
		}
		cell.Payload = append([]byte(nil), cell.Payload...)
		c.base.set(cell)
	}
	clear(cells)
	c.writes = append(c.writes, w)
	j.enter(c)
	j.undo.drop(rec.ref)
	rec.ref, rec.flags = c.number, chained
	j.setHead(c.id, c.slot, inChain|c.number)
	return c
}

// changes gives what a row has in the fields of these cells.
func changes(now *image, of []table.Cell) []table.Cell {
	cells := make([]table.Cell, 0, len(of))
	for _, cell := range of {
		if at, ok := now.find(cell.Field); ok {
			cells = append(cells, now.cells[at])
		} else {
			cells = append(cells, table.Cell{Field: cell.Field, Tag: value.Undefined})
		}
	}
	return ascending(cells)
}

// show makes the table hold what is to show, and tells e, unless that is nil. Callers settle the table.
func (j *Journal) show(c *chain, e *Effects) (changed bool) {
	m, before := c.shown(), c.slot
	switch {
	case m.there:
		slot, fields, version := j.table.Become(before, c.id, m.version, m.cells, true)
		if changed = fields || version; before == table.NoSlot {
			j.lies(c, slot)
		}
	case before != table.NoSlot:
		changed = true
		j.table.Remove(before)
		j.lies(c, table.NoSlot)
	}
	if changed && e != nil {
		e.changed(before, c.id)
	}
	return changed
}

// lies notes that a chain's row lies in another slot now.
func (j *Journal) lies(c *chain, slot uint32) {
	if !c.loose {
		j.unsetHead(c.id, c.slot)
		j.setHead(c.id, slot, inChain|c.number)
	}
	c.slot = slot
}

// mark has the table keep whether the row is known.
func (j *Journal) mark(c *chain) {
	switch {
	case c.slot == table.NoSlot:
	case c.known:
		j.table.Mark(c.slot)
	default:
		j.table.Unmark(c.slot)
	}
}
