package query_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// put adds rows, or replaces those of the same id.
func put(t require.TestingT, tb *table.Table, rows []naiveRow) {
	names := map[string]bool{}
	for _, r := range rows {
		for name := range r {
			names[name] = true
		}
	}
	delete(names, "version")
	var out wire.Builder
	out.Reset(len(rows))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out.Column(tb.Field(name))
		for _, r := range rows {
			out.Cell(r[name].Tag, value.AppendPayload(nil, r[name]))
		}
	}
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var res table.Results
	require.Nil(t, tb.Upsert(&b, true, true, &res))
	for i, r := range rows {
		r["version"] = number(tb.Version(res.Slots[i]))
	}
}

// changing is a table whose rows change, and the rows once more.
type changing struct {
	table *table.Table
	rows  []naiveRow
	draw  func(n int) int
	next  int
}

func newChanging(rt *rapid.T) *changing {
	c := &changing{draw: drawer(rt), rows: drawRows(rt)}
	c.table = fill(rt, c.rows)
	c.next = len(c.rows)
	return c
}

// change deletes, replaces and adds some rows.
func (c *changing) change(rt *rapid.T) {
	for range c.draw(4) {
		if len(c.rows) > 0 {
			remove(rt, c.table, &c.rows, string(c.rows[c.draw(len(c.rows))]["id"].Str))
		}
	}
	var rows []naiveRow
	for range c.draw(4) {
		if len(c.rows) == 0 {
			break
		}
		i := c.draw(len(c.rows))
		if r := c.rows[i]; !slices.ContainsFunc(rows, func(o naiveRow) bool { return string(o["id"].Str) == string(r["id"].Str) }) {
			c.rows[i] = drawRow(c.draw, string(r["id"].Str))
			rows = append(rows, c.rows[i])
		}
	}
	for range c.draw(4) {
		r := drawRow(c.draw, fmt.Sprintf("id-%d", c.next))
		c.next++
		c.rows, rows = append(c.rows, r), append(rows, r)
	}
	if len(rows) > 0 {
		put(rt, c.table, rows)
	}
	require.NoError(rt, c.table.Check())
}

// A matcher and an order say of single rows what running the query says of all, also when the rows have changed since
// they were made, and the fields that do not concern them do not change what they say.
func TestMatcherAndOrderAgreeWithTheRules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tb := changing{table: table.New(), draw: drawer(rt)} // without any field yet
		queries := make([]value.Value, 8)
		matchers, orders := make([]*query.Matcher, 8), make([]*query.Order, 8)
		for i := range queries {
			queries[i] = object("filter", drawFilter(rt, 2), "sort", array(rapid.SliceOfN(rapid.Custom(drawSort), 0, 3).Draw(rt, "sorts")...))
			q := parse(rt, queries[i])
			matchers[i], orders[i] = q.Matcher(tb.table), q.Order(tb.table)
		}
		tb.rows = drawRows(rt)
		put(rt, tb.table, tb.rows)
		tb.next = len(tb.rows)
		for range 4 {
			for i, q := range queries {
				matchers[i].Refresh()
				orders[i].Refresh()
				want := naiveRun(q, tb.rows)
				var slots []uint32
				for slot := range uint32(len(tb.rows) + tb.next + 100) {
					if matchers[i].Match(slot) {
						slots = append(slots, slot)
					}
				}
				slices.SortFunc(slots, orders[i].Compare)
				require.Equal(rt, want, idsOf(tb.table, slots), "%s", show(q))
			}
			tb.change(rt)
		}
	})
}

func TestFieldsAreThoseThatAreRead(t *testing.T) {
	tb := table.New()
	bits := func(names ...string) (bits uint64) {
		for _, name := range names {
			bits |= table.FieldBit(tb.Field(name))
		}
		return bits
	}
	parse := func(filter value.Value, sort ...string) *query.Query {
		v := object("filter", filter, "sort", array())
		for _, f := range sort {
			v.Items[1].Items = append(v.Items[1].Items, object("field", text(f)))
		}
		q, err := query.Parse(v, nil, "")
		require.Nil(t, err)
		return q
	}
	q := parse(expr("and", "args", array(object("a", number(1), "b.c", number(2)), expr("not", "arg", expr("isNull", "field", text("version"))))), "d", "e.f", "id", "g")
	m, o := q.Matcher(tb), q.Order(tb)
	require.Equal(t, bits("version"), m.Fields(), "fields that there are not cannot change")
	require.Zero(t, o.Fields())
	all, sorted := bits("a", "b", "version"), bits("d", "e")
	bits("g", "unread")
	m.Refresh()
	o.Refresh()
	require.Equal(t, all, m.Fields())
	require.Equal(t, sorted, o.Fields(), "behind the id nothing matters")
	require.Zero(t, parse(object("id", text("x")), "id").Matcher(tb).Fields(), "ids never change")
	for i := range 80 {
		tb.Field(fmt.Sprint("f", i))
	}
	m.Refresh()
	require.Equal(t, all, m.Fields())
	require.Equal(t, bits("f79"), parse(object("f70", yes)).Matcher(tb).Fields(), "late fields share a bit")
}

func TestASlotWithoutRowMatchesNothing(t *testing.T) {
	rows := []naiveRow{{"id": text("a")}, {"id": text("b")}}
	tb := fill(t, rows)
	slot, _ := tb.Lookup([]byte("a"))
	remove(t, tb, &rows, "a")
	for _, f := range []value.Value{object(), object("x", null), object("x", object("ne", number(1)))} {
		q, err := query.Parse(filtered(f), nil, "")
		require.Nil(t, err)
		require.False(t, q.Matcher(tb).Match(slot))
		require.False(t, q.Matcher(tb).Match(1<<31))
	}
	q, err := query.Parse(value.Value{}, nil, "")
	require.Nil(t, err)
	require.False(t, q.HasFilter())
	require.False(t, q.Matcher(tb).Match(slot))
	other, _ := tb.Lookup([]byte("b"))
	require.True(t, q.Matcher(tb).Match(other))
}

// key is the key of a value.
func key(v value.Value) string {
	return string(value.AppendKey(nil, v.Tag, value.AppendPayload(nil, v)))
}

// Rows that match have one of the keys of the route.
func TestAMatchingRowIsOnTheRoute(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := drawRows(rt)
		for range 20 {
			f := drawFilter(rt, 3)
			q, err := query.Parse(filtered(f), rowSchema, "Row")
			require.Nil(rt, err)
			path, keys, ok := q.Route()
			if !ok {
				continue
			}
			for _, r := range rows {
				if naiveMatches(f, r) {
					require.True(rt, slices.ContainsFunc(keys, func(k []byte) bool { return string(k) == key(r.get(path)) }), "%s", show(f))
				}
			}
		}
	})
}

func TestRoutes(t *testing.T) {
	in := func(field string, v ...value.Value) value.Value {
		return expr("in", "field", text(field), "values", array(v...))
	}
	and := func(f ...value.Value) value.Value { return expr("and", "args", array(f...)) }
	or := func(f ...value.Value) value.Value { return expr("or", "args", array(f...)) }
	one, two, a := number(1), number(2), text("a")
	for _, c := range []struct {
		filter value.Value
		path   string
		keys   []value.Value
		ok     bool
	}{
		{object("x", one), "x", []value.Value{one}, true},
		{object("x.y", a), "x.y", []value.Value{a}, true},
		{object("x", null), "x", []value.Value{null}, true},
		{expr("isNull", "field", text("x")), "x", []value.Value{null}, true},
		{object("x", array(one)), "x", []value.Value{array(one)}, true},
		{in("x", one, two, one), "x", []value.Value{one, two}, true},
		{in("x"), "x", nil, true},
		{and(object("y", object("gt", one)), and(in("x", one, two), object("z", a))), "z", []value.Value{a}, true},
		{and(in("x", one, two), object("y", object("ne", a))), "x", []value.Value{one, two}, true},
		{or(object("x", one), in("x", two, a), and(object("y", one), in("x", null, two), object("x", two))), "", nil, false},
		{or(object("x", one), in("x", two, a), and(in("y", one, two), object("x", null))), "x", []value.Value{null, one, two, a}, true},
		{or(object("x", one), object("y", one)), "", nil, false},
		{or(object("x", one), object()), "", nil, false},
		{or(), "", nil, false},
		{and(), "", nil, false},
		{expr("not", "arg", object("x", one)), "", nil, false},
		{expr("not", "arg", object("x", object("ne", one))), "x", []value.Value{one}, true},
		{object("x", object("ne", one)), "", nil, false},
		{object("x", object("gte", one, "lte", one)), "", nil, false},
		{expr("has", "field", a, "value", a), "", nil, false},
		{object("x", object("contains", a)), "", nil, false},
		{object("x", object("text", object("query", a))), "", nil, false},
	} {
		q, err := query.Parse(filtered(c.filter), nil, "")
		require.Nil(t, err)
		path, keys, ok := q.Route()
		require.Equal(t, c.ok, ok, show(c.filter))
		require.Equal(t, c.path, path, show(c.filter))
		var got, want []string
		for _, k := range keys {
			got = append(got, string(k))
		}
		for _, v := range c.keys {
			want = append(want, key(v))
		}
		require.ElementsMatch(t, want, got, show(c.filter))
	}
	q, err := query.Parse(value.Value{}, nil, "")
	require.Nil(t, err)
	_, _, ok := q.Route()
	require.False(t, ok)
}
