package index

import (
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Anchor says where in a string a needle has to stand.
type Anchor uint8

const (
	Anywhere Anchor = iota // contains
	AtStart                // startsWith
	AtEnd                  // endsWith
)

// Substring finds the rows whose string has a needle, but for case. It keeps the n-grams of folded strings, with marks
// before the first and after the last character, and for each the rows whose string has it.
//
// A row that changes is put under the grams of its new string; those of the old one, which nobody knows any more, stay,
// and the row is marked: a marked row is looked at whenever it is found. When marked rows come to be half of all, or as
// many strings have gone as there are, the index is built anew.
type Substring struct {
	path
	shape gramShape
	grams gramTable
	sets  postings

	held   []uint64 // slots whose row has a string
	rows   int      // of held
	marked []uint64 // slots that may be in sets where they do not belong
	marks  int
	gone   int  // strings whose grams were left
	lossy  bool // a code stands for several code points

	// Memory to work in.
	folded  []byte
	codes   []uint64
	keys    []gram
	numbers []uint32
	slots   []uint32
	last    []uint32 // by gram: where in numbers it is, if it is there
	other   []uint64
}

func newSubstring(t *table.Table, def schema.Index) *Substring {
	x := &Substring{path: newPath(t, def.Field), shape: newGramShape(def.Options.NgramSize)}
	x.sets.reset()
	return x
}

func (x *Substring) rebuild() {
	x.bind()
	x.grams, x.held, x.rows, x.marked, x.marks, x.gone, x.lossy = gramTable{}, nil, 0, nil, 0, 0, false
	x.sets.reset()
	build := bulk{into: &x.sets, rows: x.table.Len()}
	var scratch [8]byte
	for w, word := range x.table.LiveWords() {
		for ; word != 0; word &= word - 1 {
			slot := uint32(w<<6 + bits.TrailingZeros64(word))
			if tag, payload := x.cell(slot, &scratch); tag == value.String {
				build.row(slot, x.gramsOf(payload))
				setBit(&x.held, slot)
				x.rows++
			}
		}
	}
	build.flush()
}

func (x *Substring) apply(slots []uint32) {
	x.bind()
	var scratch [8]byte
	for _, slot := range slots {
		if hasBit(x.held, slot) {
			x.rows--
			x.gone++
			x.held[slot>>6] &^= 1 << (slot & 63)
			if !hasBit(x.marked, slot) {
				x.marks++
				setBit(&x.marked, slot)
			}
		}
		if !x.table.Live(slot) {
			continue
		}
		if tag, payload := x.cell(slot, &scratch); tag == value.String {
			for _, number := range x.gramsOf(payload) {
				x.sets.add(number, slot)
			}
			setBit(&x.held, slot)
			x.rows++
		}
	}
	if x.marks > minDirty && x.marks > x.rows/2 || x.gone > minDirty && x.gone > x.rows {
		x.rebuild()
	}
}

// gramsOf gives the numbers of a string's grams, each once. They are valid until the next call.
func (x *Substring) gramsOf(s []byte) []uint32 {
	x.folded = text.AppendFold(x.folded[:0], s)
	x.numbers = x.numbers[:0]
	if value.IsASCII(x.folded) {
		x.asciiGrams()
	} else {
		x.anyGrams()
	}
	x.sets.extendTo(len(x.grams.keys))
	return x.numbers
}

// asciiGrams is anyGrams for ASCII, whose codes nothing shares.
func (x *Substring) asciiGrams() {
	n, width, low := x.shape.size, x.shape.width, x.shape.low
	key, seen := gram(0), 0
	if n > 1 {
		key, seen = stringStart<<low, 1
	}
	for _, b := range x.folded {
		key = key<<width | (uint64(b)+firstCode)<<low
		if seen++; seen >= n {
			x.noteGram(key)
		}
	}
	for range n - 1 {
		key <<= width // stringEnd
		if seen++; seen >= n {
			x.noteGram(key)
		}
	}
}

func (x *Substring) anyGrams() {
	x.codes = x.codes[:0]
	if x.shape.size > 1 {
		x.codes = append(x.codes, stringStart)
	}
	exact := false
	x.codes, exact = x.shape.appendCodes(x.codes, x.folded)
	x.lossy = x.lossy || !exact
	for range x.shape.size - 1 {
		x.codes = append(x.codes, stringEnd)
	}
	x.keys = x.shape.appendGrams(x.keys[:0], x.codes)
	for _, key := range x.keys {
		x.noteGram(key)
	}
}

// noteGram numbers a gram of the string at hand.
func (x *Substring) noteGram(key gram) {
	number := x.grams.add(key)
	if int(number) == len(x.last) {
		x.last = append(x.last, 0)
	}
	if at := x.last[number]; int(at) < len(x.numbers) && x.numbers[at] == number {
		return
	}
	x.last[number] = uint32(len(x.numbers))
	x.numbers = append(x.numbers, number)
}

// query gives the codes that a gram of the needle's has to agree with: whole grams, or, partial, the start of one.
func (x *Substring) query(at Anchor, needle []byte) (codes []uint64, partial, exact bool) {
	n := x.shape.size
	x.codes = x.codes[:0]
	if at == AtStart && n > 1 {
		x.codes = append(x.codes, stringStart)
	}
	x.codes, exact = x.shape.appendCodes(x.codes, needle)
	if at == AtEnd && n > 1 {
		x.codes = append(x.codes, stringEnd)
		for len(x.codes) < n {
			x.codes = append(x.codes, stringEnd)
		}
	}
	// A single gram is all of what is asked, but for anchors, which grams of one character do not have.
	exact = exact && !x.lossy && len(x.codes) <= n && (n > 1 || at == Anywhere)
	return x.codes, len(x.codes) < n, exact
}

// Estimate gives an upper bound of how many rows Candidates gives, at the cost of a few look-ups; for a needle shorter
// than a gram, of one for each gram that it starts.
func (x *Substring) Estimate(at Anchor, needle []byte) int {
	if len(needle) == 0 {
		return x.rows
	}
	codes, partial, _ := x.query(at, needle)
	if partial {
		sum := 0
		x.starting(codes, func(number uint32) { sum += x.sets.count(number) })
		return min(sum, x.rows)
	}
	if !x.rarest(codes) {
		return 0
	}
	return min(x.sets.count(x.numbers[0]), x.rows)
}

// Candidates adds the rows whose string has the needle, folded, to a set of slots that is empty and has room for all, and
// unless exact some others. n is how many it adds.
func (x *Substring) Candidates(at Anchor, needle []byte, set []uint64) (n int, exact bool) {
	if len(needle) == 0 {
		copy(set, x.held)
		return x.rows, true
	}
	codes, partial, exact := x.query(at, needle)
	switch {
	case partial:
		x.starting(codes, func(number uint32) { x.sets.union(set, number) })
	case !x.rarest(codes):
		return 0, true
	default:
		x.intersect(set)
	}
	return x.settle(at, needle, set), exact
}

// starting calls visit for the number of each gram that starts with codes.
func (x *Substring) starting(codes []uint64, visit func(number uint32)) {
	low, shift := gram(0), uint(64)
	for _, code := range codes {
		shift -= x.shape.width
		low |= code << shift
	}
	x.grams.between(low, low+1<<shift, visit)
}

// rarest puts the numbers of the grams of codes into x.numbers, each once, those with the fewest rows first. It tells
// whether there may be rows that have all.
func (x *Substring) rarest(codes []uint64) bool {
	x.keys = x.shape.appendGrams(x.keys[:0], codes)
	x.numbers = x.numbers[:0]
	for _, key := range x.keys {
		number, ok := x.grams.find(key)
		if !ok {
			return false
		}
		i := len(x.numbers)
		for i > 0 && x.sets.count(x.numbers[i-1]) > x.sets.count(number) {
			i--
		}
		if i > 0 && x.numbers[i-1] == number {
			continue
		}
		x.numbers = append(x.numbers, 0)
		copy(x.numbers[i+1:], x.numbers[i:])
		x.numbers[i] = number
	}
	return true
}

const (
	listed     = 4096 // up to how many rows are handled one by one, not as bitsets
	worthwhile = 32   // looking at so few candidates is cheaper than intersecting once more
	deepest    = 4    // grams that are intersected at most; the rarest leave little to the others
)

// intersect adds rows that have the rarest of x.numbers to set, which is empty.
func (x *Substring) intersect(set []uint64) {
	numbers := x.numbers[:min(len(x.numbers), deepest)]
	if x.sets.count(numbers[0]) > listed {
		x.sets.union(set, numbers[0])
		for _, number := range numbers[1:] {
			if x.sets.count(number) > x.rows-x.rows/8 {
				return
			}
			x.other = append(x.other[:0], make([]uint64, len(set))...)
			x.sets.union(x.other, number)
			for w, word := range x.other {
				set[w] &= word
			}
		}
		return
	}
	slots := x.sets.appendTo(x.slots[:0], numbers[0])
	x.slots = slots
	for _, number := range numbers[1:] {
		if len(slots) < worthwhile {
			break
		}
		slots = x.sets.keep(slots, number)
	}
	for _, slot := range slots {
		mark(set, slot)
	}
}

// settle takes marked rows that do not belong out of a set, and counts it.
func (x *Substring) settle(at Anchor, needle []byte, set []uint64) (n int) {
	var scratch [8]byte
	for w, word := range set {
		if word == 0 {
			continue
		}
		if w < len(x.marked) {
			for rest := word & x.marked[w]; rest != 0; rest &= rest - 1 {
				slot := uint32(w<<6 + bits.TrailingZeros64(rest))
				if !hasBit(x.held, slot) || !x.found(at, needle, slot, &scratch) {
					set[w] &^= rest & -rest
				}
			}
		}
		n += bits.OnesCount64(set[w])
	}
	return n
}

func (x *Substring) found(at Anchor, needle []byte, slot uint32, scratch *[8]byte) bool {
	_, s := x.cell(slot, scratch)
	switch at {
	case AtStart:
		return text.HasPrefixFold(s, needle)
	case AtEnd:
		return text.HasSuffixFold(s, needle)
	}
	return text.ContainsFold(s, needle)
}

// stats counts rows with a string, and grams.
func (x *Substring) stats(schema.IndexType) (documents, distinct, bytes int) {
	scratch := cap(x.folded) + 8*(cap(x.codes)+cap(x.keys)+cap(x.other)) + 4*(cap(x.numbers)+cap(x.slots)+cap(x.last))
	return x.rows, len(x.grams.keys), x.grams.bytes() + x.sets.bytes() + 8*(cap(x.held)+cap(x.marked)) + scratch
}

func hasBit(set []uint64, slot uint32) bool {
	w := int(slot >> 6)
	return w < len(set) && set[w]>>(slot&63)&1 != 0
}

func setBit(set *[]uint64, slot uint32) {
	for int(slot>>6) >= len(*set) {
		*set = append(*set, 0)
	}
	(*set)[slot>>6] |= 1 << (slot & 63)
}
