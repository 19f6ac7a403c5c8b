package index

import (
	"bytes"
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// expansion is what a term of a query stands for here.
type expansion struct {
	term   *text.Term
	any    []uint32   // terms of the index: a row has to have one of them
	parts  [][]uint32 // of a run: for each of its parts the terms of which a row has to have one
	most   int        // rows that can match, or more
	verify bool       // a run whose parts may stand in another order
}

// expand finds what the terms of a query stand for, and the last query's again for free. If no row can match, the last
// one stands for nothing.
func (x *Text) expand(q *text.Query) []expansion {
	if x.asked == q {
		return x.expanded
	}
	terms := q.Terms()
	x.asked, x.expanded = nil, make([]expansion, len(terms))
	possible := true // that rows match
	for i := range terms {
		e := &x.expanded[i]
		e.term = &terms[i]
		switch {
		case !possible: // and the rest does not matter, which may be much
		case e.term.Run():
			x.expandRun(e)
		case q.MaxDistance() == 0:
			if number, ok := x.terms.find([]byte(e.term.Text())); ok && x.rows.count(number) > 0 {
				e.any = []uint32{number}
			}
		default:
			e.any = x.near(q, e.term)
		}
		if !e.term.Run() {
			e.most = x.total(e.any)
		}
		possible = possible && e.most > 0
	}
	x.asked = q
	return x.expanded
}

// total is how many rows may have one of some terms.
func (x *Text) total(any []uint32) int {
	sum := 0
	for _, number := range any {
		sum += x.rows.count(number)
	}
	return min(sum, x.corpus.Rows)
}

// expandRun takes a run apart as noteChars does: into pairs, and characters that are in none.
func (x *Text) expandRun(e *expansion) {
	run := []byte(e.term.Text())
	e.most, e.verify = x.corpus.Rows, e.term.Runes() > 2
	var before []byte
	paired := true // what is before, if anything
	for len(run) > 0 {
		char, size := text.Decode(run)
		if text.Unspaced(char) {
			if before != nil {
				x.require(e, x.partKey(before, run[:size]))
			}
			before, paired = run[:size], before != nil
		} else {
			e.verify = true
			if !paired {
				x.require(e, x.partKey(nil, before), before)
			}
			before, paired = nil, true
		}
		run = run[size:]
		if last := len(run) == 0; last && !paired {
			x.require(e, x.partKey(nil, before), before)
		}
	}
}

// require has rows have one of some terms.
func (x *Text) require(e *expansion, keys ...[]byte) {
	var any []uint32
	for _, key := range keys {
		if number, ok := x.terms.find(key); ok && x.rows.count(number) > 0 {
			any = append(any, number)
		}
	}
	e.parts = append(e.parts, any)
	e.most = min(e.most, x.total(any))
}

// near gives the terms that a row has within the distance of a query's. Candidates come from the trie; what they are is
// for the query to say.
func (x *Text) near(q *text.Query, term *text.Term) (any []uint32) {
	if term.Runes() > longestPattern {
		for number := range uint32(x.terms.len()) {
			any = x.verified(q, term, number, any)
		}
		return any
	}
	x.trie.catchUp(&x.terms)
	x.pattern.set(term.Text(), q.MaxDistance())
	x.slots = x.trie.near(&x.terms, &x.pattern, x.slots[:0])
	for _, number := range x.slots {
		any = x.verified(q, term, number, any)
	}
	return any
}

func (x *Text) verified(q *text.Query, term *text.Term, number uint32, any []uint32) []uint32 {
	if word := x.terms.at(number); x.rows.count(number) > 0 && word[0] != partMarker {
		if _, ok := q.Distance(term, word); ok {
			any = append(any, number)
		}
	}
	return any
}

// Estimate gives an upper bound of how many rows Find finds. The terms are looked up for it, and not again by the Find
// that follows.
func (x *Text) Estimate(q *text.Query) int {
	least := x.corpus.Rows
	for _, e := range x.expand(q) {
		least = min(least, e.most)
	}
	return least
}

// Find adds the rows that match a query, no more and no fewer, to a set of slots that is empty and has room for all, and
// counts them.
func (x *Text) Find(q *text.Query, set []uint64) (n int) {
	expanded := x.expand(q)
	if len(expanded) == 0 || expanded[len(expanded)-1].most == 0 {
		return 0
	}
	s := search{Text: x, set: set}
	// The rarest first, and then whatever comes: it has few rows to look at.
	rarest := 0
	for i := range expanded {
		if expanded[i].most < expanded[rarest].most {
			rarest = i
		}
	}
	s.meet(&expanded[rarest])
	for i := range expanded {
		if i != rarest {
			s.meet(&expanded[i])
		}
	}
	for i := range expanded {
		if expanded[i].verify {
			s.verify(expanded[i].term.Text())
		}
	}
	return s.finish()
}

// search is the rows that match what was met so far: listed one by one while they are few, or else the set.
type search struct {
	*Text
	set    []uint64
	begun  bool
	few    bool
	listed []uint32
}

func (s *search) meet(e *expansion) {
	if !e.term.Run() {
		s.meetAny(e.any, e.most)
	}
	for _, any := range e.parts {
		s.meetAny(any, s.total(any))
	}
}

// meetAny leaves rows that have one of some terms, of which there are up to most.
func (s *search) meetAny(any []uint32, most int) {
	switch {
	case !s.begun && most <= listed:
		s.begun, s.few = true, true
		s.listed = s.gather(any)
	case !s.begun:
		s.begun = true
		for _, number := range any {
			s.rows.union(s.set, number)
		}
	case s.few && len(any)*len(s.listed) <= most+len(s.set):
		kept := s.listed[:0]
		for _, slot := range s.listed {
			for _, number := range any {
				if s.rows.has(number, slot) {
					kept = append(kept, slot)
					break
				}
			}
		}
		s.listed = kept
	default:
		s.meetSet(any)
	}
}

// gather lists the rows that have one of some terms, each once.
func (s *search) gather(any []uint32) []uint32 {
	slots := s.slots[:0]
	for _, number := range any {
		slots = s.rows.appendTo(slots, number)
	}
	s.slots = slots
	if len(any) < 2 {
		return slots
	}
	distinct := slots[:0]
	for _, slot := range slots {
		if !hasBit(s.set, slot) {
			mark(s.set, slot)
			distinct = append(distinct, slot)
		}
	}
	for _, slot := range distinct {
		s.set[slot>>6] = 0
	}
	return distinct
}

func (s *search) meetSet(any []uint32) {
	s.other = append(s.other[:0], make([]uint64, len(s.set))...)
	for _, number := range any {
		s.rows.union(s.other, number)
	}
	if s.few {
		kept := s.listed[:0]
		for _, slot := range s.listed {
			if hasBit(s.other, slot) {
				kept = append(kept, slot)
			}
		}
		s.listed = kept
		return
	}
	for w, word := range s.other {
		s.set[w] &= word
	}
}

// verify leaves rows with a string that has a run.
func (s *search) verify(run string) {
	r := []byte(run)
	if s.few {
		kept := s.listed[:0]
		for _, slot := range s.listed {
			if s.occurrences(slot, r) > 0 {
				kept = append(kept, slot)
			}
		}
		s.listed = kept
		return
	}
	for w, word := range s.set {
		for ; word != 0; word &= word - 1 {
			if s.occurrences(uint32(w<<6+bits.TrailingZeros64(word)), r) == 0 {
				s.set[w] &^= word & -word
			}
		}
	}
}

// occurrences counts a run in a row.
func (x *Text) occurrences(slot uint32, run []byte) int {
	tag, payload := x.cell(slot, &x.scratch)
	if tag == value.String {
		return bytes.Count(payload, run)
	}
	times := 0
	text.EachString(tag, payload, func(s []byte) { times += bytes.Count(s, run) })
	return times
}

func (s *search) finish() (n int) {
	if s.few {
		for _, slot := range s.listed {
			mark(s.set, slot)
		}
		return len(s.listed)
	}
	for _, word := range s.set {
		n += bits.OnesCount64(word)
	}
	return n
}
