package query

import (
	"math/bits"
	"slices"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/value"
)

// besideCost is what it costs to tell on which side of a cursor a row is; see the costs of a sort.
const besideCost = 100

// turn gives the rows found that are of the page behind, or before, the cursor of a query, and their positions among all
// that were found. A few rows are not worth putting all in order.
func (e *evaluation) turn(q *Query, f found, keys []sortKey, reverse bool, order *Order) (rows []uint32, from, to int) {
	limit := q.atMost(f.n)
	few := limit <= f.n/topShare && limit <= maxTop
	if x := e.indexOf(keys); x != nil && keys[0].leads(q) {
		if f.all {
			if rows, from, to, ok := e.jump(q, x, keys, order, limit); ok {
				return rows, from, to
			}
		}
		few = few && (f.set == nil || len(keys) > 1 || f.n*besideCost < x.Len()*walkCost)
	}
	if few && len(keys) > 0 {
		return e.beside(q, f, keys, order, limit)
	}
	rows = e.part(f, keys, reverse, 0, f.n)
	from, to = q.windowIn(order, f.n, func(beyond func(slot uint32) bool) int { return search(rows, beyond) })
	return rows[from:to], from, to
}

// leads tells whether a key, the first one, is of the first field of the sort, and so of the first cell of a cursor.
func (k *sortKey) leads(q *Query) bool {
	first := &q.sort[0]
	return first.score == (k.score != nil) && (first.score || first.field.path == k.field.path)
}

// jump takes the page out of all rows in the order of an index, which has the place of the cursor but for ties. It is not
// ok if these are so many that they had better not be put in order.
func (e *evaluation) jump(q *Query, x *index.Ordered, keys []sortKey, order *Order, limit int) (rows []uint32, from, to int, ok bool) {
	const fewTies = 1024
	at := q.page.cursor
	cell := at.cells[0]
	first, end, _ := x.Equal(cell.tag, cell.payload)
	if len(keys) > 1 && end-first > fewTies {
		return nil, 0, 0, false
	}
	least := 1
	if q.page.before {
		least = 0
	}
	position := first
	switch {
	case !keys[0].desc:
	case value.SortsLast(cell.tag, cell.payload):
		position = x.Last()
	default:
		position = x.Last() - end
	}
	if len(keys) == 1 {
		low, high := first, end
		for low < high {
			if middle := int(uint(low+high) >> 1); order.position(x.At(middle), at) >= least {
				high = middle
			} else {
				low = middle + 1
			}
		}
		position += low - first
	} else {
		for i := first; i < end; i++ {
			if order.position(x.At(i), at) < least {
				position++
			}
		}
	}
	if q.page.before {
		from, to = position-min(limit, position), position
	} else {
		from, to = position, position+min(limit, x.Len()-position)
	}
	e.trace.sort("index", keys, 0)
	if from < to {
		rows = e.partOfIndex(x, keys, from, to)
	}
	return rows, from, to, true
}

// beside looks on which side of the cursor each row is, mostly by the key of the first field alone, and keeps the first
// rows behind it, or the last ones before it.
func (e *evaluation) beside(q *Query, f found, keys []sortKey, order *Order, limit int) (rows []uint32, from, to int) {
	const step = 1024
	e.trace.sort("top-k", keys, f.n)
	e.items = slices.Grow(e.items[:0], limit+step)
	h := &heap{eval: e, keys: keys, limit: limit, back: q.page.before, items: e.items[:0]}
	s := &sides{order: order, cursor: q.page.cursor, heap: h}
	if keys[0].leads(q) {
		s.mark, s.marked = keys[0].mark(q.page.cursor.cells[0])
	}
	if h.back {
		s.least = 0
	} else {
		s.least = 1
	}
	block := e.items[limit : limit : limit+step]
	for _, slot := range f.slots {
		if block = append(block, radix.Item{Slot: slot}); len(block) == step {
			s.take(block)
			block = block[:0]
		}
	}
	for w, word := range f.set {
		for ; word != 0; word &= word - 1 {
			block = append(block, radix.Item{Slot: uint32(w*wordLen + bits.TrailingZeros64(word))})
		}
		if len(block) > step-wordLen {
			s.take(block)
			block = block[:0]
		}
	}
	s.take(block)
	h.sort()
	rows = e.slots[:0]
	for i := range h.items {
		rows = append(rows, h.items[i].Slot)
	}
	e.slots = rows
	if h.back {
		slices.Reverse(rows)
		return rows, s.before - len(rows), s.before
	}
	return rows, s.before, s.before + len(rows)
}

// sides puts rows on the sides of a cursor.
type sides struct {
	order  *Order
	cursor *cursor
	least  int        // the position, as Order has it, from which on rows are behind
	mark   radix.Item // rows whose class and key are less are before, those with greater ones behind; of others their cells decide
	marked bool
	heap   *heap
	before int // rows
}

func (s *sides) take(items []radix.Item) {
	s.heap.keys[0].load(items)
	kept := items[:0]
	for i := range items {
		item := items[i]
		behind := false
		switch {
		case s.marked && (item.Class != s.mark.Class || item.Key != s.mark.Key):
			behind = item.Class > s.mark.Class || item.Class == s.mark.Class && item.Key > s.mark.Key
		default:
			behind = s.order.position(item.Slot, s.cursor) >= s.least
		}
		if !behind {
			s.before++
		}
		if behind != s.heap.back {
			kept = append(kept, item)
		}
	}
	s.heap.offerLoaded(kept)
}

// mark gives class and key of a cell of a cursor, as load gives those of rows. Scores are numbers; not ok: it is none.
func (k *sortKey) mark(cell operand) (mark radix.Item, ok bool) {
	if k.score == nil {
		mark.Class, mark.Key = k.Mark(cell.tag, cell.payload)
		return mark, true
	}
	if !cell.tag.Numeric() {
		return mark, false
	}
	mark.Key = radix.Float(cell.float())
	if k.desc {
		mark.Key = ^mark.Key
	}
	return mark, true
}
