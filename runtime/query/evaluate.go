package query

import (
	"math/bits"
	"sync"

	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// evaluation is one run of a query, and the memory that it works in, which the next run uses again.
type evaluation struct {
	table *table.Table
	words int
	sets  [][]uint64 // free bitsets
	found []uint64   // the rows that match; free with the evaluation
	items []radix.Item
	slots []uint32
}

var evaluations = sync.Pool{New: func() any { return new(evaluation) }}

func newEvaluation(t *table.Table) *evaluation {
	e := evaluations.Get().(*evaluation)
	e.table, e.words = t, len(t.LiveWords())
	return e
}

// release ends the evaluation; all that it gave is void.
func (e *evaluation) release() {
	e.free(e.found)
	e.table, e.found = nil, nil
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

func (e *evaluation) free(s []uint64) { e.sets = append(e.sets, s) }

// matches gives the rows for which a filter holds, and their number.
func (e *evaluation) matches(filter *node) (set []uint64, n int) {
	set = e.copyOf(e.table.LiveWords())
	e.found = set
	if filter == nil {
		return set, e.table.Len()
	}
	e.narrow(filter, set)
	for _, word := range set {
		n += bits.OnesCount64(word)
	}
	return set, n
}

// narrow leaves in set only rows for which a node holds.
func (e *evaluation) narrow(n *node, set []uint64) {
	switch n.op {
	case opAnd:
		for _, arg := range e.byCost(n.args) {
			e.narrow(arg, set)
		}
	case opOr:
		e.narrowOr(n, set)
	case opNot:
		held := e.copyOf(set)
		e.narrow(n.args[0], held)
		for w := range set {
			set[w] &^= held[w]
		}
		e.free(held)
	default:
		e.narrowLeaf(n, set)
	}
}

// narrowOr asks each argument only for rows that none before it took.
func (e *evaluation) narrowOr(n *node, set []uint64) {
	left := e.copyOf(set)
	clear(set)
	for _, arg := range e.byCost(n.args) {
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

// byCost orders arguments so that cheap ones leave fewer rows to dear ones.
func (e *evaluation) byCost(args []*node) []*node {
	if len(args) < 2 {
		return args
	}
	costs := make([]int, len(args))
	for i, arg := range args {
		costs[i] = e.cost(arg)
	}
	order := value.Permutation(len(args), func(a, b uint32) int {
		if costs[a] != costs[b] {
			return costs[a] - costs[b]
		}
		return int(a) - int(b)
	})
	sorted := make([]*node, len(args))
	for i, at := range order {
		sorted[i] = args[at]
	}
	return sorted
}

// cost is about how long a node takes for each row, in tenths of a nanosecond.
func (e *evaluation) cost(n *node) int {
	if n.op <= opNot {
		sum := 1
		for _, arg := range n.args {
			sum = min(sum+e.cost(arg), 1<<20)
		}
		return sum
	}
	a := bindField(e.table, n.field)
	switch {
	case a.number == table.FieldID && n.op == opEqual:
		return 0
	case !a.plain():
		return 500
	case n.op == opNull || a.column.Kind() == table.Bare:
		return 5
	case a.column.Kind() == table.Floats:
		return 10
	case n.op == opHas || a.column.Kind() == table.Mixed:
		return 300
	}
	return 50
}
