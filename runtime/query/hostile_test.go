package query_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

const hostile = 50_000

// repeated makes an array of so many values.
func repeated(n int, item func(i int) value.Value) value.Value {
	items := make([]value.Value, n)
	for i := range items {
		items[i] = item(i)
	}
	return array(items...)
}

// wrapped puts a filter into as many others.
func wrapped(levels int, inner value.Value, around func(f value.Value) value.Value) value.Value {
	for range levels {
		inner = around(inner)
	}
	return inner
}

func manyWords(n int, word func(i int) string) value.Value {
	words := make([]string, n)
	for i := range words {
		words[i] = word(i)
	}
	return text(strings.Join(words, " "))
}

// Queries that are as large, or as deep, as they can be are answered in time that goes with their size, or with that of
// the query times the rows, and not with its square.
func TestHugeQueriesAreAnswered(t *testing.T) {
	rows := make([]naiveRow, 300)
	for i := range rows {
		rows[i] = naiveRow{"id": text(fmt.Sprintf("id-%d", i)), "number": number(float64(i)), "body": text(fmt.Sprintf("word%d lemon 東京", i)),
			"tree": object("a", number(float64(i))), "list": array(number(float64(i)))}
	}
	tb := fill(t, rows)
	indexes := index.NewSet(tb, []schema.Index{{Field: "number", Type: schema.NumberIndex}, {Field: "body", Type: schema.TextIndex,
		Options: schema.IndexOptions{MinTokenLength: 1, Tokenizer: schema.UnicodeTokenizer}}, {Field: "body", Type: schema.SubstringIndex}})
	and := func(f value.Value) value.Value {
		return object("op", text("and"), "args", array(f, object("number", object("gte", number(0)))))
	}
	or := func(f value.Value) value.Value {
		return object("op", text("or"), "args", array(object("number", number(-1)), f))
	}
	one := func(f value.Value) value.Value { return object("op", text("and"), "args", array(f)) }
	leaf := object("number", number(7))
	byScore := array(object("field", text("$score"), "dir", text("desc")))
	search := func(words value.Value, mode string) value.Value {
		return object("op", text("text"), "field", text("body"), "query", words, "mode", text(mode), "distance", number(1))
	}
	distinct := func(i int) string { return fmt.Sprint("term", i) }
	for _, c := range []struct {
		name  string
		query value.Value
		rows  int
	}{
		{"many in", object("filter", object("number", object("in", repeated(2*hostile, func(i int) value.Value { return number(float64(i) / 2) })))), 300},
		{"many in of ids", object("filter", object("id", object("in", repeated(hostile, func(i int) value.Value { return text(fmt.Sprint("id-", i%hostile)) })))), 300},
		{"many in of objects", object("filter", object("tree", object("in", repeated(hostile, func(i int) value.Value { return object("a", number(float64(i))) })))), 300},
		{"many in of arrays", object("filter", object("list", object("notIn", repeated(hostile, func(i int) value.Value { return array(number(float64(i))) })))), 0},
		{"many branches", object("filter", object("op", text("or"), "args", repeated(hostile/5, func(i int) value.Value { return object("number", number(float64(i))) }))), 300},
		{"many conditions", object("filter", object("op", text("and"), "args", repeated(hostile/5, func(i int) value.Value { return object("number", object("ne", number(float64(i+1)))) }))), 1},
		{"many sorts", object("sort", repeated(hostile, func(i int) value.Value { return object("field", text(fmt.Sprint("f", i))) })), 300},
		{"the same sort", object("sort", repeated(hostile, func(i int) value.Value { return object("field", text("number")) })), 300},
		{"deep and", object("filter", wrapped(900, leaf, and)), 1},
		{"deep or", object("filter", wrapped(900, leaf, or)), 1},
		{"deep and of one", object("filter", wrapped(900, leaf, one)), 1},
		{"deep and or", object("filter", wrapped(450, leaf, func(f value.Value) value.Value { return and(or(f)) })), 1},
		{"deep not", object("filter", wrapped(900, leaf, func(f value.Value) value.Value { return object("op", text("not"), "arg", f) })), 1},
		{"many words", object("filter", search(manyWords(hostile, distinct), "match")), 0},
		{"many words nearly", object("filter", search(manyWords(hostile, distinct), "fuzzy"), "sort", byScore), 0},
		{"one word often", object("filter", search(manyWords(hostile, func(int) string { return "lemon" }), "match"), "sort", byScore), 300},
		{"many runs", object("filter", search(manyWords(hostile, func(i int) string { return string([]rune{'東', rune(0x4E00 + i%20000), rune(0x4E00 + i/20000)}) }), "match"), "sort", byScore), 0},
		{"a long needle", object("filter", object("body", object("contains", text(strings.Repeat("lemon", hostile))))), 0},
		{"many fields", object("filter", func() value.Value {
			f := object()
			for i := range hostile / 5 {
				f.Keys, f.Items = append(f.Keys, []byte(fmt.Sprint("f", i))), append(f.Items, null)
			}
			return f
		}()), 300},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := parse(t, c.query)
			for _, s := range []query.Source{{Table: tb}, {Table: tb, Indexes: indexes}} {
				slots, _, err := q.Run(s, nil)
				require.Nil(t, err)
				require.Len(t, slots, c.rows)
				require.Equal(t, c.rows, q.Count(s))
				q.Explain(s)
			}
			q.Route()
		})
	}
}

func TestManyIncludes(t *testing.T) {
	relations, names, deep := object(), object(), yes
	for i := range hostile {
		name := []byte(fmt.Sprint("r", i))
		relations.Keys, relations.Items = append(relations.Keys, name), append(relations.Items, object("type", text("hasMany"), "to", text("A"), "foreignKey", text("x")))
		names.Keys, names.Items = append(names.Keys, name), append(names.Items, object("limit", number(1)))
	}
	for range 900 {
		deep = object("include", object("r7", deep))
	}
	s, err := schema.Parse(object("A", object("relations", relations)))
	require.Nil(t, err)
	q, err := query.Parse(object("include", names), s, "A")
	require.Nil(t, err)
	require.Len(t, q.Includes(), hostile)
	_, err = query.Parse(deep, s, "A")
	require.Nil(t, err)
	names.Keys[hostile-1] = []byte("none")
	_, err = query.Parse(object("include", names), s, "A")
	require.NotNil(t, err)
}

// Every row has all words of a query that is as long as they are.
func TestRowsWithAllOfManyWords(t *testing.T) {
	words := manyWords(hostile, func(i int) string { return fmt.Sprint("term", i) })
	backwards := manyWords(hostile, func(i int) string { return fmt.Sprint("Term", hostile-1-i) })
	short := text("term1 term2")
	tb := fill(t, []naiveRow{{"id": text("a"), "body": words}, {"id": text("b"), "body": backwards}, {"id": text("c"), "body": short},
		{"id": text("d"), "body": array(short, words)}})
	options := schema.IndexOptions{MinTokenLength: 1, Tokenizer: schema.UnicodeTokenizer}
	indexes := index.NewSet(tb, []schema.Index{{Field: "body", Type: schema.TextIndex, Options: options}})
	for _, mode := range []string{"match", "fuzzy"} {
		q := parse(t, object("filter", object("body", object("text", object("query", words, "mode", text(mode), "distance", number(0)))),
			"sort", array(object("field", text("$score")))))
		plain, _, err := q.Run(query.Source{Table: tb}, nil)
		require.Nil(t, err)
		indexed, _, err := q.Run(query.Source{Table: tb, Indexes: indexes}, nil)
		require.Nil(t, err)
		require.Equal(t, plain, indexed)
		require.Len(t, plain, 3)
	}
}

// A limit of 0 is nothing, also when somebody wants to know how it came to be.
func TestExplainOfALimitOfNothing(t *testing.T) {
	rows := make([]naiveRow, 500)
	for i := range rows {
		rows[i] = naiveRow{"id": text(fmt.Sprint(i)), "flag": yes}
	}
	e := parse(t, object("filter", object("flag", yes), "limit", number(0))).Explain(query.Source{Table: fill(t, rows)})
	returned, _ := e.Get("returned")
	require.Zero(t, returned.Num)
}

// The memory of a run that panicked is used by the next one as any other.
func TestARunAfterOneThatPanicked(t *testing.T) {
	rows := make([]naiveRow, 3000)
	for i := range rows {
		rows[i] = naiveRow{"id": text(fmt.Sprint("id-", i)), "number": number(float64(i % 50)), "tag": text(fmt.Sprint("tag ", i%40)), "body": text("a lemon")}
	}
	for _, q := range []value.Value{
		object("filter", object("number", object("gte", number(10)), "tag", object("ne", text("tag 3"))), "sort", array(by("tag", "desc"))),
		object("filter", object("op", text("or"), "args", array(object("number", number(3)), object("op", text("not"), "arg", object("tag", text("tag 9")))))),
		object("filter", object("body", object("contains", text("lemon"))), "sort", array(by("number", "desc")), "limit", number(5)),
	} {
		parsed, good := parse(t, q), fill(t, rows)
		want := naiveRun(q, rows)
		for range 3 {
			bad := fill(t, rows)
			indexes := index.NewSet(bad, indexesBut(0))
			parsed.Run(query.Source{Table: bad, Indexes: indexes}, nil)
			bad.Dispose() // which makes no difference to those who keep to the rules
			func() {
				defer func() { _ = recover() }()
				parsed.Run(query.Source{Table: bad, Indexes: indexes}, nil)
			}()
			require.Panics(t, func() { parsed.Run(query.Source{}, nil) })
			require.Equal(t, want, run(t, good, q))
		}
	}
}
