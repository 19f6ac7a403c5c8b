package aggregate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

func TestMalformedAggregatesAreRefusedWithTheirPath(t *testing.T) {
	a := text("a")
	metrics := func(pairs ...any) value.Value { return object("metrics", object(pairs...)) }
	for _, c := range []struct {
		name string
		spec value.Value
		path []any
	}{
		{"no object", array(), nil},
		{"undefined", undefined, nil},
		{"unknown part", object("metrics", object(), "sort", array()), []any{"sort"}},
		{"no metrics", object("groupBy", array(a)), []any{"metrics"}},
		{"undefined metrics", object("metrics", undefined), []any{"metrics"}},
		{"metrics of wrong kind", object("metrics", array(a)), []any{"metrics"}},
		{"groupBy of wrong kind", object("metrics", object(), "groupBy", a), []any{"groupBy"}},
		{"field of wrong kind", object("metrics", object(), "groupBy", array(a, null)), []any{"groupBy", 1}},
		{"field twice", object("metrics", object(), "groupBy", array(a, text("b"), a)), []any{"groupBy", 2}},
		{"unknown word", metrics("m", text("sum")), []any{"metrics", "m"}},
		{"metric of wrong kind", metrics("m", number(1)), []any{"metrics", "m"}},
		{"metric without a field", metrics("m", object()), []any{"metrics", "m"}},
		{"metric of undefined", metrics("m", object("sum", undefined)), []any{"metrics", "m"}},
		{"unknown metric", metrics("m", object("median", a)), []any{"metrics", "m", "median"}},
		{"metric of no field", metrics("m", object("sum", number(1))), []any{"metrics", "m", "sum"}},
		{"two metrics in one", metrics("m", object("sum", a, "avg", a)), []any{"metrics", "m", "avg"}},
		{"metric named like a field", object("metrics", object("a", text("count")), "groupBy", array(a)), []any{"metrics", "a"}},
		{"metric named like a path", object("groupBy", array(text("a.b")), "metrics", object("a.b", text("count"))), []any{"metrics", "a.b"}},
		{"filter of wrong kind", object("metrics", object(), "filter", null), []any{"filter"}},
		{"inside the filter", object("metrics", object(), "filter", object("n", object("gte", null))), []any{"filter", "n", "gte"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.spec, nil, "Todo")
			require.NotNil(t, err)
			require.Equal(t, fault.InvalidQuery, err.Code, err.Message)
			require.Equal(t, c.path, append([]any(nil), err.Path...), err.Message)
		})
	}
}

func TestUndefinedPartsCountAsAbsent(t *testing.T) {
	spec := parse(t, object("filter", undefined, "groupBy", undefined, "other", undefined,
		"metrics", object("a", undefined, "b", object("sum", undefined, "min", text("n")))))
	require.Equal(t, []string{"b"}, spec.Columns())
	spec = parse(t, object("metrics", object("n", text("count")), "groupBy", array(text("b.c"), text("a"))))
	require.Equal(t, []string{"b.c", "a", "n"}, spec.Columns())
}

func TestAggregatesOfNoRows(t *testing.T) {
	metrics := object("rows", text("count"), "given", object("count", text("n")), "sum", object("sum", text("n")),
		"avg", object("avg", text("n")), "min", object("min", text("n")), "max", object("max", text("n")))
	s := newStore()
	require.Equal(t, []string{"object{rows: number(0 0), given: number(0 0), sum: null, avg: null, min: null, max: null}"},
		shown(Run(parse(t, object("metrics", metrics)), s.source())))
	require.Empty(t, Run(parse(t, object("metrics", metrics, "groupBy", array(text("city")))), s.source()))
}

// Whatever decodes as a value is refused as an aggregate or can be run, and live.
func FuzzParse(f *testing.F) {
	for _, v := range []value.Value{
		object("metrics", object("n", text("count"), "m", object("max", text("tree.a"))), "groupBy", array(text("city"), text("any"))),
		object("metrics", object("n", object("sum", text("price"))), "filter", object("done", yes)),
		object("metrics", object("n", object("avg", text("n"))), "groupBy", array(undefined)),
	} {
		f.Add(value.AppendPayload(nil, v))
	}
	s := newStore()
	s.put(f, map[string]row{
		"a": {"city": text("Oslo"), "n": number(1), "tree": objects[1], "any": date(1)},
		"b": {"city": text("Oslo"), "price": number(0.1), "tree": objects[4], "any": null},
		"c": {"city": null, "done": yes},
	})
	f.Fuzz(func(t *testing.T, encoded []byte) {
		v, err := value.DecodeQuery(value.Object, encoded)
		if err != nil {
			return
		}
		spec, fail := Parse(v, nil, "Todo")
		if fail != nil {
			return
		}
		groups := Run(spec, s.source())
		require.NoError(t, value.Validate(value.Array, AppendGroups(nil, groups)))
		set := NewSet(s.source())
		live := &follower{view: set.Open(spec)}
		live.pull(t)
		require.Equal(t, shown(groups), live.rows)
		live.view.Close()
	})
}
