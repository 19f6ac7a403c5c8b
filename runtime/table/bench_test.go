package table_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// todos encodes rows from first on as the demo has them: id, title of 30 characters, done, priority, createdAt, list.
func todos(tb *table.Table, first, n int) []byte {
	var out wire.Builder
	out.Reset(n)
	column := func(name string, cell func(i int)) {
		out.Column(tb.Field(name))
		for i := first; i < first+n; i++ {
			cell(i)
		}
	}
	column("id", func(i int) { out.Cell(value.String, fmt.Appendf(nil, "todo-%d", i)) })
	column("title", func(i int) { out.Cell(value.String, fmt.Appendf(nil, "Buy %07d crates of lemonade", i*7919%9999991)) })
	column("done", func(i int) { out.Cell(value.False+value.Tag(i%3&1), nil) })
	column("priority", func(i int) { out.Float(value.Number, float64(i%5)) })
	column("createdAt", func(i int) { out.Float(value.Date, 1.7e12+float64(i)*1000) })
	column("list", func(i int) { out.Cell(value.String, fmt.Appendf(nil, "list-%d", i%100)) })
	return append([]byte(nil), out.Bytes()...)
}

func decoded(t testing.TB, data []byte) *wire.Batch {
	b := new(wire.Batch)
	require.NoError(t, b.Decode(data))
	return b
}

const (
	benchRows  = 100_000
	benchBatch = 4096
)

func todoBatches(tb *table.Table) (batches [][]byte) {
	for first := 0; first < benchRows; first += benchBatch {
		batches = append(batches, todos(tb, first, min(benchBatch, benchRows-first)))
	}
	return batches
}

func fullTable(t testing.TB) *table.Table {
	tb := table.New()
	var b wire.Batch
	var res table.Results
	for _, data := range todoBatches(tb) {
		require.NoError(t, b.Decode(data))
		require.Nil(t, tb.Add(&b, &res))
	}
	return tb
}

func BenchmarkBulkAdd100k(b *testing.B) {
	batches := todoBatches(table.New())
	var batch wire.Batch
	var res table.Results
	b.ReportAllocs()
	for b.Loop() {
		tb := table.New()
		for _, name := range []string{"title", "done", "priority", "createdAt", "list"} {
			tb.Field(name)
		}
		for _, data := range batches {
			_ = batch.Decode(data)
			tb.Add(&batch, &res)
		}
	}
}

func BenchmarkBulkUpsert100k(b *testing.B) {
	batches := todoBatches(table.New())
	var batch wire.Batch
	var res table.Results
	for b.Loop() {
		tb := table.New()
		for _, name := range []string{"title", "done", "priority", "createdAt", "list"} {
			tb.Field(name)
		}
		for _, data := range batches {
			_ = batch.Decode(data)
			tb.Upsert(&batch, true, true, &res)
		}
	}
}

func BenchmarkAddOne(b *testing.B) {
	tb := table.New()
	batches := make([][]byte, benchRows)
	for i := range batches {
		batches[i] = todos(tb, i, 1)
	}
	var batch wire.Batch
	var res table.Results
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i == len(batches) {
			b.StopTimer()
			tb, i = table.New(), 0
			for _, name := range []string{"title", "done", "priority", "createdAt", "list"} {
				tb.Field(name)
			}
			b.StartTimer()
		}
		_ = batch.Decode(batches[i])
		tb.Add(&batch, &res)
		i++
	}
}

// Add and delete in turn: slots, arena blocks and dictionary codes come and go in a steady state.
func BenchmarkAddDelete(b *testing.B) {
	tb := fullTable(b)
	add := todos(tb, benchRows, 1)
	remove := batchOf(b, tb, item{"id": text(fmt.Sprintf("todo-%d", benchRows))})
	var batch wire.Batch
	var res table.Results
	b.ReportAllocs()
	for b.Loop() {
		_ = batch.Decode(add)
		tb.Add(&batch, &res)
		tb.Delete(remove, &res)
	}
	require.NoError(b, tb.Check())
}

func benchmarkUpdate(b *testing.B, cells func(i int) item) {
	tb := fullTable(b)
	tb.Slots(nil)
	const n = 4096
	updates := make([][]byte, n)
	var out wire.Builder
	for i := range updates {
		out.Reset(1)
		out.Column(0)
		out.Cell(value.String, fmt.Appendf(nil, "todo-%d", i*31%benchRows))
		for name, c := range cells(i) {
			out.Column(tb.Field(name))
			out.Cell(c.tag, []byte(c.payload))
		}
		updates[i] = append([]byte(nil), out.Bytes()...)
	}
	var batch wire.Batch
	var res table.Results
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		_ = batch.Decode(updates[i%n])
		tb.Update(&batch, &res)
		i++
	}
	require.NoError(b, tb.Check())
}

func BenchmarkUpdateOneNumber(b *testing.B) {
	benchmarkUpdate(b, func(i int) item { return item{"priority": number(float64(i))} })
}

func BenchmarkUpdateOneBool(b *testing.B) {
	benchmarkUpdate(b, func(i int) item { return item{"done": cell{tag: value.False + value.Tag(i&1)}} })
}

// Titles of varying lengths, so that the arena has to be compacted all the time.
func BenchmarkUpdateOneString(b *testing.B) {
	round := 0
	benchmarkUpdate(b, func(i int) item {
		round++
		return item{"title": text(fmt.Sprintf("%0*d", 10+round%40, i))}
	})
}

func BenchmarkSlotsUnchanged(b *testing.B) {
	tb := fullTable(b)
	dst := tb.Slots(nil)
	for b.Loop() {
		dst = tb.Slots(dst[:0])
	}
}

func BenchmarkSlotsAfterInsert(b *testing.B) {
	tb := fullTable(b)
	dst := tb.Slots(nil)
	add := todos(tb, benchRows/2, 1)
	remove := batchOf(b, tb, item{"id": text(fmt.Sprintf("todo-%d", benchRows/2))})
	var batch wire.Batch
	var res table.Results
	for b.Loop() {
		tb.Delete(remove, &res)
		dst = tb.Slots(dst[:0])
		_ = batch.Decode(add)
		tb.Add(&batch, &res)
		dst = tb.Slots(dst[:0])
	}
}

func BenchmarkSlotsFirst(b *testing.B) {
	tb := fullTable(b)
	dst := make([]uint32, 0, benchRows)
	for b.Loop() {
		tb.ForgetOrder()
		dst = tb.Slots(dst[:0])
	}
}

func BenchmarkReadOne(b *testing.B) {
	tb := fullTable(b)
	var out wire.Builder
	b.ReportAllocs()
	for b.Loop() {
		tb.Read([]uint32{12345}, &out)
		out.Bytes()
	}
}

func BenchmarkRead1000(b *testing.B) {
	tb := fullTable(b)
	slots := tb.Slots(nil)[:1000]
	var out wire.Builder
	b.ReportAllocs()
	for b.Loop() {
		tb.Read(slots, &out)
		out.Bytes()
	}
}
