package query

import (
	"math/bits"
	"slices"
	"sync"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/table"
)

// evaluation is one run of a query, and the memory that it works in, which the next run uses again.
type evaluation struct {
	source  Source
	table   *table.Table
	indexes *index.Set // nil: none
	matcher Matcher    // binds nodes to columns, to test single rows
	trace   *trace     // nil unless the query is to be explained

	sets    [][]uint64 // free bitsets
	held    []uint64   // the rows that match; free with the evaluation
	items   []radix.Item
	slots   []uint32
	spans   []span
	scratch [8]byte // for the numbers of cells
	filter  *plan
}

var evaluations = sync.Pool{New: func() any { return new(evaluation) }}

func newEvaluation(s Source) *evaluation {
	e := evaluations.Get().(*evaluation)
	e.source, e.table, e.indexes = s, s.Table, s.Indexes
	e.matcher.table = s.Table
	return e
}

// release ends the evaluation; all that it gave is void.
func (e *evaluation) release() {
	if e.held != nil {
		e.free(e.held)
	}
	e.source, e.table, e.indexes, e.held, e.filter, e.trace = Source{}, nil, nil, nil, nil, nil
	e.matcher = Matcher{}
	e.spans = e.spans[:0]
	evaluations.Put(e)
}

// copyOf gives a bitset with the members of from.
func (e *evaluation) copyOf(from []uint64) []uint64 {
	var s []uint64
	if n := len(e.sets); n > 0 {
		s, e.sets = e.sets[n-1], e.sets[:n-1]
	}
	return append(s[:0], from...)
}

// empty gives a bitset with room for all rows and without members.
func (e *evaluation) empty() []uint64 {
	s := e.copyOf(e.table.LiveWords())
	clear(s)
	return s
}

func (e *evaluation) free(s []uint64) { e.sets = append(e.sets, s) }

// found is the rows that match.
type found struct {
	n      int
	all    bool     // every row; set is the table's and not to be changed
	set    []uint64 // as a bitset over slots
	slots  []uint32 // if set is nil: as a list, the evaluation's, …
	sorted bool     // in order of id
}

// find gives the rows for which a filter holds; its plan has been made.
func (e *evaluation) find(filter *node) found {
	if filter == nil {
		return found{n: e.table.Len(), all: true, set: e.table.LiveWords()}
	}
	if drivers, n := e.filter.drivers(nil); e.listed(drivers, n) {
		return e.list(drivers)
	}
	set := e.copyOf(e.table.LiveWords())
	e.held = set
	e.narrow(e.filter, set)
	return found{n: count(set), set: set}
}

// listShare is up to which share of all rows (one in so many) the candidates of an index are listed and tested one by
// one, in place of narrowing a bitset over all.
const listShare = 16

// list gives the rows that match among those of some leaves, of which one at least holds for every row that matches.
func (e *evaluation) list(drivers []*plan) found {
	f := found{slots: e.slots[:0], sorted: len(drivers) == 1 && drivers[0].tied()}
	for _, d := range drivers {
		from := len(f.slots)
		f.slots = e.appendHits(f.slots, d)
		e.trace.leaf(d, len(f.slots)-from)
	}
	if len(drivers) > 1 {
		f.slots = e.distinct(f.slots)
	}
	if len(drivers) != 1 || drivers[0] != e.filter || !e.filter.exact {
		f.slots = e.keep(f.slots)
	}
	f.n, e.slots = len(f.slots), f.slots
	return f
}

// distinct leaves one of each slot.
func (e *evaluation) distinct(slots []uint32) []uint32 {
	seen := e.empty()
	kept := slots[:0]
	for _, slot := range slots {
		if w, b := slot>>6, uint64(1)<<(slot&63); seen[w]&b == 0 {
			seen[w] |= b
			kept = append(kept, slot)
		}
	}
	e.free(seen)
	return kept
}

// keep leaves rows for which the whole filter holds.
func (e *evaluation) keep(slots []uint32) []uint32 {
	b := e.matcher.bind(e.filter.node)
	kept := slots[:0]
	for _, slot := range slots {
		if b.match(slot, &e.scratch) {
			kept = append(kept, slot)
		}
	}
	e.trace.verified(e.filter, len(slots), len(kept))
	return kept
}

// narrow leaves in set only rows for which a node holds.
func (e *evaluation) narrow(p *plan, set []uint64) {
	switch p.op {
	case opAnd:
		e.narrowAnd(p, set)
	case opOr:
		e.narrowOr(p, set)
	case opNot:
		held := e.copyOf(set)
		e.narrow(p.args[0], held)
		for w := range set {
			set[w] &^= held[w]
		}
		e.free(held)
	default:
		e.narrowLeaf(p, set)
	}
}

// narrowAnd narrows by one argument after the other, row by row once so few are left that this is cheaper.
func (e *evaluation) narrowAnd(p *plan, set []uint64) {
	for i, arg := range p.args {
		if i > 0 {
			n := count(set)
			if n == 0 {
				return
			}
			if n*arg.each < arg.cost {
				e.narrowRows(arg, set)
				continue
			}
		}
		e.narrow(arg, set)
	}
}

// narrowOr asks each argument only for rows that none before it took.
func (e *evaluation) narrowOr(p *plan, set []uint64) {
	left := e.copyOf(set)
	clear(set)
	for _, arg := range p.args {
		held := e.copyOf(left)
		e.narrow(arg, held)
		for w := range set {
			set[w] |= held[w]
			left[w] &^= held[w]
		}
		e.free(held)
	}
	e.free(left)
}

// narrowRows narrows set row by row.
func (e *evaluation) narrowRows(p *plan, set []uint64) {
	before := e.trace.count(set)
	b := e.matcher.bind(p.node)
	for w, word := range set {
		for rest := word; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros64(rest); !b.match(uint32(w*wordLen+i), &e.scratch) {
				word &^= 1 << i
			}
		}
		set[w] = word
	}
	e.trace.scanned(p, before, set)
}

// count is the number of members of a bitset.
func count(set []uint64) (n int) {
	for _, word := range set {
		n += bits.OnesCount64(word)
	}
	return n
}

// appendSlots appends the members of a bitset, ascending.
func appendSlots(dst []uint32, set []uint64) []uint32 {
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			dst = append(dst, uint32(w<<6+bits.TrailingZeros64(word)))
		}
	}
	return dst
}

// sparseShare is from which share of all rows on (one in so many) rows are picked from all rows in order of id; fewer
// are sorted by themselves.
const sparseShare = 64

// byID lists the rows that match in order of id. The result is the evaluation's, or the table's.
func (e *evaluation) byID(f found) []uint32 {
	switch {
	case f.all:
		return e.table.Sorted()
	case f.set == nil && f.sorted:
		return f.slots
	case f.set == nil && f.n < e.table.Len()/sparseShare:
		e.sortByID(f.slots)
		return f.slots
	case f.set == nil:
		set := e.empty()
		for _, slot := range f.slots {
			set[slot>>6] |= 1 << (slot & 63)
		}
		e.slots = pick(f.slots[:0], e.table.Sorted(), set, f.n)
		e.free(set)
		return e.slots
	}
	e.slots = slices.Grow(e.slots[:0], f.n+1)
	if f.n < e.table.Len()/sparseShare {
		e.slots = appendSlots(e.slots, f.set)
		e.sortByID(e.slots)
		return e.slots
	}
	e.slots = pick(e.slots, e.table.Sorted(), f.set, f.n)
	return e.slots
}

// sortByID puts slots in order of id.
func (e *evaluation) sortByID(slots []uint32) {
	const several = 48
	if e.indexes == nil || len(slots) < several {
		e.table.SortByID(slots)
		return
	}
	ranks := e.indexes.Ranks()
	if ranks == nil {
		e.table.SortByID(slots)
		return
	}
	e.items = slices.Grow(e.items[:0], 2*len(slots))
	items, scratch := e.items[:len(slots)], e.items[len(slots):2*len(slots)]
	for i, slot := range slots {
		items[i] = radix.Item{Slot: slot, Key: uint64(ranks[slot])}
	}
	radix.Sort(items, scratch)
	for i := range items {
		slots[i] = items[i].Slot
	}
}

// pick appends the first n members of set among slots. There are so many. Every slot is written, and the next one over
// it if it is no member: a branch that cannot be foreseen costs more.
func pick(dst, slots []uint32, set []uint64, n int) []uint32 {
	k, end := len(dst), len(dst)+n
	dst = slices.Grow(dst, n+1)[:end+1]
	for _, slot := range slots {
		if k == end {
			break
		}
		dst[k] = slot
		k += int(set[slot>>6] >> (slot & 63) & 1)
	}
	return dst[:end]
}
