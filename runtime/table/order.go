package table

import (
	"bytes"
	"math/bits"
	"slices"

	"github.com/atoma-dev/atoma/runtime/radix"
)

// order is all rows by id, made when first asked for and then kept up. Writes only note what they did, and the next
// reader works that in: a row that belongs at the end is appended at once, others wait in pending, and removed ones
// stay in slots until a sweep takes them out.
type order struct {
	made    bool
	slots   []uint32
	pending []uint32 // rows that are not in slots; may name slots that are free again, or one twice
	dropped bitset   // slots whose place in slots, if they have one, is no longer theirs
	drops   int
}

// idle is how many more rows may be pending than are in order before noting them is given up.
const idle = 1024

func (o *order) added(t *Table, slot uint32) {
	if !o.made {
		return
	}
	n := len(o.slots)
	if o.drops == 0 && (n == 0 || string(t.ids.id(o.slots[n-1])) < string(t.ids.id(slot))) {
		o.slots = append(o.slots, slot)
		return
	}
	if len(o.pending) > n+idle {
		*o = order{}
		return
	}
	o.pending = append(o.pending, slot)
}

func (o *order) removed(slot uint32) {
	if o.made {
		o.dropped.set(slot)
		o.drops++
	}
}

// Sorted gives the slots of all rows by id, bytewise, which is by code point. It is valid until the next write.
func (t *Table) Sorted() []uint32 {
	t.order.refresh(t)
	return t.order.slots
}

// Slots appends the slots of all rows to dst, by id.
func (t *Table) Slots(dst []uint32) []uint32 { return append(dst, t.Sorted()...) }

// SortByID puts slots of rows in order of their ids.
func (t *Table) SortByID(slots []uint32) {
	const few = 64
	if t.sortedByID(slots) {
		return
	}
	if len(slots) <= few {
		slices.SortFunc(slots, func(a, b uint32) int { return bytes.Compare(t.ids.id(a), t.ids.id(b)) })
		return
	}
	items := make([]radix.Item, 2*len(slots))
	items, scratch := items[:len(slots)], items[len(slots):]
	for i, slot := range slots {
		items[i].Slot = slot
	}
	radix.Strings(items, scratch, false, t.ids.id)
	for i := range items {
		slots[i] = items[i].Slot
	}
}

// sortedByID also saves tables whose ids grow, as made ones do, from sorting at all.
func (t *Table) sortedByID(slots []uint32) bool {
	for i := 1; i < len(slots); i++ {
		if string(t.ids.id(slots[i-1])) > string(t.ids.id(slots[i])) {
			return false
		}
	}
	return true
}

func (o *order) refresh(t *Table) {
	if !o.made {
		o.slots = t.appendLive(make([]uint32, 0, t.rows+t.rows/8))
		t.SortByID(o.slots)
		o.made = true
		return
	}
	if o.drops > 0 {
		o.sweep()
	}
	if len(o.pending) > 0 {
		o.merge(t)
	}
}

// appendLive appends the slots of all rows, ascending.
func (t *Table) appendLive(dst []uint32) []uint32 {
	for w, word := range t.live {
		for ; word != 0; word &= word - 1 {
			dst = append(dst, uint32(w<<6+bits.TrailingZeros64(word)))
		}
	}
	return dst
}

// fewDrops is up to how many removed rows are looked for one by one, which takes a third of a sweep for each.
const fewDrops = 2

func (o *order) sweep() {
	if o.drops <= fewDrops {
		o.pick()
	} else {
		kept := o.slots[:0]
		for _, slot := range o.slots {
			if !o.dropped.has(slot) {
				kept = append(kept, slot)
			}
		}
		o.slots = kept
		clear(o.dropped)
	}
	o.drops = 0
}

// pick is a sweep for few rows.
func (o *order) pick() {
	for w, word := range o.dropped {
		for ; word != 0; word &= word - 1 {
			if i := slices.Index(o.slots, uint32(w<<6+bits.TrailingZeros64(word))); i >= 0 {
				o.slots = append(o.slots[:i], o.slots[i+1:]...)
			}
		}
		o.dropped[w] = 0
	}
}

// merge works pending into slots from the back, so that each row moves once, to its place. Each place is searched for
// with growing steps from the last one: few rows into many cost a logarithm each, many into many a step each.
func (o *order) merge(t *Table) {
	pending := slices.DeleteFunc(o.pending, func(slot uint32) bool { return !t.Live(slot) })
	t.SortByID(pending)
	pending = slices.Compact(pending)
	old := len(o.slots)
	if need := old + len(pending); need > cap(o.slots) {
		o.slots = append(make([]uint32, 0, need+need/8), o.slots...)
	}
	o.slots = o.slots[:old+len(pending)]
	for k := len(pending) - 1; k >= 0; k-- {
		at := o.search(t, old, t.ids.id(pending[k]))
		copy(o.slots[at+k+1:old+k+1], o.slots[at:old])
		o.slots[at+k] = pending[k]
		old = at
	}
	o.pending = o.pending[:0]
}

// search finds the first place below end whose id is greater than id, knowing that end's is.
func (o *order) search(t *Table, end int, id []byte) int {
	low := end
	for step := 1; low > 0; step *= 2 {
		low = max(0, low-step)
		if string(t.ids.id(o.slots[low])) < string(id) {
			low++
			break
		}
		end = low
	}
	for low < end {
		if middle := int(uint(low+end) >> 1); string(t.ids.id(o.slots[middle])) < string(id) {
			low = middle + 1
		} else {
			end = middle
		}
	}
	return low
}

func (o *order) size() int { return 4*(cap(o.slots)+cap(o.pending)) + 8*cap(o.dropped) }
