package aggregate

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

const benchRows = 100_000

// items writes rows: city (20 different), title (all different), done, priority (5 different), price, hours.
func items(tb *table.Table, n int, number func(i int) int) []byte {
	var out wire.Builder
	out.Reset(n)
	column := func(name string, cell func(i int)) {
		out.Column(tb.Field(name))
		for i := range n {
			cell(number(i))
		}
	}
	column("id", func(i int) { out.Cell(value.String, fmt.Appendf(nil, "item-%06d", i%benchRows)) })
	column("city", func(i int) { out.Cell(value.String, fmt.Appendf(nil, "city %d", (i*7919+i/benchRows)%20)) })
	column("title", func(i int) { out.Cell(value.String, fmt.Appendf(nil, "Buy %07d crates", i*7919%9999991)) })
	column("done", func(i int) { out.Cell(value.False+value.Tag((i*7919>>3+i/benchRows)&1), nil) })
	column("priority", func(i int) { out.Float(value.Number, float64((i*31+i/benchRows)%5)) })
	column("price", func(i int) { out.Float(value.Number, float64((i*7919+i/benchRows)%100000)/100) })
	column("hours", func(i int) { out.Float(value.Number, float64((i+i/benchRows)%40)) })
	return append([]byte(nil), out.Bytes()...)
}

func benchTable(t require.TestingT) *table.Table {
	tb := table.New()
	upsert(t, tb, items(tb, benchRows, func(i int) int { return i }))
	return tb
}

func upsert(t require.TestingT, tb *table.Table, data []byte) {
	var b wire.Batch
	var results table.Results
	require.NoError(t, b.Decode(data))
	require.Nil(t, tb.Upsert(&b, true, true, &results))
}

var benchSpecs = []struct {
	name string
	spec value.Value
}{
	{"count", object("metrics", object("n", text("count")))},
	{"city count", object("groupBy", array(text("city")), "metrics", object("n", text("count")))},
	{"city count+sum whole", object("groupBy", array(text("city")), "metrics", object("n", text("count"), "h", object("sum", text("hours"))))},
	{"city count+sum price", object("groupBy", array(text("city")), "metrics", object("n", text("count"), "h", object("sum", text("price"))))},
	{"city filter count+sum", object("filter", object("done", yes), "groupBy", array(text("city")),
		"metrics", object("n", text("count"), "h", object("sum", text("price"))))},
	{"city min+max", object("groupBy", array(text("city")), "metrics", object("a", object("min", text("price")), "b", object("max", text("price"))))},
	{"city min title", object("groupBy", array(text("city")), "metrics", object("a", object("min", text("title"))))},
	{"priority count", object("groupBy", array(text("priority")), "metrics", object("n", text("count")))},
	{"city+priority count", object("groupBy", array(text("city"), text("priority")), "metrics", object("n", text("count")))},
	{"title count", object("groupBy", array(text("title")), "metrics", object("n", text("count")))},
}

func BenchmarkRun100k(b *testing.B) {
	src := query.Source{Table: benchTable(b)}
	for _, c := range benchSpecs {
		spec := parse(b, c.spec)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Run(spec, src)
			}
		})
	}
}

// The time from a change to the delta, the write itself left out as far as can be.
func BenchmarkLive100k(b *testing.B) {
	for _, changed := range []int{1, 1000, 20_000} {
		for _, c := range benchSpecs {
			b.Run(fmt.Sprintf("%s/%d", c.name, changed), func(b *testing.B) {
				tb := benchTable(b)
				v := NewSet(query.Source{Table: tb}).Open(parse(b, c.spec))
				var d Delta
				v.Pull(&d)
				batches := make([][]byte, 8)
				for i := range batches {
					batches[i] = items(tb, changed, func(k int) int { return (k+1)*104729%benchRows + benchRows*(i+1) })
				}
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					upsert(b, tb, batches[i%len(batches)])
					i++
					b.StartTimer()
					v.Pull(&d)
				}
			})
		}
	}
}

func BenchmarkOpen100k(b *testing.B) {
	src := query.Source{Table: benchTable(b)}
	for _, c := range benchSpecs {
		spec := parse(b, c.spec)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				v := NewSet(src).Open(spec)
				var d Delta
				v.Pull(&d)
				v.Close()
			}
		})
	}
}
