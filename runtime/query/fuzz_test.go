package query_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Whatever decodes as a value is refused as a query or can be run.
func FuzzParse(f *testing.F) {
	for _, q := range []value.Value{
		object(),
		object("filter", eq("tree.a", array(number(1), null)), "sort", array(object("field", text("s"), "dir", text("desc"))), "limit", number(2)),
		object("filter", object("s", object("in", array(text("x"), yes), "gt", text("a")), "n", undefined)),
		object("filter", expr("and", "args", array(expr("not", "arg", object()), expr("isNull", "field", text("n")))), "offset", number(1)),
	} {
		f.Add(value.AppendPayload(nil, q))
	}
	tb := fill(f, []naiveRow{
		{"id": text("a"), "s": text("x"), "n": number(1), "tree": object("a", array(null))},
		{"id": text("b"), "s": number(1), "n": date(2)},
		{"id": text("c")},
	})
	f.Fuzz(func(t *testing.T, encoded []byte) {
		v, err := value.DecodeQuery(value.Object, encoded)
		if err != nil {
			return
		}
		q, fail := query.Parse(v)
		if fail != nil {
			return
		}
		slots := q.Run(tb, nil)
		require.LessOrEqual(t, len(slots), q.Count(tb))
		for i, slot := range slots {
			require.True(t, tb.Live(slot))
			require.NotContains(t, slots[:i], slot)
		}
	})
}
