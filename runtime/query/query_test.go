package query_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

func text(s string) value.Value          { return value.Value{Tag: value.String, Str: []byte(s)} }
func number(f float64) value.Value       { return value.Value{Tag: value.Number, Num: f} }
func date(f float64) value.Value         { return value.Value{Tag: value.Date, Num: f} }
func array(v ...value.Value) value.Value { return value.Value{Tag: value.Array, Items: v} }
func tagged(tag value.Tag) value.Value   { return value.Value{Tag: tag} }
func eq(f string, v value.Value) value.Value {
	return object("op", text("eq"), "field", text(f), "value", v)
}

// object makes an object of keys and values in turn.
func object(pairs ...any) value.Value {
	o := value.Value{Tag: value.Object}
	for i := 0; i < len(pairs); i += 2 {
		o.Keys = append(o.Keys, []byte(pairs[i].(string)))
		o.Items = append(o.Items, pairs[i+1].(value.Value))
	}
	return o
}

var (
	null      = tagged(value.Null)
	yes       = tagged(value.True)
	no        = tagged(value.False)
	undefined = tagged(value.Undefined)
)

// fill makes a table of rows.
func fill(t require.TestingT, rows []naiveRow) *table.Table {
	tb := table.New()
	names := map[string]bool{"id": true}
	for _, r := range rows {
		for name := range r {
			names[name] = name != "version"
		}
	}
	var out wire.Builder
	out.Reset(len(rows))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !names[name] {
			continue
		}
		out.Column(tb.Field(name))
		for _, r := range rows {
			v := r[name]
			out.Cell(v.Tag, value.AppendPayload(nil, v))
		}
	}
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var res table.Results
	require.Nil(t, tb.Add(&b, &res))
	for _, r := range rows {
		r["version"] = number(1)
	}
	require.NoError(t, tb.Check())
	return tb
}

func runAll(t require.TestingT, q *query.Query, tb *table.Table) []uint32 {
	slots, _, err := q.Run(query.Source{Table: tb}, nil)
	require.Nil(t, err)
	return slots
}

func run(t require.TestingT, tb *table.Table, q value.Value) []string {
	return idsOf(tb, runAll(t, parse(t, q), tb))
}

func parse(t require.TestingT, v value.Value) *query.Query {
	q, err := query.Parse(v, rowSchema, "Row")
	require.Nil(t, err)
	return q
}

func idsOf(tb *table.Table, slots []uint32) []string {
	ids := []string{}
	for _, slot := range slots {
		ids = append(ids, string(tb.ID(slot)))
	}
	return ids
}

// The law of this package: a query gives what the rules say, row by row, with whatever indexes there are, or none, and
// also when rows have changed since the indexes were made.
func TestQueriesAnswerAsTheRulesSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tb := newChanging(rt)
		indexes := index.NewSet(tb.table, drawIndexes(rt))
		defer indexes.Close()
		sources := []query.Source{{Table: tb.table}, {Table: tb.table, Indexes: indexes}}
		// Holes in the slots, and rows in slots of others.
		for _, id := range rapid.SliceOfDistinct(rapid.IntRange(0, len(tb.rows)-1), rapid.ID).Draw(rt, "deleted") {
			remove(rt, tb.table, &tb.rows, fmt.Sprintf("id-%d", id))
		}
		for round := range 21 {
			v := drawQuery(rt)
			want := naiveRun(v, tb.rows)
			matching := naiveIDs(naiveAll(v, tb.rows))
			q := parse(rt, v)
			for i, s := range sources {
				slots, _, err := q.Run(s, nil)
				require.Nil(rt, err)
				require.Equal(rt, want, idsOf(tb.table, slots), "indexes: %d, %s", i, show(v))
				require.Equal(rt, len(matching), q.Count(s), "indexes: %d, %s", i, show(v))
				require.Equal(rt, matching, idsOf(tb.table, q.All(s, nil)), "indexes: %d, %s", i, show(v))
			}
			if round%7 == 6 {
				tb.change(rt)
			}
		}
	})
}

// The same for more rows than a chunk of a column has, where other ways of finding and sorting pay.
func TestQueriesOfManyRows(t *testing.T) {
	seed := uint64(1)
	draw := func(n int) int { return drawNext(&seed, n) }
	var rows []naiveRow
	for i := range 5000 {
		rows = append(rows, drawRow(draw, fmt.Sprintf("id-%d", i)))
	}
	tb := fill(t, rows)
	for i := 0; i < 5000; i += 7 {
		remove(t, tb, &rows, fmt.Sprintf("id-%d", i))
	}
	indexes := index.NewSet(tb, indexesBut(0))
	defer indexes.Close()
	for seed := range 25 {
		v := rapid.Custom(drawQuery).Example(seed)
		want, q := naiveRun(v, rows), parse(t, v)
		for i, s := range []query.Source{{Table: tb}, {Table: tb, Indexes: indexes}} {
			slots, _, err := q.Run(s, nil)
			require.Nil(t, err)
			require.True(t, slices.Equal(want, idsOf(tb, slots)), "indexes: %d, %s", i, show(v))
		}
	}
}

func remove(t require.TestingT, tb *table.Table, rows *[]naiveRow, id string) {
	var out wire.Builder
	out.Reset(1)
	out.Column(table.FieldID)
	out.Cell(value.String, []byte(id))
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var res table.Results
	require.Nil(t, tb.Delete(&b, &res))
	for i, r := range *rows {
		if string(r["id"].Str) == id {
			*rows = append((*rows)[:i:i], (*rows)[i+1:]...)
			return
		}
	}
}

// Cells that are absent, beyond the end of a column's memory or in it, share no string and equal none.
func TestStringsThatNoRowHas(t *testing.T) {
	rows := []naiveRow{{"id": text("a"), "s": text(strings.Repeat("long ", 20))}, {"id": text("b"), "t": yes}, {"id": text("c"), "s": text("short")}}
	for i := range 40 {
		rows = append(rows, naiveRow{"id": text(fmt.Sprint("d", i))})
	}
	tb := fill(t, rows)
	require.Empty(t, run(t, tb, object("filter", eq("s", text("none")))))
	require.Equal(t, []string{"c"}, run(t, tb, object("filter", eq("s", text("short")))))
	require.Equal(t, []string{"a"}, run(t, tb, object("filter", eq("s", text(strings.Repeat("long ", 20))))))
	require.Len(t, run(t, tb, object("filter", eq("s", null))), 41)
	require.Len(t, run(t, tb, object("filter", object("s", object("ne", text("none"))))), 43)
}

// Strings that are shared, in a column that has numbers too, and that begin alike.
func TestSortBySharedStringsAmongNumbers(t *testing.T) {
	rows := []naiveRow{
		{"id": text("a"), "m": text("a longer string still"), "n": number(1)}, {"id": text("b"), "m": text("a longer string"), "n": number(2)},
		{"id": text("c"), "m": number(1), "n": number(3)}, {"id": text("d"), "m": text("a longer string"), "n": number(0)},
		{"id": text("e"), "m": text("a longer string still"), "n": number(0)},
	}
	tb := fill(t, rows)
	for _, dir := range []string{"asc", "desc"} {
		q := object("sort", array(by("m", dir), by("n", "asc")))
		require.Equal(t, naiveRun(q, rows), run(t, tb, q))
	}
}
