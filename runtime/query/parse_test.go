package query_test

import (
	"math"
	"testing"

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
		{"map: not yet", filtered(object("age", object("startsWith", a))), []any{"filter", "age", "startsWith"}},
		{"not yet", filtered(expr("text", "field", a, "query", a)), []any{"filter", "op"}},
		{"page", object("page", object()), []any{"page"}},
		{"include", object("include", object()), []any{"include"}},
		{"sort of wrong kind", object("sort", object()), []any{"sort"}},
		{"sort of strings", object("sort", array(a)), []any{"sort", 0}},
		{"sort without field", object("sort", array(object("dir", text("asc")))), []any{"sort", 0, "field"}},
		{"sort direction", object("sort", array(object("field", a), object("field", a, "dir", text("down")))), []any{"sort", 1, "dir"}},
		{"sort direction of wrong kind", object("sort", array(object("field", a, "dir", null))), []any{"sort", 0, "dir"}},
		{"sort key", object("sort", array(object("field", a, "order", a))), []any{"sort", 0, "order"}},
		{"score", object("sort", array(object("field", text("$score")))), []any{"sort", 0, "field"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := query.Parse(c.query)
			require.NotNil(t, err)
			require.Equal(t, fault.InvalidQuery, err.Code, err.Message)
			require.Equal(t, c.path, append([]any(nil), err.Path...), err.Message)
		})
	}
}

func TestBadLimitsAreInvalidInput(t *testing.T) {
	for _, part := range []string{"limit", "offset"} {
		for _, v := range []value.Value{number(-1), number(1.5), number(math.NaN()), number(math.Inf(-1)), text("1"), null, yes} {
			_, err := query.Parse(object(part, v))
			require.NotNil(t, err, show(v))
			require.Equal(t, fault.InvalidInput, err.Code)
			require.Equal(t, []any{part}, err.Path)
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
	for range 999 {
		f = expr("not", "arg", f)
	}
	require.Empty(t, run(t, tb, filtered(f)))
	_, err := query.Parse(filtered(expr("not", "arg", f)))
	require.NotNil(t, err)
	require.Equal(t, fault.InvalidQuery, err.Code)
	require.Len(t, err.Path, 1001)
	require.Less(t, len(err.Message), 400)

	and := object("id", text("a"))
	for i := range 999 {
		and = expr([]string{"and", "or"}[i&1], "args", array(and, object("id", text("a"))))
	}
	require.Equal(t, []string{"a"}, run(t, tb, filtered(and)))
}

func TestAQueryIsCopiedWhenItIsParsed(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a"), "x": text("y")}})
	v := filtered(eq("x", text("y")))
	q, err := query.Parse(v)
	require.Nil(t, err)
	copy(v.Items[0].Items[1].Str, "?")
	copy(v.Items[0].Items[2].Str, "?")
	require.Len(t, q.Run(tb, nil), 1)
}

func TestFiltersOfRelations(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a"), "kind": text("x")}, {"id": text("b"), "kind": text("y")}})
	q, err := query.ParseFilter(object("kind", text("y")))
	require.Nil(t, err)
	require.Equal(t, 1, q.Count(tb))
	_, err = query.ParseFilter(object("kind", undefined))
	require.NotNil(t, err)
	require.Equal(t, []any{"kind"}, err.Path)
}
