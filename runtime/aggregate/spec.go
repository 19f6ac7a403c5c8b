package aggregate

import (
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Spec is a parsed aggregate. It knows fields by name only, holds nothing of its input and never changes, so that it may
// be kept, and run on any table.
type Spec struct {
	filter  *query.Query
	paths   []path // each field that anything is said of, once
	groupBy []int  // of paths
	metrics []metric

	// What has to be kept for the metrics, each field once. They are places in paths.
	counted []int // how many cells are not null
	summed  []int
	ranked  []int // minima and maxima
}

// metric is one number, or cell, of a group's row.
type metric struct {
	name string
	kind kind
	of   int // a place in counted, summed or ranked
}

type kind uint8

const (
	countRows kind = iota
	count
	total
	average
	least
	greatest
)

// path is where a field lies in a row.
type path struct {
	text string
	name string   // of the row's own property
	rest [][]byte // keys to walk from there, by plain objects
}

// Columns gives the keys of a group's row in order: the fields of groupBy as they were given, and the metrics' names.
func (s *Spec) Columns() []string {
	names := make([]string, 0, len(s.groupBy)+len(s.metrics))
	for _, p := range s.groupBy {
		names = append(names, s.paths[p].text)
	}
	for i := range s.metrics {
		names = append(names, s.metrics[i].name)
	}
	return names
}

// Group is the row of one group: an Object in top-level form. Its keys are those of Spec.Columns.
type Group []byte

// AppendGroups appends the payload of an Array of groups.
func AppendGroups(dst []byte, groups []Group) []byte {
	dst = appendUvarint(dst, len(groups))
	for _, g := range groups {
		dst = append(dst, byte(value.Object))
		dst = append(dst, g...)
	}
	return dst
}
