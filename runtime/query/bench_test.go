package query_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

const benchRows = 100_000

func todos(b *testing.B) *table.Table {
	rows := make([]naiveRow, benchRows)
	for i := range rows {
		rows[i] = naiveRow{
			"id":        text(fmt.Sprintf("todo-%d", i)),
			"title":     text(fmt.Sprintf("Buy %07d crates of lemonade", i*7919%9999991)),
			"done":      tagged(value.False + value.Tag(i%3&1)),
			"priority":  number(float64(i * 31 % 5)),
			"createdAt": date(1.7e12 + float64(i*7919%benchRows)*1000),
			"list":      text(fmt.Sprintf("list-%d", i*13%100)),
			"meta":      object("stars", number(float64(i%10))),
		}
	}
	tb := fill(b, rows)
	tb.Sorted()
	return tb
}

func BenchmarkQuery100k(b *testing.B) {
	tb := todos(b)
	sort := func(field, dir string) value.Value {
		return array(object("field", text(field), "dir", text(dir)))
	}
	pending := object("done", no)
	for _, c := range []struct {
		name  string
		query value.Value
	}{
		{"all", object()},
		{"eqNumber", object("filter", object("priority", number(3)))},
		{"eqShared", object("filter", object("list", text("list-7")))},
		{"eqUnshared", object("filter", object("title", text("Buy 0007919 crates of lemonade")))},
		{"eqBoolean", object("filter", pending)},
		{"gtDate", object("filter", object("createdAt", object("gt", date(1.7e12+9e7))))},
		{"gtString", object("filter", object("title", object("gt", text("Buy 9"))))},
		{"eqNested", object("filter", object("meta.stars", number(7)))},
		{"in", object("filter", object("list", object("in", array(text("list-1"), text("list-2"), null))))},
		{"and", object("filter", object("done", no, "priority", object("gte", number(2), "lt", number(4)), "list", text("list-7")))},
		{"sortNumber", object("filter", pending, "sort", sort("priority", "desc"))},
		{"sortDate", object("filter", pending, "sort", sort("createdAt", "desc"))},
		{"sortString", object("filter", pending, "sort", sort("title", "asc"))},
		{"sortShared", object("filter", pending, "sort", sort("list", "asc"))},
		{"topDate", object("filter", pending, "sort", sort("createdAt", "desc"), "limit", number(50))},
		{"topString", object("filter", pending, "sort", sort("title", "asc"), "limit", number(50))},
		{"page", object("filter", pending, "offset", number(100), "limit", number(50))},
	} {
		b.Run(c.name, func(b *testing.B) {
			q, err := query.Parse(c.query)
			require.Nil(b, err)
			dst := make([]uint32, 0, benchRows)
			b.ReportAllocs()
			for b.Loop() {
				dst = q.Run(tb, dst[:0])
			}
		})
	}
	b.Run("countEqNumber", func(b *testing.B) {
		q, err := query.Parse(object("filter", object("priority", number(3))))
		require.Nil(b, err)
		for b.Loop() {
			q.Count(tb)
		}
	})
}
