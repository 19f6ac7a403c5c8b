package query

import (
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// anchor says where a leaf's operand has to stand.
func (n *node) anchor() index.Anchor {
	switch n.op {
	case opStarts:
		return index.AtStart
	case opEnds:
		return index.AtEnd
	}
	return index.Anywhere
}

// estimateText gives how many rows at most an index has for an opText, opContains, opStarts or opEnds leaf; -1 if there
// is no index of use.
func estimateText(x *index.Set, n *node) int {
	if n.op == opText {
		if t := x.Text(n.field.path); t != nil && t.Answers(n.text) {
			return t.Estimate(n.text)
		}
		return -1
	}
	if s := x.Substring(n.field.path); s != nil {
		return s.Estimate(n.anchor(), n.operand.payload)
	}
	return -1
}

// indexedText narrows set by such a leaf through an index, if there is one of use. candidates is how many rows the
// index gave, verified how many of these were looked at.
func (e *evaluation) indexedText(x *index.Set, n *node, set []uint64) (candidates, verified int, ok bool) {
	hits, exact := e.empty(), true
	defer func() { e.free(hits) }()
	if n.op == opText {
		t := x.Text(n.field.path)
		if t == nil || !t.Answers(n.text) {
			return 0, 0, false
		}
		candidates = t.Find(n.text, hits)
	} else {
		s := x.Substring(n.field.path)
		if s == nil {
			return 0, 0, false
		}
		candidates, exact = s.Candidates(n.anchor(), n.operand.payload, hits)
	}
	for w := range set {
		set[w] &= hits[w]
	}
	if !exact {
		verified = count(set)
		e.narrowText(bindField(e.table, n.field), n, set)
	}
	return candidates, verified, true
}

// narrowText narrows set by such a leaf, reading strings: of a column with shared ones each but once.
func (e *evaluation) narrowText(a access, n *node, set []uint64) {
	if !a.plain() {
		eachRow(set, func(slot uint32) bool { return n.match(a.cell(slot, &e.scratch)) })
		return
	}
	c := a.column
	arrays := n.op == opText && c.Count(value.Array) > 0
	switch {
	case c.Count(value.String) == 0 && !arrays:
		clear(set)
	case c.Kind() != table.Refs || arrays || uint32(count(set)) < c.Codes():
		eachRow(set, func(slot uint32) bool {
			tag := c.Tag(slot)
			return (tag == value.String || tag == value.Array) && n.match(tag, c.Payload(slot))
		})
	default:
		byString(c, set, 0, n.keeper())
	}
}

// keeper gives a test of strings for byString.
func (n *node) keeper() func(s []byte) bool {
	needle := n.operand.payload
	switch n.op {
	case opStarts:
		return func(s []byte) bool { return text.HasPrefixFold(s, needle) }
	case opEnds:
		return func(s []byte) bool { return text.HasSuffixFold(s, needle) }
	case opContains:
		return func(s []byte) bool { return text.ContainsFold(s, needle) }
	}
	return func(s []byte) bool { return n.text.Match(value.String, s) }
}

// eachRow leaves members of set for which keep holds.
func eachRow(set []uint64, keep func(slot uint32) bool) {
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			if !keep(uint32(w<<6 + bits.TrailingZeros64(word))) {
				set[w] &^= word & -word
			}
		}
	}
}
