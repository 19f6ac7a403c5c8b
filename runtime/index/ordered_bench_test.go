package index_test

import (
	"fmt"
	"testing"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Building an ordered index over 100,000 rows, and bringing it up to date after some have changed.
func BenchmarkOrdered100k(b *testing.B) {
	const n = 100_000
	for _, kind := range []string{"number", "string"} {
		cell := func(i int) value.Value {
			if kind == "number" {
				return number(float64(i*7919%n) / 7)
			}
			return str(fmt.Sprintf("Buy %07d crates", i*7919%9999991))
		}
		r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
		ids, values := make([]string, n), make([]value.Value, n)
		for i := range ids {
			ids[i], values[i] = fmt.Sprintf("row-%d", i), cell(i)
		}
		r.put(b, ids, values)
		r.table.Sorted()
		defs := []schema.Index{{Field: "f", Type: schema.NumberIndex}}
		b.Run(kind+"/build", func(b *testing.B) {
			for b.Loop() {
				set := index.NewSet(r.table, defs)
				set.Ordered("f")
				set.Close()
			}
		})
		set := index.NewSet(r.table, defs)
		b.Run(kind+"/bytes", func(b *testing.B) {
			set.Ordered("f")
			b.ReportMetric(float64(set.Stats()[0].Bytes)/n, "B/row")
		})
		for _, changed := range []int{1, 1000} {
			b.Run(fmt.Sprintf("%s/change %d", kind, changed), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					b.StopTimer()
					for k := range changed {
						values[k] = cell(i*changed + k*31)
					}
					r.put(b, ids[:changed], values[:changed])
					b.StartTimer()
					set.Ordered("f")
				}
			})
		}
	}
}
