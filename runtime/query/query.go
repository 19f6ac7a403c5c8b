// Package query answers queries over the rows of one table: which match a filter, in which order, and which part of
// them.
//
// Parse turns a query into a Query, which knows fields by name only, holds nothing of its input and never changes, so
// it may be kept, run on any table and by any number of goroutines. Run and Count read a table and are bound by its
// rules: one goroutine at a time for each table.
//
// A filter is evaluated as a bitset over slots that starts as all rows and is narrowed leaf by leaf, cheap leaves
// first, each a loop over the chunks of a column. What is sorted afterwards are keys of 64 bits, in package radix.
package query

import (
	"math/bits"
	"slices"

	"github.com/atoma-dev/atoma/runtime/table"
)

// Query is a parsed query.
type Query struct {
	filter *node // nil: every row
	sort   []sortField
	limit  int // noLimit: none
	offset int
}

const noLimit = -1

// Run appends the slots of the rows that the query asks for to dst, in order.
func (q *Query) Run(t *table.Table, dst []uint32) []uint32 {
	if q.limit == 0 || q.offset >= t.Len() {
		return dst
	}
	if q.filter == nil && len(q.sort) == 0 {
		return append(dst, q.window(t.Sorted())...)
	}
	e := newEvaluation(t)
	defer e.release()
	matches, n := e.matches(q.filter)
	if q.offset >= n {
		return dst
	}
	keys := bind(t, q.sort)
	if len(keys) == 0 {
		return q.byID(e, matches, n, dst)
	}
	if k := q.end(n); k <= n/topShare && k <= maxTop {
		return append(dst, e.top(keys, matches, k)[q.offset:]...)
	}
	return append(dst, q.window(e.sorted(keys, e.inIDOrder(matches, n)))...)
}

// Count counts the rows that match the filter.
func (q *Query) Count(t *table.Table) int {
	if q.filter == nil {
		return t.Len()
	}
	e := newEvaluation(t)
	defer e.release()
	_, n := e.matches(q.filter)
	return n
}

// end is how many of n rows in order are needed.
func (q *Query) end(n int) int {
	if q.limit == noLimit || q.limit > n-q.offset {
		return n
	}
	return q.offset + q.limit
}

// window cuts the part out that the query asks for.
func (q *Query) window(slots []uint32) []uint32 {
	if q.offset >= len(slots) {
		return nil
	}
	return slots[q.offset:q.end(len(slots))]
}

// byID appends the window of matching rows in order of id. A limited walk over all rows in that order stops early.
func (q *Query) byID(e *evaluation, matches []uint64, n int, dst []uint32) []uint32 {
	t := e.table
	if n < t.Len()/sparseShare {
		return append(dst, q.window(e.inIDOrder(matches, n))...)
	}
	skip, take := q.offset, q.end(n)-q.offset
	for _, slot := range t.Sorted() {
		if matches[slot>>6]>>(slot&63)&1 == 0 {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		dst = append(dst, slot)
		if take--; take == 0 {
			break
		}
	}
	return dst
}

// sparseShare is from which share of all rows on (one in so many) matches are picked from all rows in order of id;
// fewer are sorted by themselves.
const sparseShare = 64

// inIDOrder lists n matching rows in order of id. The result is the evaluation's.
func (e *evaluation) inIDOrder(matches []uint64, n int) []uint32 {
	e.slots = slices.Grow(e.slots[:0], n)
	if n < e.table.Len()/sparseShare {
		e.slots = appendSlots(e.slots, matches)
		e.table.SortByID(e.slots)
		return e.slots
	}
	for _, slot := range e.table.Sorted() {
		if matches[slot>>6]>>(slot&63)&1 != 0 {
			e.slots = append(e.slots, slot)
		}
	}
	return e.slots
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
