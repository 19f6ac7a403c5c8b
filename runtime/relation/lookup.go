package relation

import (
	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// lookup finds the rows of a table whose key equals a cell, by id: through the table's own hash if the key is the id,
// else through the ordered index of the field, which costs a binary search. Bytes, arrays and objects tie in that
// index, as NaN does with null; for them the rows are told apart by the canonical form of their keys, in one pass over
// all that tie, at the first look-up of such a kind after a refresh.
type lookup struct {
	table   *table.Table
	indexes *index.Set
	path    *path
	index   *index.Ordered // nil for the id
	one     [1]uint32

	last    found // in the index; see near
	misses  int
	scratch [8]byte

	// Of rows that tie: the slots by the canonical form of their keys, and for which runs of ties.
	apart        map[string][]uint32
	others, nans bool
	buffer       []byte
}

// fewTies is up to how many rows that tie are compared one by one.
const fewTies = 8

func (l *lookup) refresh() {
	l.apart, l.others, l.nans = nil, false, false
	l.last, l.misses = found{}, 0
	if !l.path.isID() {
		l.index = l.indexes.EnsureOrdered(l.path.text)
	}
}

// found is the rows that a look-up found: a list, or positions in the index.
type found struct {
	list     []uint32
	from, to int
	index    *index.Ordered // nil: list
}

func (f *found) len() int {
	if f.index == nil {
		return len(f.list)
	}
	return f.to - f.from
}

func (f *found) at(i int) uint32 {
	if f.index == nil {
		return f.list[i]
	}
	return f.index.At(f.from + i)
}

// appendTo appends the rows to dst.
func (f *found) appendTo(dst []uint32) []uint32 {
	if f.index == nil {
		return append(dst, f.list...)
	}
	return f.index.Append(dst, f.from, f.to)
}

// find gives the rows whose key equals a cell, which is neither null nor absent. The result is valid until the next
// call.
func (l *lookup) find(tag value.Tag, payload []byte) found {
	if l.path.isID() {
		if tag == value.String {
			if slot, ok := l.table.Lookup(payload); ok {
				l.one[0] = slot
				return found{list: l.one[:]}
			}
		}
		return found{}
	}
	if rows, ok := l.near(tag, payload); ok {
		return rows
	}
	from, to, exact := l.index.Equal(tag, payload)
	if exact {
		l.last = found{index: l.index, from: from, to: to}
		return l.last
	}
	if to-from <= fewTies {
		return found{list: l.verify(from, to, tag, payload)}
	}
	run := &l.others
	if tag.Numeric() {
		run = &l.nans
	}
	if !*run {
		*run = true
		l.tellApart(from, to)
	}
	l.buffer = value.AppendKey(l.buffer[:0], tag, payload)
	return found{list: l.apart[string(l.buffer)]}
}

// near tries the rows that the last look-up found and those that come after, which saves the search where parents come in
// the order of their keys, as they do by id. Where they do not, it is soon given up.
func (l *lookup) near(tag value.Tag, payload []byte) (rows found, ok bool) {
	if l.last.index == nil || l.misses > fewMisses || tag > value.String {
		return found{}, false
	}
	if rows := l.last; rows.from < rows.to && l.equals(rows.from, tag, payload) {
		return rows, true
	}
	if at := l.last.to; at < l.index.Last() && l.equals(at, tag, payload) {
		l.last.from, l.last.to = at, l.index.GroupEnd(at)
		l.misses = 0
		return l.last, true
	}
	l.misses++
	return found{}, false
}

const fewMisses = 8

// equals tells whether the row at a position of the index has a key. Of a position below Last, that is no NaN.
func (l *lookup) equals(at int, tag value.Tag, payload []byte) bool {
	rowTag, row := l.path.cell(l.index.At(at), &l.scratch)
	return value.Equal(rowTag, row, tag, payload)
}

func (l *lookup) verify(from, to int, tag value.Tag, payload []byte) (list []uint32) {
	for i := from; i < to; i++ {
		slot := l.index.At(i)
		if t, p := l.path.cell(slot, &l.scratch); value.Equal(t, p, tag, payload) {
			list = append(list, slot)
		}
	}
	return list
}

func (l *lookup) tellApart(from, to int) {
	if l.apart == nil {
		l.apart = map[string][]uint32{}
	}
	for i := from; i < to; i++ {
		slot := l.index.At(i)
		tag, payload := l.path.cell(slot, &l.scratch)
		if tag <= value.Null {
			continue
		}
		l.buffer = value.AppendKey(l.buffer[:0], tag, payload)
		l.apart[string(l.buffer)] = append(l.apart[string(l.buffer)], slot)
	}
}
