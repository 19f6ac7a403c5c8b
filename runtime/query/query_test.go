package query_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

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
	for name, stored := range names {
		if !stored {
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

func run(t require.TestingT, tb *table.Table, q value.Value) []string {
	parsed, err := query.Parse(q)
	require.Nil(t, err)
	ids := []string{}
	for _, slot := range parsed.Run(tb, nil) {
		ids = append(ids, string(tb.ID(slot)))
	}
	return ids
}

// The law of this package: a query gives what the rules say, row by row.
func TestQueriesAnswerAsTheRulesSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := drawRows(rt)
		tb := fill(rt, rows)
		// Holes in the slots, and rows in slots of others.
		for _, id := range rapid.SliceOfDistinct(rapid.IntRange(0, len(rows)-1), rapid.ID).Draw(rt, "deleted") {
			remove(rt, tb, &rows, fmt.Sprintf("id-%d", id))
		}
		for range 20 {
			q := drawQuery(rt)
			want := naiveRun(q, rows)
			require.Equal(rt, want, run(rt, tb, q), "%s", show(q))
			f, ok := q.Get("filter")
			if !ok {
				f = object()
			}
			parsed, err := query.Parse(q)
			require.Nil(rt, err)
			require.Equal(rt, len(naiveRun(object("filter", f), rows)), parsed.Count(tb))
		}
		require.NoError(rt, tb.Check())
	})
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

// Fields whose columns end up as each kind there is: number is of floats, tag shares its strings, mixed has anything.
func drawRows(rt *rapid.T) []naiveRow {
	n := rapid.IntRange(1, 150).Draw(rt, "rows")
	seed := rapid.Uint64().Draw(rt, "seed")
	draw := func(n int) int { // far cheaper than a draw of rapid's for each cell
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed>>33) % n
	}
	rows := make([]naiveRow, n)
	for i := range rows {
		r := naiveRow{"id": text(fmt.Sprintf("id-%d", i))}
		for name, pool := range pools {
			if v := pool[draw(len(pool))]; v.Tag != value.Absent {
				r[name] = v
			}
		}
		r["unique"] = text(fmt.Sprintf("a common beginning %d", draw(1000)))
		rows[i] = r
	}
	rows[0]["early"] = text("a") // a column with memory for the first rows only
	return rows
}

var (
	numbers = []value.Value{
		{}, null, number(0), number(math.Copysign(0, -1)), number(1), number(-1), number(2.5), number(math.NaN()),
		number(math.Inf(1)), number(math.Inf(-1)), number(math.MaxFloat64), number(5e-324),
	}
	dates = []value.Value{{}, date(0), date(-1), date(1.7e12), date(math.NaN())}
	strs  = []value.Value{{}, null, text(""), text("a"), text("a\x00"), text("ab"), text("b"), text("Ä"), text("\xed\xa0\x80"), text("a longer string"), text("a longer string still"),
		text(strings.Repeat("too long to be shared ", 5)), text(strings.Repeat("too long to be shared ", 5) + "2")}
	bare   = []value.Value{{}, null, yes, no}
	nested = []value.Value{
		{}, array(), array(text("a")), array(number(1), null), array(array(text("a"))), object(), object("a", text("a"), "b", number(1)),
		object("b", number(1), "a", text("a")), object("a", object("b", yes)), object("a", null), {Tag: value.Bytes, Str: []byte("a")},
	}
	anything = concat(numbers, dates, strs, bare, nested)

	pools = map[string][]value.Value{
		"number": numbers, "date": concat(dates, numbers), "tag": strs, "flag": bare, "tree": nested, "mixed": anything,
		"none": {{}},
	}
)

func concat(pools ...[]value.Value) (all []value.Value) {
	for _, p := range pools {
		all = append(all, p...)
	}
	return all
}

func drawQuery(rt *rapid.T) value.Value {
	q := object()
	add := func(key string, v value.Value) {
		if rapid.Bool().Draw(rt, key) {
			q.Keys, q.Items = append(q.Keys, []byte(key)), append(q.Items, v)
		}
	}
	add("filter", drawFilter(rt, 3))
	add("sort", array(rapid.SliceOfN(rapid.Custom(drawSort), 0, 3).Draw(rt, "sorts")...))
	add("limit", number(float64(rapid.SampledFrom([]int{0, 1, 2, 5, 40, 1000}).Draw(rt, "limits"))))
	add("offset", number(float64(rapid.SampledFrom([]int{0, 1, 5, 100, 1000}).Draw(rt, "offsets"))))
	return q
}

func drawSort(rt *rapid.T) value.Value {
	s := object("field", text(drawField(rt)))
	if dir := rapid.SampledFrom([]string{"", "asc", "desc"}).Draw(rt, "dir"); dir != "" {
		s = object("field", text(drawField(rt)), "dir", text(dir))
	}
	return s
}

func drawField(rt *rapid.T) string {
	return rapid.SampledFrom([]string{
		"number", "date", "tag", "flag", "tree", "mixed", "unique", "none", "early", "never", "id", "version",
		"tree.a", "tree.a.b", "mixed.b", "tree.0", "id.x",
	}).Draw(rt, "field")
}

func drawFilter(rt *rapid.T, depth int) value.Value {
	kind := rapid.IntRange(0, 5).Draw(rt, "kind")
	if depth == 0 {
		kind = min(kind, 2)
	}
	switch kind {
	case 3:
		return object("op", text("not"), "arg", drawFilter(rt, depth-1))
	case 4, 5:
		op := []string{"and", "or"}[kind-4]
		args := array()
		for range rapid.IntRange(0, 3).Draw(rt, "args") {
			args.Items = append(args.Items, drawFilter(rt, depth-1))
		}
		return object("op", text(op), "args", args)
	case 0:
		return drawMap(rt)
	}
	op := drawOperator(rt)
	f := object("op", text(op), "field", text(drawField(rt)), "value", drawOperand(rt, op))
	switch op {
	case "in", "notIn":
		f.Keys[2] = []byte("values")
	case "isNull", "exists":
		f.Keys, f.Items = f.Keys[:2], f.Items[:2]
	}
	return f
}

func drawMap(rt *rapid.T) value.Value {
	f := object()
	for _, name := range rapid.SliceOfNDistinct(rapid.Custom(drawField), 0, 3, rapid.ID).Draw(rt, "fields") {
		f.Keys = append(f.Keys, []byte(name))
		v := drawOperand(rt, "eq")
		if v.Tag == value.Object || rapid.Bool().Draw(rt, "operators") {
			v = object()
			for _, op := range rapid.SliceOfNDistinct(rapid.Custom(drawOperator), 0, 2, rapid.ID).Draw(rt, "ops") {
				v.Keys, v.Items = append(v.Keys, []byte(op)), append(v.Items, drawOperand(rt, op))
			}
		}
		f.Items = append(f.Items, v)
	}
	return f
}

func drawOperator(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"eq", "ne", "in", "notIn", "gt", "gte", "lt", "lte", "has", "isNull", "exists"}).Draw(rt, "op")
}

func drawOperand(rt *rapid.T, op string) value.Value {
	given := anything[1:]
	switch op {
	case "in", "notIn":
		return array(rapid.SliceOfN(rapid.SampledFrom(withoutAbsent(given)), 0, 5).Draw(rt, "values")...)
	case "isNull", "exists":
		return yes
	case "gt", "gte", "lt", "lte":
		given = concat(numbers[2:], dates[1:], strs[2:], []value.Value{text("id-3"), text("a common beginning 500")})
	}
	return rapid.SampledFrom(withoutAbsent(given)).Draw(rt, "value")
}

func withoutAbsent(pool []value.Value) (out []value.Value) {
	for _, v := range pool {
		if v.Tag != value.Absent {
			out = append(out, v)
		}
	}
	return append(out, text("id-3"), text("id-13"), text("a common beginning 7"))
}

// show writes a query for a failed test.
func show(v value.Value) string {
	switch v.Tag {
	case value.Number, value.Date:
		return fmt.Sprintf("%v(%v)", v.Tag, v.Num)
	case value.String:
		return fmt.Sprintf("%q", v.Str)
	case value.Array, value.Object:
		parts := []string{}
		for i := range v.Items {
			part := show(v.Items[i])
			if v.Tag == value.Object {
				part = string(v.Keys[i]) + ": " + part
			}
			parts = append(parts, part)
		}
		return v.Tag.String() + "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(uint8(v.Tag))
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
