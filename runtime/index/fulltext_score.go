package index

import (
	"bytes"
	"slices"

	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Scorer scores rows by their relevance to one query. It is valid until the next write to the table.
type Scorer struct {
	index   *Text
	scoring *text.Scoring
	runs    []runPosting
	terms   []uint32 // of the index, ascending; the same may stand here for several terms of the query
	numbers []uint32 // of the posting of each of terms
	hits    []text.Hit
}

type runPosting struct {
	run    []byte
	number uint32
}

// Scorer prepares scoring for a query that the index answers. For runs it looks at all rows that have them.
func (x *Text) Scorer(q *text.Query) *Scorer {
	s := &Scorer{index: x}
	var postings []text.Posting
	var terms []uint32 // by posting; of no use for a run
	expanded := x.expand(q)
	if n := len(expanded); n > 0 && expanded[n-1].most == 0 {
		expanded = nil // no row matches
	}
	for i, e := range expanded {
		if e.term.Run() {
			s.runs = append(s.runs, runPosting{[]byte(e.term.Text()), uint32(len(postings))})
			postings = append(postings, text.Posting{Term: i, Rows: x.countRun(&e)})
			terms = append(terms, 0)
			continue
		}
		order := value.Permutation(len(e.any), func(a, b uint32) int {
			return bytes.Compare(x.terms.at(e.any[a]), x.terms.at(e.any[b]))
		})
		for _, k := range order {
			number := e.any[k]
			distance, _ := q.Distance(e.term, x.terms.at(number))
			s.terms = append(s.terms, uint32(len(postings)))
			postings = append(postings, text.Posting{Term: i, Distance: distance, Rows: x.rows.count(number)})
			terms = append(terms, number)
		}
	}
	slices.SortFunc(s.terms, func(a, b uint32) int { return int(terms[a]) - int(terms[b]) })
	s.numbers = s.terms
	s.terms = make([]uint32, len(s.numbers))
	for i, number := range s.numbers {
		s.terms[i] = terms[number]
	}
	s.scoring = text.NewScoring(q, x.corpus, postings)
	return s
}

// countRun counts the rows that have a run.
func (x *Text) countRun(e *expansion) int {
	x.met = append(x.met[:0], make([]uint64, len(x.table.LiveWords()))...)
	s := search{Text: x, set: x.met}
	s.meet(e)
	if e.verify {
		s.verify(e.term.Text())
	}
	return s.finish()
}

// Score gives the relevance of a row; ok is false if it does not match.
func (s *Scorer) Score(slot uint32) (score float64, ok bool) {
	x := s.index
	if int(slot) >= len(x.forward) {
		return 0, false
	}
	d := &x.forward[slot]
	s.hits = s.hits[:0]
	for _, r := range s.runs {
		if times := x.occurrences(slot, r.run); times > 0 {
			s.hits = append(s.hits, text.Hit{Posting: r.number, Times: uint32(times)})
		}
	}
	for list := x.list(d); len(list) > 0 && len(s.terms) > 0; {
		var term, times uint32
		term, times, list = nextTerm(list)
		for i := firstFrom(s.terms, term); i < len(s.terms) && s.terms[i] == term; i++ {
			s.hits = append(s.hits, text.Hit{Posting: s.numbers[i], Times: times})
		}
	}
	text.SortHits(s.hits)
	return s.scoring.Row(s.hits, int(d.tokens))
}

// firstFrom gives the first place of a sorted list that is not below x.
func firstFrom(sorted []uint32, x uint32) int {
	lo, hi := 0, len(sorted)
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); sorted[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
