package query_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

func filtered(f value.Value) value.Value { return object("filter", f) }

func expr(op string, pairs ...any) value.Value {
	return object(append([]any{"op", text(op)}, pairs...)...)
}

func TestMalformedQueriesAreRefusedWithTheirPath(t *testing.T) {
	a := text("a")
	for _, c := range []struct {
		name  string
		query value.Value
		path  []any
	}{
		{"no object", array(), nil},
		{"unknown part", object("where", object()), []any{"where"}},
		{"null filter", filtered(null), []any{"filter"}},
		{"array as filter", filtered(array()), []any{"filter"}},
		{"unknown operator", filtered(expr("like", "field", a, "value", a)), []any{"filter", "op"}},
		{"unknown key", filtered(expr("eq", "field", a, "value", a, "values", a)), []any{"filter", "values"}},
		{"no field", filtered(expr("eq", "value", a)), []any{"filter", "field"}},
		{"field of wrong kind", filtered(expr("eq", "field", number(1), "value", a)), []any{"filter", "field"}},
		{"no value", filtered(expr("eq", "field", a)), []any{"filter", "value"}},
		{"undefined value", filtered(expr("ne", "field", a, "value", undefined)), []any{"filter", "value"}},
		{"undefined in an operand", filtered(eq("a", array(a, array(undefined)))), []any{"filter", "value", 1, 0}},
		{"value of isNull", filtered(expr("isNull", "field", a, "value", yes)), []any{"filter", "value"}},
		{"values that are none", filtered(expr("in", "field", a, "values", a)), []any{"filter", "values"}},
		{"undefined among values", filtered(expr("notIn", "field", a, "values", array(a, undefined))), []any{"filter", "values", 1}},
		{"gt of null", filtered(expr("gt", "field", a, "value", null)), []any{"filter", "value"}},
		{"lte of boolean", filtered(expr("lte", "field", a, "value", yes)), []any{"filter", "value"}},
		{"and without args", filtered(expr("and")), []any{"filter", "args"}},
		{"args of wrong kind", filtered(expr("or", "args", object())), []any{"filter", "args"}},
		{"undefined among args", filtered(expr("or", "args", array(undefined))), []any{"filter", "args", 0}},
		{"not without arg", filtered(expr("not")), []any{"filter", "arg"}},
		{"deep inside", filtered(expr("and", "args", array(object(), expr("not", "arg", expr("has", "field", null))))), []any{"filter", "args", 1, "arg", "field"}},
		{"map: undefined", filtered(object("done", undefined)), []any{"filter", "done"}},
		{"map: undefined operand", filtered(object("age", object("gte", undefined))), []any{"filter", "age", "gte"}},
		{"map: unknown operator", filtered(object("age", object("min", number(1)))), []any{"filter", "age", "min"}},
		{"map: isNull false", filtered(object("age", object("isNull", no))), []any{"filter", "age", "isNull"}},
		{"map: exists false", filtered(object("age", object("exists", no))), []any{"filter", "age", "exists"}},
		{"map: in no array", filtered(object("age", object("in", a))), []any{"filter", "age", "in"}},
		{"operand of eq in values", filtered(expr("eq", "field", a, "values", array())), []any{"filter", "values"}},
		{"gt of NaN's kind is fine, of bytes not", filtered(expr("gt", "field", a, "value", value.Value{Tag: value.Bytes})), []any{"filter", "value"}},
		{"has undefined", filtered(expr("has", "field", a, "value", undefined)), []any{"filter", "value"}},
		{"has without value", filtered(expr("has", "field", a)), []any{"filter", "value"}},
		{"startsWith without value", filtered(expr("startsWith", "field", a)), []any{"filter", "value"}},
		{"startsWith of a number", filtered(expr("startsWith", "field", a, "value", number(1))), []any{"filter", "value"}},
		{"endsWith of null", filtered(expr("endsWith", "field", a, "value", null)), []any{"filter", "value"}},
		{"contains of an array", filtered(expr("contains", "field", a, "value", array(a))), []any{"filter", "value"}},
		{"contains with a mode", filtered(expr("contains", "field", a, "value", a, "mode", a)), []any{"filter", "mode"}},
		{"map: startsWith of a date", filtered(object("age", object("startsWith", date(0)))), []any{"filter", "age", "startsWith"}},
		{"map: endsWith undefined", filtered(object("age", object("endsWith", undefined))), []any{"filter", "age", "endsWith"}},
		{"map: contains of an object", filtered(object("age", object("contains", object()))), []any{"filter", "age", "contains"}},
		{"text without query", filtered(expr("text", "field", a)), []any{"filter", "query"}},
		{"text without field", filtered(expr("text", "query", a)), []any{"filter", "field"}},
		{"text with undefined query", filtered(expr("text", "field", a, "query", undefined)), []any{"filter", "query"}},
		{"text query of wrong kind", filtered(expr("text", "field", a, "query", array(a))), []any{"filter", "query"}},
		{"text with value", filtered(expr("text", "field", a, "query", a, "value", a)), []any{"filter", "value"}},
		{"text mode", filtered(expr("text", "field", a, "query", a, "mode", text("exact"))), []any{"filter", "mode"}},
		{"text mode of wrong kind", filtered(expr("text", "field", a, "query", a, "mode", null)), []any{"filter", "mode"}},
		{"text distance", filtered(expr("text", "field", a, "query", a, "mode", text("fuzzy"), "distance", number(3))), []any{"filter", "distance"}},
		{"text distance below", filtered(expr("text", "field", a, "query", a, "distance", number(-1))), []any{"filter", "distance"}},
		{"text distance fraction", filtered(expr("text", "field", a, "query", a, "distance", number(1.5))), []any{"filter", "distance"}},
		{"text distance NaN", filtered(expr("text", "field", a, "query", a, "distance", number(math.NaN()))), []any{"filter", "distance"}},
		{"text distance of wrong kind", filtered(expr("text", "field", a, "query", a, "distance", text("1"))), []any{"filter", "distance"}},
		{"map: text as string", filtered(object("age", object("text", a))), []any{"filter", "age", "text"}},
		{"map: text without query", filtered(object("age", object("text", object()))), []any{"filter", "age", "text", "query"}},
		{"map: text key", filtered(object("age", object("text", object("query", a, "field", a)))), []any{"filter", "age", "text", "field"}},
		{"map: text mode", filtered(object("age", object("text", object("query", a, "mode", yes)))), []any{"filter", "age", "text", "mode"}},
		{"map: text distance", filtered(object("age", object("text", object("query", a, "distance", null)))), []any{"filter", "age", "text", "distance"}},
		{"map: text undefined", filtered(object("age", object("text", undefined))), []any{"filter", "age", "text"}},
		{"map: logic is no operator", filtered(object("age", object("and", array()))), []any{"filter", "age", "and"}},
		{"map: gt of an object", filtered(object("age", object("gt", object()))), []any{"filter", "age", "gt"}},
		{"map: gt undefined", filtered(object("age", object("gt", undefined))), []any{"filter", "age", "gt"}},
		{"map: undefined in in", filtered(object("age", object("in", array(undefined)))), []any{"filter", "age", "in", 0}},
		{"map in not", filtered(expr("not", "arg", object("age", undefined))), []any{"filter", "arg", "age"}},
		{"empty operator", filtered(expr("")), []any{"filter", "op"}},
		{"operator of objects", filtered(expr("toString", "field", a)), []any{"filter", "op"}},
		{"sort of wrong kind", object("sort", object()), []any{"sort"}},
		{"sort of strings", object("sort", array(a)), []any{"sort", 0}},
		{"sort without field", object("sort", array(object("dir", text("asc")))), []any{"sort", 0, "field"}},
		{"sort direction", object("sort", array(object("field", a), object("field", a, "dir", text("down")))), []any{"sort", 1, "dir"}},
		{"sort direction of wrong kind", object("sort", array(object("field", a, "dir", null))), []any{"sort", 0, "dir"}},
		{"sort key", object("sort", array(object("field", a, "order", a))), []any{"sort", 0, "order"}},
		{"sort null", object("sort", null), []any{"sort"}},
		{"sort field undefined", object("sort", array(object("field", undefined))), []any{"sort", 0, "field"}},
		{"sort undefined inside", object("sort", array(undefined)), []any{"sort", 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := query.Parse(c.query, nil, "")
			require.NotNil(t, err)
			require.Equal(t, fault.InvalidQuery, err.Code, err.Message)
			require.Equal(t, c.path, append([]any(nil), err.Path...), err.Message)
		})
	}
}

// What a filter may leave out, or have although it means nothing.
func TestFormsThatAreAccepted(t *testing.T) {
	a := text("a")
	for _, f := range []value.Value{
		object(), object("op", number(1)), object("op", object("eq", text("and"))), object("op", null),
		expr("and", "args", array()), expr("or", "args", array()), expr("in", "field", a, "values", array()),
		expr("eq", "field", a, "value", a, "values", undefined), expr("isNull", "field", a, "value", undefined),
		expr("eq", "field", text(""), "value", null), expr("eq", "field", text("..a."), "value", null),
		object("a", object()), object("", a), object("__proto__", a), object("a", object("eq", object("b", undefined))),
		expr("gt", "field", a, "value", number(math.NaN())), expr("lte", "field", a, "value", date(math.NaN())),
		expr("startsWith", "field", a, "value", text("")), expr("has", "field", a, "value", null),
		expr("text", "field", a, "query", text("")), expr("text", "field", a, "query", a, "mode", undefined, "distance", undefined),
		expr("text", "field", a, "query", a, "mode", text("match"), "distance", number(2)),
		expr("text", "field", a, "query", a, "distance", number(math.Copysign(0, -1))),
		object("a", object("text", object("query", a, "mode", text("fuzzy"), "distance", number(0)))),
	} {
		_, err := query.Parse(filtered(f), nil, "")
		require.Nil(t, err, show(f))
	}
}

func TestBadLimitsAreInvalidInput(t *testing.T) {
	page := func(mode, part string, v value.Value) value.Value {
		return object("page", object("mode", text(mode), part, v))
	}
	for _, v := range []value.Value{number(-1), number(1.5), number(math.NaN()), number(math.Inf(-1)), text("1"), null, yes, date(1)} {
		for _, c := range []struct {
			query value.Value
			path  []any
		}{
			{object("limit", v), []any{"limit"}},
			{object("offset", v), []any{"offset"}},
			{page("offset", "limit", v), []any{"page", "limit"}},
			{page("offset", "offset", v), []any{"page", "offset"}},
			{page("cursor", "limit", v), []any{"page", "limit"}},
			{object("include", object("author", object("limit", v))), []any{"include", "author", "limit"}},
		} {
			_, err := query.Parse(c.query, blog, "Post")
			require.NotNil(t, err, show(c.query))
			require.Equal(t, fault.InvalidInput, err.Code)
			require.Equal(t, c.path, err.Path)
		}
	}
}

func TestUndefinedPartsCountAsAbsent(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("b")}, {"id": text("a")}})
	q := object("filter", undefined, "sort", undefined, "limit", undefined, "offset", undefined, "page", undefined, "other", undefined)
	require.Equal(t, []string{"a", "b"}, run(t, tb, q))
	require.Equal(t, []string{"a", "b"}, run(t, tb, value.Value{}))
	require.Equal(t, []string{"b", "a"}, run(t, tb, object("sort", array(object("field", text("id"), "dir", text("desc"))))))
	require.Equal(t, []string{"a", "b"}, run(t, tb, object("sort", array(object("field", text("id"), "dir", undefined)))))
	require.Equal(t, []string{"a", "b"}, run(t, tb, object("limit", number(math.Inf(1)), "offset", number(0))))
	require.Empty(t, run(t, tb, object("offset", number(math.Inf(1)))))
	require.Empty(t, run(t, tb, object("offset", number(1e300), "limit", number(1))))
}

func TestUndefinedPropertiesOfAnOperandCountAsAbsent(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a"), "x": object("k", number(1))}})
	q := filtered(eq("x", object("j", undefined, "k", number(1))))
	require.Equal(t, []string{"a"}, run(t, tb, q))
}

func TestAThousandLevelsAreAllowedAndNoMore(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a")}})
	f := object("id", text("a"))
	for range 1000 {
		f = expr("not", "arg", f)
	}
	require.Equal(t, []string{"a"}, run(t, tb, filtered(f)))
	_, err := query.Parse(filtered(expr("not", "arg", f)), nil, "")
	require.NotNil(t, err)
	require.Equal(t, fault.InvalidQuery, err.Code)
	require.Len(t, err.Path, 1001)
	require.Less(t, len(err.Message), 400)

	and := object("id", text("a"))
	for i := range 1000 {
		and = expr([]string{"and", "or"}[i&1], "args", array(and, object("id", text("a"))))
	}
	require.Equal(t, []string{"a"}, run(t, tb, filtered(and)))
}

// A message shows the beginning of a long path or word, and cuts no character in two.
func TestMessagesAreShort(t *testing.T) {
	for i := range 4 {
		long := strings.Repeat("x", i) + strings.Repeat("水", 1000)
		for _, q := range []value.Value{filtered(object(long, undefined)), filtered(expr(long)), object(long, yes), include(long, yes)} {
			_, err := query.Parse(q, blog, "Post")
			require.NotNil(t, err)
			require.Less(t, len(err.Message), 400)
			require.True(t, utf8.ValidString(err.Message))
		}
	}
}

func TestAQueryIsCopiedWhenItIsParsed(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a"), "x": text("y")}})
	v := filtered(eq("x", text("y")))
	q, err := query.Parse(v, nil, "")
	require.Nil(t, err)
	copy(v.Items[0].Items[1].Str, "?")
	copy(v.Items[0].Items[2].Str, "?")
	require.Len(t, runAll(t, q, tb), 1)
}

func TestFiltersOfRelations(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a"), "kind": text("x")}, {"id": text("b"), "kind": text("y")}})
	q, err := query.ParseFilter(object("kind", text("y")), nil, "")
	require.Nil(t, err)
	require.Equal(t, 1, q.Count(query.Source{Table: tb}))
	_, err = query.ParseFilter(object("kind", undefined), nil, "")
	require.NotNil(t, err)
	require.Equal(t, []any{"kind"}, err.Path)
}
