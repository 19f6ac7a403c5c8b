package text

import (
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// within tells whether the Levenshtein distance of a query's token and a field's, in code points, is at most most, and
// gives it. Nearly all pairs are told apart by their lengths and ends; the rest the library decides.
func (t *Term) within(token []byte, most int) (distance int, ok bool) {
	if string(token) == t.text {
		return 0, true
	}
	if most == 0 {
		return 0, false
	}
	if d := runeCount(token) - t.runes; d > most || -d > most {
		return 0, false
	}
	if !t.ascii || !isASCII(token) {
		distance = levenshtein.ComputeDistance(scalars(t.text), scalars(string(token)))
		return distance, distance <= most
	}
	a, b := t.text, token
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if most == 1 && (len(a) > 1 || len(b) > 1) {
		return 0, false
	}
	distance = levenshtein.ComputeDistance(a, string(b))
	return distance, distance <= most
}

// scalars replaces the lone surrogates of WTF-8, which the library would take for three bytes each, by the last code
// points of private use.
func scalars(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var out []byte
	for b := []byte(s); len(b) > 0; {
		r, size := Decode(b)
		if r >= 0xD800 && r <= 0xDFFF {
			r += 0x10F800 - 0xD800
		}
		out = utf8.AppendRune(out, r)
		b = b[size:]
	}
	return string(out)
}
