package table

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Whoever takes up the rows that a reader names holds what the table holds, whatever was written in between and however
// often was read.
func TestReadersNameEveryRowThatChanged(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		table := New()
		readers := []*follower{{reader: table.Follow()}, {reader: table.Follow()}}
		size := rapid.SampledFrom([]int{20, 3000}).Draw(rt, "ids")
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			write(rt, table, size)
			for _, f := range readers {
				if rapid.Bool().Draw(rt, "read") {
					f.catchUp(table)
					f.check(rt, table)
				}
			}
		}
		readers[0].reader.Close()
		readers[0].reader.Close()
		readers[1].catchUp(table)
		readers[1].check(rt, table)
		require.Empty(rt, table.log.entries)
	})
}

func TestALogThatNobodyReadsIsBounded(t *testing.T) {
	table := New()
	reader := table.Follow()
	for i := range 20000 {
		put(table, "a"+strconv.Itoa(i%10), float64(i))
		require.LessOrEqual(t, len(table.log.entries), minLog+1)
	}
	_, all := reader.Read()
	require.True(t, all)
	put(table, "b", 1)
	entries, all := reader.Read()
	require.False(t, all)
	require.Len(t, entries, 1)
}

func TestEntriesSayWhichFieldsDiffer(t *testing.T) {
	table := New()
	reader := table.Follow()
	put(table, "a", 1)
	field, _ := table.FindField("n")
	put(table, "a", 1)
	put(table, "a", 2)
	entries, _ := reader.Read()
	require.Equal(t, []Entry{{0, AllFields}, {0, FieldBit(field) | FieldBit(FieldVersion)}}, entries)
}

// follower keeps what it knows of the rows, by slot.
type follower struct {
	reader *Reader
	known  map[uint32]string
}

func describeSlot(t *Table, slot uint32) string {
	var scratch [8]byte
	n, _ := t.FindField("n")
	_, payload := t.Cell(slot, n, &scratch)
	return string(t.ID(slot)) + "=" + string(payload)
}

func (f *follower) catchUp(t *Table) {
	entries, all := f.reader.Read()
	if all || f.known == nil {
		f.known = map[uint32]string{}
		for _, slot := range t.Slots(nil) {
			f.known[slot] = describeSlot(t, slot)
		}
		return
	}
	for _, e := range entries {
		if delete(f.known, e.Slot); t.Live(e.Slot) {
			f.known[e.Slot] = describeSlot(t, e.Slot)
		}
	}
}

func (f *follower) check(rt *rapid.T, t *Table) {
	require.Len(rt, f.known, t.Len())
	for slot, what := range f.known {
		require.Equal(rt, describeSlot(t, slot), what)
	}
}

func write(rt *rapid.T, t *Table, size int) {
	n := rapid.SampledFrom([]int{1, 3, 900, size}).Draw(rt, "rows")
	from := rapid.IntRange(0, size).Draw(rt, "from")
	remove := rapid.IntRange(0, 2).Draw(rt, "kind") == 0
	x := rapid.Float64().Draw(rt, "x")
	for i := range n {
		id := "r" + strconv.Itoa((from+i)%size)
		if remove {
			drop(t, id)
		} else {
			put(t, id, x)
		}
	}
}

func put(t *Table, id string, n float64) {
	var b wire.Builder
	t.Field("n")
	field, _ := t.FindField("n")
	b.Reset(1)
	b.Column(FieldID)
	b.Cell(value.String, []byte(id))
	b.Column(field)
	b.Float(value.Number, n)
	var batch wire.Batch
	if err := batch.Decode(b.Bytes()); err != nil {
		panic(err)
	}
	var r Results
	if err := t.Upsert(&batch, true, false, &r); err != nil {
		panic(err)
	}
}

func drop(t *Table, id string) {
	var b wire.Builder
	b.Reset(1)
	b.Column(FieldID)
	b.Cell(value.String, []byte(id))
	var batch wire.Batch
	if err := batch.Decode(b.Bytes()); err != nil {
		panic(err)
	}
	var r Results
	if err := t.Delete(&batch, &r); err != nil {
		panic(err)
	}
}
