package query_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

// steps writes what Explain said that was done, a step a line: its words and numbers by key.
func steps(e value.Value) (lines []string) {
	list, _ := e.Get("steps")
	for _, step := range list.Items {
		line := ""
		for i, key := range step.Keys {
			if v := step.Items[i]; v.Tag == value.Number {
				line += fmt.Sprintf(" %s=%v", key, v.Num)
			} else {
				line += " " + string(v.Str)
			}
		}
		lines = append(lines, line[1:])
	}
	return lines
}

func TestExplainSaysWhatWasUsed(t *testing.T) {
	rows := make([]naiveRow, 2000)
	for i := range rows {
		rows[i] = naiveRow{
			"id": text(fmt.Sprintf("%04d", i)), "n": number(float64(i % 100)), "s": text(fmt.Sprintf("title %d", i)), "flag": tagged(value.False + value.Tag(i&1)),
			"at": date(float64(i)),
		}
	}
	tb := fill(t, rows)
	indexes := index.NewSet(tb, []schema.Index{
		{Field: "n", Type: schema.NumberIndex}, {Field: "s", Type: schema.StringIndex}, {Field: "at", Type: schema.DateIndex},
		{Field: "s", Type: schema.SubstringIndex}, {Field: "s", Type: schema.TextIndex},
	})
	defer indexes.Close()
	sort := func(field string) value.Value { return array(object("field", text(field))) }
	for _, c := range []struct {
		name                      string
		query                     value.Value
		indexed                   bool
		matched, returned, looked float64
		steps                     []string
	}{
		{"scan", object("filter", object("n", number(7))), false, 20, 20, 2000, []string{
			"filter eq n scan looked=2000 kept=20", "sort id order looked=0"}},
		{"number", object("filter", object("n", number(7))), true, 20, 20, 0, []string{
			"filter eq n index number estimate=20 looked=0 kept=20", "sort id order looked=0"}},
		{"date range", object("filter", object("at", object("lt", date(30)))), true, 30, 30, 0, []string{
			"filter lt at index date estimate=30 looked=0 kept=30", "sort id order looked=0"}},
		{"prefix", object("filter", object("s", object("startsWith", text("TITLE 123")))), true, 11, 11, 0, []string{
			"filter startsWith s index string estimate=11 looked=0 kept=11", "sort id order looked=0"}},
		{"and", object("filter", object("flag", yes, "n", number(7))), true, 20, 20, 20, []string{
			"filter eq n index number estimate=20 looked=0 kept=20", "filter eq flag scan looked=20 kept=20", "sort id order looked=0"}},
		{"id", object("filter", object("id", text("0007"))), true, 1, 1, 0, []string{
			"filter eq id id estimate=1 looked=0 kept=1", "sort id order looked=0"}},
		{"radix", object("filter", object("flag", yes), "sort", sort("n")), false, 1000, 1000, 3000, []string{
			"filter eq flag scan looked=2000 kept=1000", "sort radix n looked=1000"}},
		{"top", object("filter", object("flag", yes), "sort", sort("n"), "limit", number(10)), false, 1000, 10, 3000, []string{
			"filter eq flag scan looked=2000 kept=1000", "sort top-k n looked=1000"}},
		{"walk", object("filter", object("flag", yes), "sort", sort("n")), true, 1000, 1000, 2000, []string{
			"filter eq flag scan looked=2000 kept=1000", "sort walk index n looked=0"}},
		{"walk early", object("filter", object("flag", yes), "sort", sort("s"), "limit", number(5)), true, 1000, 5, 12, []string{
			"filter eq flag walk looked=12 kept=5", "sort walk index s looked=0"}},
		{"index", object("sort", sort("n")), true, 2000, 2000, 0, []string{"sort index n looked=0"}},
		{"contains", object("filter", object("s", object("contains", text("E 123")))), true, 11, 11, 0, []string{
			"filter contains s substring index", "sort id order looked=0"}},
		{"text", object("filter", object("s", object("text", object("query", text("1234"))))), true, 1, 1, 0, []string{
			"filter text s text index", "sort id order looked=0"}},
		{"cursor", object("sort", sort("n"), "page", object("mode", text("cursor"), "limit", number(3))), true, 2000, 3, 0, []string{
			"sort index n looked=0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := query.Source{Table: tb}
			if c.indexed {
				s.Indexes = indexes
			}
			e := parse(t, c.query).Explain(s)
			require.Equal(t, c.matched, number64(e, "matched"))
			require.Equal(t, c.returned, number64(e, "returned"))
			require.Positive(t, number64(e, "micros"))
			got := steps(e)
			require.Len(t, got, len(c.steps))
			for i, line := range c.steps {
				require.Contains(t, got[i], line)
			}
			if c.looked > 0 {
				require.Equal(t, c.looked, number64(e, "looked"))
			}
		})
	}
}

func TestExplainOfACursor(t *testing.T) {
	rows := make([]naiveRow, 2000)
	for i := range rows {
		rows[i] = naiveRow{"id": text(fmt.Sprintf("%04d", i)), "at": date(float64(i * 7 % 2001))}
	}
	tb := fill(t, rows)
	indexes := index.NewSet(tb, []schema.Index{{Field: "at", Type: schema.DateIndex}})
	defer indexes.Close()
	sort := array(by("at", "desc"))
	_, info := runPage(t, query.Source{Table: tb}, object("sort", sort, "page", page("offset", "offset", number(1000), "limit", number(1))))
	q := parse(t, object("sort", sort, "page", page("cursor", "after", text(string(info.Start)), "limit", number(2))))
	require.Equal(t, []string{"sort index at looked=0", "page from=1001 to=1003"}, steps(q.Explain(query.Source{Table: tb, Indexes: indexes})))
	require.Equal(t, []string{"sort top-k at looked=2000", "page from=1001 to=1003"}, steps(q.Explain(query.Source{Table: tb})))
}
