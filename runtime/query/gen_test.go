package query_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Fields whose columns end up as each kind there is: number is of floats, tag shares its strings, mixed has anything.
func drawRows(rt *rapid.T) []naiveRow {
	draw := drawer(rt)
	rows := make([]naiveRow, rapid.IntRange(1, 150).Draw(rt, "rows"))
	for i := range rows {
		rows[i] = drawRow(draw, fmt.Sprintf("id-%d", i))
	}
	rows[0]["early"] = text("a") // a column with memory for the first rows only
	return rows
}

// drawer gives numbers below n, far more cheaply than by a draw of rapid's for each.
func drawer(rt *rapid.T) func(n int) int {
	seed := rapid.Uint64().Draw(rt, "seed")
	return func(n int) int { return drawNext(&seed, n) }
}

func drawNext(seed *uint64, n int) int {
	*seed = *seed*6364136223846793005 + 1442695040888963407
	return int(*seed>>33) % n
}

func drawRow(draw func(n int) int, id string) naiveRow {
	r := naiveRow{"id": text(id)}
	for _, name := range poolNames {
		pool := pools[name]
		if v := pool[draw(len(pool))]; v.Tag != value.Absent {
			r[name] = v
		}
	}
	r["unique"] = text(fmt.Sprintf("a common beginning %d", draw(1000)))
	return r
}

var (
	numbers = []value.Value{
		{}, null, number(0), number(math.Copysign(0, -1)), number(1), number(-1), number(2.5), number(math.NaN()),
		number(math.Inf(1)), number(math.Inf(-1)), number(math.MaxFloat64), number(5e-324),
	}
	dates = []value.Value{{}, date(0), date(-1), date(1.7e12), date(math.NaN())}
	strs  = []value.Value{{}, null, text(""), text("a"), text("a\x00"), text("ab"), text("b"), text("Ä"), text("\xed\xa0\x80"), text("a longer string"), text("a longer string still"),
		text(strings.Repeat("too long to be shared ", 5)), text(strings.Repeat("too long to be shared ", 5) + "2")}
	bare   = []value.Value{{}, null, yes, no}
	nested = []value.Value{
		{}, array(), array(text("a")), array(number(1), null), array(array(text("a"))), object(), object("a", text("a"), "b", number(1)),
		object("b", number(1), "a", text("a")), object("a", object("b", yes)), object("a", null), {Tag: value.Bytes, Str: []byte("a")},
	}
	// Words and runs, in texts short enough to meet each other often.
	words = []string{"ab", "abc", "Abd", "b", "bank", "BANKS", "ÉTÉ", "été", "straße", "42", "水", "東京", "東京都", "x"}
	texts = []value.Value{
		{}, null, text(""), text("ab abc"), text("Bank of 東京"), text("the banks, all 42"), text("été à la plage"), text("東京都 水"), text("  "),
		text("STRASSE straße"), text("\u212Aelvin lon\u017F"), text("a\u2003b"), text("bank-note bank"), text("水水\xed\xa0\x80水"), number(42),
		array(text("ab"), text("Bank 42")), array(), array(number(1), text("東京"), array(text("hidden"))), object("a", text("ab")),
	}
	anything = concat(numbers, dates, strs, bare, nested, texts)

	pools = map[string][]value.Value{
		"number": numbers, "date": concat(dates, numbers), "tag": strs, "flag": bare, "tree": nested, "mixed": anything,
		"body": texts, "note": texts, "code": texts,
		"none": {{}},
	}
	poolNames = slices.Sorted(maps.Keys(pools)) // for what is drawn to be the same again
)

func concat(pools ...[]value.Value) (all []value.Value) {
	for _, p := range pools {
		all = append(all, p...)
	}
	return all
}

func drawQuery(rt *rapid.T) value.Value {
	q := object()
	add := func(key string, v value.Value) {
		if rapid.Bool().Draw(rt, key) {
			q.Keys, q.Items = append(q.Keys, []byte(key)), append(q.Items, v)
		}
	}
	add("filter", drawFilter(rt, 3))
	add("sort", array(rapid.SliceOfN(rapid.Custom(drawSort), 0, 3).Draw(rt, "sorts")...))
	add("limit", number(float64(rapid.SampledFrom([]int{0, 1, 2, 5, 40, 1000}).Draw(rt, "limits"))))
	add("offset", number(float64(rapid.SampledFrom([]int{0, 1, 5, 100, 1000}).Draw(rt, "offsets"))))
	return q
}

func drawSort(rt *rapid.T) value.Value {
	s := object("field", text(drawField(rt)))
	if dir := rapid.SampledFrom([]string{"", "asc", "desc"}).Draw(rt, "dir"); dir != "" {
		s = object("field", text(drawField(rt)), "dir", text(dir))
	}
	return s
}

func drawField(rt *rapid.T) string {
	return rapid.SampledFrom([]string{
		"number", "date", "tag", "flag", "tree", "mixed", "unique", "none", "early", "never", "id", "version",
		"tree.a", "tree.a.b", "mixed.b", "tree.0", "id.x", "body", "note", "code",
	}).Draw(rt, "field")
}

func drawFilter(rt *rapid.T, depth int) value.Value {
	kind := rapid.IntRange(0, 5).Draw(rt, "kind")
	if depth == 0 {
		kind = min(kind, 2)
	}
	switch kind {
	case 3:
		return object("op", text("not"), "arg", drawFilter(rt, depth-1))
	case 4, 5:
		op := []string{"and", "or"}[kind-4]
		args := array()
		for range rapid.IntRange(0, 3).Draw(rt, "args") {
			args.Items = append(args.Items, drawFilter(rt, depth-1))
		}
		return object("op", text(op), "args", args)
	case 0:
		return drawMap(rt)
	}
	op := drawOperator(rt)
	f := object("op", text(op), "field", text(drawField(rt)), "value", drawOperand(rt, op))
	switch op {
	case "in", "notIn":
		f.Keys[2] = []byte("values")
	case "isNull", "exists":
		f.Keys, f.Items = f.Keys[:2], f.Items[:2]
	case "text":
		operand := f.Items[2]
		f.Keys, f.Items = append(f.Keys[:2], operand.Keys...), append(f.Items[:2], operand.Items...)
	}
	return f
}

func drawMap(rt *rapid.T) value.Value {
	f := object()
	for _, name := range rapid.SliceOfNDistinct(rapid.Custom(drawField), 0, 3, rapid.ID).Draw(rt, "fields") {
		f.Keys = append(f.Keys, []byte(name))
		v := drawOperand(rt, "eq")
		if v.Tag == value.Object || rapid.Bool().Draw(rt, "operators") {
			v = object()
			for _, op := range rapid.SliceOfNDistinct(rapid.Custom(drawOperator), 0, 2, rapid.ID).Draw(rt, "ops") {
				v.Keys, v.Items = append(v.Keys, []byte(op)), append(v.Items, drawOperand(rt, op))
			}
		}
		f.Items = append(f.Items, v)
	}
	return f
}

func drawOperator(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"eq", "ne", "in", "notIn", "gt", "gte", "lt", "lte", "has", "isNull", "exists",
		"startsWith", "endsWith", "contains", "text", "text"}).Draw(rt, "op")
}

func drawOperand(rt *rapid.T, op string) value.Value {
	given := anything[1:]
	switch op {
	case "in", "notIn":
		return array(rapid.SliceOfN(rapid.SampledFrom(withoutAbsent(given)), 0, 5).Draw(rt, "values")...)
	case "isNull", "exists":
		return yes
	case "startsWith", "endsWith", "contains":
		return text(drawPart(rt))
	case "text":
		return drawText(rt)
	case "gt", "gte", "lt", "lte":
		given = concat(numbers[2:], dates[1:], strs[2:], []value.Value{text("id-3"), text("a common beginning 500")})
	}
	return rapid.SampledFrom(withoutAbsent(given)).Draw(rt, "value")
}

// drawPart gives a part of some string, perhaps in another case.
func drawPart(rt *rapid.T) string {
	var pool []string
	for _, v := range concat(strs, texts, []value.Value{text("a common beginning 7")}) {
		if v.Tag == value.String {
			pool = append(pool, string(v.Str))
		}
	}
	s := rapid.SampledFrom(pool).Draw(rt, "string")
	ends := []int{len(s)}
	for i := range s {
		if len(s)-i < 3 || s[i]&0xC0 != 0x80 { // not within a code point
			ends = append(ends, i)
		}
	}
	from, to := rapid.SampledFrom(ends).Draw(rt, "from"), rapid.SampledFrom(ends).Draw(rt, "to")
	s = s[min(from, to):max(from, to)]
	if !value.ValidWTF8([]byte(s)) {
		return "a"
	}
	switch rapid.IntRange(0, 2).Draw(rt, "case") {
	case 1:
		return mapWords(s, strings.ToUpper)
	case 2:
		return mapWords(s, strings.ToLower)
	}
	return s
}

// mapWords changes the words of a string that are UTF-8: package strings would mend others.
func mapWords(s string, f func(string) string) string {
	parts := strings.Split(s, " ")
	for i, part := range parts {
		if utf8.ValidString(part) {
			parts[i] = f(part)
		}
	}
	return strings.Join(parts, " ")
}

func drawText(rt *rapid.T) value.Value {
	q := object("query", text(strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 2).Draw(rt, "words"), " ")))
	if mode := rapid.SampledFrom([]string{"", "match", "fuzzy", "fuzzy"}).Draw(rt, "mode"); mode != "" {
		q = object("query", q.Items[0], "mode", text(mode))
	}
	if d := rapid.IntRange(-1, 2).Draw(rt, "distance"); d >= 0 {
		q.Keys, q.Items = append(q.Keys, []byte("distance")), append(q.Items, number(float64(d)))
	}
	return q
}

func withoutAbsent(pool []value.Value) (out []value.Value) {
	for _, v := range pool {
		if v.Tag != value.Absent {
			out = append(out, v)
		}
	}
	return append(out, text("id-3"), text("id-13"), text("a common beginning 7"))
}

// rowSchema is of the tables in these tests. What it says of the tokens of note and code holds with and without an index.
var rowSchema = func() *schema.Schema {
	of := func(kind schema.IndexType, fields ...string) (indexes []schema.Index) {
		for _, f := range fields {
			o := schema.IndexOptions{MinTokenLength: 1, FuzzyDistance: schema.Unset, Tokenizer: schema.UnicodeTokenizer}
			switch f {
			case "note":
				o.MinTokenLength = 3
			case "code":
				o.Tokenizer = schema.WhitespaceTokenizer
			}
			indexes = append(indexes, schema.Index{Field: f, Type: kind, Options: o})
		}
		return indexes
	}
	return &schema.Schema{Stores: map[string]*schema.Store{"Row": {Name: "Row", Indexes: slices.Concat(
		of(schema.TextIndex, "note", "code", "body", "mixed", "tree.a", "never", "id"),
		of(schema.SubstringIndex, "tag", "unique", "mixed", "body", "tree.a", "id"),
		of(schema.NumberIndex, "number", "version", "never"), of(schema.DateIndex, "date"),
		of(schema.StringIndex, "tag", "flag", "tree", "mixed", "unique", "early", "tree.a", "mixed.b", "id"),
	)}}}
}()

func drawIndexes(rt *rapid.T) []schema.Index {
	return indexesBut(rapid.Uint32().Draw(rt, "without"))
}

// indexesBut gives the indexes of the schema without those of a bitset.
func indexesBut(without uint32) (indexes []schema.Index) {
	for i, x := range rowSchema.Stores["Row"].Indexes {
		if without>>i&1 == 0 {
			indexes = append(indexes, x)
		}
	}
	return indexes
}

// show writes a query for a failed test.
func show(v value.Value) string {
	switch v.Tag {
	case value.Number, value.Date:
		return fmt.Sprintf("%v(%v)", v.Tag, v.Num)
	case value.String:
		return fmt.Sprintf("%q", v.Str)
	case value.Array, value.Object:
		parts := []string{}
		for i := range v.Items {
			part := show(v.Items[i])
			if v.Tag == value.Object {
				part = string(v.Keys[i]) + ": " + part
			}
			parts = append(parts, part)
		}
		return v.Tag.String() + "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(uint8(v.Tag))
}
