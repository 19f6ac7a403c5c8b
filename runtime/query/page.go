package query

import "github.com/atoma-dev/atoma/runtime/table"

// page is the page that a query asks for. Its limit and offset are the query's.
type page struct {
	total  bool    // with the number of all matching rows
	cursor *cursor // where it starts or ends; nil: it starts at the first row, or at the offset
	before bool    // the cursor is where it ends
}

// PageInfo says where a page stands among all rows that match, in order.
type PageInfo struct {
	HasNext, HasPrevious bool   // there are rows after it, before it
	Start, End           []byte // cursors of its first and last row, as base64url; nil when it has no rows
	Total                int    // how many rows match; -1 if not asked for
}

// Window gives the part [from, to) of n rows in order that the query asks for: by its limit and offset, or by its page.
// Of a page with a cursor it asks search for the first position at which f holds, n if there is none; f holds from some
// position on.
func (q *Query) Window(n int, search func(f func(slot uint32) bool) int, t *table.Table) (from, to int) {
	if q.page == nil || q.page.cursor == nil {
		return q.Part(n)
	}
	return q.windowIn(q.Order(t), n, search)
}

// Part is Window for a query whose page has no cursor.
func (q *Query) Part(n int) (from, to int) {
	from = min(q.offset, n)
	return from, from + q.atMost(n-from)
}

// atMost is the limit of the query, or n if that is less.
func (q *Query) atMost(n int) int {
	if q.limit == noLimit || q.limit > n {
		return n
	}
	return q.limit
}

// windowIn is Window for a page with a cursor, by an order of the query.
func (q *Query) windowIn(o *Order, n int, search func(f func(slot uint32) bool) int) (from, to int) {
	at := q.page.cursor
	if q.page.before {
		to = search(func(slot uint32) bool { return o.position(slot, at) >= 0 })
		return to - q.atMost(to), to
	}
	from = search(func(slot uint32) bool { return o.position(slot, at) > 0 })
	return from, from + q.atMost(n-from)
}

// Info describes the part [from, to) of n rows in order, of which at gives those inside. It is nil unless the query has
// a page.
func (q *Query) Info(from, to, n int, at func(i int) uint32, t *table.Table) *PageInfo {
	if q.page == nil {
		return nil
	}
	return q.infoIn(q.Order(t), from, to, n, at)
}

// infoIn is Info by an order of the query.
func (q *Query) infoIn(o *Order, from, to, n int, at func(i int) uint32) *PageInfo {
	info := &PageInfo{HasPrevious: from > 0, HasNext: to < n, Total: -1}
	if q.page.total {
		info.Total = n
	}
	if from < to {
		info.Start, info.End = o.cursorOf(at(from)), o.cursorOf(at(to-1))
	}
	return info
}
