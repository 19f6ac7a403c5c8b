package query_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Indexes change how a query is answered, and over many rows in more ways than over few, but not the answer.
func TestIndexesDoNotChangeTheAnswer(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := drawer(rt)
		n := rapid.SampledFrom([]int{500, 2500, 5000}).Draw(rt, "rows")
		spread := rapid.SampledFrom([]int{3, 100, 100_000}).Draw(rt, "spread")
		tb := table.New()
		indexes := index.NewSet(tb, []schema.Index{
			{Field: "a", Type: schema.NumberIndex}, {Field: "b", Type: schema.StringIndex}, {Field: "c", Type: schema.DateIndex},
			{Field: "m", Type: schema.StringIndex}, {Field: "o.x", Type: schema.NumberIndex},
		})
		defer indexes.Close()
		write := func(count, from int) {
			rows := make([]naiveRow, count)
			for i := range rows {
				rows[i] = manyRow(draw, fmt.Sprintf("%x", (from+i)*40503%n), spread)
			}
			put(rt, tb, rows)
		}
		write(n, 0)
		for round := range 12 {
			q := parse(rt, drawMany(rt, draw, spread))
			plain, indexed := query.Source{Table: tb}, query.Source{Table: tb, Indexes: indexes}
			want, info, err := q.Run(plain, nil)
			require.Nil(rt, err)
			got, infoIndexed, err := q.Run(indexed, nil)
			require.Nil(rt, err)
			require.Equal(rt, want, got)
			require.Equal(rt, info, infoIndexed)
			require.Equal(rt, q.Count(plain), q.Count(indexed))
			require.Equal(rt, q.All(plain, nil), q.All(indexed, nil))
			if e := q.Explain(indexed); round%4 == 0 {
				require.Equal(rt, float64(len(got)), number64(e, "returned"))
				require.Equal(rt, float64(q.Count(plain)), number64(e, "matched"))
			}
			switch draw(4) {
			case 0:
				write(1+draw(n/2), draw(n))
			case 1:
				write(1+draw(20), draw(n))
			case 2:
				for range draw(5) {
					var none []naiveRow
					remove(rt, tb, &none, fmt.Sprintf("%x", draw(n)))
				}
			}
		}
	})
}

func number64(v value.Value, key string) float64 {
	item, _ := v.Get(key)
	return item.Num
}

// manyRow is a row whose fields have about spread different values.
func manyRow(draw func(n int) int, id string, spread int) naiveRow {
	r := naiveRow{
		"id": text(id), "a": number(float64(draw(spread))), "b": text(fmt.Sprintf("K%x", draw(spread))), "c": date(float64(draw(spread))),
		"flag": tagged(value.False + value.Tag(draw(2))), "o": object("x", number(float64(draw(spread)))),
	}
	switch draw(5) {
	case 0:
		r["m"], r["a"] = r["a"], null
	case 1:
		r["m"] = r["b"]
		delete(r, "b")
	case 2:
		r["m"] = r["flag"]
	}
	return r
}

func drawMany(rt *rapid.T, draw func(n int) int, spread int) value.Value {
	operand := func(field string) value.Value {
		r := manyRow(draw, "", spread)
		if v := r[field]; v.Tag != value.Absent {
			return v
		}
		return number(float64(draw(spread)))
	}
	leaf := func() value.Value {
		field := []string{"a", "b", "c", "m", "o.x", "flag", "id"}[draw(7)]
		switch draw(6) {
		case 0:
			return object("op", text("eq"), "field", text(field), "value", operand(field))
		case 1:
			return object("op", text("in"), "field", text(field), "values", array(operand(field), operand(field), null, operand(field)))
		case 2:
			return object("op", text("startsWith"), "field", text("b"), "value", text(fmt.Sprintf("k%x", draw(16))))
		case 3:
			return object("op", text("isNull"), "field", text(field))
		case 4:
			return object("op", text("in"), "field", text("id"), "values", array(text("1"), text("2"), text("1"), text("fff"), text("none")))
		}
		op := []string{"gt", "gte", "lt", "lte"}[draw(4)]
		return object("op", text(op), "field", text([]string{"a", "o.x"}[draw(2)]), "value", number(float64(draw(spread))))
	}
	filter := leaf()
	for range draw(3) {
		switch draw(4) {
		case 0:
			filter = object("op", text("not"), "arg", filter)
		case 1:
			filter = object("op", text("or"), "args", array(filter, leaf()))
		default:
			filter = object("op", text("and"), "args", array(leaf(), filter, leaf()))
		}
	}
	q := object()
	add := func(key string, v value.Value) { q.Keys, q.Items = append(q.Keys, []byte(key)), append(q.Items, v) }
	if draw(6) > 0 {
		add("filter", filter)
	}
	keys := array()
	for range draw(3) {
		field := []string{"a", "b", "c", "m", "o.x", "flag", "id"}[draw(7)]
		keys.Items = append(keys.Items, object("field", text(field), "dir", text([]string{"asc", "desc"}[draw(2)])))
	}
	add("sort", keys)
	limit := number(float64([]int{0, 1, 7, 50, 600, 5000}[draw(6)]))
	switch draw(4) {
	case 0:
		add("limit", limit)
		add("offset", number(float64([]int{0, 3, 1000}[draw(3)])))
	case 1:
		add("page", object("mode", text("offset"), "limit", limit, "includeTotal", yes))
	case 2:
		add("page", object("mode", text("cursor"), "limit", limit))
	}
	return q
}
