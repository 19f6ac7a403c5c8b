//go:build !race

// The race detector adds memory of its own to every allocation, so this file is
// not part of its build; make test runs it in another.
package table_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// The memory of 100,000 rows, as the heap has it. What it should be is in the limit.
func TestMemoryOfRows(t *testing.T) {
	batches := todoBatches(table.New())
	var before, after, peak runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	tb := table.New()
	for _, name := range []string{"title", "done", "priority", "createdAt", "list"} {
		tb.Field(name)
	}
	var b wire.Batch
	var res table.Results
	for _, data := range batches {
		require.NoError(t, b.Decode(data))
		require.Nil(t, tb.Add(&b, &res))
	}
	tb.Slots(nil)
	runtime.ReadMemStats(&peak)
	runtime.GC()
	runtime.ReadMemStats(&after)
	heap := int(after.HeapAlloc) - int(before.HeapAlloc)
	t.Logf("heap: %.2f MB; by the table's own count: %.2f MB; allocated on the way: %.2f MB",
		float64(heap)/1e6, float64(tb.Bytes())/1e6, float64(peak.TotalAlloc-before.TotalAlloc)/1e6)
	require.Less(t, heap, 9_600_000)
	require.InDelta(t, tb.Bytes(), heap, 200_000)
	runtime.KeepAlive(tb)
	runtime.KeepAlive(batches)
}
