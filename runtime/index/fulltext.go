package index

import (
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/text"
)

// Text finds the rows whose tokens match a text query, and what it takes to score them. It keeps for each term the rows
// that have it (the inverted lists), and for each row its terms and how often it has each (the forward lists). So a row can be
// taken out without knowing what it was, and inverted lists are mere sets.
//
// Runs of scripts without spaces match in the middle of tokens and across them. So each pair of characters that stand
// side by side has an inverted list, too, and so has each character of a token of several; they are in the vocabulary
// with partMarker before them. Rows that have all pairs of a run are candidates.
//
// A term that no row has any more stays in the vocabulary. When such terms come to be most, or most of the lists' memory
// lies idle, the index is built anew.
type Text struct {
	path
	options text.Options

	terms vocabulary
	rows  postings // by term
	trie  trie     // of the terms that fuzzy queries were about so far
	dead  int      // terms without a row

	forward []document // by slot
	lists   pool       // what documents have
	corpus  text.Corpus

	// Memory to work in.
	tokens  text.Tokens
	look    func(s []byte)
	own     []uint32 // terms of the row at hand, each once
	times   []uint32 // how often it has each
	place   []uint32 // by term: where in own it is, if it is there
	key     []byte
	before  []byte // the character right before, of a run
	slots   []uint32
	other   []uint64
	met     []uint64
	pattern pattern
	scratch [8]byte // for the numbers of cells

	asked    *text.Query // the query that expanded is for
	expanded []expansion
}

// document is the terms of a row: a run of (term<<1 | again) in two words, low half first, followed by how often in two words
// more if again.
type document struct {
	run    uint32
	words  uint32 // of the run that are used; 0: no run
	tokens uint32
}

func newText(t *table.Table, def schema.Index) *Text {
	x := &Text{path: newPath(t, def.Field), options: text.FromSchema(def.Options)}
	x.look = func(s []byte) { x.tokens.Add(s, x.options) }
	x.rows.reset()
	x.lists.reset()
	return x
}

// Answers tells whether the index is of the tokens that a query is about.
func (x *Text) Answers(q *text.Query) bool { return q.Options() == x.options }

func (x *Text) rebuild() {
	x.bind()
	x.terms, x.trie, x.dead, x.forward, x.corpus, x.place, x.asked = vocabulary{}, trie{}, 0, nil, text.Corpus{}, nil, nil
	x.rows.reset()
	x.lists.reset()
	build := bulk{into: &x.rows, rows: x.table.Len()}
	live := x.table.LiveWords()
	x.forward = make([]document, 0, 64*len(live))
	for w, word := range live {
		for ; word != 0; word &= word - 1 {
			if slot := uint32(w<<6 + bits.TrailingZeros64(word)); x.read(slot) {
				x.rows.extendTo(x.terms.len())
				build.row(slot, x.own)
			}
		}
	}
	build.flush()
}

func (x *Text) apply(slots []uint32) {
	x.bind()
	x.asked = nil
	for _, slot := range slots {
		x.drop(slot)
		if x.table.Live(slot) && x.read(slot) {
			x.join(slot)
		}
	}
	if x.dead > minDirty && x.dead > x.terms.len()/2 || x.lists.wasteful() || x.rows.memory.wasteful() {
		x.rebuild()
	}
}

// drop takes a row out of everything.
func (x *Text) drop(slot uint32) {
	if int(slot) >= len(x.forward) || x.forward[slot].words == 0 {
		return
	}
	d := &x.forward[slot]
	for list := x.list(d); len(list) > 0; {
		var term uint32
		term, _, list = nextTerm(list)
		x.rows.remove(term, slot)
		if x.rows.count(term) == 0 {
			x.dead++
		}
	}
	x.lists.give(d.run, classOf(int(d.words)))
	x.corpus.Rows--
	x.corpus.Tokens -= int(d.tokens)
	*d = document{}
}

// join puts a row that was read into the inverted lists.
func (x *Text) join(slot uint32) {
	known := len(x.rows.lists)
	x.rows.extendTo(x.terms.len())
	for _, term := range x.own {
		if int(term) < known && x.rows.count(term) == 0 {
			x.dead--
		}
		x.rows.add(term, slot)
	}
}

// read takes up the tokens of a row, and makes its forward list if there are any.
func (x *Text) read(slot uint32) bool {
	x.tokens.Reset()
	tag, payload := x.cell(slot, &x.scratch)
	text.EachString(tag, payload, x.look)
	n := x.tokens.Len()
	if n == 0 {
		return false
	}
	x.own, x.times = x.own[:0], x.times[:0]
	for i := range n {
		token := x.tokens.At(i)
		x.note(x.terms.add(token), 1)
		if unspaced, goesOn := x.tokens.Unspaced(i); unspaced {
			x.noteChars(token, goesOn)
		}
	}
	x.write(slot, n)
	return true
}

// note counts a term of the row at hand.
func (x *Text) note(term, times uint32) {
	for int(term) >= len(x.place) {
		x.place = append(x.place, 0)
	}
	if at := x.place[term]; int(at) < len(x.own) && x.own[at] == term {
		x.times[at] += times
		return
	}
	x.place[term] = uint32(len(x.own))
	x.own, x.times = append(x.own, term), append(x.times, times)
}

// noteChars notes the characters of a token of several, and the pairs that it makes with the one before if it goes on.
func (x *Text) noteChars(token []byte, goesOn bool) {
	if !goesOn {
		x.before = x.before[:0]
	}
	_, first := text.Decode(token)
	several := first < len(token)
	for len(token) > 0 {
		char, size := text.Decode(token)
		if !text.Unspaced(char) { // a mark
			x.before = x.before[:0]
			token = token[size:]
			continue
		}
		if several {
			x.note(x.terms.add(x.partKey(nil, token[:size])), 0)
		}
		if len(x.before) > 0 {
			x.note(x.terms.add(x.partKey(x.before, token[:size])), 0)
		}
		x.before = append(x.before[:0], token[:size]...)
		token = token[size:]
	}
}

// partKey is what a character, or a pair, goes by in the vocabulary.
func (x *Text) partKey(before, char []byte) []byte {
	x.key = append(append(append(x.key[:0], partMarker), before...), char...)
	return x.key
}

// write makes the forward list of a row that has none.
func (x *Text) write(slot uint32, tokens int) {
	words := 2 * len(x.own)
	for _, times := range x.times {
		if times > 1 {
			words += 2
		}
	}
	d := document{words: uint32(words), tokens: uint32(tokens)}
	d.run = x.lists.take(classOf(words))
	list := x.lists.at(d.run, words)
	for i, term := range x.own {
		times := x.times[i]
		again := uint32(0)
		if times > 1 {
			again = 1
		}
		list[0], list[1] = uint16(term<<1|again), uint16(term>>15)
		list = list[2:]
		if again != 0 {
			list[0], list[1] = uint16(times), uint16(times>>16)
			list = list[2:]
		}
	}
	for int(slot) >= len(x.forward) {
		x.forward = append(x.forward, document{})
	}
	x.forward[slot] = d
	x.corpus.Rows++
	x.corpus.Tokens += tokens
}

func (x *Text) list(d *document) []uint16 {
	if d.words == 0 {
		return nil
	}
	return x.lists.at(d.run, int(d.words))
}

// nextTerm reads a term at the start of a forward list. Of characters and pairs, which are no tokens, nobody counts how
// often they come.
func nextTerm(list []uint16) (term, times uint32, rest []uint16) {
	entry := uint32(list[0]) | uint32(list[1])<<16
	if entry&1 == 0 {
		return entry >> 1, 1, list[2:]
	}
	return entry >> 1, uint32(list[2]) | uint32(list[3])<<16, list[4:]
}

// stats counts rows with a token, and terms that a row has.
func (x *Text) stats(schema.IndexType) (documents, distinct, bytes int) {
	for number := range x.rows.lists {
		if x.rows.lists[number].members > 0 && x.terms.at(uint32(number))[0] != partMarker {
			distinct++
		}
	}
	scratch := 4*(cap(x.own)+cap(x.times)+cap(x.place)+cap(x.slots)) + 8*(cap(x.other)+cap(x.met))
	return x.corpus.Rows, distinct, x.terms.size() + x.rows.bytes() + x.trie.bytes() + 12*cap(x.forward) + x.lists.bytes() + scratch
}
