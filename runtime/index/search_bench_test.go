package index_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

const searchedRows = 100_000

// titles gives short titles of a kind: words of a language of 20,000 in Zipf's proportions; one of few sentences around
// a number that no other title has; numbers alone, as ids or amounts; Japanese.
func titles(kind string) []string {
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 20_000)
	syllables := []string{"ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "an", "er", "in", "on", "st", "tr", "pl", "gr", "ch", "sh", "al", "us"}
	kana := []rune("あいうえおかきくけこさしすせそ東京大阪山川田中日本語学校カメラテレビ")
	for i := range vocabulary {
		for range 2 + r.IntN(3) {
			vocabulary[i] += syllables[r.IntN(len(syllables))]
		}
	}
	zipf := rand.NewZipf(r, 1.1, 8, uint64(len(vocabulary)-1))
	all := make([]string, searchedRows)
	for i := range all {
		switch kind {
		case "words":
			some := make([]string, 5)
			for k := range some {
				some[k] = vocabulary[zipf.Uint64()]
			}
			all[i] = strings.Join(some, " ")
		case "unique":
			all[i] = fmt.Sprintf("Buy %05d crates of lemonade", i)
		case "numbers":
			all[i] = fmt.Sprintf("%06d", i*7919%1_000_000)
		case "japanese":
			for range 12 {
				all[i] += string(kana[r.IntN(len(kana))])
			}
		}
	}
	return all
}

func searched(b *testing.B, kind string) *table.Table {
	t := table.New()
	all := titles(kind)
	for from := 0; from < len(all); from += 2048 {
		var out wire.Builder
		some := all[from:min(from+2048, len(all))]
		out.Reset(len(some))
		out.Column(table.FieldID)
		for i := range some {
			out.Cell(value.String, fmt.Appendf(nil, "id-%d", from+i))
		}
		out.Column(t.Field("title"))
		for _, s := range some {
			out.Cell(value.String, []byte(s))
		}
		var batch wire.Batch
		require.NoError(b, batch.Decode(out.Bytes()))
		var results table.Results
		require.Nil(b, t.Upsert(&batch, true, true, &results))
	}
	return t
}

func BenchmarkTextBuild(b *testing.B) {
	for _, kind := range []string{"words", "unique", "numbers", "japanese"} {
		b.Run(kind, func(b *testing.B) {
			t := searched(b, kind)
			size := 0
			for b.Loop() {
				s := index.NewSet(t, []schema.Index{{Field: "title", Type: schema.TextIndex}})
				s.Text("title")
				size = s.Stats()[0].Bytes
				s.Close()
			}
			b.ReportMetric(float64(size)/searchedRows, "B/row")
		})
	}
}

func BenchmarkTextFind(b *testing.B) {
	for _, c := range []struct {
		kind, query string
		distance    int
	}{
		{"words", "bakeli stramo", 0}, {"words", "bakeli stramo", 1}, {"words", "bakeli stramo", 2}, {"words", "ba", 1},
		{"unique", "12345 lemonade", 0}, {"unique", "12345 lemonad", 1}, {"unique", "12345", 1}, {"unique", "12345 lemonade", 2},
		{"numbers", "123456", 1}, {"numbers", "123456", 2},
		{"japanese", "東", 0}, {"japanese", "東京", 0}, {"japanese", "カメラ", 0},
	} {
		b.Run(fmt.Sprintf("%s/%s/%d", c.kind, c.query, c.distance), func(b *testing.B) {
			t := searched(b, c.kind)
			s := index.NewSet(t, []schema.Index{{Field: "title", Type: schema.TextIndex}})
			x := s.Text("title")
			set := make([]uint64, len(t.LiveWords()))
			x.Find(text.NewQuery([]byte(c.query), true, c.distance, text.Options{}), set)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				clear(set)
				n = x.Find(text.NewQuery([]byte(c.query), true, c.distance, text.Options{}), set)
			}
			b.ReportMetric(float64(n), "rows")
		})
	}
}

func BenchmarkSubstringBuild(b *testing.B) {
	for _, kind := range []string{"words", "unique", "japanese"} {
		b.Run(kind, func(b *testing.B) {
			t := searched(b, kind)
			size := 0
			for b.Loop() {
				s := index.NewSet(t, []schema.Index{{Field: "title", Type: schema.SubstringIndex}})
				s.Substring("title")
				size = s.Stats()[0].Bytes
				s.Close()
			}
			b.ReportMetric(float64(size)/searchedRows, "B/row")
		})
	}
}

func BenchmarkSubstringFind(b *testing.B) {
	for _, c := range []struct {
		kind, needle string
		at           index.Anchor
	}{
		{"words", "bakeli", index.Anywhere}, {"words", "tramo", index.Anywhere}, {"words", "li", index.Anywhere}, {"words", "z", index.Anywhere},
		{"unique", "12345", index.Anywhere}, {"unique", "234", index.Anywhere}, {"unique", "lemonade", index.Anywhere},
		{"unique", "buy 123", index.AtStart}, {"words", "ba", index.AtStart}, {"words", "zu", index.AtEnd}, {"japanese", "東京", index.Anywhere},
	} {
		b.Run(fmt.Sprintf("%s/%s/%d", c.kind, c.needle, c.at), func(b *testing.B) {
			t := searched(b, c.kind)
			s := index.NewSet(t, []schema.Index{{Field: "title", Type: schema.SubstringIndex}})
			x := s.Substring("title")
			set := make([]uint64, len(t.LiveWords()))
			needle := text.AppendFold(nil, []byte(c.needle))
			x.Candidates(c.at, needle, set)
			n, exact := 0, false
			b.ReportAllocs()
			for b.Loop() {
				clear(set)
				x.Estimate(c.at, needle)
				n, exact = x.Candidates(c.at, needle, set)
			}
			b.ReportMetric(float64(n), "rows")
			if exact {
				b.ReportMetric(1, "exact")
			}
		})
	}
}

func BenchmarkTextScore(b *testing.B) {
	t := searched(b, "words")
	s := index.NewSet(t, []schema.Index{{Field: "title", Type: schema.TextIndex}})
	x := s.Text("title")
	q := text.NewQuery([]byte("ba"), true, 1, text.Options{})
	set := make([]uint64, len(t.LiveWords()))
	x.Find(q, set)
	slots := slotsOf(set)
	b.ReportMetric(float64(len(slots)), "rows")
	for b.Loop() {
		scorer := x.Scorer(q)
		for _, slot := range slots {
			scorer.Score(slot)
		}
	}
}

// Rows change one by one under both indexes, each change followed by a look.
func BenchmarkSearchedUpdates(b *testing.B) {
	for _, kind := range []schema.IndexType{schema.TextIndex, schema.SubstringIndex} {
		b.Run(string(kind), func(b *testing.B) {
			t := searched(b, "words")
			s := index.NewSet(t, []schema.Index{{Field: "title", Type: kind}})
			s.Stats()
			r := &rows{table: t, name: "title", values: map[string]value.Value{}}
			all := titles("words")
			i := 0
			for b.Loop() {
				r.put(b, []string{fmt.Sprintf("id-%d", i*7919%searchedRows)}, []value.Value{str(all[(i*31+7)%searchedRows])})
				if kind == schema.TextIndex {
					s.Text("title")
				} else {
					s.Substring("title")
				}
				i++
			}
		})
	}
}
