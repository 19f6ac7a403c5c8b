package relation

import (
	"github.com/atoma-dev/atoma/runtime/intmap"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// plan is the includes of a query bound to tables: a tree of levels, which the includes and their branches join.
//
//	level 0: todos ──include author──▶ branch ──▶ level 1: people ──include team──▶ branch ──▶ level 2: teams
//	               └─include about───▶ branch ──▶ level 3: …
//	                                 └ branch ──▶ level 4: …
//
// Each branch has a level of its own, also when several lead to one table: a row that is reached in two ways has two
// trees.
type plan struct {
	levels  []*level // a level comes before those below it
	targets []string
}

// level is the rows that are reached in one way, and what is attached to them.
type level struct {
	table    *table.Table
	includes []*include
	from     *branch // the branch that leads here; nil for the rows of the query itself

	// Of a Live.
	rows   rows          // what is attached now
	reader *table.Reader // of the table
}

// include is a relation by which rows of a level have others attached.
type include struct {
	level    *level
	number   int       // among level.includes
	branches []*branch // the first that holds for a row counts
	reads    uint64    // FieldBits of what decides about the branch and its key, and the bit of rows that come or go
}

// branch is one way of an include.
type branch struct {
	include *include
	number  int            // among include.branches
	when    *query.Matcher // rows that it is for; nil: all that no branch before was for
	own     path           // the key in a row of the level above
	other   path           // the key that related rows have
	many    bool
	target  uint32 // number of the store that it leads to
	lookup  lookup
	choice  choice
	child   *level
	scratch [8]byte // for a number in a key: here, as it would be allocated anew each time elsewhere
	second  [8]byte // for another

	// Of a Live.
	keys   intmap.Map // hash of a key → the first cell that looks for it
	found  []uint32   // memory for the rows of a cell
	chain  []uint32   // and for their links: all that there are,
	stay   []uint32   // those that stay, and
	woven  []uint32   // those that there are to be
	buffer []byte     // and for its key
	offers []offer
}

// bind makes the plan of a query's includes.
func bind(stores Stores, store string, q *query.Query) *plan {
	p := &plan{targets: Targets(q)}
	p.level(stores, store, q, nil)
	return p
}

func (p *plan) level(stores Stores, store string, q *query.Query, from *branch) *level {
	l := &level{table: stores.Source(store).Table, from: from}
	p.levels = append(p.levels, l)
	for i, wanted := range q.Includes() {
		n := &include{level: l, number: i}
		l.includes = append(l.includes, n)
		for k := range wanted.Branches {
			n.branches = append(n.branches, p.branch(stores, n, k, &wanted.Branches[k]))
		}
	}
	return l
}

func (p *plan) branch(stores Stores, n *include, number int, wanted *query.IncludeBranch) *branch {
	relation, source := wanted.Relation, stores.Source(wanted.Relation.To)
	own, other := relation.ForeignKey, relation.PrimaryKey
	if relation.Type != schema.BelongsTo {
		own, other = other, own
	}
	b := &branch{
		include: n,
		number:  number,
		own:     newPath(n.level.table, own),
		other:   newPath(source.Table, other),
		many:    wanted.Many(),
		target:  p.target(relation.To),
	}
	if wanted.When != nil {
		b.when = wanted.When.Matcher(n.level.table)
	}
	b.lookup = lookup{table: source.Table, indexes: source.Indexes, path: &b.other}
	b.choice = newChoice(wanted.Query, source, b.many)
	b.child = p.level(stores, relation.To, wanted.Query, b)
	return b
}

func (p *plan) target(store string) uint32 {
	for i, name := range p.targets {
		if name == store {
			return uint32(i)
		}
	}
	panic("relation: a branch leads to a store that is no target")
}

// refresh takes notice of all that was written since the last time; look-ups are valid until the next write.
func (p *plan) refresh() {
	for _, l := range p.levels {
		for _, n := range l.includes {
			n.refresh()
			for _, b := range n.branches {
				b.refresh()
			}
		}
	}
}

// refresh is for what is read of the level's own table.
func (n *include) refresh() {
	n.reads = freshRow
	for _, b := range n.branches {
		b.own.refresh()
		n.reads |= b.own.bits()
		if b.when != nil {
			b.when.Refresh()
			n.reads |= b.when.Fields()
		}
	}
}

// refresh is for what is read of the table that the branch leads to.
func (b *branch) refresh() {
	b.other.refresh()
	b.lookup.refresh()
	b.choice.refresh()
}

// reads gives the FieldBits of the fields of a related row that decide whether and where it is attached, and that of
// rows that come or go.
func (b *branch) reads() uint64 { return freshRow | b.other.bits() | b.choice.reads() }

// freshRow is the FieldBit that only added and deleted rows have: an id never changes. A slot may be used again, so that
// what was read of it, its id too, is another row's.
const freshRow = 1 << table.FieldID

// branchOf gives the branch that holds for a row of the level above, nil if none does.
func (n *include) branchOf(slot uint32) *branch {
	for _, b := range n.branches {
		if b.when == nil || b.when.Match(slot) {
			return b
		}
	}
	return nil
}

// key gives the cell by which a row finds its related rows, valid until the next one. Without one, which is null or
// absent, it has none.
func (b *branch) key(slot uint32) (tag value.Tag, payload []byte, ok bool) {
	tag, payload = b.own.cell(slot, &b.scratch)
	return tag, payload, tag > value.Null
}

// related gives the rows that a branch attaches to a row, in order; of a relation to one, at most one. The result is in
// the memory of dst.
func (b *branch) related(slot uint32, dst []uint32) []uint32 {
	tag, payload, ok := b.key(slot)
	if !ok {
		return dst[:0]
	}
	return b.choice.choose(&b.lookup, tag, payload, dst[:0])
}
