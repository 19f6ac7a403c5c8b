package query_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

// naiveStrings gives the strings of a field, of which a text query looks at all.
func naiveStrings(v value.Value) (list [][]byte) {
	items := []value.Value{v}
	if v.Tag == value.Array {
		items = v.Items
	}
	for _, item := range items {
		if item.Tag == value.String {
			list = append(list, item.Str)
		}
	}
	return list
}

// naiveFieldTokens gives all tokens of a field, with the characters of runs as tokens of their own.
func naiveFieldTokens(v value.Value, path string) (tokens []string) {
	for _, s := range naiveStrings(v) {
		words, runs := naiveTokens(s, path)
		tokens = append(append(tokens, words...), strings.Split(strings.Join(runs, ""), "")...)
	}
	return tokens
}

// naiveScore is the sum of BM25 over the text leaves of a filter of and, or and leaves.
func naiveScore(f value.Value, r naiveRow, rows []naiveRow) float64 {
	op, _ := f.Get("op")
	sum := 0.0
	switch string(op.Str) {
	case "and", "or":
		for _, arg := range f.Items[1].Items {
			sum += naiveScore(arg, r, rows)
		}
	case "text":
		if naiveMatches(f, r) {
			sum = naiveLeafScore(f, r, rows)
		}
	}
	return sum
}

func naiveLeafScore(f value.Value, r naiveRow, rows []naiveRow) float64 {
	field, _ := f.Get("field")
	path := string(field.Str)
	query, _ := f.Get("query")
	mode, _ := f.Get("mode")
	distance, all, held := 0, 0.0, 0.0
	if string(mode.Str) == "fuzzy" {
		distance = 1
		if d, ok := f.Get("distance"); ok {
			distance = int(d.Num)
		}
	}
	fields := make([][]string, len(rows))
	for i, row := range rows {
		fields[i] = naiveFieldTokens(row.get(path), path)
		all += float64(len(fields[i]))
		if len(fields[i]) > 0 {
			held++
		}
	}
	own := naiveFieldTokens(r.get(path), path)
	bm25 := func(times, df float64) float64 {
		idf := math.Log(1 + (held-df+0.5)/(df+0.5))
		return idf * times * 2.2 / (times + 1.2*(0.25+0.75*float64(len(own))*held/all))
	}
	sum := 0.0
	words, runs := naiveTokens(query.Str, path)
	for _, word := range distinctStrings(words) {
		for _, term := range distinctStrings(own) {
			d := naiveDistance([]rune(word), []rune(term))
			if d > distance {
				continue
			}
			times, df := 0.0, 0.0
			for _, token := range own {
				if token == term {
					times++
				}
			}
			for _, tokens := range fields {
				if slices.Contains(tokens, term) {
					df++
				}
			}
			sum += bm25(times, df) / float64(1+d)
		}
	}
	for _, run := range distinctStrings(runs) {
		occurrences := func(v value.Value) (n int) {
			for _, s := range naiveStrings(v) {
				n += strings.Count(naiveFold(s), run)
			}
			return n
		}
		df := 0.0
		for _, row := range rows {
			if occurrences(row.get(path)) > 0 {
				df++
			}
		}
		sum += bm25(float64(occurrences(r.get(path))), df)
	}
	return sum
}

func distinctStrings(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func drawScored(rt *rapid.T) value.Value {
	leaf := func() value.Value {
		q := drawText(rt)
		field := rapid.SampledFrom([]string{"body", "note", "code", "mixed"}).Draw(rt, "searched")
		return object("op", text("text"), "field", text(field), "query", q.Items[0], "mode", text(rapid.SampledFrom([]string{"match", "fuzzy"}).Draw(rt, "how")))
	}
	switch rapid.IntRange(0, 4).Draw(rt, "scored") {
	case 0:
		return expr("or", "args", array(leaf(), leaf(), object("flag", yes)))
	case 1:
		return expr("and", "args", array(leaf(), object("flag", object("ne", yes))))
	case 2:
		return expr("or", "args", array(leaf(), expr("and", "args", array(leaf(), leaf()))))
	case 3:
		return object("flag", yes)
	}
	return leaf()
}

// Rows come in the order of their relevance, the same with and without indexes, and pages by cursors walk along it.
func TestRowsInOrderOfScore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tb := newChanging(rt)
		indexes := index.NewSet(tb.table, drawIndexes(rt))
		defer indexes.Close()
		for range 6 {
			f := drawScored(rt)
			dir := rapid.SampledFrom([]string{"asc", "desc"}).Draw(rt, "dir")
			v := object("filter", f, "sort", array(by("$score", dir)))
			q := parse(rt, v)
			require.True(rt, q.Scored())
			slots := runAll(rt, q, tb.table)
			ids := idsOf(tb.table, slots)
			require.ElementsMatch(rt, naiveRun(object("filter", f), tb.rows), ids, "%s", show(v))
			requireScores(rt, f, dir, ids, tb.rows)

			other, _, err := q.Run(query.Source{Table: tb.table, Indexes: indexes}, nil)
			require.Nil(rt, err)
			require.Equal(rt, slots, other, "%s", show(v))
			limit := rapid.IntRange(1, 12).Draw(rt, "limit")
			v.Keys, v.Items = append(v.Keys, []byte("limit")), append(v.Items, number(float64(limit)))
			require.Equal(rt, ids[:min(limit, len(ids))], run(rt, tb.table, v))

			var walked []string
			p := page("cursor", "limit", number(float64(limit)))
			for more := true; more; {
				part, info := runPage(rt, query.Source{Table: tb.table}, object("filter", f, "sort", v.Items[1], "page", p))
				walked, more = append(walked, part...), info.HasNext
				p = page("cursor", "limit", number(float64(limit)), "after", text(string(info.End)))
			}
			require.Equal(rt, len(ids), len(walked))
			require.True(rt, slices.Equal(ids, walked))
			tb.change(rt)
		}
	})
}

// requireScores holds the order against the rules. Scores that differ by no more than rounding may come either way.
func requireScores(t require.TestingT, f value.Value, dir string, ids []string, rows []naiveRow) {
	last, lastID := math.Inf(1), ""
	for _, id := range ids {
		at := slices.IndexFunc(rows, func(r naiveRow) bool { return string(r["id"].Str) == id })
		score := naiveScore(f, rows[at], rows)
		require.True(t, score == score && score >= 0)
		if dir == "asc" {
			score = -score
		}
		require.LessOrEqual(t, score, last+1e-9, "%s before %s", lastID, id)
		if score == last {
			require.Less(t, lastID, id)
		}
		last, lastID = score, id
	}
}

func TestAFieldNamedScoreCanBeFiltered(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a"), "$score": number(2)}, {"id": text("b"), "$score": number(1)}, {"id": text("c")}})
	require.Equal(t, []string{"a"}, run(t, tb, filtered(object("$score", number(2)))))
	// Without a search, all rows are as relevant.
	require.Equal(t, []string{"a", "b", "c"}, run(t, tb, object("sort", array(by("$score", "desc")))))
	require.Equal(t, []string{"c", "b", "a"}, run(t, tb, object("sort", array(by("$score", "desc"), by("id", "desc")))))
}
