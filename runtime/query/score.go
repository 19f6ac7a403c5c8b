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

// scoredLeaf has an index score rows, or a counter that has seen all of them: from the first score on.
type scoredLeaf struct {
	source  Source
	node    *node
	access  access
	indexed *index.Scorer
	counter *text.Counter
}

// newScorer prepares to score the rows of a table by a filter; nil is none, by which all rows score 0. The first score
// costs a look at every row for each leaf without an index.
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
		r.leaves = append(r.leaves, scoredLeaf{source: s, node: n})
	}
}

// prepare takes what scores are made of from all rows.
func (leaf *scoredLeaf) prepare() {
	s, n := leaf.source, leaf.node
	leaf.access = bindField(s.Table, n.field)
	if s.Indexes != nil {
		if x := s.Indexes.Text(n.field.path); x != nil && x.Answers(n.text) {
			leaf.indexed = x.Scorer(n.text)
			return
		}
	}
	counter := text.NewCounter(n.text)
	var scratch [8]byte
	for _, slot := range appendSlots(nil, s.Table.LiveWords()) {
		counter.Add(leaf.access.cell(slot, &scratch))
	}
	leaf.counter = counter
}

// score gives the relevance of a row.
func (r *scorer) score(slot uint32) float64 {
	sum := 0.0
	for i := range r.leaves {
		leaf := &r.leaves[i]
		var score float64
		var ok bool
		if leaf.indexed == nil && leaf.counter == nil {
			leaf.prepare()
		}
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
