package aggregate

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

func text(s string) value.Value          { return value.Value{Tag: value.String, Str: []byte(s)} }
func number(f float64) value.Value       { return value.Value{Tag: value.Number, Num: f} }
func date(f float64) value.Value         { return value.Value{Tag: value.Date, Num: f} }
func array(v ...value.Value) value.Value { return value.Value{Tag: value.Array, Items: v} }
func raw(s string) value.Value           { return value.Value{Tag: value.Bytes, Str: []byte(s)} }

// object makes an object of keys and values in turn.
func object(pairs ...any) value.Value {
	o := value.Value{Tag: value.Object}
	for i := 0; i < len(pairs); i += 2 {
		o.Keys = append(o.Keys, []byte(pairs[i].(string)))
		o.Items = append(o.Items, pairs[i+1].(value.Value))
	}
	return o
}

var (
	absent    = value.Value{}
	null      = value.Value{Tag: value.Null}
	yes       = value.Value{Tag: value.True}
	no        = value.Value{Tag: value.False}
	undefined = value.Value{Tag: value.Undefined}
)

// store is a table and, as plainly as can be, what it should hold.
type store struct {
	table *table.Table
	rows  map[string]row
}

// row has all fields but id, and version as well.
type row map[string]value.Value

func newStore() *store { return &store{table: table.New(), rows: map[string]row{}} }

func (s *store) source() query.Source { return query.Source{Table: s.table} }

// put replaces or adds rows, given by id. A field that is not given is absent.
func (s *store) put(t require.TestingT, rows map[string]row) {
	ids, names := slices.Sorted(maps.Keys(rows)), map[string]bool{}
	for _, r := range rows {
		for name := range r {
			names[name] = true
		}
	}
	var out wire.Builder
	out.Reset(len(ids))
	out.Column(table.FieldID)
	for _, id := range ids {
		out.Cell(value.String, []byte(id))
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out.Column(s.table.Field(name))
		for _, id := range ids {
			v := rows[id][name]
			out.Cell(v.Tag, value.AppendPayload(nil, v))
		}
	}
	var b wire.Batch
	var results table.Results
	require.NoError(t, b.Decode(out.Bytes()))
	require.Nil(t, s.table.Upsert(&b, true, true, &results))
	for i, id := range ids {
		r := row{"version": number(results.Versions[i])}
		for name, v := range rows[id] {
			r[name] = v
			if old := s.rows[id][name]; same(old, v) {
				r[name] = old // the same object with its keys in another order changes nothing
			}
		}
		s.rows[id] = r
	}
}

func same(a, b value.Value) bool {
	return value.Same(a.Tag, value.AppendPayload(nil, a), b.Tag, value.AppendPayload(nil, b))
}

func (s *store) remove(t require.TestingT, ids []string) {
	var out wire.Builder
	out.Reset(len(ids))
	out.Column(table.FieldID)
	for _, id := range ids {
		out.Cell(value.String, []byte(id))
		delete(s.rows, id)
	}
	var b wire.Batch
	var results table.Results
	require.NoError(t, b.Decode(out.Bytes()))
	require.Nil(t, s.table.Delete(&b, &results))
}

var (
	numbers = []value.Value{number(0), number(math.Copysign(0, -1)), number(1), number(-2.5), number(0.1), number(1e300), number(-1e300),
		number(math.NaN()), number(math.Inf(1)), number(math.Inf(-1)), number(1 << 53), number(math.SmallestNonzeroFloat64)}
	dates   = []value.Value{date(0), date(1.7e12), date(math.NaN()), date(-1)}
	strs    = []value.Value{text(""), text("Oslo"), text("Bergen"), text("OsloOslo"), text(strings.Repeat("long ", 20)), text("ä")}
	bare    = []value.Value{absent, null, yes, no}
	objects = []value.Value{
		object("a", number(1)), object("a", number(2), "b", text("x")), object("b", text("x"), "a", number(2)), object("a", object("b", text("y"))),
		object("a", number(math.Copysign(0, -1))), object("a", number(0)), array(), array(number(1)), raw("a"), raw("b"), object("a", null), object(),
	}
	all = slices.Concat(numbers, dates, strs, bare, objects)

	// Fields and what is in them.
	fields = map[string][]value.Value{
		"n": numbers, "price": nil, "city": strs[:4], "any": all, "tree": objects, "done": bare, "when": slices.Concat(dates, bare[:2]),
		"mixed": slices.Concat(numbers[:3], strs[:2], bare),
	}
	paths = []string{"n", "price", "city", "any", "tree", "tree.a", "tree.a.b", "done", "when", "mixed", "never", "id", "version", "any.a"}
)

func drawRow(t *rapid.T) row {
	r := row{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		pool := fields[name]
		switch {
		case rapid.IntRange(0, 9).Draw(t, "absent") == 0:
		case pool == nil:
			r[name] = number(genNumber.Draw(t, name))
		default:
			r[name] = rapid.SampledFrom(pool).Draw(t, name)
		}
	}
	return r
}

func drawRows(t *rapid.T, ids int) map[string]row {
	rows := map[string]row{}
	for _, id := range rapid.SliceOfN(rapid.IntRange(0, ids-1), 1, 12).Draw(t, "ids") {
		rows[fmt.Sprint("r", id)] = drawRow(t)
	}
	return rows
}

// filters go with what they mean.
var filters = []struct {
	filter value.Value
	holds  func(r row) bool
}{
	{absent, func(r row) bool { return true }},
	{object("done", yes), func(r row) bool { return r["done"].Tag == value.True }},
	{object("n", object("gte", number(1))), func(r row) bool { return r["n"].Tag == value.Number && r["n"].Num >= 1 }},
	{object("city", object("ne", text("Oslo"))), func(r row) bool { return string(r["city"].Str) != "Oslo" }},
	{object("done", object("in", array(yes, number(17)))), func(r row) bool { return r["done"].Tag == value.True }},
	{object("never", object("exists", yes)), func(r row) bool { return false }},
	{object("n", number(1)), func(r row) bool { return r["n"].Tag == value.Number && r["n"].Num == 1 }},
	{object("n", object("in", array(number(1), number(2), number(3)))), func(r row) bool {
		return r["n"].Tag == value.Number && (r["n"].Num == 1 || r["n"].Num == 2 || r["n"].Num == 3)
	}},
}

func drawSpec(t *rapid.T) (spec value.Value, holds func(r row) bool) {
	metrics := object()
	for i := range rapid.IntRange(0, 4).Draw(t, "metrics") {
		path := text(rapid.SampledFrom(paths).Draw(t, "of"))
		m := text("count")
		if kind := rapid.SampledFrom([]string{"", "count", "sum", "avg", "min", "max"}).Draw(t, "kind"); kind != "" {
			m = object(kind, path)
		}
		metrics.Keys, metrics.Items = append(metrics.Keys, fmt.Append(nil, "m", i)), append(metrics.Items, m)
	}
	spec = object("metrics", metrics)
	f := rapid.SampledFrom(filters).Draw(t, "filter")
	if f.filter.Tag == value.Object {
		spec.Keys, spec.Items = append(spec.Keys, []byte("filter")), append(spec.Items, f.filter)
	}
	by := array()
	for _, path := range rapid.SliceOfNDistinct(rapid.SampledFrom(paths), 0, 3, rapid.ID).Draw(t, "by") {
		by.Items = append(by.Items, text(path))
	}
	if len(by.Items) > 0 || rapid.Bool().Draw(t, "empty by") {
		spec.Keys, spec.Items = append(spec.Keys, []byte("groupBy")), append(spec.Items, by)
	}
	return spec, f.holds
}

func (r row) get(id, path string) value.Value {
	keys := strings.Split(path, ".")
	v := r[keys[0]]
	if keys[0] == "id" {
		v = text(id)
	}
	for _, key := range keys[1:] {
		next := absent
		if v.Tag == value.Object {
			next, _ = v.Get(key)
		}
		v = next
	}
	return v
}

// canonical gives the one of equal values that stands for all.
func canonical(v value.Value) value.Value {
	switch v.Tag {
	case value.Absent:
		return null
	case value.Number, value.Date:
		v.Num += 0
	case value.Array, value.Object:
		c := value.Value{Tag: v.Tag, Items: []value.Value{}}
		order := make([]int, len(v.Items))
		for i := range order {
			order[i] = i
		}
		if v.Tag == value.Object {
			slices.SortFunc(order, func(a, b int) int { return bytes.Compare(v.Keys[a], v.Keys[b]) })
		}
		for _, i := range order {
			c.Items = append(c.Items, canonical(v.Items[i]))
			if v.Tag == value.Object {
				c.Keys = append(c.Keys, v.Keys[i])
			}
		}
		return c
	}
	return v
}

// naivePlace is where a kind stands in the order of groups and of minima.
func naivePlace(v value.Value) int {
	switch {
	case v.Tag <= value.Null:
		return 9
	case v.Tag.Numeric() && math.IsNaN(v.Num):
		return 7 + int(v.Tag-value.Number)
	}
	return slices.Index([]value.Tag{value.False, value.True, value.Number, value.Date, value.String, value.Bytes, value.Array, value.Object}, v.Tag) - 8
}

func naiveCompare(a, b value.Value) int {
	switch x, y := naivePlace(a), naivePlace(b); {
	case x != y:
		return x - y
	case x >= 7:
		return 0
	case a.Num != b.Num:
		return map[bool]int{true: -1, false: 1}[a.Num < b.Num]
	case math.Signbit(a.Num) != math.Signbit(b.Num):
		return map[bool]int{true: -1, false: 1}[math.Signbit(a.Num)]
	}
	return bytes.Compare(value.AppendPayload(nil, a), value.AppendPayload(nil, b))
}

// naiveRun is what an aggregate should give.
func naiveRun(spec value.Value, holds func(r row) bool, rows map[string]row) []string {
	by, _ := spec.Get("groupBy")
	metrics, _ := spec.Get("metrics")
	type group struct {
		cells []value.Value
		ids   []string
	}
	groups := map[string]*group{}
	if len(by.Items) == 0 {
		groups[""] = &group{}
	}
	for id, r := range rows {
		if !holds(r) {
			continue
		}
		key, cells := "", []value.Value{}
		for _, path := range by.Items {
			c := canonical(r.get(id, string(path.Str)))
			cells = append(cells, c)
			key += string(value.AppendNested(nil, c))
		}
		if groups[key] == nil {
			groups[key] = &group{cells: cells}
		}
		groups[key].ids = append(groups[key].ids, id)
	}
	list := []*group{}
	for _, g := range groups {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *group) int {
		for i := range a.cells {
			if order := naiveCompare(a.cells[i], b.cells[i]); order != 0 {
				return order
			}
		}
		return 0
	})
	result := []string{}
	for _, g := range list {
		o := object()
		for i, path := range by.Items {
			o.Keys, o.Items = append(o.Keys, path.Str), append(o.Items, g.cells[i])
		}
		for i, name := range metrics.Keys {
			o.Keys, o.Items = append(o.Keys, name), append(o.Items, naiveMetric(metrics.Items[i], g.ids, rows))
		}
		result = append(result, show(value.AppendPayload(nil, o)))
	}
	return result
}

func naiveMetric(m value.Value, ids []string, rows map[string]row) value.Value {
	if m.Tag == value.String {
		return number(float64(len(ids)))
	}
	given, floats, ranked := 0, []float64{}, []value.Value{}
	for _, id := range ids {
		v := rows[id].get(id, string(m.Items[0].Str))
		if v.Tag > value.Null {
			given++
		}
		if v.Tag == value.Number {
			floats = append(floats, v.Num)
		}
		if naivePlace(v) < 7 {
			ranked = append(ranked, v)
		}
	}
	kind := string(m.Keys[0])
	switch {
	case kind == "count":
		return number(float64(given))
	case kind == "sum" && len(floats) > 0:
		return number(naiveSum(floats))
	case kind == "avg" && len(floats) > 0:
		return number(naiveSum(floats) / float64(len(floats)))
	case kind == "min" && len(ranked) > 0:
		return slices.MinFunc(ranked, naiveCompare)
	case kind == "max" && len(ranked) > 0:
		return slices.MaxFunc(ranked, naiveCompare)
	}
	return null
}

// show writes the row of a group for people, but so that different ones are different.
func show(row Group) string {
	v, err := value.Decode(value.Object, row)
	if err != nil {
		panic(err)
	}
	return showValue(v)
}

func showValue(v value.Value) string {
	switch v.Tag {
	case value.Number, value.Date:
		return fmt.Sprintf("%s(%g %x)", v.Tag, v.Num, math.Float64bits(v.Num))
	case value.String, value.Bytes:
		return fmt.Sprintf("%s%q", v.Tag, v.Str)
	case value.Array, value.Object:
		parts := []string{}
		for i, item := range v.Items {
			part := showValue(item)
			if v.Tag == value.Object {
				part = string(v.Keys[i]) + ": " + part
			}
			parts = append(parts, part)
		}
		return v.Tag.String() + "{" + strings.Join(parts, ", ") + "}"
	case value.True:
		return "true"
	}
	return fmt.Sprint(v.Tag)
}

func shown(groups []Group) []string {
	list := []string{}
	for _, g := range groups {
		list = append(list, show(g))
	}
	return list
}
