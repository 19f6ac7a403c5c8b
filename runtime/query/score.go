package query

import (
	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/text"
)

// scorer gives rows their relevance: the sum over the text leaves of a filter that are under no not and hold, in the
// order of the filter. It is valid until the next write to the table.
type scorer struct {
	leaves []scoredLeaf
}

// scoredLeaf has an index score rows, or a counter that has seen all of them.
type scoredLeaf struct {
	access  access
	indexed *index.Scorer
	counter *text.Counter
}

// newScorer prepares to score the rows of a table by a filter; nil is none, by which all rows score 0. A leaf without an
// index costs a look at every row.
func newScorer(s Source, filter *node) *scorer {
	r := new(scorer)
	if filter != nil {
		r.take(s, filter)
	}
	return r
}

func (r *scorer) take(s Source, n *node) {
	switch n.op {
	case opAnd, opOr:
		for _, arg := range n.args {
			r.take(s, arg)
		}
	case opText:
		r.leaves = append(r.leaves, newScoredLeaf(s, n))
	}
}

func newScoredLeaf(s Source, n *node) scoredLeaf {
	leaf := scoredLeaf{access: bindField(s.Table, n.field)}
	if s.Indexes != nil {
		if x := s.Indexes.Text(n.field.path); x != nil && x.Answers(n.text) {
			leaf.indexed = x.Scorer(n.text)
			return leaf
		}
	}
	leaf.counter = text.NewCounter(n.text)
	var scratch [8]byte
	for _, slot := range appendSlots(nil, s.Table.LiveWords()) {
		leaf.counter.Add(leaf.access.cell(slot, &scratch))
	}
	return leaf
}

// score gives the relevance of a row.
func (r *scorer) score(slot uint32) float64 {
	sum := 0.0
	for i := range r.leaves {
		leaf := &r.leaves[i]
		var score float64
		var ok bool
		if leaf.indexed != nil {
			score, ok = leaf.indexed.Score(slot)
		} else {
			var scratch [8]byte
			score, ok = leaf.counter.Score(leaf.access.cell(slot, &scratch))
		}
		if ok {
			sum += score
		}
	}
	return sum
}
