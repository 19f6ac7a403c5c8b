package table_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Whatever decodes as a batch is refused or leaves a table in order, whichever way it is written.
func FuzzWrites(f *testing.F) {
	seed := table.New()
	for _, items := range [][]item{
		{{"id": text("a"), "x": text("y")}, {"id": text("b"), "x": number(1), "y": array("z")}},
		{{"x": yes}, {"id": text("a"), "x": undefined}},
		{{"id": text("a"), "version": number(1), "y": date(0)}, {"id": text("a"), "version": undefined}},
	} {
		var out wire.Builder
		f.Add(encoded(&out, seed, items))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var b wire.Batch
		if b.Decode(data) != nil || b.Rows > 1000 {
			return
		}
		tb := table.New()
		tb.Field("x")
		tb.Field("y")
		var res table.Results
		tb.Add(&b, &res)
		tb.Upsert(&b, false, false, &res)
		tb.Slots(nil)
		tb.Writeback(&b, &res)
		tb.Update(&b, &res)
		tb.Upsert(&b, true, true, &res)
		require.NoError(t, tb.Check())
		var out wire.Builder
		tb.Read(tb.Slots(nil), &out)
		require.NoError(t, b.Decode(out.Bytes()))
		tb.Delete(&b, &res)
		require.NoError(t, tb.Check())
		require.Zero(t, tb.Len())
	})
}
