package index

import (
	"bytes"
	"cmp"

	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/sequence"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Ordered is all rows of a table in the total order of a field, ascending, ties by id. It answers equality, ranges and
// prefixes with runs of positions, and gives rows sorted.
//
//	position  0 … false true │ numbers │ dates │ strings │ bytes, arrays, objects │ null, absent, NaN
//	ties      ·   ·   1  · 1 │ ·  1  1 │ ·  ·  │ ·  ·    │ ·  1  1  1             │ ·   1   1
//
// A bit by slot says whether a row ties with the one before it, so that going over runs of ties reads no cells.
type Ordered struct {
	path
	list *sequence.List
	tied []uint64 // bitset by slot
	last int      // position of the first row that is null, absent or NaN
}

// applyShare is up to which share of all rows (one in so many) changed ones are worked in one by one.
const applyShare = 32

func newOrdered(t *table.Table, field string) *Ordered {
	o := &Ordered{path: newPath(t, field)}
	o.list = sequence.New(o.compare)
	return o
}

// rebuild sorts all rows.
func (o *Ordered) rebuild() {
	o.bind()
	slots := o.table.Sorted()
	buffer := make([]radix.Item, 2*len(slots))
	items, scratch := buffer[:len(slots)], buffer[len(slots):]
	for i, slot := range slots {
		items[i].Slot = slot
	}
	k := Key{path: o.path}
	k.rank()
	k.Sort(items, scratch)
	sorted := make([]uint32, len(items))
	for i := range items {
		sorted[i] = items[i].Slot
	}
	o.list.Build(sorted)
	o.tieAll(&k, items)
	o.findLast()
}

// tieAll finds ties among items that k has just sorted. These still have their keys, or if they are of strings, such as
// differ only if the strings do.
func (o *Ordered) tieAll(k *Key, items []radix.Item) {
	words := len(o.table.LiveWords())
	if cap(o.tied) < words {
		o.tied = make([]uint64, words, words+words/8)
	}
	o.tied = o.tied[:words]
	clear(o.tied)
	for i := 1; i < len(items); i++ {
		if a, b := &items[i-1], &items[i]; a.Key == b.Key && a.Class == b.Class && k.CompareLoaded(a, b) == 0 {
			o.tied[b.Slot>>6] |= 1 << (b.Slot & 63)
		}
	}
}

// apply moves rows that changed. All are taken out, for which they need not be compared, before any is put in again,
// so that comparisons meet only rows that are where they belong.
func (o *Ordered) apply(slots []uint32) {
	o.bind()
	if len(slots) > 64 && len(slots) > o.list.Len()/applyShare {
		o.rebuild()
		return
	}
	for _, slot := range slots {
		o.remove(slot)
	}
	for words := len(o.table.LiveWords()); len(o.tied) < words; {
		o.tied = append(o.tied, 0)
	}
	for _, slot := range slots {
		if o.table.Live(slot) {
			o.insert(slot)
		}
	}
	o.findLast()
}

func (o *Ordered) remove(slot uint32) {
	at := o.list.Rank(slot)
	if at < 0 {
		return
	}
	if at+1 < o.list.Len() && !o.tiesBefore(slot) {
		o.tie(o.list.At(at+1), false)
	}
	o.tie(slot, false)
	o.list.Remove(slot)
}

func (o *Ordered) insert(slot uint32) {
	o.list.Insert(slot)
	at := o.list.Rank(slot)
	if at > 0 {
		o.tie(slot, o.order(o.list.At(at-1), slot) == 0)
	}
	if at+1 < o.list.Len() {
		next := o.list.At(at + 1)
		o.tie(next, o.order(slot, next) == 0)
	}
}

// tiesBefore tells whether a row ties with the one before it.
func (o *Ordered) tiesBefore(slot uint32) bool { return o.tied[slot>>6]>>(slot&63)&1 != 0 }

func (o *Ordered) tie(slot uint32, ties bool) {
	if ties {
		o.tied[slot>>6] |= 1 << (slot & 63)
	} else {
		o.tied[slot>>6] &^= 1 << (slot & 63)
	}
}

func (o *Ordered) findLast() {
	o.last = o.list.Search(func(slot uint32) bool {
		var scratch [8]byte
		return value.SortsLast(o.cell(slot, &scratch))
	})
}

// compare is the total order of the index.
func (o *Ordered) compare(a, b uint32) int {
	if order := o.order(a, b); order != 0 {
		return order
	}
	return bytes.Compare(o.table.ID(a), o.table.ID(b))
}

// order compares the fields of two rows.
func (o *Ordered) order(a, b uint32) int {
	if o.plain() {
		c := o.column
		tag := c.Tag(a)
		if tag == c.Tag(b) {
			switch {
			case tag.Numeric():
				x, y := c.Float(a), c.Float(b)
				switch {
				case x < y:
					return -1
				case x > y:
					return 1
				case x == y:
					return 0
				}
				return cmp.Compare(bit(x != x), bit(y != y)) // NaN comes last
			case tag == value.String:
				if x, y := c.Ref(a), c.Ref(b); x != y {
					return bytes.Compare(c.String(x), c.String(y))
				}
				return 0
			}
			return 0
		}
	}
	var x, y [8]byte
	aTag, aPayload := o.cell(a, &x)
	bTag, bPayload := o.cell(b, &y)
	return value.Compare(aTag, aPayload, bTag, bPayload)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Len is the number of rows: of all.
func (o *Ordered) Len() int { return o.list.Len() }

// At gives the row at a position.
func (o *Ordered) At(i int) uint32 { return o.list.At(i) }

// Rank gives the position of a row, -1 if there is none.
func (o *Ordered) Rank(slot uint32) int { return o.list.Rank(slot) }

// Append appends the rows at positions from up to, and without, to.
func (o *Ordered) Append(dst []uint32, from, to int) []uint32 { return o.list.Append(dst, from, to) }

// Run gives rows from position i on, at least one, without a copy.
func (o *Ordered) Run(i int) []uint32 { return o.list.Run(i) }

// RunBefore gives rows up to, and without, position i, at least one, without a copy.
func (o *Ordered) RunBefore(i int) []uint32 { return o.list.RunBefore(i) }

// Last is the position from which on rows are null, absent or NaN.
func (o *Ordered) Last() int { return o.last }

// Ties gives, as a bitset by slot, which rows tie with the row before them. It has a place for every row.
func (o *Ordered) Ties() []uint64 { return o.tied }

// few is how far GroupStart and GroupEnd go step by step before they search.
const few = 8

// GroupStart gives the first position of the rows that tie with the one at position i.
func (o *Ordered) GroupStart(i int) int {
	slot := o.At(i)
	for n := 0; o.tiesBefore(slot); n++ {
		if n == few {
			return o.list.Search(func(other uint32) bool { return o.order(other, slot) >= 0 })
		}
		i--
		slot = o.At(i)
	}
	return i
}

// GroupEnd gives the position behind the rows that tie with the one at position i.
func (o *Ordered) GroupEnd(i int) int {
	slot := o.At(i)
	for n := 0; ; n++ {
		if i++; i == o.Len() || !o.tiesBefore(o.At(i)) {
			return i
		}
		if n == few {
			return o.list.Search(func(other uint32) bool { return o.order(other, slot) > 0 })
		}
	}
}

// stats counts the values of one kind.
func (o *Ordered) stats(kind schema.IndexType) (documents, distinct, bytes int) {
	tag := value.Number
	switch kind {
	case schema.DateIndex:
		tag = value.Date
	case schema.StringIndex:
		tag = value.String
	}
	from, to := o.class(tag)
	for i := from; i < to; {
		run := o.Run(i)
		run = run[:min(len(run), to-i)]
		for _, slot := range run {
			distinct += 1 - bit(o.tiesBefore(slot))
		}
		i += len(run)
	}
	return to - from, distinct, o.list.Bytes() + 8*cap(o.tied)
}
