package view

import (
	"bytes"

	"github.com/atoma-dev/atoma/runtime/query"
)

// Delta says how the window of a view, which is the rows that its query asks for, differs from what it was at the last
// Pull. It is in normal form: the new window is the old one without Removed, then with InsertedSlots put in so that they
// stand at Inserted. The rows that are left are the same and in the same order; those of them that changed are Replaced.
// So a row that moved is Removed and Inserted, and one that changed and kept its place among the others is Replaced.
//
//	old window   a b c d e       Removed 1 3     (b has moved, d has left)
//	                             Inserted 2 4    b, f
//	new window   a c b e f       Replaced 1      c
//
// The slices are the Delta's own memory, which the next Pull into it uses again. Page is not: it stays as it is.
type Delta struct {
	Changed bool // anything at all: rows, count or page. If not, nothing else is set but Len, Count and Page.

	Reset bool     // the old window does not matter: the new one is Slots
	Slots []uint32 // with Reset: the new window

	Removed       []uint32 // positions in the old window, ascending
	Inserted      []uint32 // positions in the new window, ascending
	InsertedSlots []uint32 // which rows stand there
	Replaced      []uint32 // positions in the new window, ascending
	ReplacedSlots []uint32 // which rows stand there

	Len   int             // rows in the new window
	Count int             // of a count view: the rows that match
	Page  *query.PageInfo // of the new window; nil unless the query has a page
}

func (d *Delta) clear() {
	d.Changed, d.Reset, d.Len, d.Count, d.Page = false, false, 0, 0, nil
	d.Slots, d.Removed, d.Inserted = d.Slots[:0], d.Removed[:0], d.Inserted[:0]
	d.InsertedSlots, d.Replaced, d.ReplacedSlots = d.InsertedSlots[:0], d.Replaced[:0], d.ReplacedSlots[:0]
}

// span is a part of a list: positions from up to, and without, to.
type span struct{ from, to int }

// shift turns what happened to a list into what happened to a window of it. removed is the positions that rows were taken
// out from, in the old list, inserted those that rows stand at since, in the new one, both ascending; all other rows
// stayed, in the same order. read appends the slots of a span of the new list. Replaced is left alone; kept is the
// positions in the new list of the rows that both windows have, from the first to the last of them.
//
// The rows that stayed are numbered, in the same way in both lists, so a window takes a run of these numbers, and what
// two windows have in common is one run too. A row before or behind it, and any row that did not stay, has left the window or come
// into it. This takes time for what is removed and inserted, not for what is in the list or stays in the window.
func (d *Delta) shift(removed, inserted []uint32, before, after span, read func(dst []uint32, from, to int) []uint32) (kept span) {
	first := max(before.from-countBelow(removed, before.from), after.from-countBelow(inserted, after.from))
	end := min(before.to-countBelow(removed, before.to), after.to-countBelow(inserted, after.to))
	old, kept := before, after
	if first < end {
		old = span{stayed(removed, first), stayed(removed, end-1) + 1}
		kept = span{stayed(inserted, first), stayed(inserted, end-1) + 1}
	} else {
		old.from, kept.from = before.to, after.to
	}
	d.Removed = appendSpan(d.Removed, before.from, old.from, before.from)
	d.Removed = appendWithin(d.Removed, removed, old, before.from)
	d.Removed = appendSpan(d.Removed, old.to, before.to, before.from)

	d.Inserted = appendSpan(d.Inserted, after.from, kept.from, after.from)
	d.InsertedSlots = read(d.InsertedSlots, after.from, kept.from)
	from := len(d.Inserted)
	d.Inserted = appendWithin(d.Inserted, inserted, kept, after.from)
	for _, at := range d.Inserted[from:] {
		at := int(at) + after.from
		d.InsertedSlots = read(d.InsertedSlots, at, at+1)
	}
	d.Inserted = appendSpan(d.Inserted, kept.to, after.to, after.from)
	d.InsertedSlots = read(d.InsertedSlots, kept.to, after.to)
	return kept
}

// stayed gives the position of the row that has number n among those whose positions are not in moved.
func stayed(moved []uint32, n int) int {
	low, high := 0, len(moved) // the first i for which more than n that stayed are before moved[i]
	for low < high {
		middle := int(uint(low+high) >> 1)
		if int(moved[middle])-middle <= n {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return n + low
}

// countBelow is how many of ascending positions are below a limit.
func countBelow(positions []uint32, limit int) int {
	low, high := 0, len(positions)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if int(positions[middle]) < limit {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// appendSpan appends the positions from up to, and without, to, as seen from a window's start.
func appendSpan(dst []uint32, from, to, start int) []uint32 {
	for at := from; at < to; at++ {
		dst = append(dst, uint32(at-start))
	}
	return dst
}

// appendWithin appends those of ascending positions that lie in a span, as seen from a window's start.
func appendWithin(dst, positions []uint32, in span, start int) []uint32 {
	for _, at := range positions[countBelow(positions, in.from):countBelow(positions, in.to)] {
		dst = append(dst, at-uint32(start))
	}
	return dst
}

func samePage(a, b *query.PageInfo) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.HasNext == b.HasNext && a.HasPrevious == b.HasPrevious && a.Total == b.Total &&
		bytes.Equal(a.Start, b.Start) && bytes.Equal(a.End, b.End)
}
