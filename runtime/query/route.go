package query

import (
	"bytes"
	"slices"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Route gives a field and keys (value.AppendKey) such that every row that matches has one of the keys in that field: so
// a change of a row concerns the query only if the field had one of them before, or has one now. Of several such fields
// it is the one with the fewest keys; of those one whose keys are no booleans or null, which many rows have; of those the
// first. Keys are distinct, and none means that no row matches. ok is false if the filter implies nothing of the kind.
func (q *Query) Route() (path string, keys [][]byte, ok bool) {
	if q.filter == nil {
		return "", nil, false
	}
	return q.filter.route()
}

func (n *node) route() (path string, keys [][]byte, ok bool) {
	switch n.op {
	case opNull:
		return n.field.path, [][]byte{value.AppendKey(nil, value.Null, nil)}, true
	case opEqual:
		return n.field.path, [][]byte{value.AppendKey(nil, n.operand.tag, n.operand.payload)}, true
	case opIn:
		for _, o := range n.set.all {
			keys = append(keys, value.AppendKey(nil, o.tag, o.payload))
		}
		return n.field.path, distinct(keys), true
	case opAnd:
		for _, arg := range n.args {
			p, k, found := arg.route()
			if found && (!ok || len(k) < len(keys) || len(k) == len(keys) && common(keys) && !common(k)) {
				path, keys, ok = p, k, true
			}
		}
	case opOr:
		return n.routeAny()
	}
	return path, keys, ok
}

// common tells whether some of the keys are of a boolean or null, which are the tag alone.
func common(keys [][]byte) bool {
	return slices.ContainsFunc(keys, func(key []byte) bool { return len(key) == 1 && value.Tag(key[0]).Bare() })
}

// routeAny is route for an or: all of it must be about one field.
func (n *node) routeAny() (path string, keys [][]byte, ok bool) {
	for i, arg := range n.args {
		p, k, found := arg.route()
		if !found || i > 0 && p != path {
			return "", nil, false
		}
		path, keys = p, append(keys, k...)
	}
	return path, distinct(keys), len(n.args) > 0
}

// distinct leaves one of each key.
func distinct(keys [][]byte) [][]byte {
	order := value.Permutation(len(keys), func(a, b uint32) int { return bytes.Compare(keys[a], keys[b]) })
	kept := make([][]byte, 0, len(keys))
	for _, at := range order {
		if n := len(kept); n == 0 || !bytes.Equal(kept[n-1], keys[at]) {
			kept = append(kept, keys[at])
		}
	}
	return kept
}
