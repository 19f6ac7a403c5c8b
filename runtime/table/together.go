package table

import (
	"bytes"
	"math"
	"slices"

	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Rules say what a batch does to rows.
type Rules struct {
	Adds    bool // rows that are missing are made
	LWW     bool // whatever version an item expects
	Replace bool // fields that an item does not give are removed
}

// Rows of different ids do not need each other's outcome, so a batch goes by column as far as no id comes twice: first
// every row is looked up, or made, then each column is compared in one loop, and then what differs is written. Calls are
// what WebAssembly is slow at, and this needs next to none for a cell that stays as it is.

// together looks at as many items as can be applied at once and gives how many: up to the first of a row that an item
// before it has, or of one that busy says is to be handled by itself. Their results are what they will be; rows that were
// Added have no fields yet, others are as they were, until apply. Nothing else may be done to the table in between.
func (t *Table) together(v *batchView, rules Rules, busy func(slot uint32) bool, r *Results) int {
	if t.observer != nil || v.rows <= fewRows {
		return 0
	}
	n := t.lookUp(v, rules, busy, r)
	r.fields = slices.Grow(r.fields[:0], n)[:n]
	clear(r.fields)
	r.given = v.allGive()
	for k := range v.fields {
		f := &v.fields[k]
		f.column.compare(f.from, r, FieldBit(f.number))
	}
	if rules.Replace {
		t.others(v, r, Same, func(_ *Column, number uint32, i int) { r.fields[i] |= FieldBit(number) })
	}
	for i, fields := range r.fields {
		if fields != 0 {
			r.Status[i], r.Versions[i] = Changed, Next(r.Versions[i])
		}
	}
	return n
}

// allGive gives the fields that every item gives, as bits; 0 if some give others, or if bits do not tell fields apart.
func (v *batchView) allGive() (given uint64) {
	for k := range v.fields {
		f := &v.fields[k]
		if f.from.Tag == wire.PerRow || f.from.Tag == value.Absent || f.number >= 63 {
			return 0
		}
		given |= FieldBit(f.number)
	}
	return given
}

// lookUp gives items their statuses, Same to those whose rows are to be compared.
func (t *Table) lookUp(v *batchView, rules Rules, busy func(slot uint32) bool, r *Results) (n int) {
	if words := (int(t.high)+v.rows)>>6 + 1; words > len(r.seen) {
		r.seen = make(bitset, words)
	}
	if t.rows == 0 && rules.Adds {
		t.Reserve(v.rows)
	}
	next, start, hash := uint32(NoSlot), uint32(0), uint32(0)
	for ; n < v.rows; n++ {
		id := v.ids.Bytes[start:v.ids.Ends[n]]
		start = v.ids.Ends[n]
		slot := next // items often come in the order in which their rows lie
		if next >= t.high || !t.ids.is(next, id) {
			hash = t.ids.hash(id)
			slot = t.ids.find(id, hash)
		}
		next = slot + 1
		if slot != NoSlot && (r.seen.has(slot) || busy != nil && busy(slot)) {
			break
		}
		switch {
		case !rules.LWW && !t.expected(v, n, slot):
			r.put(n, Conflict, slot, t.versionOf(slot))
			continue
		case slot != NoSlot:
			r.put(n, Same, slot, t.versions.at(slot))
		case !rules.Adds:
			r.put(n, NotFound, NoSlot, 0)
			continue
		default:
			slot = t.insert(id, hash, 1)
			next = slot + 1
			r.put(n, Added, slot, 1)
		}
		r.seen[slot>>6] |= 1 << (slot & 63)
	}
	for _, slot := range r.Slots[:n] {
		if slot != NoSlot {
			r.seen[slot>>6] = 0 // and not all of it, which may be for a million rows
		}
	}
	return n
}

// compare notes where a cell of a batch differs from the one of its row, of items that are Same so far.
func (c *Column) compare(from *wire.Column, r *Results, bit uint64) {
	switch {
	case from.Layout == wire.F64 && from.Tag == value.Number && c.kind == Floats:
		c.compareFloats(from, r, bit)
	case from.Layout == wire.Var && from.Tag == value.String && c.kind == Refs:
		c.compareStrings(from, r, bit)
	default:
		for i := range r.fields {
			slot, tag := r.Slots[i], from.TagAt(i)
			if tag >= value.Number || tag != value.Tag(c.tags.at(slot)) {
				c.note(from, r, i, bit)
			}
		}
	}
}

// note compares one cell.
func (c *Column) note(from *wire.Column, r *Results, i int, bit uint64) {
	if r.Status[i] == Same && c.differs(from, i, r.Slots[i]) {
		r.fields[i] |= bit
	}
}

// compareFloats and compareStrings take one chunk of the column at a time, for as long as the rows of items are in it.

func (c *Column) compareFloats(from *wire.Column, r *Results, bit uint64) {
	slots := r.Slots[:len(r.fields)]
	for i := 0; i < len(slots); {
		first := slots[i] &^ chunkMask
		tags, floats := c.tags.chunk(int(first>>chunkBits)), c.floats.chunk(int(first>>chunkBits))
		for ; i < len(slots) && slots[i]-first < chunkLen; i++ {
			o := slots[i] - first
			if o >= uint32(len(tags)) || o >= uint32(len(floats)) || tags[o] != byte(value.Number) {
				c.note(from, r, i, bit)
				continue
			}
			x, y := from.F64[i], floats[o]
			if math.Float64bits(x) != math.Float64bits(y) && (x == x || y == y) && r.Status[i] == Same {
				r.fields[i] |= bit
			}
		}
	}
}

func (c *Column) compareStrings(from *wire.Column, r *Results, bit uint64) {
	slots, start := r.Slots[:len(r.fields)], uint32(0)
	for i := 0; i < len(slots); {
		first := slots[i] &^ chunkMask
		tags, refs := c.tags.chunk(int(first>>chunkBits)), c.refs.chunk(int(first>>chunkBits))
		for ; i < len(slots) && slots[i]-first < chunkLen; i++ {
			s := from.Bytes[start:from.Ends[i]]
			start = from.Ends[i]
			o := slots[i] - first
			if o < uint32(len(tags)) && o < uint32(len(refs)) && tags[o] == byte(value.String) {
				ref := refs[o]
				if ref < FirstRef {
					ref = c.dict.refs[ref]
				}
				if c.arena.holds(ref, s) {
					continue
				}
			}
			c.note(from, r, i, bit)
		}
	}
}

// apply writes what together has found to differ in its n items.
func (t *Table) apply(v *batchView, n int, rules Rules, r *Results) {
	all := uint64(0)
	for i, fields := range r.fields {
		if all |= fields; fields != 0 {
			t.versions.set(r.Slots[i], r.Versions[i])
		}
	}
	for k := range v.fields {
		if f := &v.fields[k]; all&FieldBit(f.number) != 0 {
			f.column.assignAll(f.from, r, FieldBit(f.number))
		}
	}
	if rules.Replace && all != 0 {
		t.others(v, r, Changed, func(c *Column, _ uint32, i int) { c.clear(r.Slots[i]) })
	}
	if bytes.IndexByte(r.Status[:n], Added) >= 0 {
		t.fillColumns(v, r, n)
	}
	if len(t.log.readers) == 0 {
		return
	}
	t.log.expect(n, t.rows)
	for i, fields := range r.fields {
		if r.Status[i] == Added {
			t.log.note(r.Slots[i], AllFields, t.rows)
		} else if fields != 0 {
			t.log.note(r.Slots[i], fields|FieldBit(FieldVersion), t.rows)
		}
	}
}

func (c *Column) assignAll(from *wire.Column, r *Results, bit uint64) {
	plain := from.Layout == wire.F64 && from.Tag == value.Number
	for i, fields := range r.fields {
		if fields&bit == 0 {
			continue
		}
		slot := r.Slots[i]
		if plain && c.kind == Floats && c.Tag(slot) == value.Number {
			c.floats.set(slot, from.F64[i])
		} else {
			c.assign(from, i, slot)
		}
	}
}

// others calls back for the cells that items of a status do not give and that their rows have.
func (t *Table) others(v *batchView, r *Results, status Status, found func(c *Column, number uint32, i int)) {
	for number := uint32(firstField); number < uint32(len(t.cols)); number++ {
		var from *wire.Column
		if k := v.given[number]; k >= 0 {
			if from = v.fields[k].from; from.Tag != wire.PerRow && from.Tag != value.Absent {
				continue
			}
		}
		c := t.cols[number]
		for i := range r.fields {
			if r.Status[i] == status && (from == nil || from.TagAt(i) == value.Absent) && c.Tag(r.Slots[i]) != value.Absent {
				found(c, number, i)
			}
		}
	}
}
