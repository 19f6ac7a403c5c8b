package relation

import (
	"math"
	"slices"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

// choice says which of the rows that a key leads to are attached, and in which order: the filter, sort and limit of an
// include.
type choice struct {
	match  *query.Matcher // nil: all
	order  *query.Order
	less   func(a, b uint32) int // order.Compare; kept, as making it each time would allocate
	byID   bool                  // the order is the one that look-ups answer in
	scored bool                  // the order depends on all rows of the table
	limit  int
}

func newChoice(q *query.Query, source query.Source, many bool) choice {
	c := choice{order: q.OrderOf(source), byID: !q.HasSort(), scored: q.Scored()}
	c.less = c.order.Compare
	if _, c.limit = q.Part(math.MaxInt); !many {
		c.limit = min(c.limit, 1)
	}
	if q.HasFilter() {
		c.match = q.Matcher(source.Table)
	}
	return c
}

func (c *choice) refresh() {
	c.order.Refresh()
	if c.match != nil {
		c.match.Refresh()
	}
}

// reads gives the FieldBits of the fields that the choice depends on.
func (c *choice) reads() uint64 {
	bits := c.order.Fields()
	if c.match != nil {
		bits |= c.match.Fields()
	}
	return bits
}

// admits tells whether a row passes the filter.
func (c *choice) admits(slot uint32) bool { return c.match == nil || c.match.Match(slot) }

// choose appends the rows that are attached under a key to dst, which is empty.
func (c *choice) choose(l *lookup, tag value.Tag, payload []byte, dst []uint32) []uint32 {
	if c.limit == 0 {
		return dst
	}
	rows := l.find(tag, payload)
	if c.byID {
		return c.first(&rows, dst)
	}
	dst = rows.appendTo(dst)
	if c.match != nil {
		kept := dst[:0]
		for _, slot := range dst {
			if c.match.Match(slot) {
				kept = append(kept, slot)
			}
		}
		dst = kept
	}
	switch {
	case len(dst) < 2:
		return dst
	case len(dst) <= c.limit:
	case c.limit <= fewFirst:
		return c.top(dst)
	}
	slices.SortFunc(dst, c.less)
	return dst[:min(len(dst), c.limit)]
}

// first takes rows as they come, which is by id, and no more than are wanted.
func (c *choice) first(rows *found, dst []uint32) []uint32 {
	n := rows.len()
	if c.match == nil {
		rows.to = rows.from + min(n, c.limit)
		rows.list = rows.list[:min(len(rows.list), c.limit)]
		return rows.appendTo(dst)
	}
	for i := 0; i < n && len(dst) < c.limit; i++ {
		if slot := rows.at(i); c.match.Match(slot) {
			dst = append(dst, slot)
		}
	}
	return dst
}

// fewFirst is up to how many first rows are kept in order while the others are looked at; for more all are sorted.
const fewFirst = 64

// top puts the first limit rows of the order at the start of rows, by insertion: most rows are compared only with the
// last of them.
func (c *choice) top(rows []uint32) []uint32 {
	kept := 0
	for _, slot := range rows {
		if kept == c.limit {
			if c.less(rows[kept-1], slot) < 0 {
				continue
			}
			kept--
		}
		at := kept
		for low := 0; low < at; {
			if middle := (low + at) / 2; c.less(rows[middle], slot) < 0 {
				low = middle + 1
			} else {
				at = middle
			}
		}
		copy(rows[at+1:kept+1], rows[at:kept])
		rows[at] = slot
		kept++
	}
	return rows[:kept]
}
