// Package text says what the text, contains, startsWith and endsWith operators mean: how a string is cut into tokens,
// when two strings are equal but for case, which tokens are near each other, and how relevant a row is.
//
// Tokens are the words of Unicode Standard Annex #29 that have at least one letter or number, folded. Spaces and
// punctuation are no tokens. Nor are emoji: nobody searches a list by them through a search box, they are cut from the
// word beside them by the same rules that cut punctuation, and counting them would make every decorated title longer
// in the eyes of BM25. Han, Hiragana and Katakana are written without spaces, so a run of these in a query is not a
// token but a string that must stand inside the field, whatever its length; in a field they make tokens as the annex
// has it, of which none is too short. The whitespace tokenizer knows none of this: tokens are what is between white space.
//
// Folding is Unicode's simple case folding: one code point for one, so that "ß" and "ẞ" are equal, "ß" and "ss" are
// not, and nothing is normalised. A code point is folded to the least one of its orbit, or to the small letter where
// that is ASCII; a folded string is therefore never longer than the string.
//
// Strings are WTF-8 throughout. A lone surrogate is a code point that is no letter.
//
// Functions and Query are safe for concurrent use; Tokens, Counter and Scoring belong to one goroutine at a time. What
// they are passed is never changed, and kept only where said.
package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/atoma-dev/atoma/runtime/schema"
)

// Options says how the strings of a field are cut into tokens.
type Options struct {
	Whitespace bool // at white space; else at the word boundaries of UAX #29
	MinLength  int  // code points; shorter tokens are none. 0 is as good as 1
}

// FromSchema takes the options that mean something to queries out of those of a text index.
func FromSchema(o schema.IndexOptions) Options {
	return Options{Whitespace: o.Tokenizer == schema.WhitespaceTokenizer, MinLength: max(o.MinTokenLength, 1)}
}

// Decode reads the code point at the start of WTF-8, lone surrogates included, and its length in bytes.
func Decode(s []byte) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	r, size := utf8.DecodeRune(s)
	if r == utf8.RuneError && size == 1 && len(s) >= 3 && s[0] == 0xED {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return r, size
}

// runeCount counts the code points of WTF-8.
func runeCount(s []byte) int {
	n := 0
	for _, b := range s {
		if b&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// Unspaced tells whether a code point is of a script that is written without spaces between words: Han, Hiragana,
// Katakana, and the prolonged sound marks that stand among them.
func Unspaced(r rune) bool {
	switch {
	case r < 0x2E80:
		return false
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3041 && r <= 0x3096, r >= 0x30A1 && r <= 0x30FA:
		return true
	case r >= 0xAC00 && r <= 0xDFFF: // Hangul, surrogates
		return false
	case r == 0x30FC || r == 0xFF70:
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// katakana tells whether an unspaced code point has the word break property Katakana.
func katakana(r rune) bool {
	switch {
	case r >= 0x30A1 && r <= 0x30FC && r != 0x30FB || r == 0xFF70:
		return true
	case r >= 0x3041 && r <= 0x3096, r >= 0x4E00 && r <= 0x9FFF:
		return false
	}
	return unicode.Is(unicode.Katakana, r)
}

// mark tells whether a code point belongs to what it follows: marks, the voiced ones of halfwidth Katakana too.
func mark(r rune) bool {
	if r >= 0x3041 && r <= 0x3096 || r >= 0x30A1 && r <= 0x30FC || r >= 0x4E00 && r <= 0x9FFF {
		return false
	}
	return r == 0xFF9E || r == 0xFF9F || unicode.IsMark(r)
}

// spelled tells whether a code point makes a word of the segment that it is in: a letter, a number, or a letter in a
// circle or square.
func spelled(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || r >= 0x24B6 && unicode.Is(unicode.Other_Alphabetic, r) && !unicode.IsMark(r)
}
