package write_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// todos makes a batch of rows from first on with a title, a number and a boolean. round makes the values differ.
func todos(t require.TestingT, tb *table.Table, first, rows, round int, fields ...string) *wire.Batch {
	var out wire.Builder
	out.Reset(rows)
	out.Column(table.FieldID)
	for i := range rows {
		out.Cell(value.String, []byte("todo-"+strconv.Itoa(first+i)))
	}
	for _, field := range fields {
		out.Column(tb.Field(field))
		for i := range rows {
			switch field {
			case "title":
				out.Cell(value.String, []byte("Title of "+strconv.Itoa(first+i+round)))
			case "rank":
				out.Float(value.Number, float64(i+round))
			default:
				out.Cell(value.True-value.Tag(round&1), nil)
			}
		}
	}
	b := new(wire.Batch)
	require.NoError(t, b.Decode(append([]byte(nil), out.Bytes()...)))
	return b
}

var todoFields = []string{"title", "rank", "done"}

func confirmAll(j *write.Journal, first write.Number, count int, e *write.Effects) {
	e.Reset()
	for n := range write.Number(count) {
		j.Confirm(first+n, nan, e)
	}
}

// Each op is a row. "table" is the same without a journal.
func BenchmarkAdd(b *testing.B) {
	const rows = 10_000
	for _, tracked := range []bool{false, true} {
		b.Run(label(tracked), func(b *testing.B) {
			var res table.Results
			var e write.Effects
			batch := todos(b, table.New(), 0, rows, 0, todoFields...)
			b.ReportAllocs()
			for n := 0; n < b.N; n += rows {
				b.StopTimer()
				tb := table.New()
				for _, f := range todoFields {
					tb.Field(f)
				}
				j := write.New(tb, new(write.Counter))
				b.StartTimer()
				if !tracked {
					tb.Add(batch, &res)
					continue
				}
				first, _ := j.Add(batch, write.Tracked, &res)
				confirmAll(j, first, rows, &e)
			}
		})
	}
}

func BenchmarkUpdate(b *testing.B) {
	benchmarkChange(b, func(j *write.Journal, batch *wire.Batch, res *table.Results) write.Number {
		first, _ := j.Update(batch, write.Tracked, res)
		return first
	}, func(tb *table.Table, batch *wire.Batch, res *table.Results) { tb.Update(batch, res) })
}

func BenchmarkUpsert(b *testing.B) {
	benchmarkChange(b, func(j *write.Journal, batch *wire.Batch, res *table.Results) write.Number {
		first, _ := j.Upsert(batch, true, false, write.Tracked, res)
		return first
	}, func(tb *table.Table, batch *wire.Batch, res *table.Results) { tb.Upsert(batch, true, false, res) })
}

func benchmarkChange(b *testing.B, with func(*write.Journal, *wire.Batch, *table.Results) write.Number, without func(*table.Table, *wire.Batch, *table.Results)) {
	for _, rows := range []int{1, 1200} {
		for _, tracked := range []bool{false, true} {
			b.Run(strconv.Itoa(rows)+"/"+label(tracked), func(b *testing.B) {
				tb := table.New()
				j := write.New(tb, new(write.Counter))
				var res table.Results
				var e write.Effects
				tb.Add(todos(b, tb, 0, 10_000, 0, todoFields...), &res)
				batches := []*wire.Batch{todos(b, tb, 500, rows, 1, todoFields...), todos(b, tb, 500, rows, 2, todoFields...)}
				b.ReportAllocs()
				for n := 0; b.Loop(); n++ {
					if !tracked {
						without(tb, batches[n&1], &res)
					} else {
						confirmAll(j, with(j, batches[n&1], &res), rows, &e)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
			})
		}
	}
}

func label(tracked bool) string {
	if tracked {
		return "journal"
	}
	return "table"
}

// Writes of single calls, answered in random order, a tenth of them refused.
func BenchmarkInFlight(b *testing.B) {
	const writes = 10_000
	tb := table.New()
	j := write.New(tb, new(write.Counter))
	var res table.Results
	tb.Add(todos(b, tb, 0, writes, 0, todoFields...), &res)
	rng := rand.New(rand.NewPCG(1, 2))
	var batches []*wire.Batch
	for i := range writes {
		batches = append(batches, todos(b, tb, rng.IntN(writes), 1, i, "title", "rank"))
	}
	b.ReportAllocs()
	for b.Loop() {
		var numbers []write.Number
		for _, batch := range batches {
			if n, _ := j.Update(batch, write.Tracked, &res); n != 0 {
				numbers = append(numbers, n)
			}
		}
		rng.Shuffle(len(numbers), func(i, k int) { numbers[i], numbers[k] = numbers[k], numbers[i] })
		var e write.Effects
		for i, n := range numbers {
			if e.Reset(); i%10 == 0 {
				j.Refuse(n, &e)
			} else {
				j.Confirm(n, nan, &e)
			}
		}
		if !j.Empty() {
			b.Fatal("writes are left over")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/writes, "ns/write")
}
