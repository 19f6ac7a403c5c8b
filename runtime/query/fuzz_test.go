package query_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Whatever decodes as a value is refused as a query or can be run, and what it gives holds together.
func FuzzParse(f *testing.F) {
	a := text("a")
	tb := fill(f, []naiveRow{
		{"id": text("a"), "s": text("x"), "n": number(1), "tree": object("a", array(null)), "title": text("an ox"), "kind": text("user")},
		{"id": text("b"), "s": number(1), "n": date(2), "title": array(text("the ox"), text("東京"))},
		{"id": text("c")},
	})
	_, info := runPage(f, query.Source{Table: tb}, object("sort", array(by("n", "desc")), "page", page("cursor", "limit", number(1))))
	for _, q := range []value.Value{
		object(),
		object("filter", eq("tree.a", array(number(1), null)), "sort", array(by("s", "desc")), "limit", number(2)),
		object("filter", object("s", object("in", array(text("x"), yes), "gt", text("a")), "n", undefined)),
		object("filter", expr("and", "args", array(expr("not", "arg", object()), expr("isNull", "field", text("n")))), "offset", number(1)),
		filtered(expr("text", "field", text("title"), "query", text("ox 東京"), "mode", text("fuzzy"), "distance", number(2))),
		filtered(object("title", object("text", object("query", text("an"))), "s", object("startsWith", a, "endsWith", a, "contains", a))),
		object("sort", array(by("n", "desc")), "page", page("cursor", "after", text(string(info.End)), "limit", number(1))),
		object("page", page("offset", "limit", number(1), "offset", number(1), "includeTotal", yes)),
		include("comments", object("filter", object(), "sort", array(by("s", "asc")), "limit", number(1), "include", object("author", yes)), "subject", yes),
	} {
		f.Add(value.AppendPayload(nil, q))
	}
	source := query.Source{Table: tb}
	indexes := index.NewSet(tb, []schema.Index{
		{Field: "title", Type: schema.TextIndex, Options: schema.IndexOptions{MinTokenLength: 3}}, {Field: "s", Type: schema.SubstringIndex}, {Field: "n", Type: schema.NumberIndex},
		{Field: "s", Type: schema.StringIndex}, {Field: "tree.a", Type: schema.StringIndex},
	})
	f.Fuzz(func(t *testing.T, encoded []byte) {
		v, err := value.DecodeQuery(value.Object, encoded)
		if err != nil {
			return
		}
		q, fail := query.Parse(v, blog, "Post")
		if fail != nil {
			require.Contains(t, []fault.Code{fault.InvalidQuery, fault.InvalidInput, fault.InvalidCursor}, fail.Code)
			require.True(t, value.ValidWTF8([]byte(fail.Message)))
			return
		}
		slots, info, fail := q.Run(source, nil)
		require.Nil(t, fail)
		require.Equal(t, q.Paged(), info != nil)
		require.LessOrEqual(t, len(slots), q.Count(source))
		same, _, _ := q.Run(query.Source{Table: tb, Indexes: indexes}, nil)
		require.Equal(t, slots, same)
		m, o := q.Matcher(tb), q.Order(tb)
		for i, slot := range slots {
			require.True(t, m.Match(slot))
			require.True(t, i == 0 || o.Compare(slots[i-1], slot) < 0)
		}
		q.Route()
	})
}
