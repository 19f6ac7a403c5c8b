package query_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// A column of nothing but zeros, in slots that are used again and are no run, has no memory for its numbers.
func TestZerosInScatteredSlotsAreFound(t *testing.T) {
	tb := table.New()
	add := func(from, to int, field string) {
		var out wire.Builder
		out.Reset(to - from)
		out.Column(table.FieldID)
		for i := from; i < to; i++ {
			out.Cell(value.String, []byte("r"+strconv.Itoa(i)))
		}
		out.Column(tb.Field(field))
		for range to - from {
			out.Float(value.Number, 0)
		}
		write(t, tb, &out, func(b *wire.Batch, r *table.Results) { require.Nil(t, tb.Add(b, r)) })
	}
	add(0, 100, "a")
	var out wire.Builder
	out.Reset(50)
	out.Column(table.FieldID)
	for i := range 50 {
		out.Cell(value.String, []byte("r"+strconv.Itoa(2*i)))
	}
	write(t, tb, &out, func(b *wire.Batch, r *table.Results) { require.Nil(t, tb.Delete(b, r)) })
	add(200, 250, "b")
	q, err := query.Parse(object("filter", object("b", number(0))), nil, "")
	require.Nil(t, err)
	require.Equal(t, 50, q.Count(query.Source{Table: tb}))
}

func write(t *testing.T, tb *table.Table, out *wire.Builder, apply func(*wire.Batch, *table.Results)) {
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var r table.Results
	apply(&b, &r)
	require.NoError(t, tb.Check())
}
