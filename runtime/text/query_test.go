package text_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/agnivade/levenshtein"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// The meaning of a text query once more, as plainly as can be.

type naiveQuery struct {
	words, runs []string
	distance    int
	options     Options
}

func newNaive(s string, fuzzy bool, distance int, o Options) naiveQuery {
	n := naiveQuery{options: o}
	if fuzzy {
		n.distance = distance
	}
	rest := s
	if !o.Whitespace {
		n.runs, rest = naiveRuns(s)
	}
	for _, token := range tokens(rest, o) {
		if !slices.Contains(n.words, token) {
			n.words = append(n.words, token)
		}
	}
	return n
}

// naiveRuns takes the runs out of a string. Lone surrogates keep what is around them apart, as any symbol does.
func naiveRuns(s string) (runs []string, rest string) {
	var run, others strings.Builder
	end := func() {
		if run.Len() > 0 {
			if !slices.Contains(runs, run.String()) {
				runs = append(runs, run.String())
			}
			run.Reset()
			others.WriteByte(' ')
		}
	}
	for b := []byte(s); len(b) > 0; {
		r, size := Decode(b)
		if Unspaced(r) || run.Len() > 0 && (unicode.IsMark(r) || r == 'ﾞ') {
			run.Write(b[:size])
		} else {
			end()
			others.Write(b[:size])
		}
		b = b[size:]
	}
	end()
	return runs, others.String()
}

func (n naiveQuery) near(word, token string) (int, bool) {
	d := naiveDistance(word, token)
	return d, d <= n.distance
}

func naiveDistance(a, b string) int {
	if strings.Contains(a+b, "\xed\xa0\x80") || strings.Contains(a+b, "\xed\xb0\x81") {
		scalars := strings.NewReplacer("\xed\xa0\x80", "\ue000", "\xed\xb0\x81", "\ue001")
		a, b = scalars.Replace(a), scalars.Replace(b)
	}
	return levenshtein.ComputeDistance(a, b)
}

func (n naiveQuery) match(elements []string) bool {
	for _, run := range n.runs {
		if !slices.ContainsFunc(elements, func(s string) bool { return strings.Contains(s, run) }) {
			return false
		}
	}
	for _, word := range n.words {
		if !slices.ContainsFunc(n.tokens(elements), func(token string) bool { _, ok := n.near(word, token); return ok }) {
			return false
		}
	}
	return len(n.words)+len(n.runs) > 0
}

func (n naiveQuery) tokens(elements []string) (all []string) {
	for _, s := range elements {
		all = append(all, tokens(s, n.options)...)
	}
	return all
}

// terms gives the terms in the order of the query: words and runs as they come.
func (n naiveQuery) terms(q *Query) (all []string) {
	for _, t := range q.Terms() {
		all = append(all, t.Text())
	}
	return all
}

// score is BM25 with every count taken anew.
func (n naiveQuery) score(q *Query, rows [][]string, row []string) float64 {
	count, total := 0, 0
	for _, r := range rows {
		if length := len(n.tokens(r)); length > 0 {
			count++
			total += length
		}
	}
	score := 0.0
	for _, term := range n.terms(q) {
		sum := 0.0
		if slices.Contains(n.runs, term) {
			sum = n.weigh(rows, row, count, total, func(elements []string) (times int) {
				for _, s := range elements {
					times += strings.Count(s, term)
				}
				return times
			})
		} else {
			near := slices.Sorted(slices.Values(n.tokens(row)))
			for _, token := range slices.Compact(near) {
				if distance, ok := n.near(term, token); ok {
					w := n.weigh(rows, row, count, total, func(elements []string) (times int) {
						for _, other := range n.tokens(elements) {
							if other == token {
								times++
							}
						}
						return times
					})
					sum += w / float64(1+distance)
				}
			}
		}
		score += sum
	}
	return score
}

func (n naiveQuery) weigh(rows [][]string, row []string, count, total int, times func([]string) int) float64 {
	df := 0
	for _, r := range rows {
		if times(r) > 0 {
			df++
		}
	}
	idf := math.Log(1 + (float64(count)-float64(df)+0.5)/(float64(df)+0.5))
	tf, length := float64(times(row)), float64(len(n.tokens(row)))
	return idf * tf * 2.2 / (tf + 1.2*(1-0.75+0.75*length/(float64(total)/float64(count))))
}

func options() *rapid.Generator[Options] {
	return rapid.Custom(func(t *rapid.T) Options {
		return Options{rapid.Bool().Draw(t, "whitespace"), rapid.IntRange(0, 3).Draw(t, "least")}
	})
}

// field is the strings of a cell, and the cell.
func field(t *rapid.T) (elements []string, tag value.Tag, payload []byte) {
	if rapid.Bool().Draw(t, "string") {
		s := text(8).Draw(t, "s")
		return []string{s}, value.String, []byte(s)
	}
	elements = rapid.SliceOfN(text(5), 0, 3).Draw(t, "elements")
	v := value.Value{Tag: value.Array, Items: []value.Value{{Tag: value.Number}}}
	for _, s := range elements {
		v.Items = append(v.Items, value.Value{Tag: value.String, Str: []byte(s)})
	}
	return elements, value.Array, value.AppendPayload(nil, v)
}

func TestQueriesMatchAndScoreAsTheNaiveOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, o := text(5).Draw(t, "query"), options().Draw(t, "options")
		fuzzy, distance := rapid.Bool().Draw(t, "fuzzy"), rapid.IntRange(0, 2).Draw(t, "distance")
		q, naive := NewQuery([]byte(s), fuzzy, distance, o), newNaive(s, fuzzy, distance, o)
		counter := NewCounter(q)
		var rows [][]string
		var tags []value.Tag
		var payloads [][]byte
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			elements, tag, payload := field(t)
			require.Equal(t, naive.match(elements), q.Match(tag, payload))
			rows, tags, payloads = append(rows, elements), append(tags, tag), append(payloads, payload)
			counter.Add(tag, payload)
		}
		for i, row := range rows {
			score, ok := counter.Score(tags[i], payloads[i])
			require.Equal(t, naive.match(row), ok)
			if ok {
				require.InEpsilon(t, naive.score(q, rows, row), score, 1e-9)
			}
		}
	})
}

func TestOtherKindsDoNotMatch(t *testing.T) {
	q := NewQuery([]byte("a"), true, 2, Options{})
	for _, tag := range []value.Tag{value.Absent, value.Null, value.True, value.Number, value.Bytes, value.Object} {
		require.False(t, q.Match(tag, make([]byte, 8)))
	}
}

func TestWhatMatches(t *testing.T) {
	for _, c := range []struct {
		query, field string
		fuzzy, want  bool
	}{
		{"", "a", false, false},
		{"...", "...", false, false},
		{"lemon", "Lemon tree", false, true},
		{"lemon", "Lemonade", false, false},
		{"LEMON tree", "tree of lemon", false, true},
		{"lemno", "lemon", true, false},
		{"lemn", "lemon", true, true},
		{"東", "大阪と東京", false, true},
		{"東京", "京東", false, false},
		{"カメラ", "デジタルカメラ", false, true},
		{"go言語", "Go の 言語", false, true},
		{"K", "K", false, true},
		{"😀", "😀", false, false},
	} {
		q := NewQuery([]byte(c.query), c.fuzzy, 1, Options{})
		require.Equal(t, c.want, q.Match(value.String, []byte(c.field)), "%q in %q", c.query, c.field)
	}
}

func TestRangesAreWhatMatches(t *testing.T) {
	for _, c := range []struct {
		query, field string
		fuzzy        bool
		want         []string
	}{
		{"lemon", "Lemon, LEMON and lemonade", false, []string{"Lemon", "LEMON"}},
		{"limon", "Lemon, LEMON and lemonade", true, []string{"Lemon", "LEMON"}},
		{"ああ", "いあああい", false, []string{"あああ"}},
		{"東 京", "東京と京", false, []string{"東京", "京"}},
		{"K straße", "K STRAẞE", false, []string{"K", "STRAẞE"}},
		{"nothing", "here", true, nil},
	} {
		var got []string
		for _, r := range NewQuery([]byte(c.query), c.fuzzy, 1, Options{}).Ranges([]byte(c.field)) {
			got = append(got, c.field[r.Start:r.End])
		}
		require.Equal(t, c.want, got, "%q in %q", c.query, c.field)
	}
}

func TestRangesAreAscendingAndThereWhenAStringMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := options().Draw(t, "options")
		q := NewQuery([]byte(text(4).Draw(t, "query")), true, rapid.IntRange(0, 2).Draw(t, "distance"), o)
		s := text(12).Draw(t, "s")
		last := -1
		ranges := q.Ranges([]byte(s))
		for _, r := range ranges {
			require.True(t, last < r.Start && r.Start < r.End && r.End <= len(s))
			last = r.End
		}
		if q.Match(value.String, []byte(s)) {
			require.NotEmpty(t, ranges)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	title := []byte("Buy 0007919 crates of lemonade")
	for name, q := range map[string]*Query{
		"match": NewQuery([]byte("lemonade crates"), false, 0, Options{}),
		"none":  NewQuery([]byte("orange crates"), false, 0, Options{}),
		"fuzzy": NewQuery([]byte("lemonde crate"), true, 1, Options{}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				q.Match(value.String, title)
			}
		})
	}
}

// A query of many terms, which are looked up, matches what has each of them alone.
func TestManyTermsAreEachOfThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Custom(func(t *rapid.T) string {
			n := rapid.IntRange(0, 40).Draw(t, "word")
			return []string{fmt.Sprint("word", n), fmt.Sprint("Wort", n), fmt.Sprint("word", n, "x"), string([]rune{'東', rune(0x4E00 + n)})}[rapid.IntRange(0, 3).Draw(t, "kind")]
		})
		words := rapid.SliceOfN(word, 15, 40).Draw(t, "words")
		cell := words
		if rapid.Bool().Draw(t, "others") {
			cell = append(rapid.SliceOfN(word, 0, 20).Draw(t, "more"), words[rapid.IntRange(0, 2).Draw(t, "from"):]...)
		}
		fuzzy, distance := rapid.Bool().Draw(t, "fuzzy"), rapid.IntRange(0, 2).Draw(t, "distance")
		tag, payload := value.String, []byte(strings.Join(cell, " "))
		if rapid.Bool().Draw(t, "array") {
			v := value.Value{Tag: value.Array}
			for _, s := range cell {
				v.Items = append(v.Items, value.Value{Tag: value.String, Str: []byte(s)})
			}
			tag, payload = value.Array, value.AppendPayload(nil, v)
		}
		want := true
		for _, w := range words {
			want = want && NewQuery([]byte(w), fuzzy, distance, Options{}).Match(tag, payload)
		}
		require.Equal(t, want, NewQuery([]byte(strings.Join(words, " ")), fuzzy, distance, Options{}).Match(tag, payload))
	})
}
