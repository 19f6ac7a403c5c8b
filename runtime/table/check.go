package table

import (
	"errors"
	"math/bits"
	"strconv"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Check tells what is inconsistent in a table, if anything. It is for tests, and costs several passes over all rows.
func (t *Table) Check() error {
	if err := t.checkSlots(); err != nil {
		return err
	}
	if err := t.checkIDs(); err != nil {
		return err
	}
	for number := firstField; number < len(t.cols); number++ {
		if err := t.checkColumn(t.cols[number]); err != nil {
			return errors.New("field " + t.names[number] + ": " + err.Error())
		}
	}
	return t.checkOrder()
}

func (t *Table) checkSlots() error {
	live := 0
	for _, word := range t.live {
		live += bits.OnesCount64(word)
	}
	if live != t.rows || t.rows+len(t.free) != int(t.high) {
		return errors.New("rows, live slots and free slots do not add up")
	}
	seen := bitset{}
	for _, slot := range t.free {
		if t.live.has(slot) || seen.has(slot) || slot >= t.high {
			return wrong("free slot", slot)
		}
		seen.set(slot)
	}
	return nil
}

func (t *Table) checkIDs() error {
	x := &t.ids
	if x.rows != t.rows {
		return errors.New("ids and rows differ in number")
	}
	entries := 0
	for _, entry := range x.entries {
		if entry == 0 {
			continue
		}
		entries++
		if slot := uint32(entry) - 1; !t.Live(slot) || hashBytes(t.ID(slot)) != uint32(entry>>32) {
			return wrong("hash entry of slot", slot)
		}
	}
	if entries != t.rows {
		return errors.New("hash entries and rows differ in number")
	}
	audit := newAudit(&x.arena)
	for slot := range t.high {
		ref := x.refs.at(slot)
		if (ref != 0) != t.Live(slot) {
			return wrong("id without row, or row without id, at slot", slot)
		}
		if ref == 0 {
			continue
		}
		audit.hold(ref)
		if found, _ := t.Lookup(t.ID(slot)); found != slot {
			return wrong("id does not lead to slot", slot)
		}
	}
	return audit.check()
}

func (t *Table) checkColumn(c *Column) error {
	audit := newAudit(&c.arena)
	holds := map[uint32]uint32{} // cells by code
	counts := [tagCount]uint32{}
	for slot := range t.high {
		tag := c.Tag(slot)
		counts[tag]++
		if tag != value.Absent && !t.Live(slot) {
			return wrong("cell without row at slot", slot)
		}
		if err := c.checkCell(slot, tag); err != nil {
			return err
		}
		if tag <= value.Date {
			continue
		}
		if ref := c.ref(slot); ref >= FirstRef {
			audit.hold(ref)
		} else if holds[ref]++; tag != value.String {
			return wrong("shared payload that is no string at slot", slot)
		}
	}
	for tag := value.Null; tag < value.Undefined; tag++ {
		if counts[tag] != c.counts[tag] {
			return errors.New("count of tag " + tag.String())
		}
	}
	if err := c.checkDictionary(holds, audit); err != nil {
		return err
	}
	return audit.check()
}

// checkCell checks that a cell has data in the one place that the kind says, and zero in all others.
func (c *Column) checkCell(slot uint32, tag value.Tag) error {
	hasRef := tag > value.Date
	hasFloat := tag.Numeric()
	if c.kind != Mixed && (hasRef && c.kind != Refs || hasFloat && c.kind != Floats) {
		return wrong("kind does not hold the cell of slot", slot)
	}
	if c.kind != Floats && c.floats.at(slot) != 0 || c.kind != Refs && c.refs.at(slot) != 0 ||
		c.kind != Mixed && c.cells.at(slot) != 0 {
		return wrong("data outside of the kind at slot", slot)
	}
	if !hasFloat && c.floats.at(slot) != 0 || !hasRef && c.refs.at(slot) != 0 ||
		!hasFloat && !hasRef && c.cells.at(slot) != 0 {
		return wrong("data without tag at slot", slot)
	}
	if hasFloat && c.kind == Floats && int(slot&chunkMask) >= len(c.floats.chunk(int(slot>>chunkBits))) {
		return wrong("no memory under the number at slot", slot)
	}
	return nil
}

func (c *Column) checkDictionary(holds map[uint32]uint32, audit *audit) error {
	d := &c.dict
	entries, rows := 0, 0
	for code, ref := range d.refs {
		if ref == 0 {
			if holds[uint32(code)] != 0 {
				return wrong("cells hold unused code", uint32(code))
			}
			continue
		}
		entries++
		rows += int(d.counts[code])
		audit.hold(ref)
		if d.counts[code] != holds[uint32(code)] || d.counts[code] == 0 {
			return wrong("count of code", uint32(code))
		}
		if s := c.arena.get(ref); c.findShared(s, hashBytes(s)) != uint32(code) {
			return wrong("string does not lead to code", uint32(code))
		}
	}
	indexed := 0
	for _, code := range d.index {
		if code != 0 {
			indexed++
		}
	}
	if entries != d.entries || rows != d.rows || indexed != entries {
		return errors.New("dictionary entries or rows do not add up")
	}
	return nil
}

func (t *Table) checkOrder() error {
	if !t.order.made {
		return nil
	}
	pending := bitset{}
	for _, slot := range t.order.pending {
		pending.set(slot)
	}
	last, rows := "", 0
	for _, slot := range t.order.slots {
		if t.order.dropped.has(slot) {
			continue
		}
		if !t.Live(slot) || pending.has(slot) || string(t.ID(slot)) <= last {
			return wrong("order is wrong at slot", slot)
		}
		last = string(t.ID(slot))
		rows++
	}
	for slot := range t.high {
		if pending.has(slot) && t.Live(slot) {
			rows++
		}
	}
	if rows != t.rows {
		return errors.New("order and rows differ in number")
	}
	return nil
}

// audit compares what an arena takes for live with what is held of it.
type audit struct {
	arena *arena
	live  map[uint32]uint32 // by block
	held  map[uint32]bool
	twice bool
}

func newAudit(a *arena) *audit {
	return &audit{arena: a, live: map[uint32]uint32{}, held: map[uint32]bool{}}
}

func (x *audit) hold(ref uint32) {
	n := len(x.arena.get(ref))
	x.live[ref>>blockBits] += uint32(n + uvarintLen(n))
	x.twice = x.twice || x.held[ref]
	x.held[ref] = true
}

func (x *audit) check() error {
	a := x.arena
	used, live := 0, 0
	for n := range a.blocks {
		b := &a.blocks[n]
		used += int(b.used)
		live += int(b.live)
		switch {
		case b.live != x.live[uint32(n)]:
			return wrong("live bytes of block", uint32(n))
		case b.live == 0 && b.bytes != nil && uint32(n) != a.current:
			return wrong("block was not freed:", uint32(n))
		case b.victim && (!a.evacuating || uint32(n) == a.current):
			return wrong("victim out of place: block", uint32(n))
		}
	}
	if used != a.used || used-live != a.dead || x.twice {
		return errors.New("bytes of an arena do not add up")
	}
	return nil
}

func wrong(what string, n uint32) error {
	return errors.New(what + " " + strconv.FormatUint(uint64(n), 10))
}
