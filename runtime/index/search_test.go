package index_test

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Strings of few pieces, of the kinds that search has rules for.
var genPhrase = rapid.Custom(func(t *rapid.T) string {
	pieces := []string{"a", "b", "ab", "aB", "abc", "K", "K", "s", "ſ", "ß", "ẞ", "Σ", "ς", "İ", "é", "e\u0301", "1", "12", "_", ".", "'",
		" ", " ", " ", " ", "\u3000", "東", "京", "東京", "の", "カ", "タ", "ー", "カタ", "か\u3099", "\xed\xa0\x80", "😀", "lemon", "lemno", "lemons"}
	s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 9).Draw(t, "pieces"), "")
	return s
})

var genSearched = rapid.OneOf(
	rapid.Map(genPhrase, str), rapid.Map(genPhrase, str), rapid.Map(genPhrase, str),
	rapid.Map(rapid.SliceOfN(genPhrase, 0, 3), func(phrases []string) value.Value {
		v := array(number(1))
		for _, s := range phrases {
			v.Items = append(v.Items, str(s))
		}
		return v
	}),
	rapid.SampledFrom([]value.Value{bare(value.Absent), bare(value.Null), number(1), object("a", str("ab"))}),
)

// slotsOf lists a bitset.
func slotsOf(set []uint64) []uint32 {
	slots := []uint32{}
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			slots = append(slots, uint32(w<<6+bits.TrailingZeros64(word)))
		}
	}
	return slots
}

// matching lists the rows for whose cell match holds.
func (r *rows) matching(match func(tag value.Tag, payload []byte) bool) []uint32 {
	var scratch [8]byte
	slots := []uint32{}
	field, ok := r.table.FindField(r.name)
	for _, slot := range slotsOf(r.table.LiveWords()) {
		if ok && match(r.table.Cell(slot, field, &scratch)) {
			slots = append(slots, slot)
		}
	}
	return slots
}

func TestTextFindsAndScoresAsALookAtEveryRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRows(t)
		o := schema.IndexOptions{MinTokenLength: rapid.IntRange(0, 2).Draw(t, "least"), Tokenizer: schema.UnicodeTokenizer}
		if rapid.IntRange(0, 3).Draw(t, "whitespace") == 0 {
			o.Tokenizer = schema.WhitespaceTokenizer
		}
		set := index.NewSet(r.table, []schema.Index{{Field: "f", Type: schema.TextIndex, Options: o}})
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			r.churn(t, genSearched)
			x := set.Text("f")
			x.Check(t)
			for range 3 {
				q := text.NewQuery([]byte(genPhrase.Draw(t, "query")), rapid.Bool().Draw(t, "fuzzy"),
					rapid.IntRange(0, 2).Draw(t, "distance"), text.FromSchema(o))
				verifyText(t, r, x, q)
			}
		}
	})
}

func verifyText(t require.TestingT, r *rows, x *index.Text, q *text.Query) {
	require.True(t, x.Answers(q))
	counter := text.NewCounter(q)
	want := r.matching(func(tag value.Tag, payload []byte) bool {
		counter.Add(tag, payload)
		return q.Match(tag, payload)
	})
	require.GreaterOrEqual(t, x.Estimate(q), len(want))
	found := make([]uint64, len(r.table.LiveWords()))
	n := x.Find(q, found)
	require.Equal(t, want, slotsOf(found))
	require.Equal(t, len(want), n)
	scorer := x.Scorer(q)
	var scratch [8]byte
	field, _ := r.table.FindField(r.name)
	for _, slot := range slotsOf(r.table.LiveWords()) {
		naive, naiveOK := counter.Score(r.table.Cell(slot, field, &scratch))
		score, ok := scorer.Score(slot)
		if ok != naiveOK || ok != (found[slot>>6]>>(slot&63)&1 != 0) || math.Float64bits(naive) != math.Float64bits(score) {
			require.Fail(t, "scores must be the same to the bit, and be there when a row matches", "%v %v %v %v", naive, naiveOK, score, ok)
		}
	}
}

func TestSubstringFindsAsALookAtEveryRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRows(t)
		o := schema.IndexOptions{NgramSize: rapid.SampledFrom([]int{0, 0, 1, 2, 3, 4, 5, 8, 1000}).Draw(t, "n")}
		set := index.NewSet(r.table, []schema.Index{{Field: "f", Type: schema.SubstringIndex, Options: o}})
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			r.churn(t, genSearched)
			x := set.Substring("f")
			x.Check(t)
			for range 4 {
				verifySubstring(t, r, x)
			}
		}
	})
}

func verifySubstring(t *rapid.T, r *rows, x *index.Substring) {
	needle := text.AppendFold(nil, []byte(genPhrase.Draw(t, "needle")))
	if rapid.Bool().Draw(t, "short") {
		starts := cuts(needle)
		needle = needle[:starts[min(rapid.IntRange(0, 3).Draw(t, "length"), len(starts)-1)]]
	}
	verifyNeedle(t, r, x, rapid.SampledFrom([]index.Anchor{index.Anywhere, index.AtStart, index.AtEnd}).Draw(t, "at"), needle)
}

func verifyNeedle(t require.TestingT, r *rows, x *index.Substring, at index.Anchor, needle []byte) {
	has := []func(s, folded []byte) bool{text.ContainsFold, text.HasPrefixFold, text.HasSuffixFold}[at]
	want := r.matching(func(tag value.Tag, payload []byte) bool { return tag == value.String && has(payload, needle) })
	estimate := x.Estimate(at, needle)
	found := make([]uint64, len(r.table.LiveWords()))
	n, exact := x.Candidates(at, needle, found)
	got := slotsOf(found)
	require.Equal(t, len(got), n)
	require.GreaterOrEqual(t, estimate, len(want))
	if exact {
		require.Equal(t, want, got)
	}
	for _, slot := range want {
		if found[slot>>6]>>(slot&63)&1 == 0 {
			require.Fail(t, "missed", "%q", needle)
		}
	}
	for w, live := range r.table.LiveWords() {
		require.Zero(t, found[w]&^live)
	}
}

// What random tests of few rows do not come to: sets of many slots in several parts, bitmaps, terms and grams that no row
// has any more, so many that an index is built anew.
func TestSearchingManyRowsThatChange(t *testing.T) {
	for count, steps := range map[int]int{3000: 7, 66_000: 2} {
		r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
		set := index.NewSet(r.table, []schema.Index{{Field: "f", Type: schema.TextIndex}, {Field: "f", Type: schema.SubstringIndex}})
		write := func(from, n, step int) {
			ids, values := []string{}, []value.Value{}
			for i := range n {
				row := (from + i) % count
				ids = append(ids, fmt.Sprintf("r%d", row))
				values = append(values, str(fmt.Sprintf("Buy %d crates, %s %s", row+step*count, []string{"and", "or"}[row%2],
					[]string{"lemons", "limes", "東京", "京東"}[(row/3+step)%4])))
			}
			r.put(t, ids, values)
		}
		write(0, count, 0)
		for step := range steps {
			x, s := set.Text("f"), set.Substring("f")
			x.Check(t)
			s.Check(t)
			queries := []string{"buy", "or lemons", fmt.Sprint(count / 2), "crates " + fmt.Sprint(count/2), "東京 buy", "東"}
			if count > 1<<16 { // each is a look at every row
				queries = queries[step : step+2]
			}
			for _, q := range queries {
				verifyText(t, r, x, text.NewQuery([]byte(q), step%2 == 1, 1+step%2, text.Options{}))
			}
			for _, needle := range []string{"buy", "1", "12", "123", "1234 crates", "mes", "東京", "zzz"} {
				verifyNeedle(t, r, s, index.Anchor(step%3), []byte(needle))
			}
			write(step*count/9, count/5, step+1)
			if step == steps/2 {
				r.delete(t, []string{"r1", "r2", "r3", fmt.Sprintf("r%d", count-1)})
			}
		}
	}
}

// A walk of the trie has bits for so many code points; longer words are compared one by one.
func TestLongWordsAreNearOthers(t *testing.T) {
	r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
	set := index.NewSet(r.table, []schema.Index{{Field: "f", Type: schema.TextIndex}})
	for _, length := range []int{61, 62, 63, 64, 65, 500} {
		word := strings.Repeat("é", length)
		r.put(t, []string{"a", "b", "c"}, []value.Value{str(word + " x"), str(word[2:]), str("x" + word + "yz")})
		for distance := range 3 {
			verifyText(t, r, set.Text("f"), text.NewQuery([]byte(word), true, distance, text.Options{}))
		}
	}
}

func TestPairsOfARunMustStandTogether(t *testing.T) {
	r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
	set := index.NewSet(r.table, []schema.Index{{Field: "f", Type: schema.TextIndex}})
	r.put(t, []string{"a", "b", "c", "d"}, []value.Value{str("東京と京の"), str("東京の"), array(str("東"), str("京の")), array(str("東京"), str("\u3000の"))})
	for _, q := range []string{"東京の", "東京", "京の", "東", "の", "東\u3099京"} {
		verifyText(t, r, set.Text("f"), text.NewQuery([]byte(q), false, 0, text.Options{}))
	}
}

func TestAStringThatBecameAnotherKindIsNotFound(t *testing.T) {
	r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
	set := index.NewSet(r.table, []schema.Index{{Field: "f", Type: schema.SubstringIndex}})
	r.put(t, []string{"a", "b", "c"}, []value.Value{str("abc"), str("abc"), str("abcd")})
	verifyNeedle(t, r, set.Substring("f"), index.Anywhere, []byte("abc"))
	r.put(t, []string{"a", "c"}, []value.Value{array(str("abc")), {Tag: value.Bytes, Str: []byte("abc")}})
	verifyNeedle(t, r, set.Substring("f"), index.Anywhere, []byte("abc"))
}

// The first row may need a page of its own, which nothing else must be put into, nor looked for once it has gone.
func TestTheFirstRowMayBeHuge(t *testing.T) {
	r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
	set := index.NewSet(r.table, []schema.Index{{Field: "f", Type: schema.TextIndex}})
	huge := func(from int) value.Value {
		var words []string
		for i := range 3000 {
			words = append(words, fmt.Sprint("word", from+i))
		}
		return str(strings.Join(words, " "))
	}
	set.Text("f")
	for _, step := range []struct {
		ids    []string
		values []value.Value
	}{
		{[]string{"huge"}, []value.Value{huge(0)}},
		{[]string{"a", "b", "c"}, []value.Value{str("lemon word1 x"), str("lime word2999"), huge(2000)}},
		{[]string{"huge"}, []value.Value{str("word17")}},
		{[]string{"d", "e"}, []value.Value{str("lemon"), huge(500)}},
	} {
		r.put(t, step.ids, step.values)
		x := set.Text("f")
		x.Check(t)
		for _, q := range []string{"lemon", "word1", "word2999", "word17 word18", "word3000"} {
			verifyText(t, r, x, text.NewQuery([]byte(q), false, 0, text.Options{}))
		}
	}
}

// Whatever is written again and again, an index is as large as the rows there are make it.
func TestChurnDoesNotPileUp(t *testing.T) {
	r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
	set := index.NewSet(r.table, []schema.Index{{Field: "f", Type: schema.TextIndex}, {Field: "f", Type: schema.SubstringIndex},
		{Field: "f", Type: schema.StringIndex}})
	word := func(n int) string { // different from all others, in grams too
		s := ""
		for range 4 {
			s += string(rune(0x1F00 + n%61*5%61))
			s += string(rune(0xAC00 + n%7919))
			n = n*31 + 7
		}
		return s
	}
	most := make([]int, 3)
	for step := range 300 {
		var ids []string
		var values []value.Value
		for i := range 20 { // many rows stay, few change
			ids = append(ids, fmt.Sprint("r", i))
			values = append(values, str(fmt.Sprint(word(step*20+i), " ", word(step*20+i+100_000))))
		}
		r.put(t, ids, values)
		for i, s := range set.Stats() {
			if step < 150 {
				most[i] = max(most[i], s.Bytes)
			} else {
				require.LessOrEqual(t, s.Bytes, 2*most[i], "%s", s.Type)
			}
		}
		set.Text("f").Check(t)
		set.Substring("f").Check(t)
	}
	for _, bytes := range most {
		require.Less(t, bytes, 1<<20)
	}
}
