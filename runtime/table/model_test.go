package table_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// cell is a value of the model, encoded.
type cell struct {
	tag     value.Tag
	payload string
}

// item is one row of a batch: fields by name, "id" and "version" among them.
type item map[string]cell

// modelRow is what the model knows of a row.
type modelRow struct {
	version float64
	fields  map[string]cell
	slot    uint32
}

// model is a table as a map would have it.
type model struct {
	rows map[string]*modelRow
}

func text(s string) cell      { return cell{value.String, s} }
func number(f float64) cell   { return cell{value.Number, string(value.AppendFloat(nil, f))} }
func date(f float64) cell     { return cell{value.Date, string(value.AppendFloat(nil, f))} }
func array(s ...string) cell  { return encode(value.Array, s) }
func object(s ...string) cell { return encode(value.Object, s) }

var (
	undefined = cell{tag: value.Undefined}
	null      = cell{tag: value.Null}
	yes       = cell{tag: value.True}
	no        = cell{tag: value.False}
)

func encode(tag value.Tag, words []string) cell {
	v := value.Value{Tag: tag}
	for _, w := range words {
		if tag == value.Object {
			v.Keys = append(v.Keys, []byte(w))
		}
		v.Items = append(v.Items, value.Value{Tag: value.String, Str: []byte(w)})
	}
	return cell{tag, string(value.AppendPayload(nil, v))}
}

// batchOf encodes items and decodes the result as the façade does.
func batchOf(t require.TestingT, tb *table.Table, items ...item) *wire.Batch {
	var out wire.Builder
	b := new(wire.Batch)
	require.NoError(t, b.Decode(encoded(&out, tb, items)))
	return b
}

// encoded makes a batch of items with the columns that they have between them.
func encoded(out *wire.Builder, tb *table.Table, items []item) []byte {
	names := []string{}
	for _, it := range items {
		for name := range it {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	out.Reset(len(items))
	for _, name := range names {
		out.Column(tb.Field(name))
		for _, it := range items {
			c := it[name] // absent if there is none
			out.Cell(c.tag, []byte(c.payload))
		}
	}
	return out.Bytes()
}

func same(a, b cell) bool {
	return value.Same(a.tag, []byte(a.payload), b.tag, []byte(b.payload))
}

func isGiven(name string, c cell) bool {
	return name != "id" && name != "version" && c.tag != value.Absent
}

// merge applies an item to a row and tells whether that changed it.
func (r *modelRow) merge(it item, replace bool) bool {
	changed := false
	for name, c := range it {
		if !isGiven(name, c) {
			continue
		}
		old, had := r.fields[name]
		switch {
		case c.tag == value.Undefined:
			changed = changed || had
			delete(r.fields, name)
		case !had || !same(old, c):
			changed = true
			r.fields[name] = c
		}
	}
	if replace {
		for name := range r.fields {
			if c := it[name]; c.tag == value.Absent {
				changed = true
				delete(r.fields, name)
			}
		}
	}
	return changed
}

func (m *model) insert(id string, it item, version float64) *modelRow {
	r := &modelRow{version: version, fields: map[string]cell{}, slot: table.NoSlot}
	r.merge(it, false)
	m.rows[id] = r
	return r
}

// outcome is what the model expects of an item.
type outcome struct {
	status  table.Status
	version float64
}

func (m *model) add(it item) outcome {
	id := it["id"].payload
	if r := m.rows[id]; r != nil {
		return outcome{table.AlreadyExists, r.version}
	}
	m.insert(id, it, 1)
	return outcome{table.Added, 1}
}

func (m *model) update(it item) outcome {
	r := m.rows[it["id"].payload]
	if r == nil {
		return outcome{table.NotFound, 0}
	}
	return m.patch(r, it, false)
}

func (m *model) patch(r *modelRow, it item, replace bool) outcome {
	if !r.merge(it, replace) {
		return outcome{table.Same, r.version}
	}
	r.version = min(r.version+1, 1<<53-1) // no more fits a JavaScript number
	return outcome{table.Changed, r.version}
}

func (m *model) upsert(it item, lww, replace bool) outcome {
	id := it["id"].payload
	r := m.rows[id]
	if v := it["version"]; !lww && v.tag == value.Number {
		expected := value.Float([]byte(v.payload))
		switch {
		case r == nil:
			return outcome{table.Conflict, 0}
		case r.version != expected:
			return outcome{table.Conflict, r.version}
		}
	}
	if r == nil {
		m.insert(id, it, 1)
		return outcome{table.Added, 1}
	}
	return m.patch(r, it, replace)
}

func (m *model) delete(it item) outcome {
	id := it["id"].payload
	r := m.rows[id]
	if r == nil {
		return outcome{table.Missing, 0}
	}
	delete(m.rows, id)
	return outcome{table.Deleted, r.version}
}

func (m *model) writeback(it item) outcome {
	if it["version"].tag == value.Undefined {
		return m.delete(it)
	}
	id, version := it["id"].payload, value.Float([]byte(it["version"].payload))
	r := m.rows[id]
	if r == nil {
		m.insert(id, it, version)
		return outcome{table.Added, version}
	}
	if changed := r.merge(it, true); !changed && r.version == version {
		return outcome{table.Same, version}
	}
	r.version = version
	return outcome{table.Changed, version}
}

// equal requires that a table holds just what the model does, and gives it back in order.
func (m *model) equal(t require.TestingT, tb *table.Table) {
	require.NoError(t, tb.Check())
	require.Equal(t, len(m.rows), tb.Len())
	slots := tb.Slots(nil)
	require.Len(t, slots, len(m.rows))
	last := ""
	var scratch [8]byte
	for _, slot := range slots {
		id := string(tb.ID(slot))
		r := m.rows[id]
		if id <= last || r == nil || r.version != tb.Version(slot) {
			require.FailNow(t, "wrong row", "%q, version %v, after %q; expected %+v", id, tb.Version(slot), last, r)
		}
		last = id
		found := 0
		for field := uint32(2); field < uint32(tb.Fields()); field++ {
			tag, payload := tb.Cell(slot, field, &scratch)
			if tag != value.Absent {
				found++
				if want := r.fields[tb.FieldName(field)]; !same(cell{tag, string(payload)}, want) {
					require.FailNow(t, "wrong cell", "%q.%s is %v %q, not %+v", id, tb.FieldName(field), tag, payload, want)
				}
			}
		}
		if len(r.fields) != found {
			require.FailNow(t, "wrong number of fields", "%q has %d, not %d", id, found, len(r.fields))
		}
	}
	require.NoError(t, tb.Check())
}

// follower rebuilds rows from nothing but the changes of a table.
type follower struct {
	t    require.TestingT
	tb   *table.Table
	rows map[string]*modelRow
}

func (f *follower) Changed(c *table.Change) {
	id := string(c.ID)
	r := f.rows[id]
	switch c.Op {
	case table.OpAdd:
		require.Nil(f.t, r)
		require.Zero(f.t, c.Before)
		r = &modelRow{fields: map[string]cell{}, slot: c.Slot}
		f.rows[id] = r
	default:
		require.NotNil(f.t, r)
		require.Equal(f.t, r.version, c.Before)
		require.Equal(f.t, r.slot, c.Slot)
	}
	for _, fc := range c.Fields {
		name := f.tb.FieldName(fc.Field)
		require.True(f.t, same(r.fields[name], cell{fc.OldTag, string(fc.Old)}))
		require.NotEqual(f.t, value.Undefined, fc.NewTag)
		if fc.NewTag == value.Absent {
			delete(r.fields, name)
		} else {
			r.fields[name] = cell{fc.NewTag, string(fc.New)}
		}
	}
	r.version = c.After
	if c.Op == table.OpDelete {
		require.Empty(f.t, r.fields)
		delete(f.rows, id)
	}
}

// The law of this package: whatever is written, a table answers as the model does and holds what it holds, and its
// changes tell the whole story.
func TestTableAnswersAsItsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tb := table.New()
		m := &model{rows: map[string]*modelRow{}}
		f := &follower{t: rt, tb: tb, rows: map[string]*modelRow{}}
		if rapid.Bool().Draw(rt, "observed") {
			tb.Observe(f)
		} else {
			f = nil
		}
		if rapid.Bool().Draw(rt, "ordered") {
			tb.Slots(nil)
		}
		var res table.Results
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) { require.NoError(rt, tb.Check()) },
			"add": func(rt *rapid.T) {
				items := drawItems(rt, patchCells)
				require.Nil(rt, tb.Add(batchOf(rt, tb, items...), &res))
				expect(rt, tb, &res, items, m.add)
			},
			"update": func(rt *rapid.T) {
				items := drawItems(rt, patchCells)
				require.Nil(rt, tb.Update(batchOf(rt, tb, items...), &res))
				expect(rt, tb, &res, items, m.update)
			},
			"upsert": func(rt *rapid.T) {
				items := drawItems(rt, patchCells)
				for _, it := range items {
					if rapid.Bool().Draw(rt, "expects") {
						it["version"] = number(float64(rapid.IntRange(1, 3).Draw(rt, "version")))
					}
				}
				lww, replace := rapid.Bool().Draw(rt, "lww"), rapid.Bool().Draw(rt, "replace")
				require.Nil(rt, tb.Upsert(batchOf(rt, tb, items...), lww, replace, &res))
				expect(rt, tb, &res, items, func(it item) outcome { return m.upsert(it, lww, replace) })
			},
			"delete": func(rt *rapid.T) {
				items := drawItems(rt, nil)
				require.Nil(rt, tb.Delete(batchOf(rt, tb, items...), &res))
				expect(rt, tb, &res, items, m.delete)
			},
			"writeback": func(rt *rapid.T) {
				items := drawItems(rt, patchCells)
				for _, it := range items {
					it["version"] = number(float64(rapid.Uint64Range(0, 1<<53-1).Draw(rt, "version")))
					if rapid.IntRange(0, 3).Draw(rt, "deleted") == 0 {
						it["version"] = undefined
					}
				}
				require.Nil(rt, tb.Writeback(batchOf(rt, tb, items...), &res))
				expect(rt, tb, &res, items, m.writeback)
			},
			"compare": func(rt *rapid.T) { m.equal(rt, tb) },
		})
		m.equal(rt, tb)
		if f != nil {
			for _, r := range m.rows {
				r.slot = table.NoSlot
			}
			for _, r := range f.rows {
				r.slot = table.NoSlot
			}
			require.Equal(rt, len(m.rows), len(f.rows))
			for id, r := range m.rows {
				require.Equal(rt, r.version, f.rows[id].version)
				require.Equal(rt, len(r.fields), len(f.rows[id].fields))
				for name, c := range r.fields {
					require.True(rt, same(c, f.rows[id].fields[name]))
				}
			}
		}
	})
}

// expect compares the results of a write with what the model makes of each item.
func expect(t require.TestingT, tb *table.Table, res *table.Results, items []item, apply func(item) outcome) {
	require.Len(t, res.Status, len(items))
	for i, it := range items {
		want := apply(it)
		if got := (outcome{res.Status[i], res.Versions[i]}); got != want {
			require.Equal(t, want, got, "item %d", i)
		}
		if want.status == table.NotFound || want.status == table.Missing {
			require.Equal(t, uint32(table.NoSlot), res.Slots[i])
		}
	}
	// The row of an id is where the last item about it said.
	seen := map[string]bool{}
	for i := len(items) - 1; i >= 0; i-- {
		id := items[i]["id"].payload
		if slot, ok := tb.Lookup([]byte(id)); ok && !seen[id] && slot != res.Slots[i] {
			require.Equal(t, slot, res.Slots[i], "item %d", i)
		}
		seen[id] = true
	}
}

func drawItems(rt *rapid.T, cells *rapid.Generator[cell]) []item {
	return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) item {
		it := item{"id": text(rapid.SampledFrom(someIDs).Draw(rt, "id"))}
		if cells != nil {
			for name, c := range rapid.MapOfN(rapid.SampledFrom(someFields), cells, 0, 4).Draw(rt, "fields") {
				it[name] = c
			}
		}
		return it
	}), 1, 6).Draw(rt, "items")
}

var (
	someIDs    = []string{"a", "b", "c", "d", "ab", "a\x00", "ä", "todo-1", "todo-10", "todo-2", "a much longer id than others"}
	someFields = []string{"p", "q", "r"}

	someCells = []cell{
		{}, null, yes, no, number(0), number(math.Copysign(0, -1)), number(1), number(math.NaN()), number(math.Inf(1)),
		date(0), date(1.7e12), date(math.NaN()), text(""), text("x"), text("y"), text("lorem ipsum"),
		text(strings.Repeat("long ", 30)), text(strings.Repeat("large ", 12000)),
		{value.Bytes, ""}, {value.Bytes, "\xff\x00"}, array(), array("x"), array("x", "y"), object("x", "y"), object("y", "x"),
	}

	patchCells = rapid.SampledFrom(append([]cell{undefined, undefined}, someCells...))
)

func TestReadGivesWhatWasWritten(t *testing.T) {
	tb := checked(t)
	var res table.Results
	items := []item{
		{"id": text("b"), "title": text("x"), "done": yes},
		{"id": text("a"), "title": number(1), "tags": array("x")},
	}
	require.Nil(t, tb.Add(batchOf(t, tb, items...), &res))
	tb.Field("nobody has this")
	var out wire.Builder
	tb.Read([]uint32{1, 0, 1}, &out)
	b := new(wire.Batch)
	require.NoError(t, b.Decode(out.Bytes()))
	require.Equal(t, 3, b.Rows)
	require.Len(t, b.Columns, 5)
	var scratch [8]byte
	require.Equal(t, "a", string(b.Columns[0].PayloadAt(0, &scratch)))
	require.Equal(t, "b", string(b.Columns[0].PayloadAt(1, &scratch)))
	require.Equal(t, 1.0, b.Columns[1].NumberAt(2))
	title := b.Find(tb.Field("title"))
	require.Equal(t, value.Number, title.TagAt(0))
	require.Equal(t, "x", string(title.PayloadAt(1, &scratch)))
	require.Equal(t, value.Absent, b.Find(tb.Field("tags")).TagAt(1))
}

// checked makes a table whose invariants are checked when the test ends.
func checked(t *testing.T) *table.Table {
	tb := table.New()
	t.Cleanup(func() { require.NoError(t, tb.Check()) })
	return tb
}

func TestMadeIDsAreUUIDsThatGrow(t *testing.T) {
	tb := checked(t)
	items := slices.Repeat([]item{{"x": yes}}, 9000)
	items[1] = item{"id": text("mine")}
	var res table.Results
	require.Nil(t, tb.Add(batchOf(t, tb, items...), &res))
	last, start := []byte{}, uint32(0)
	for i, end := range res.IDEnds {
		id := res.IDs[start:end]
		start = end
		if i == 1 {
			require.Empty(t, id)
			continue
		}
		require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, string(id))
		require.Negative(t, bytes.Compare(last, id))
		last = id
		slot, ok := tb.Lookup(id)
		require.True(t, ok)
		require.Equal(t, res.Slots[i], slot)
	}
	require.Nil(t, tb.Add(batchOf(t, tb, item{"id": text("given")}), &res))
	require.Empty(t, res.IDs)
	require.Empty(t, res.IDEnds)
}
