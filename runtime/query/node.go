package query

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// op is what a node of a filter does. The negations of the query language are a not around one of these, since its
// logic is two-valued.
type op uint8

const (
	opAnd      op = iota // args; of none: true
	opOr                 // args; of none: false
	opNot                // args[0]
	opNull               // null or absent
	opEqual              // operand; never null
	opIn                 // set
	opRange              // the cell is on one side of operand; see bound
	opHas                // operand is an element of the cell
	opStarts             // operand: a folded string; and so for the next two
	opEnds               //
	opContains           //
	opText               // text
)

// bound says which side of its operand an opRange takes.
type bound uint8

const (
	greater bound = iota
	greaterEqual
	lower
	lowerEqual
)

// node is an expression of a filter.
type node struct {
	op      op
	bound   bound
	args    []*node
	field   field
	operand operand
	set     *set
	text    *text.Query
}

// field is the path of a field, taken apart at its dots.
type field struct {
	path string   // as it was written
	name string   // of the row's own property
	rest [][]byte // keys to walk from there
}

// operand is a cell to compare with, in top-level form.
type operand struct {
	tag     value.Tag
	payload []byte
}

func (o operand) float() float64 { return value.Float(o.payload) }

// match tells whether a leaf holds for a cell.
func (n *node) match(tag value.Tag, payload []byte) bool {
	switch n.op {
	case opNull:
		return tag <= value.Null
	case opEqual:
		return value.Equal(tag, payload, n.operand.tag, n.operand.payload)
	case opIn:
		return n.set.has(tag, payload)
	case opRange:
		return tag == n.operand.tag && n.within(tag, payload)
	case opHas:
		return tag == value.Array && n.inside(payload)
	case opStarts:
		return tag == value.String && text.HasPrefixFold(payload, n.operand.payload)
	case opEnds:
		return tag == value.String && text.HasSuffixFold(payload, n.operand.payload)
	case opContains:
		return tag == value.String && text.ContainsFold(payload, n.operand.payload)
	case opText:
		return n.text.Match(tag, payload)
	}
	panic("query: not a leaf")
}

// within tells whether a cell of the operand's kind is on the right side of it. NaN is on neither.
func (n *node) within(tag value.Tag, payload []byte) bool {
	if tag == value.String {
		return n.bound.holds(bytes.Compare(payload, n.operand.payload))
	}
	return n.bound.holdsFloat(value.Float(payload), n.operand.float())
}

// holdsFloat takes a cell's number or date and the operand's.
func (b bound) holdsFloat(x, operand float64) bool {
	switch b {
	case greater:
		return x > operand
	case greaterEqual:
		return x >= operand
	case lower:
		return x < operand
	}
	return x <= operand
}

// holds takes how a cell compares with the operand.
func (b bound) holds(order int) bool {
	switch b {
	case greater:
		return order > 0
	case greaterEqual:
		return order >= 0
	case lower:
		return order < 0
	}
	return order <= 0
}

// inside tells whether an array has an element that equals the operand.
func (n *node) inside(array []byte) bool {
	count, rest := value.Count(array)
	for range count {
		var tag value.Tag
		var payload []byte
		tag, payload, rest = value.Next(rest)
		if value.Equal(tag, payload, n.operand.tag, n.operand.payload) {
			return true
		}
	}
	return false
}

// set is the operands of in, by kind.
type set struct {
	all     []operand
	bare    uint16 // bit t: tag t, of those without payload
	numbers []float64
	dates   []float64
	strings map[string]struct{}
	others  map[string]struct{} // bytes, arrays, objects, by their keys (value.AppendKey); nil: none
}

func newSet(operands []operand) *set {
	s := &set{all: operands, strings: map[string]struct{}{}}
	for _, o := range operands {
		switch {
		case o.tag <= value.Null:
			s.bare |= 1<<value.Absent | 1<<value.Null
		case o.tag.Bare():
			s.bare |= 1 << o.tag
		case o.tag == value.Number:
			s.numbers = append(s.numbers, o.float())
		case o.tag == value.Date:
			s.dates = append(s.dates, o.float())
		case o.tag == value.String:
			s.strings[string(o.payload)] = struct{}{}
		default:
			if s.others == nil {
				s.others = map[string]struct{}{}
			}
			s.others[string(value.AppendKey(nil, o.tag, o.payload))] = struct{}{}
		}
	}
	s.numbers, s.dates = ordered(s.numbers), ordered(s.dates)
	return s
}

// ordered gives the floats in ascending order, NaN first as cmp.Compare has it.
func ordered(floats []float64) []float64 {
	order := value.Permutation(len(floats), func(a, b uint32) int { return cmp.Compare(floats[a], floats[b]) })
	sorted := make([]float64, len(floats))
	for i, at := range order {
		sorted[i] = floats[at]
	}
	return sorted
}

func (s *set) has(tag value.Tag, payload []byte) bool {
	switch {
	case tag.Bare():
		return s.hasTag(tag)
	case tag.Numeric():
		return s.hasFloat(tag, value.Float(payload))
	case tag == value.String:
		return s.hasString(payload)
	}
	if s.others == nil {
		return false
	}
	var room [64]byte
	_, ok := s.others[string(value.AppendKey(room[:0], tag, payload))]
	return ok
}

func (s *set) hasTag(tag value.Tag) bool { return s.bare>>tag&1 != 0 }

// hasFloat takes 0 for -0 and NaN for itself, as slices does.
func (s *set) hasFloat(tag value.Tag, f float64) bool {
	list := s.numbers
	if tag == value.Date {
		list = s.dates
	}
	_, ok := slices.BinarySearch(list, f)
	return ok
}

func (s *set) hasString(p []byte) bool {
	_, ok := s.strings[string(p)]
	return ok
}
