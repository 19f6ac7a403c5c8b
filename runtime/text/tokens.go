package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// Tokens is the tokens of a string, folded, in order. It is memory to work in, for use again and again; the zero value
// is ready.
type Tokens struct {
	folded []byte // all of them, one behind the other
	tokens []token
}

// token is where a token stands: in folded, where it ends, and in the string.
type token struct {
	end         uint32
	first, last uint32 // the bytes of the string from first to before last
	kind        kind
}

// kind says how a token came about.
type kind uint8

const (
	spaced    kind = iota // a word, or what is between white space
	beginsRun             // the first token of a run of scripts without spaces
	goesOn                // one that follows right upon another of the same run
)

// Reset forgets all tokens.
func (t *Tokens) Reset() { t.folded, t.tokens = t.folded[:0], t.tokens[:0] }

// Len is how many tokens there are.
func (t *Tokens) Len() int { return len(t.tokens) }

// At gives a token, folded. It is valid until the next Reset or Add.
func (t *Tokens) At(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = t.tokens[i-1].end
	}
	return t.folded[start:t.tokens[i].end]
}

// Unspaced tells whether a token is of a script without spaces, and whether it follows right upon the one before, in
// one run with it.
func (t *Tokens) Unspaced(i int) (unspaced, goesOn bool) {
	k := t.tokens[i].kind
	return k >= beginsRun, k > beginsRun
}

// Add appends the tokens of s.
func (t *Tokens) Add(s []byte, o Options) {
	switch {
	case o.Whitespace:
		t.addFields(s, o.MinLength)
	case isASCII(s):
		t.addASCII(s, o.MinLength)
	default:
		t.addWords(s, o.MinLength)
	}
}

// Classes of ASCII by their word break property; bytes of none of these stand alone.
const (
	letter    = 1 << iota
	digit     // Numeric
	join      // ExtendNumLet: _
	midLetter // between letters: MidLetter, MidNumLet, Single_Quote
	midDigit  // between digits: MidNum, MidNumLet, Single_Quote
)

var classes = func() (t [256]byte) {
	for c := byte('a'); c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = letter, letter
	}
	for c := byte('0'); c <= '9'; c++ {
		t[c] = digit
	}
	t['_'], t[':'], t[','], t[';'] = join, midLetter, midDigit, midDigit
	t['.'], t['\''] = midLetter|midDigit, midLetter|midDigit
	return t
}()

// addASCII is addWords for ASCII, in which few of the annex's rules apply.
func (t *Tokens) addASCII(s []byte, least int) {
	for i := 0; i < len(s); i++ {
		if classes[s[i]]&(letter|digit|join) == 0 {
			continue
		}
		first, seen := i, byte(0)
		for {
			class := classes[s[i]]
			seen |= class
			if i++; i == len(s) {
				break
			}
			next := classes[s[i]]
			if next&(letter|digit|join) != 0 {
				continue
			}
			if i+1 == len(s) || !between(class, next, classes[s[i+1]]) {
				break
			}
			i++
		}
		if seen&(letter|digit) == 0 || i-first < least {
			continue
		}
		from := len(t.folded)
		t.folded = append(t.folded, s[first:i]...)
		for k, b := range t.folded[from:] {
			t.folded[from+k] = small[b]
		}
		t.tokens = append(t.tokens, token{uint32(len(t.folded)), uint32(first), uint32(i), spaced})
	}
}

// between tells whether a byte between two others, of these classes, joins them to one word.
func between(before, class, after byte) bool {
	return class&midLetter != 0 && before&after&letter != 0 || class&midDigit != 0 && before&after&digit != 0
}

// addWords cuts s into words, after it has set runs of scripts without spaces apart: the annex would join some of
// them to what is around them through an underscore, and queries must find runs and words by themselves.
func (t *Tokens) addWords(s []byte, least int) {
	for at := 0; at < len(s); {
		n, unspaced := stretch(s[at:])
		if unspaced {
			t.addRun(s, at, at+n)
			at += n
			continue
		}
		for end := at + n; at < end; {
			size, _, _ := words.SplitFunc(s[at:end], true)
			if word := s[at : at+size]; isWord(word) && runeCount(word) >= least {
				t.append(s, at, at+size, spaced)
			}
			at += size
		}
	}
}

// addRun cuts a run of scripts without spaces as the annex does: Katakana together, all others alone, and marks with
// what they are on.
func (t *Tokens) addRun(s []byte, at, end int) {
	for k := beginsRun; at < end; k = goesOn {
		r, size := Decode(s[at:end])
		first, together := at, katakana(r)
		for at += size; at < end; at += size {
			r, size = Decode(s[at:end])
			if !mark(r) && !(together && katakana(r)) {
				break
			}
		}
		t.append(s, first, at, k)
	}
}

// addFields cuts s at white space.
func (t *Tokens) addFields(s []byte, least int) {
	for i := 0; i < len(s); {
		r, size := Decode(s[i:])
		if unicode.IsSpace(r) {
			i += size
			continue
		}
		first := i
		for i < len(s) {
			r, size := Decode(s[i:])
			if unicode.IsSpace(r) {
				break
			}
			i += size
		}
		if runeCount(s[first:i]) >= least {
			t.append(s, first, i, spaced)
		}
	}
}

func (t *Tokens) append(s []byte, first, last int, k kind) {
	t.folded = AppendFold(t.folded, s[first:last])
	t.tokens = append(t.tokens, token{uint32(len(t.folded)), uint32(first), uint32(last), k})
}

// isWord tells whether a segment of the annex is a word, and no space, punctuation or the like.
func isWord(segment []byte) bool {
	for i := 0; i < len(segment); {
		if b := segment[i]; b < utf8.RuneSelf {
			if classes[b]&(letter|digit) != 0 {
				return true
			}
			i++
			continue
		}
		r, size := Decode(segment[i:])
		if spelled(r) {
			return true
		}
		i += size
	}
	return false
}

// stretch gives the length in bytes of what s starts with: a run of scripts without spaces, with the marks on them, or
// all before the next such run.
func stretch(s []byte) (n int, unspaced bool) {
	for n < len(s) {
		if s[n] < 0xE2 && !unspaced { // all below U+2000
			n++
			continue
		}
		r, size := Decode(s[n:])
		switch {
		case Unspaced(r):
			if n > 0 && !unspaced {
				return n, false
			}
			unspaced = true
		case unspaced && !mark(r):
			return n, true
		}
		n += size
	}
	return n, unspaced
}
