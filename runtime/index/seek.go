package index

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/atoma-dev/atoma/runtime/value"
)

// seek gives the first position whose cell is not before a cell, or with after one that is behind it.
func (o *Ordered) seek(tag value.Tag, payload []byte, after bool) int {
	least := bit(after)
	return o.list.Search(func(slot uint32) bool {
		var scratch [8]byte
		rowTag, row := o.cell(slot, &scratch)
		return value.Compare(rowTag, row, tag, payload) >= least
	})
}

// class gives the positions of the cells that sort with a kind: numbers for Number, both booleans for False.
func (o *Ordered) class(tag value.Tag) (from, to int) {
	switch tag {
	case value.False, value.True:
		return 0, o.seek(value.True, nil, true)
	case value.Number, value.Date:
		var low, high [8]byte
		return o.seek(tag, value.AppendFloat(low[:0], math.Inf(-1)), false),
			o.seek(tag, value.AppendFloat(high[:0], math.Inf(1)), true)
	case value.String:
		return o.seek(value.String, nil, false), o.seek(value.Bytes, nil, false)
	}
	return o.seek(tag, nil, false), o.seek(tag, nil, true)
}

// Equal gives the positions of the rows that tie with a cell. If exact, they are those that equal it; otherwise all
// that do are among them.
func (o *Ordered) Equal(tag value.Tag, payload []byte) (from, to int, exact bool) {
	if value.SortsLast(tag, payload) {
		return o.last, o.Len(), false
	}
	from = o.seek(tag, payload, false)
	if from == o.Len() {
		return from, from, true
	}
	to = from
	var scratch [8]byte
	rowTag, row := o.cell(o.At(from), &scratch)
	if value.Compare(rowTag, row, tag, payload) == 0 {
		to = o.GroupEnd(from)
	}
	return from, to, tag <= value.String
}

// Range gives the positions of the rows whose cell is of the class of an operand and, with lower, below it, otherwise
// above it; or, if inclusive, ties with it. Nothing is below or above NaN, null and absent.
func (o *Ordered) Range(tag value.Tag, payload []byte, lower, inclusive bool) (from, to int) {
	if value.SortsLast(tag, payload) {
		return 0, 0
	}
	from, to = o.class(tag)
	if lower {
		return from, o.seek(tag, payload, inclusive)
	}
	return o.seek(tag, payload, !inclusive), to
}

// Prefix visits the positions of the strings that start with a prefix, whatever the case: runs that do not overlap, in
// no particular order. folded is a prefix that package text has folded. For each character in turn, the run of strings
// that start with what has come so far is narrowed to those that go on with one of the character's variants, so the
// cost is two binary searches for each character, variant and run.
func (o *Ordered) Prefix(folded []byte, visit func(from, to int)) {
	from, to := o.class(value.String)
	o.narrow(from, to, 0, folded, visit)
}

// narrow visits the strings of a run, which agree in their first depth bytes, that go on with rest.
func (o *Ordered) narrow(from, to, depth int, rest []byte, visit func(from, to int)) {
	if from == to {
		return
	}
	if len(rest) == 0 {
		visit(from, to)
		return
	}
	first, size := utf8.DecodeRune(rest)
	if first == utf8.RuneError && size <= 1 { // of a lone surrogate, which has no case
		next, end := o.startingWith(from, to, depth, rest[:1])
		o.narrow(next, end, depth+1, rest[1:], visit)
		return
	}
	for variant := first; ; {
		var buffer [utf8.UTFMax]byte
		n := utf8.EncodeRune(buffer[:], variant)
		next, end := o.startingWith(from, to, depth, buffer[:n])
		o.narrow(next, end, depth+n, rest[size:], visit)
		if variant = unicode.SimpleFold(variant); variant == first {
			return
		}
	}
}

// startingWith narrows a run of strings, which agree in their first depth bytes, to those that go on with p.
func (o *Ordered) startingWith(from, to, depth int, p []byte) (int, int) {
	from = o.bisect(from, to, func(s []byte) bool { return string(s[depth:]) >= string(p) })
	to = o.bisect(from, to, func(s []byte) bool { return !bytes.HasPrefix(s[depth:], p) })
	return from, to
}

// bisect gives the first position of a run of strings for which f holds, which it does for all that follow.
func (o *Ordered) bisect(from, to int, f func(s []byte) bool) int {
	var scratch [8]byte
	for from < to {
		middle := int(uint(from+to) >> 1)
		if _, s := o.cell(o.At(middle), &scratch); f(s) {
			to = middle
		} else {
			from = middle + 1
		}
	}
	return from
}
