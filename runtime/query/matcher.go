package query

import (
	"bytes"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Matcher tells whether single rows of a table match a query's filter. It reads rows as they are when it is asked. It
// is the table's: for one goroutine at a time, and not for use after Dispose.
type Matcher struct {
	table  *table.Table
	filter *node
	root   boundNode
	fields uint64
	known  int     // fields of the table when the filter was bound
	number [8]byte // where the payload of one is made
}

// boundNode is a node that knows where its field is.
type boundNode struct {
	*node
	access access      // of a leaf
	direct bool        // the field of a leaf is a column itself
	args   []boundNode // of all others
}

// Matcher binds the filter to a table.
func (q *Query) Matcher(t *table.Table) *Matcher {
	m := &Matcher{table: t, filter: q.filter, known: -1}
	m.Refresh()
	return m
}

// Refresh takes notice of fields that the table has defined since. Until then they are absent from every row.
func (m *Matcher) Refresh() {
	if m.known == m.table.Fields() {
		return
	}
	m.known, m.fields = m.table.Fields(), 0
	if m.filter != nil {
		m.root = m.bind(m.filter)
	}
}

func (m *Matcher) bind(n *node) boundNode {
	b := boundNode{node: n}
	if n.op > opNot {
		b.access = bindField(m.table, n.field)
		b.direct = b.access.plain()
		m.fields |= b.access.reads()
		return b
	}
	b.args = make([]boundNode, len(n.args))
	for i, arg := range n.args {
		b.args[i] = m.bind(arg)
	}
	return b
}

// Fields gives the FieldBits (package table) of the fields that the filter reads. Rows whose entry in the table's log
// has none of them match as before. It may grow with Refresh.
func (m *Matcher) Fields() uint64 { return m.fields }

// Match tells whether a slot has a row, and the row matches.
func (m *Matcher) Match(slot uint32) bool {
	return m.table.Live(slot) && (m.filter == nil || m.root.match(slot, &m.number))
}

func (b *boundNode) match(slot uint32, scratch *[8]byte) bool {
	switch b.op {
	case opAnd:
		for i := range b.args {
			if !b.args[i].match(slot, scratch) {
				return false
			}
		}
		return true
	case opOr:
		for i := range b.args {
			if b.args[i].match(slot, scratch) {
				return true
			}
		}
		return false
	case opNot:
		return !b.args[0].match(slot, scratch)
	}
	if b.direct && b.op <= opRange {
		return b.matchColumn(slot)
	}
	return b.node.match(b.access.cell(slot, scratch))
}

// matchColumn is node.match without the detour of numbers through a payload.
func (b *boundNode) matchColumn(slot uint32) bool {
	c, want := b.access.column, b.operand.tag
	tag := c.Tag(slot)
	switch {
	case b.op == opNull:
		return tag <= value.Null
	case b.op == opIn:
		return b.inSet(c, slot, tag)
	case tag != want:
		return false
	case tag.Bare():
		return true
	case tag.Numeric():
		return b.matchFloat(c.Float(slot))
	case b.op == opEqual && tag == value.String:
		return bytes.Equal(c.Payload(slot), b.operand.payload)
	}
	return b.node.match(tag, c.Payload(slot))
}

func (b *boundNode) matchFloat(f float64) bool {
	x := b.operand.float()
	if b.op == opEqual {
		return f == x || f != f && x != x
	}
	return b.bound.holdsFloat(f, x)
}

func (b *boundNode) inSet(c *table.Column, slot uint32, tag value.Tag) bool {
	switch {
	case tag.Bare():
		return b.set.hasTag(tag)
	case tag.Numeric():
		return b.set.hasFloat(tag, c.Float(slot))
	}
	return b.set.has(tag, c.Payload(slot))
}
