// Package view keeps the results of queries up to date while the rows of a table change, and says how they differ from
// what they were.
//
// A view of rows keeps the slots of all rows that match, in order, in an order-statistic list, and its window is a span
// of that list. Nothing is done when rows are written. When somebody looks, Set.Sync reads the table's log and hands each
// row that changed to the views that it may concern: those that have it or match it now. View.Pull then takes such rows
// out of the list (which needs no old values), puts them in where they belong now, and derives what became of the window from
// the positions alone. So a change costs a view O(log n), and what enters or leaves its window.
//
// Most views are of some value of a field (an `eq` or `in` that the filter implies): these are routed. The group of each row by
// such a field leads to the views that ask for it, so that a thousand of them cost a change as little as one.
//
// Many changed rows are merged into the list in one pass; too many, or ones that nobody knows any more, have the query run again.
//
// A Set and its Views belong to the table that they read and are bound by its rule: one goroutine at a time. They must be closed
// before the table is disposed. What they give is theirs to keep; nothing in a Delta aliases them.
package view

import (
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/sequence"
	"github.com/atoma-dev/atoma/runtime/table"
)

// Set is the live views of one table. Without views it costs the table nothing.
type Set struct {
	source query.Source
	reader *table.Reader // nil without views
	fields int           // of the table, when views were last bound to them

	views  []*View  // in order of opening; nil where one was closed
	open   int      // views that are not nil
	marked []uint64 // bit i: views[i] has something to pull

	unrouted []*View // are handed every change
	routes   []*route

	movement movement
}

// NewSet makes a set without views.
func NewSet(source query.Source) *Set { return &Set{source: source} }

// kind is what a view keeps.
type kind uint8

const (
	ofRows   kind = iota // a list of all that match, and a window of it
	ofScores             // a window that only a run of the query can make: any row has a say in the score of all
	ofCount              // how many match
	ofAll                // how many rows there are
)

// View is the live result of one query. It holds what was true at its last Pull, and notes on what may be different.
type View struct {
	set    *Set
	query  *query.Query
	kind   kind
	number int // in Set.views
	seat   int // in Set.unrouted
	route  *route
	keys   [][]byte // that it wants of its route

	matcher *query.Matcher
	order   *query.Order
	filters uint64        // FieldBits that the filter reads
	sorts   uint64        // and the order
	lead    *table.Column // that rows are sorted by first, if that is a column
	desc    bool

	stale   bool // the query is to be run again: nothing below but the window's size is of use
	fresh   bool // never pulled
	again   bool // ofScores: the query is to be run again, but notes tell which rows changed
	pending []note
	members members // in the list; ofScores: in the window; ofCount: that match

	list   *sequence.List
	search func(f func(slot uint32) bool) int // of the list
	at     func(i int) uint32                 // of the list
	window span
	page   *query.PageInfo
	slots  []uint32 // ofScores: the window
	count  int      // ofAll: rows
	told   int      // the count at the last Pull
}

// OpenRows opens a view of the rows that a query asks for. What it includes is no concern of the view. The query is run
// at the first Pull.
func (s *Set) OpenRows(q *query.Query) *View {
	v := &View{query: q, kind: ofRows}
	if q.Scored() {
		v.kind = ofScores
	}
	s.admit(v)
	if v.kind == ofRows {
		v.list = sequence.New(v.compare)
		v.search, v.at = v.list.Search, v.list.At
	}
	return v
}

// OpenCount opens a view of how many rows match the filter of a query, of which the rest does not count.
func (s *Set) OpenCount(q *query.Query) *View {
	v := &View{query: q, kind: ofCount}
	if !q.HasFilter() {
		v.kind = ofAll
	}
	s.admit(v)
	return v
}

func (s *Set) admit(v *View) {
	t := s.source.Table
	if s.reader == nil {
		s.reader, s.fields = t.Follow(), t.Fields()
	}
	v.set, v.stale, v.fresh = s, true, true
	v.matcher, v.order = v.query.Matcher(t), v.query.Order(t)
	v.bind()
	if len(s.views) > 2*s.open+8 {
		s.renumber()
	}
	v.number = len(s.views)
	s.views = append(s.views, v)
	for len(s.marked)*64 < len(s.views) {
		s.marked = append(s.marked, 0)
	}
	s.open++
	s.mark(v)
	s.direct(v)
}

// bind notes which fields the view reads.
func (v *View) bind() {
	v.filters, v.sorts = v.matcher.Fields(), v.order.Fields()
	v.lead, v.desc = v.order.Lead()
}

// compare is the order of the list. It has a short way for numbers that differ, which is what most lists are sorted by,
// and which is all that a change costs a long list in comparisons.
func (v *View) compare(a, b uint32) int {
	if c := v.lead; c != nil && c.Kind() == table.Floats {
		if tag := c.Tag(a); tag.Numeric() && tag == c.Tag(b) {
			x, y := c.FloatAt(a), c.FloatAt(b)
			if v.desc {
				x, y = y, x
			}
			if x < y {
				return -1
			}
			if x > y {
				return 1
			}
		}
	}
	return v.order.Compare(a, b)
}

// renumber closes the gaps that closed views left.
func (s *Set) renumber() {
	kept := s.views[:0]
	marked := make([]uint64, len(s.marked))
	for _, v := range s.views {
		if v == nil {
			continue
		}
		if s.isMarked(v) {
			marked[len(kept)>>6] |= 1 << (len(kept) & 63)
		}
		v.number = len(kept)
		kept = append(kept, v)
	}
	clear(s.views[len(kept):])
	s.views, s.marked = kept, marked
}

func (s *Set) mark(v *View)          { s.marked[v.number>>6] |= 1 << (v.number & 63) }
func (s *Set) unmark(v *View)        { s.marked[v.number>>6] &^= 1 << (v.number & 63) }
func (s *Set) isMarked(v *View) bool { return s.marked[v.number>>6]>>(v.number&63)&1 != 0 }

// Dirty visits the views that may have something to pull, as of the last Sync, in order of opening. A view is one of them
// from when it was opened, or was marked by a Sync, to its next Pull. visit may pull and close views, not open any.
func (s *Set) Dirty(visit func(v *View)) {
	for w := 0; w < len(s.marked); w++ {
		for word := s.marked[w]; word != 0 && s.open > 0; word &= word - 1 {
			if v := s.views[w<<6+bits.TrailingZeros64(word)]; v != nil && s.isMarked(v) {
				visit(v)
			}
		}
	}
}

// Close ends the view and gives its memory back. It may be called again.
func (v *View) Close() {
	s := v.set
	if s == nil {
		return
	}
	s.unmark(v)
	s.views[v.number] = nil
	s.open--
	s.undirect(v)
	if s.open == 0 {
		s.reader.Close()
		*s = Set{source: s.source}
	}
	*v = View{}
}

// Len is the number of open views.
func (s *Set) Len() int { return s.open }

// Bytes is about how much memory the views hold, without what their queries do.
func (s *Set) Bytes() int {
	m := &s.movement
	n := 4*(cap(m.slots)+cap(m.old)+cap(m.new)) + 20*cap(m.rows) + 8*cap(m.bits)
	for _, r := range s.routes {
		n += r.bytes()
	}
	for _, v := range s.views {
		if v == nil {
			continue
		}
		n += 8*cap(v.pending) + v.members.bytes() + 4*cap(v.slots)
		if v.list != nil {
			n += v.list.Bytes()
		}
	}
	return n
}
