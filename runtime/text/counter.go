package text

import (
	"bytes"
	"strings"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Counter counts what scoring takes by reading every row, for fields without an index: Add is called with each row's
// field, then Score for any. It reads tokens twice rather than keep them.
type Counter struct {
	query  *Query
	tokens Tokens
	corpus Corpus
	rows   uint32

	terms map[string]uint32 // of the field, that match: a number in found, + 1
	found []found
	runs  []seenRun // by term of the query, of use for those that are one

	scoring *Scoring
	hits    []Hit
	lookAt  func(s []byte)
}

// seenRun is a term of the query that is a run.
type seenRun struct {
	times  uint32 // in the row at hand
	rows   int
	number uint32 // of the posting, when scoring
}

// found is a term of the field that matches a term of the query, or several: then next leads to the others.
type found struct {
	text    string
	posting Posting
	lastRow uint32 // that counts in posting.Rows
	times   uint32 // in the row at hand
	number  uint32 // of the posting, when scoring
	next    uint32 // + 1
}

// NewCounter makes a counter for a query.
func NewCounter(q *Query) *Counter {
	c := &Counter{query: q, terms: map[string]uint32{}, runs: make([]seenRun, len(q.terms))}
	c.lookAt = c.look
	return c
}

// Add counts a row's field.
func (c *Counter) Add(tag value.Tag, payload []byte) {
	length := c.read(tag, payload)
	if length == 0 {
		return
	}
	c.corpus.Rows++
	c.corpus.Tokens += length
	c.rows++
	for i := range c.runs {
		if c.runs[i].times > 0 {
			c.runs[i].rows++
		}
	}
	for k := range c.tokens.Len() {
		for at := c.term(c.tokens.At(k)); at != 0; at = c.found[at-1].next {
			if f := &c.found[at-1]; f.lastRow != c.rows {
				f.lastRow = c.rows
				f.posting.Rows++
			}
		}
	}
}

// read takes up a row's tokens and counts its runs. It gives the number of tokens.
func (c *Counter) read(tag value.Tag, payload []byte) int {
	c.tokens.Reset()
	for i := range c.runs {
		c.runs[i].times = 0
	}
	EachString(tag, payload, c.lookAt)
	return c.tokens.Len()
}

func (c *Counter) look(s []byte) {
	c.tokens.Add(s, c.query.options)
	for i := range c.query.terms {
		if t := &c.query.terms[i]; t.run {
			c.runs[i].times += uint32(bytes.Count(s, []byte(t.text)))
		}
	}
}

// term gives the first place + 1 in found of a token of the field, 0 if the query has nothing that it matches.
func (c *Counter) term(token []byte) uint32 {
	if at, known := c.terms[string(token)]; known {
		return at
	}
	first := uint32(0)
	match := func(i, distance int) {
		c.found = append(c.found, found{text: string(token), posting: Posting{Term: i, Distance: distance}, next: first})
		first = uint32(len(c.found))
	}
	if c.query.distance == 0 {
		if i := c.query.place(token, false); i >= 0 {
			match(i, 0)
		}
	} else {
		for i := range c.query.terms {
			if t := &c.query.terms[i]; t.run {
				continue
			} else if distance, ok := t.within(token, c.query.distance); ok {
				match(i, distance)
			}
		}
	}
	if first != 0 {
		c.terms[string(token)] = first
	}
	return first
}

// Score gives the relevance of a row that was counted; ok is false if it does not match.
func (c *Counter) Score(tag value.Tag, payload []byte) (score float64, ok bool) {
	if c.scoring == nil {
		c.finish()
	}
	length := c.read(tag, payload)
	if length == 0 {
		return 0, false
	}
	c.hits = c.hits[:0]
	for i := range c.runs {
		if r := &c.runs[i]; r.times > 0 {
			c.hits = append(c.hits, Hit{r.number, r.times})
		}
	}
	for k := range c.tokens.Len() {
		for at := c.terms[string(c.tokens.At(k))]; at != 0; at = c.found[at-1].next {
			f := &c.found[at-1]
			f.times++
			if f.times == 1 {
				c.hits = append(c.hits, Hit{f.number, at})
			}
		}
	}
	for i := range c.hits {
		if h := &c.hits[i]; !c.query.terms[c.scoring.postings[h.Posting].Term].run {
			f := &c.found[h.Times-1]
			h.Times, f.times = f.times, 0
		}
	}
	SortHits(c.hits)
	return c.scoring.Row(c.hits, length)
}

// finish numbers the postings: by term of the query, and by term of the field within.
func (c *Counter) finish() {
	order := value.Permutation(len(c.found), func(a, b uint32) int {
		x, y := &c.found[a], &c.found[b]
		if x.posting.Term != y.posting.Term {
			return x.posting.Term - y.posting.Term
		}
		return strings.Compare(x.text, y.text)
	})
	var postings []Posting
	for i := range c.query.terms {
		if c.query.terms[i].run {
			c.runs[i].number = uint32(len(postings))
			postings = append(postings, Posting{Term: i, Rows: c.runs[i].rows})
		}
		for len(order) > 0 && c.found[order[0]].posting.Term == i {
			f := &c.found[order[0]]
			f.number = uint32(len(postings))
			postings = append(postings, f.posting)
			order = order[1:]
		}
	}
	c.scoring = NewScoring(c.query, c.corpus, postings)
}
