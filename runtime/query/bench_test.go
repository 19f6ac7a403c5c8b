package query_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

const benchRows = 100_000

func todos(b *testing.B) *table.Table {
	rows := make([]naiveRow, benchRows)
	random := uint64(1)
	for i := range rows {
		random = random*6364136223846793005 + 1442695040888963407
		rows[i] = naiveRow{
			"id":        text(fmt.Sprintf("todo-%d", i)),
			"title":     text(fmt.Sprintf("Buy %07d crates of lemonade", i*7919%9999991)),
			"done":      tagged(value.False + value.Tag(random>>40&1)),
			"priority":  number(float64(i * 31 % 5)),
			"size":      number(float64(random>>33) / 7),
			"createdAt": date(1.7e12 + float64(i*7919%benchRows)*1000),
			"list":      text(fmt.Sprintf("list-%d", i*13%100)),
			"meta":      object("stars", number(float64(i%10))),
		}
	}
	tb := fill(b, rows)
	tb.Sorted()
	return tb
}

var benchIndexes = []schema.Index{
	{Field: "title", Type: schema.StringIndex}, {Field: "done", Type: schema.NumberIndex},
	{Field: "priority", Type: schema.NumberIndex}, {Field: "size", Type: schema.NumberIndex},
	{Field: "createdAt", Type: schema.DateIndex}, {Field: "list", Type: schema.StringIndex},
	{Field: "meta.stars", Type: schema.NumberIndex},
}

type benchCase struct {
	name  string
	query value.Value
}

func benchCases() []benchCase {
	sort := func(fields ...string) value.Value {
		keys := array()
		for _, f := range fields {
			dir := "asc"
			if f[0] == '-' {
				f, dir = f[1:], "desc"
			}
			keys.Items = append(keys.Items, object("field", text(f), "dir", text(dir)))
		}
		return keys
	}
	half := object("done", no)
	ten := number(50)
	return []benchCase{
		{"all", object()},
		{"eqNumber", object("filter", object("priority", number(3)))},
		{"eqShared", object("filter", object("list", text("list-7")))},
		{"eqUnshared", object("filter", object("title", text("Buy 0007919 crates of lemonade")))},
		{"eqBoolean", object("filter", half)},
		{"gtDate", object("filter", object("createdAt", object("gt", date(1.7e12+9e7))))},
		{"gtString", object("filter", object("title", object("gt", text("Buy 9"))))},
		{"prefix", object("filter", object("title", object("startsWith", text("buy 12"))))},
		{"eqNested", object("filter", object("meta.stars", number(7)))},
		{"in", object("filter", object("list", object("in", array(text("list-1"), text("list-2"), null))))},
		{"ids", object("filter", object("id", object("in", array(text("todo-1"), text("todo-2000"), text("none")))))},
		{"and", object("filter", object("done", no, "priority", object("gte", number(2), "lt", number(4)), "list", text("list-7")))},
		{"half/sortNumber", object("filter", half, "sort", sort("size"))},
		{"half/sortNumberDesc", object("filter", half, "sort", sort("-size"))},
		{"half/sortDate", object("filter", half, "sort", sort("-createdAt"))},
		{"half/sortFew", object("filter", half, "sort", sort("priority"))},
		{"half/sortTwo", object("filter", half, "sort", sort("-priority", "size"))},
		{"half/sortString", object("filter", half, "sort", sort("title"))},
		{"half/sortShared", object("filter", half, "sort", sort("list"))},
		{"range/sortNumber", object("filter", object("createdAt", object("gt", date(1.7e12+5e7))), "sort", sort("size"))},
		{"range/sortSame", object("filter", object("size", object("gt", number(1<<30/7))), "sort", sort("size"))},
		{"half/topNumber", object("filter", half, "sort", sort("size"), "limit", ten)},
		{"half/topDate", object("filter", half, "sort", sort("-createdAt"), "limit", ten)},
		{"half/topString", object("filter", half, "sort", sort("title"), "limit", ten)},
		{"1%/topDate", object("filter", object("list", text("list-7")), "sort", sort("createdAt"), "limit", ten)},
		{"half/first", object("filter", half, "limit", ten)},
		{"half/cursor", object("filter", half, "sort", sort("size"), "page", object("mode", text("cursor")))},
		{"half/offset", object("filter", half, "sort", sort("size"), "page", object("mode", text("offset"), "limit", ten))},
		{"sorted", object("sort", sort("size"))},
		{"sorted/first", object("sort", sort("-size"), "limit", ten)},
	}
}

// Pages behind a row in the middle, over 100,000 rows: of all, of half of them, and by two fields.
func BenchmarkCursor100k(b *testing.B) {
	tb := todos(b)
	sources := []query.Source{{Table: tb}, {Table: tb, Indexes: index.NewSet(tb, benchIndexes)}}
	for _, c := range []struct {
		name         string
		filter, sort value.Value
	}{
		{"all/number", object(), array(by("size", "asc"))},
		{"all/numberDesc", object(), array(by("size", "desc"))},
		{"all/string", object(), array(by("title", "asc"))},
		{"all/two", object(), array(by("priority", "desc"), by("size", "asc"))},
		{"half/number", object("done", no), array(by("size", "asc"))},
		{"half/two", object("done", no), array(by("priority", "desc"), by("size", "asc"))},
		{"half/id", object("done", no), array()},
	} {
		middle, _ := query.Parse(object("filter", c.filter, "sort", c.sort, "page", page("offset", "offset", number(20_000), "limit", number(1))), nil, "Todo")
		_, info, _ := middle.Run(sources[0], nil)
		for _, side := range []string{"after", "before"} {
			q, err := query.Parse(object("filter", c.filter, "sort", c.sort, "page", page("cursor", side, text(string(info.Start)))), nil, "Todo")
			require.Nil(b, err)
			for i, s := range sources {
				b.Run(c.name+"/"+side+[]string{"/scan", "/index"}[i], func(b *testing.B) {
					var dst []uint32
					q.Run(s, dst)
					for b.Loop() {
						dst, _, _ = q.Run(s, dst[:0])
					}
				})
			}
		}
	}
}

// Each query over 100,000 rows, without indexes and with one on every field.
func BenchmarkQuery100k(b *testing.B) {
	tb := todos(b)
	indexes := index.NewSet(tb, benchIndexes)
	for _, c := range benchCases() {
		for i, s := range []query.Source{{Table: tb}, {Table: tb, Indexes: indexes}} {
			b.Run(c.name+[]string{"/scan", "/index"}[i], func(b *testing.B) {
				q, err := query.Parse(c.query, nil, "Todo")
				require.Nil(b, err)
				dst := make([]uint32, 0, benchRows)
				q.Run(s, dst)
				b.ReportAllocs()
				least := time.Duration(math.MaxInt64) // which other processes disturb least
				for b.Loop() {
					started := time.Now()
					dst, _, _ = q.Run(s, dst[:0])
					least = min(least, time.Since(started))
				}
				b.ReportMetric(float64(least.Nanoseconds())/1000, "min-µs")
			})
		}
	}
	b.Run("countEqNumber", func(b *testing.B) {
		q, err := query.Parse(object("filter", object("priority", number(3))), nil, "Todo")
		require.Nil(b, err)
		for b.Loop() {
			q.Count(query.Source{Table: tb})
		}
	})
}
