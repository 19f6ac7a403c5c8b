package view_test

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
	"github.com/atoma-dev/atoma/runtime/wire"
)

type (
	obj  = map[string]any
	list = []any
)

// of makes a value of Go's; undefined is not one of them.
func of(v any) value.Value {
	switch v := v.(type) {
	case nil:
		return value.Value{Tag: value.Null}
	case bool:
		if v {
			return value.Value{Tag: value.True}
		}
		return value.Value{Tag: value.False}
	case int:
		return value.Value{Tag: value.Number, Num: float64(v)}
	case float64:
		return value.Value{Tag: value.Number, Num: v}
	case string:
		return value.Value{Tag: value.String, Str: []byte(v)}
	case list:
		out := value.Value{Tag: value.Array}
		for _, item := range v {
			out.Items = append(out.Items, of(item))
		}
		return out
	case obj:
		out := value.Value{Tag: value.Object}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out.Keys = append(out.Keys, []byte(key))
			out.Items = append(out.Items, of(v[key]))
		}
		return out
	case value.Value:
		return v
	}
	panic("no value")
}

func parse(t require.TestingT, q obj) *query.Query {
	parsed, err := query.Parse(of(q), nil, "Todo")
	require.Nil(t, err)
	return parsed
}

// write puts rows of the same fields into a table, as upserts that leave other fields alone.
func write(t *table.Table, ids []string, fields []string, cell func(row int, field string) value.Value) {
	var b wire.Builder
	b.Reset(len(ids))
	b.Column(table.FieldID)
	for _, id := range ids {
		b.Cell(value.String, []byte(id))
	}
	for _, name := range fields {
		b.Column(t.Field(name))
		for i := range ids {
			v := cell(i, name)
			if v.Tag.Numeric() {
				b.Float(v.Tag, v.Num)
			} else {
				b.Cell(v.Tag, value.AppendPayload(nil, v))
			}
		}
	}
	var r table.Results
	if err := t.Upsert(decode(&b), true, false, &r); err != nil {
		panic(err)
	}
}

func drop(t *table.Table, ids []string) {
	var b wire.Builder
	b.Reset(len(ids))
	b.Column(table.FieldID)
	for _, id := range ids {
		b.Cell(value.String, []byte(id))
	}
	var r table.Results
	if err := t.Delete(decode(&b), &r); err != nil {
		panic(err)
	}
}

func decode(b *wire.Builder) *wire.Batch {
	batch := new(wire.Batch)
	if err := batch.Decode(b.Bytes()); err != nil {
		panic(err)
	}
	return batch
}

// follower keeps a window by what a view tells, as a user of views would, with what the rows were when it was told.
type follower struct {
	view    *view.View
	query   *query.Query
	what    obj
	count   bool
	delta   view.Delta
	window  []uint32
	rows    []row
	page    *query.PageInfo
	total   int
	number  int
	started bool
}

// row is which row stood somewhere, in which version: another row has another id, and one that changed another version.
type row struct {
	id      uint64
	version float64
}

var seed = maphash.MakeSeed()

func describe(t *table.Table, slot uint32) row {
	return row{maphash.Bytes(seed, t.ID(slot)), t.Version(slot)}
}

// pull pulls and checks all that a Delta promises.
func (f *follower) pull(t require.TestingT, source query.Source) {
	d := &f.delta
	f.view.Pull(d)
	require.True(t, f.started || d.Reset)
	f.started = true
	if f.count {
		require.Equal(t, f.query.Count(source), d.Count, "%v", f.what)
		require.Equal(t, d.Changed, d.Reset || d.Count != f.total)
		f.total = d.Count
		return
	}
	fresh, page, err := f.query.Run(source, nil)
	require.Nil(t, err)
	require.Equal(t, page, d.Page, "%v", f.what)
	require.Equal(t, len(fresh), d.Len, "%v", f.what)
	now := make([]row, len(fresh))
	for i, slot := range fresh {
		now[i] = describe(source.Table, slot)
	}
	switch {
	case d.Reset:
		require.True(t, d.Changed)
		require.Empty(t, slices.Concat(d.Removed, d.Inserted, d.InsertedSlots, d.Replaced, d.ReplacedSlots))
		f.window = append(f.window[:0], d.Slots...)
		f.rows = now
	default:
		require.Empty(t, d.Slots)
		f.apply(t, source.Table)
		samePage := cmp.Or(f.page == page, f.page != nil && page != nil && pageText(f.page) == pageText(page))
		ops := len(d.Removed) + len(d.Inserted) + len(d.Replaced)
		require.Equal(t, ops > 0 || !samePage, d.Changed)
	}
	require.True(t, slices.Equal(fresh, f.window), "%v %v %v %+v", f.what, fresh, f.window, d)
	require.True(t, slices.Equal(now, f.rows), "rows that changed in place are replaced, and others come and go: %v %+v", f.what, d)
	f.page = page
}

func pageText(p *query.PageInfo) string {
	return strconv.FormatBool(p.HasNext) + strconv.FormatBool(p.HasPrevious) + strconv.Itoa(p.Total) + string(p.Start) + " " + string(p.End)
}

// apply applies the Delta. Rows that it says nothing of are taken to be as they were.
func (f *follower) apply(t require.TestingT, tb *table.Table) {
	d := &f.delta
	require.True(t, slices.IsSorted(d.Removed) && slices.IsSorted(d.Inserted) && slices.IsSorted(d.Replaced))
	require.Len(t, d.InsertedSlots, len(d.Inserted))
	require.Len(t, d.ReplacedSlots, len(d.Replaced))
	window, rows := []uint32{}, []row{}
	for i := range f.window {
		if _, gone := slices.BinarySearch(d.Removed, uint32(i)); !gone {
			window, rows = append(window, f.window[i]), append(rows, f.rows[i])
		}
	}
	merged, mergedRows := []uint32{}, []row{}
	for k := 0; len(window) > 0 || k < len(d.Inserted); {
		if k < len(d.Inserted) && int(d.Inserted[k]) == len(merged) {
			merged = append(merged, d.InsertedSlots[k])
			mergedRows = append(mergedRows, describe(tb, d.InsertedSlots[k]))
			k++
			continue
		}
		if len(window) == 0 {
			require.Fail(t, "positions beyond the end", "%v %+v", f.what, d)
		}
		merged, mergedRows = append(merged, window[0]), append(mergedRows, rows[0])
		window, rows = window[1:], rows[1:]
	}
	for i, at := range d.Replaced {
		_, inserted := slices.BinarySearch(d.Inserted, at)
		require.False(t, inserted)
		require.Equal(t, merged[at], d.ReplacedSlots[i])
		before, after := mergedRows[at], describe(tb, merged[at])
		require.True(t, before.id == after.id && before.version != after.version, "a row that is replaced is the same one, and has changed")
		mergedRows[at] = after
	}
	f.window, f.rows = merged, mergedRows
}

func names(prefix string, from, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = prefix + strconv.Itoa(from+i)
	}
	return ids
}
