package text

import (
	"bytes"
	"sync"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Query is what a text operator looks for: terms, all of which a field must have.
type Query struct {
	options  Options
	distance int // up to which a token of the field is near enough
	terms    []Term
	words    int               // terms that are no runs
	places   map[string]uint32 // of the words in terms; nil if terms are few
	runs     map[string]uint32 // of the runs in terms; nil if terms are few
}

// fewTerms is up to how many terms are gone through one by one.
const fewTerms = 16

// Term is a distinct token of a query, or a run of a script without spaces.
type Term struct {
	text  string // folded, but for runs, which have no case
	runes int
	ascii bool
	run   bool
}

// Text is the token, folded, or the run.
func (t *Term) Text() string { return t.text }

// Runes is its length in code points.
func (t *Term) Runes() int { return t.runes }

// Run tells whether this is a run, which matches where it stands inside a string; a token matches a whole one.
func (t *Term) Run() bool { return t.run }

// Distance tells whether a folded token of a field matches this token of q, and at which distance.
func (q *Query) Distance(t *Term, token []byte) (distance int, ok bool) {
	return t.within(token, q.distance)
}

// MaxDistance is the largest distance that a query can have.
const MaxDistance = 2

// NewQuery cuts s, which is not kept, into terms. A distance means nothing unless fuzzy, and is at most MaxDistance.
func NewQuery(s []byte, fuzzy bool, distance int, o Options) *Query {
	o.MinLength = max(o.MinLength, 1)
	q := &Query{options: o}
	if fuzzy {
		q.distance = min(distance, MaxDistance)
	}
	for len(s) > 0 {
		n, unspaced := len(s), false
		if !o.Whitespace {
			n, unspaced = stretch(s)
		}
		if unspaced {
			q.add(s[:n], true)
		} else {
			q.addTokens(s[:n])
		}
		s = s[n:]
	}
	return q
}

func (q *Query) addTokens(s []byte) {
	var tokens Tokens
	tokens.Add(s, q.options)
	for i := range tokens.Len() {
		q.add(tokens.At(i), false)
	}
}

func (q *Query) add(text []byte, run bool) {
	if q.place(text, run) >= 0 {
		return
	}
	q.terms = append(q.terms, Term{string(text), runeCount(text), isASCII(text), run})
	if !run {
		q.words++
	}
	switch n := len(q.terms); {
	case n == fewTerms+1:
		q.places, q.runs = map[string]uint32{}, map[string]uint32{}
		for i := range q.terms {
			q.enter(i)
		}
	case n > fewTerms:
		q.enter(n - 1)
	}
}

// enter notes the place of a term.
func (q *Query) enter(i int) {
	if t := &q.terms[i]; t.run {
		q.runs[t.text] = uint32(i)
	} else {
		q.places[t.text] = uint32(i)
	}
}

// place gives the place of a token, or run, among the terms, -1 if it is none.
func (q *Query) place(text []byte, run bool) int {
	if q.places == nil {
		for i := range q.terms {
			if q.terms[i].text == string(text) && q.terms[i].run == run {
				return i
			}
		}
		return -1
	}
	places := q.places
	if run {
		places = q.runs
	}
	if i, ok := places[string(text)]; ok {
		return int(i)
	}
	return -1
}

// Terms gives the terms in the order of the query. Without any, nothing matches.
func (q *Query) Terms() []Term { return q.terms }

// Options gives how fields are cut into tokens.
func (q *Query) Options() Options { return q.options }

// MaxDistance is the Levenshtein distance up to which tokens match.
func (q *Query) MaxDistance() int { return q.distance }

// Match tells whether a cell has all terms: a string, or the strings of an array together.
func (q *Query) Match(tag value.Tag, payload []byte) bool {
	if len(q.terms) == 0 || tag != value.String && tag != value.Array {
		return false
	}
	if tag == value.String && !q.mayMatch(payload) {
		return false
	}
	m := matchers.Get().(*matcher)
	defer m.end()
	m.begin(q)
	EachString(tag, payload, m.look)
	if q.places != nil {
		m.findMany()
	}
	return m.missing == 0
}

// mayMatch tells unmatched strings apart by what takes no tokens: a token that matches as it is stands in the string.
func (q *Query) mayMatch(s []byte) bool {
	for i := range q.terms[:min(len(q.terms), fewTerms)] {
		t := &q.terms[i]
		switch {
		case t.run:
			if !containsRun(s, t.text) {
				return false
			}
		case q.distance == 0 && t.ascii && isASCII(s):
			if !ContainsFold(s, []byte(t.text)) {
				return false
			}
		}
	}
	return true
}

func containsRun(s []byte, run string) bool {
	return len(run) <= len(s) && bytes.Contains(s, []byte(run))
}

// EachString calls look for a cell's string, or for each string of an array.
func EachString(tag value.Tag, payload []byte, look func(s []byte)) {
	switch tag {
	case value.String:
		look(payload)
	case value.Array:
		n, rest := value.Count(payload)
		for range n {
			tag, payload, rest = value.Next(rest)
			if tag == value.String {
				look(payload)
			}
		}
	}
}

// matcher is one Match at work.
type matcher struct {
	query   *Query
	tokens  Tokens
	found   []bool // by term
	missing int
	look    func(s []byte)
}

var matchers = sync.Pool{New: func() any {
	m := new(matcher)
	m.look = m.lookAt
	return m
}}

func (m *matcher) end() {
	m.query = nil
	matchers.Put(m)
}

func (m *matcher) begin(q *Query) {
	m.query, m.missing = q, len(q.terms)
	m.tokens.Reset()
	m.found = append(m.found[:0], make([]bool, len(q.terms))...)
}

// lookAt finds terms in a string.
func (m *matcher) lookAt(s []byte) {
	q := m.query
	for i := range q.terms {
		if t := &q.terms[i]; !t.run {
			continue
		} else if !m.found[i] && containsRun(s, t.text) {
			m.found[i] = true
			m.missing--
		}
	}
	if q.words == 0 || m.missing == 0 {
		return
	}
	if q.places != nil {
		m.tokens.Add(s, q.options) // for findMany
		return
	}
	m.tokens.Reset()
	m.tokens.Add(s, q.options)
	for k := range m.tokens.Len() {
		token := m.tokens.At(k)
		for i := range q.terms {
			t := &q.terms[i]
			if m.found[i] || t.run {
				continue
			}
			if _, ok := t.within(token, q.distance); ok {
				m.found[i] = true
				if m.missing--; m.missing == 0 {
					return
				}
			}
		}
	}
}

// findMany finds the words among many terms in the tokens of all strings: those that are there as they are by looking
// each token up, and then the others one by one, up to the first that nothing is near to.
func (m *matcher) findMany() {
	q := m.query
	for k := range m.tokens.Len() {
		if i := q.place(m.tokens.At(k), false); i >= 0 && !m.found[i] {
			m.found[i] = true
			m.missing--
		}
	}
	if q.distance == 0 {
		return
	}
	for i := range q.terms {
		t := &q.terms[i]
		if m.found[i] || t.run {
			continue
		}
		if !m.near(t) {
			return
		}
		m.missing--
	}
}

// near tells whether a token is near to a term.
func (m *matcher) near(t *Term) bool {
	for k := range m.tokens.Len() {
		if _, ok := t.within(m.tokens.At(k), m.query.distance); ok {
			return true
		}
	}
	return false
}
