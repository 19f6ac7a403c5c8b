// Package query answers queries over the rows of one table: which match a filter, in which order, and which part of
// them.
//
// Parse turns a query into a Query, which knows fields by name only, holds nothing of its input and never changes, so
// it may be kept, run on any table and by any number of goroutines. Run, Count, and the Matchers and Orders that a
// Query makes, read a table and are bound by its rules: one goroutine at a time for each table.
//
// A filter is evaluated as a bitset over slots that starts as all rows and is narrowed leaf by leaf, cheap leaves
// first, each a loop over the chunks of a column. What is sorted afterwards are keys of 64 bits, in package radix.
// Live views look at single rows instead: a Matcher tells whether one matches, an Order which of two comes first.
package query

// Query is a parsed query.
type Query struct {
	filter   *node // nil: every row
	sort     []sortField
	limit    int // of what is returned, the page's as well; noLimit: none
	offset   int // the page's as well
	page     *page
	includes []*Include // in the order of their names in the query
}

const noLimit = -1

// HasFilter tells whether the query has a filter. Without one it matches every row.
func (q *Query) HasFilter() bool { return q.filter != nil }

// HasSort tells whether the query has a sort. Without one its rows are in order of their ids.
func (q *Query) HasSort() bool { return len(q.sort) > 0 }

// Paged tells whether the query asks for a page, so that its result has a PageInfo.
func (q *Query) Paged() bool { return q.page != nil }

// Includes gives what the query wants attached to each row, in its order.
func (q *Query) Includes() []*Include { return q.includes }

// Scored tells whether rows are sorted by their score, which depends on all rows of the table.
func (q *Query) Scored() bool {
	for i := range q.sort {
		if q.sort[i].score {
			return true
		}
	}
	return false
}
