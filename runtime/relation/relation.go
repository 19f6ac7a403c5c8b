// Package relation attaches related rows to the rows of a query: its includes, once or live.
//
// What is attached to a row is a tree of slots, written as a stream of uint32. The tree of a row holds, for each include
// in the order of Query.Includes:
//
//	kind | target<<8
//	  kind 0  null                      nothing follows, target is 0
//	  kind 1  one row                   slot, the tree of that row
//	  kind 2  many, also none of them   n, then n × (slot, the tree of that row)
//
// target is a number into Targets, the stores that the includes lead to; a slot is one of that store. The tree of a
// related row is made of the includes inside the include, those of the branch that led to it; a row with none has an
// empty tree, no word at all. The branches of an include of variants that lead to one store have the same includes
// inside, so that target says which these are: Shape lists them.
//
// Related rows are found by their keys: through the table's hash where the key is the id, through the ordered index of
// the key's field otherwise, which is made when missing. Attach costs that look-up for each parent and include, and the
// related rows that come out; only with a sort all rows of the key are looked at, and sorted, or just kept in the order
// of the first few when there is a limit. A Live keeps the trees of the parents in a window and redoes only what a
// changed row concerns; see there.
//
// Nothing here is safe for concurrent use, and everything reads tables and indexes and is bound by their rules. The
// Source of every store must have Indexes. Results are the caller's.
package relation

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Kinds of what an include attached; the low byte of the word before it.
const (
	KindNull = 0
	KindOne  = 1
	KindMany = 2
)

// targetShift is where the target starts in that word.
const targetShift = 8

// Stores gives the rows of the stores of a client by name, and opens those that nobody has used yet. A store is the same
// for as long as anything made here is in use.
type Stores interface {
	Source(store string) query.Source
}

// Targets gives the stores that the includes of a query lead to, in the order of first appearance in a depth-first walk of
// the includes and their branches. Each is there once.
func Targets(q *query.Query) []string { return appendTargets(nil, q) }

func appendTargets(dst []string, q *query.Query) []string {
	for _, n := range q.Includes() {
		for i := range n.Branches {
			b := &n.Branches[i]
			if !slices.Contains(dst, b.Relation.To) {
				dst = append(dst, b.Relation.To)
			}
			dst = appendTargets(dst, b.Query)
		}
	}
	return dst
}

// Shape says how to read the trees of a query, as an Array of one Object for each include, in order:
//
//	{ name: string, branches: [{ target: number, many: boolean, includes: the shape of a related row }] }
func Shape(q *query.Query) value.Value { return shape(q, Targets(q)) }

func shape(q *query.Query, targets []string) value.Value {
	list := value.Value{Tag: value.Array}
	for _, n := range q.Includes() {
		branches := value.Value{Tag: value.Array}
		for i := range n.Branches {
			b := &n.Branches[i]
			many := value.Value{Tag: value.False}
			if b.Many() {
				many.Tag = value.True
			}
			target := value.Value{Tag: value.Number, Num: float64(slices.Index(targets, b.Relation.To))}
			branches.Items = append(branches.Items, object("target", target, "many", many, "includes", shape(b.Query, targets)))
		}
		name := value.Value{Tag: value.String, Str: []byte(n.Name)}
		list.Items = append(list.Items, object("name", name, "branches", branches))
	}
	return list
}

// object takes keys and values in turn.
func object(pairs ...any) value.Value {
	v := value.Value{Tag: value.Object}
	for i := 0; i < len(pairs); i += 2 {
		v.Keys = append(v.Keys, []byte(pairs[i].(string)))
		v.Items = append(v.Items, pairs[i+1].(value.Value))
	}
	return v
}

// Attach appends the tree of each parent, in their order, to out. Parents are slots of the store that have a row.
func Attach(stores Stores, store string, q *query.Query, parents []uint32, out []uint32) []uint32 {
	if len(q.Includes()) == 0 || len(parents) == 0 {
		return out
	}
	p := bind(stores, store, q)
	p.refresh()
	a := attachment{out: out, rows: make([][]uint32, len(p.levels))}
	for _, slot := range parents {
		a.attach(p.levels[0], slot, 0)
	}
	return a.out
}

// attachment is one run of Attach.
type attachment struct {
	out  []uint32
	rows [][]uint32 // memory for related rows, by depth: a row's are in use while their trees are made
}

func (a *attachment) attach(l *level, slot uint32, depth int) {
	for _, n := range l.includes {
		b := n.branchOf(slot)
		if b == nil {
			a.out = append(a.out, KindNull)
			continue
		}
		rows := b.related(slot, a.rows[depth])
		a.rows[depth] = rows
		a.out = b.appendHead(a.out, len(rows))
		if len(b.child.includes) == 0 {
			a.out = append(a.out, rows...)
			continue
		}
		for _, child := range rows {
			a.out = append(a.out, child)
			a.attach(b.child, child, depth+1)
		}
	}
}

// appendHead appends what comes before n related rows.
func (b *branch) appendHead(out []uint32, n int) []uint32 {
	switch {
	case b.many:
		return append(out, KindMany|b.target<<targetShift, uint32(n))
	case n == 0:
		return append(out, KindNull)
	}
	return append(out, KindOne|b.target<<targetShift)
}
