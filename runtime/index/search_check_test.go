package index

import (
	"math/bits"

	"github.com/stretchr/testify/require"
)

// Check has an index hold nothing but what the rows of its table have.
func (x *Text) Check(t require.TestingT) {
	x.rows.checkMemory(t)
	members, tokens, rows, dead := 0, 0, 0, 0
	for slot := range x.forward {
		d := &x.forward[slot]
		if d.words > 0 {
			rows++
			if !x.table.Live(uint32(slot)) {
				require.Fail(t, "a row that is gone")
			}
		}
		length := uint32(0)
		for list := x.list(d); len(list) > 0; members++ {
			var term, times uint32
			term, times, list = nextTerm(list)
			if !x.rows.has(term, uint32(slot)) {
				require.Fail(t, "not in the inverted list")
			}
			if x.terms.at(term)[0] != partMarker {
				length += times
			}
		}
		if d.tokens != length {
			require.Equal(t, d.tokens, length)
		}
		tokens += int(length)
	}
	for number := range x.rows.lists {
		n := x.rows.count(uint32(number))
		members -= n
		if n == 0 {
			dead++
		}
	}
	require.Zero(t, members, "inverted and forward lists differ")
	require.Equal(t, dead, x.dead)
	require.Equal(t, rows, x.corpus.Rows)
	require.Equal(t, tokens, x.corpus.Tokens)
}

// Check has an index know which rows have strings, and mark those that are not what they were.
func (x *Substring) Check(t require.TestingT) {
	x.sets.checkMemory(t)
	held, marks := 0, 0
	for _, word := range x.held {
		held += bits.OnesCount64(word)
	}
	for _, word := range x.marked {
		marks += bits.OnesCount64(word)
	}
	require.Equal(t, held, x.rows)
	require.Equal(t, marks, x.marks)
	require.LessOrEqual(t, marks, max(minDirty, x.rows/2))
}
