package query_test

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/atoma-dev/atoma/runtime/value"
)

// The rules of text once more, for texts of letters and digits, Han, and what is neither and separates words: the
// finer rules of UAX #29 are checked where they are kept.

// naiveFold maps each code point to the least of those that simple folding makes equal.
func naiveFold(s []byte) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		if r == utf8.RuneError && n == 1 {
			b.WriteByte(s[0])
		} else {
			b.WriteRune(leastOfOrbit(r))
		}
		s = s[n:]
	}
	return b.String()
}

func leastOfOrbit(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

// naiveTokens cuts a text into words and into runs of Han.
func naiveTokens(s []byte, path string) (words, runs []string) {
	folded := naiveFold(s)
	if path == "code" {
		return strings.Fields(folded), nil
	}
	kind := func(r rune) int {
		switch {
		case unicode.Is(unicode.Han, r):
			return 2
		case r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return 1
		}
		return 0
	}
	for len(folded) > 0 {
		first, _ := utf8.DecodeRuneInString(folded)
		end := strings.IndexFunc(folded, func(r rune) bool { return kind(r) != kind(first) })
		if end < 0 {
			end = len(folded)
		}
		switch kind(first) {
		case 1:
			words = append(words, folded[:end])
		case 2:
			runs = append(runs, folded[:end])
		}
		folded = folded[end:]
	}
	if path == "note" {
		words = slices.DeleteFunc(words, func(w string) bool { return utf8.RuneCountInString(w) < 3 })
	}
	return words, runs
}

func naiveText(v, operand value.Value, path string) bool {
	query, _ := operand.Get("query")
	mode, _ := operand.Get("mode")
	distance := 0
	if string(mode.Str) == "fuzzy" {
		distance = 1
		if d, ok := operand.Get("distance"); ok {
			distance = int(d.Num)
		}
	}
	texts := []value.Value{v}
	if v.Tag == value.Array {
		texts = v.Items
	}
	var words, fields []string
	for _, item := range texts {
		if item.Tag == value.String {
			more, runs := naiveTokens(item.Str, path)
			words, fields = append(words, more...), append(fields, naiveFold(item.Str))
			words = append(words, strings.Split(strings.Join(runs, ""), "")...) // to the annex each is a word
		}
	}
	wantWords, wantRuns := naiveTokens(query.Str, path)
	for _, want := range wantWords {
		if !slices.ContainsFunc(words, func(w string) bool { return naiveDistance([]rune(want), []rune(w)) <= distance }) {
			return false
		}
	}
	for _, run := range wantRuns {
		if !slices.ContainsFunc(fields, func(f string) bool { return strings.Contains(f, run) }) {
			return false
		}
	}
	return len(wantWords)+len(wantRuns) > 0
}

// naiveDistance is Levenshtein's.
func naiveDistance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
