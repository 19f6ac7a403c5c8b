package query

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/table"
)

// Source is what a query is run on: the rows, and what indexes there are of them. The answer does not depend on the
// indexes.
type Source struct {
	Table   *table.Table
	Indexes *index.Set // nil: none
}

// Run appends the slots of the rows that the query asks for to dst, in order, and says of a page where it stands.
func (q *Query) Run(s Source, dst []uint32) ([]uint32, *PageInfo, *fault.Error) {
	e := newEvaluation(s)
	defer e.release()
	rows, info := e.run(q)
	return append(dst, rows...), info, nil
}

// All appends the slots of all rows that match to dst, in order, whatever part of them the query asks for.
func (q *Query) All(s Source, dst []uint32) []uint32 {
	all := &Query{filter: q.filter, sort: q.sort, limit: noLimit}
	e := newEvaluation(s)
	defer e.release()
	rows, _ := e.run(all)
	return append(dst, rows...)
}

// Count counts the rows that match the filter.
func (q *Query) Count(s Source) int {
	if q.filter == nil {
		return s.Table.Len()
	}
	e := newEvaluation(s)
	defer e.release()
	e.filter = e.plan(q.filter)
	if p := e.filter; p.via == viaOrdered && p.exact {
		return p.rows
	}
	return e.find(q.filter).n
}

// run gives the rows that a query asks for. They are the evaluation's, or the table's.
func (e *evaluation) run(q *Query) ([]uint32, *PageInfo) {
	if q.page == nil && (q.limit == 0 || q.offset >= e.table.Len()) && e.trace == nil {
		return nil, nil
	}
	keys, reverse := e.bind(q.sort, q.filter)
	if q.filter != nil {
		e.filter = e.plan(q.filter)
		if rows, ok := e.early(q, keys, reverse); ok {
			return rows, nil
		}
	}
	f := e.find(q.filter)
	e.trace.matched(f.n)
	from, to := q.Part(f.n)
	if q.page == nil {
		return e.part(f, keys, reverse, from, to), nil
	}
	order := q.OrderOf(e.source)
	order.scorer = scorerOf(keys)
	if q.page.cursor == nil {
		rows := e.part(f, keys, reverse, from, to)
		return rows, q.infoIn(order, from, to, f.n, func(i int) uint32 { return rows[i-from] })
	}
	rows, from, to := e.turn(q, f, keys, reverse, order)
	e.trace.page(from, to)
	return rows, q.infoIn(order, from, to, f.n, func(i int) uint32 { return rows[i-from] })
}

// scorerOf gives what scores rows for the sort, if anything does.
func scorerOf(keys []sortKey) *scorer {
	for _, k := range keys {
		if k.score != nil {
			return k.score
		}
	}
	return nil
}

// search gives the first position of a list at which f holds, as it does at all that follow.
func search(slots []uint32, f func(slot uint32) bool) int {
	low, high := 0, len(slots)
	for low < high {
		if middle := int(uint(low+high) >> 1); f(slots[middle]) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// indexOf gives the index of the first sort key, if it has one.
func (e *evaluation) indexOf(keys []sortKey) *index.Ordered {
	if e.indexes == nil || len(keys) == 0 || keys[0].score != nil {
		return nil
	}
	return e.indexes.Ordered(keys[0].field.path)
}

// part gives the rows from and up to positions of those found, in order. They are the evaluation's, or the table's.
func (e *evaluation) part(f found, keys []sortKey, reverse bool, from, to int) []uint32 {
	if from == to {
		return nil
	}
	if len(keys) == 0 {
		e.trace.sort("id order", nil, 0)
		return e.partByID(f, reverse, from, to)
	}
	x := e.indexOf(keys)
	if x != nil && f.all {
		e.trace.sort("index", keys, 0)
		return e.partOfIndex(x, keys, from, to)
	}
	top := to <= f.n/topShare && to <= maxTop
	if x != nil && f.set != nil && e.walkIsCheaper(f.n, to, top) {
		e.trace.sort("walk index", keys, 0)
		if len(keys) == 1 {
			e.slots = walkAll(e.slots[:0], x, keys[0].desc, f.set, to)
			return e.slots[from:to]
		}
		w := &walk{eval: e, index: x, desc: keys[0].desc, more: keys[1:], set: f.set, need: to, budget: x.Len(), taken: e.slots[:0]}
		w.start(0)
		w.take()
		e.slots = w.taken
		return e.slots[from:to]
	}
	if top {
		e.trace.sort("top-k", keys, f.n)
		return e.top(keys, f, to)[from:]
	}
	e.trace.sort("radix", keys, f.n)
	rows := e.byID(f)
	if f.all {
		e.slots = append(e.slots[:0], rows...)
		rows = e.slots
	}
	e.sortBy(keys, rows)
	return rows[from:to]
}

// Costs of a sort, as those of a plan.
const (
	walkCost = 15  // of a row of an index that is walked
	topCost  = 40  // of a row that is offered to a heap
	sortCost = 300 // of a row that is sorted
)

// walkIsCheaper tells whether the first rows of n are found sooner by walking an index than by sorting them.
func (e *evaluation) walkIsCheaper(n, first int, top bool) bool {
	cost := e.table.Len() / max(1, n/first) * walkCost
	if top {
		return cost < n*topCost
	}
	return cost < n*sortCost
}

func (e *evaluation) partByID(f found, reverse bool, from, to int) []uint32 {
	if reverse {
		rows := e.byID(f)
		e.slots = append(e.slots[:0], rows[f.n-to:f.n-from]...)
		slices.Reverse(e.slots)
		return e.slots
	}
	if f.set == nil || f.all || f.n < e.table.Len()/sparseShare {
		return e.byID(f)[from:to]
	}
	e.slots = pick(e.slots[:0], e.table.Sorted(), f.set, to)
	return e.slots[from:to]
}

// partOfIndex is part for all rows, by positions in the index of the first key.
func (e *evaluation) partOfIndex(x *index.Ordered, keys []sortKey, from, to int) []uint32 {
	if !keys[0].desc && len(keys) == 1 {
		e.slots = x.Append(e.slots[:0], from, to)
		return e.slots
	}
	if len(keys) == 1 && from == 0 && to == x.Len() {
		e.slots = walkAll(e.slots[:0], x, keys[0].desc, e.table.LiveWords(), to)
		return e.slots
	}
	w := &walk{eval: e, index: x, desc: keys[0].desc, more: keys[1:], budget: x.Len(), taken: e.slots[:0]}
	before := w.start(from)
	w.need = to - before
	w.take()
	e.slots = w.taken
	return e.slots[from-before:]
}

// maxEarly is up to how many rows early looks for.
const maxEarly = 1024

// early answers a query for the first few rows of many that match by testing rows in order, so that most are never
// looked at. It gives up when that turns out to take longer than to find all that match.
func (e *evaluation) early(q *Query, keys []sortKey, reverse bool) (rows []uint32, ok bool) {
	if q.page != nil || q.limit == noLimit || q.offset > maxEarly || q.limit > maxEarly || reverse {
		return nil, false
	}
	need, total, p := q.offset+q.limit, e.table.Len(), e.filter
	if need == 0 {
		return nil, false
	}
	expected := need * (total/max(p.rows, 1) + 1)
	otherwise := p.cost + total/64*wordCost + p.rows*topCost
	if len(keys) == 0 {
		otherwise = p.cost + total/64*wordCost
	}
	if 2*expected*(p.each+walkCost) > otherwise {
		return nil, false
	}
	budget := otherwise / (p.each + walkCost)
	bound := e.matcher.bind(q.filter)
	w := &walk{eval: e, bound: &bound, need: need, budget: budget, taken: e.slots[:0]}
	if len(keys) > 0 {
		if w.index = e.indexOf(keys); w.index == nil {
			return nil, false
		}
		w.desc, w.more = keys[0].desc, keys[1:]
		w.start(0)
		ok = w.take()
	} else {
		ok = w.takeSorted(e.table.Sorted())
	}
	e.slots = w.taken
	e.trace.walked(e.filter, keys, w.looked, len(w.taken), ok)
	if !ok {
		return nil, false
	}
	return w.taken[min(q.offset, len(w.taken)):], true
}

// takeSorted is take for rows in order of id.
func (w *walk) takeSorted(slots []uint32) bool {
	for _, slot := range slots {
		if w.looked++; w.looked > w.budget {
			return false
		}
		if w.bound.match(slot, &w.eval.scratch) {
			if w.taken = append(w.taken, slot); len(w.taken) == w.need {
				break
			}
		}
	}
	return true
}
