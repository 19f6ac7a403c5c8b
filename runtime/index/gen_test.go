package index_test

import (
	"fmt"
	"math"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

func bare(tag value.Tag) value.Value     { return value.Value{Tag: tag} }
func number(f float64) value.Value       { return value.Value{Tag: value.Number, Num: f} }
func date(f float64) value.Value         { return value.Value{Tag: value.Date, Num: f} }
func str(s string) value.Value           { return value.Value{Tag: value.String, Str: []byte(s)} }
func array(v ...value.Value) value.Value { return value.Value{Tag: value.Array, Items: v} }
func object(key string, v value.Value) value.Value {
	return value.Value{Tag: value.Object, Keys: [][]byte{[]byte(key)}, Items: []value.Value{v}}
}

// Values from few, so that ties are many.
var (
	genNumber = rapid.Map(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -1, 2.5, 1e300, math.NaN(), math.Inf(1),
		math.Inf(-1), 7}), number)
	genDate = rapid.Map(rapid.SampledFrom([]float64{0, 1, 1.7e12, math.NaN(), -5}), date)
	genText = rapid.Map(rapid.SampledFrom([]string{"", "a", "A", "ab", "aB", "b", "K", "\u212a", "kelvin", "\u212aelvin", "Kelvin",
		"\u017f", "s", "S", "ſtraße", "strasse", "Strasse", "Ǆ", "ǆ", "ǅ", "\xed\xa0\x80x", "\xed\xa0\x80", "水", "prefix of some length",
		"prefix of some length and more", "𝄞"}), str)
	genMixed = rapid.OneOf(genNumber, genDate, genText, rapid.SampledFrom([]value.Value{bare(value.Absent), bare(value.Null),
		bare(value.True), bare(value.False), array(number(1)), array(str("a")), object("a", number(2)), object("a", str("ab")),
		object("b", str("ab")), {Tag: value.Bytes, Str: []byte("ab")}}))
	genAny = rapid.Custom(func(t *rapid.T) *rapid.Generator[value.Value] {
		return rapid.SampledFrom([]*rapid.Generator[value.Value]{genNumber, genText, genMixed,
			rapid.Map(genMixed, func(v value.Value) value.Value {
				if v.Tag == value.Absent {
					return v
				}
				return object("a", v)
			})}).Draw(t, "kind")
	})
)

// rows is a table with the values of one field by id.
type rows struct {
	table  *table.Table
	name   string
	values map[string]value.Value
}

// drawRows makes an empty table. Its field may come behind so many others that it shares a bit of the log with some.
func drawRows(t *rapid.T) *rows {
	r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
	for i := range rapid.SampledFrom([]int{0, 0, 60, 61, 62, 70}).Draw(t, "fields before") {
		r.table.Field(fmt.Sprint("before ", i))
	}
	return r
}

// put adds rows or replaces them.
func (r *rows) put(t require.TestingT, ids []string, values []value.Value) {
	var out wire.Builder
	out.Reset(len(ids))
	out.Column(table.FieldID)
	for _, id := range ids {
		out.Cell(value.String, []byte(id))
	}
	out.Column(r.table.Field(r.name))
	for i, v := range values {
		out.Cell(v.Tag, value.AppendPayload(nil, v))
		r.values[ids[i]] = v
	}
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var results table.Results
	require.Nil(t, r.table.Upsert(&b, true, true, &results))
}

func (r *rows) delete(t require.TestingT, ids []string) {
	var out wire.Builder
	out.Reset(len(ids))
	out.Column(table.FieldID)
	for _, id := range ids {
		out.Cell(value.String, []byte(id))
		delete(r.values, id)
	}
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var results table.Results
	require.Nil(t, r.table.Delete(&b, &results))
}

// churn changes a random part of the rows.
func (r *rows) churn(t *rapid.T, gen *rapid.Generator[value.Value]) {
	n := rapid.SampledFrom([]int{1, 2, 5, 40, 300}).Draw(t, "changes")
	base := rapid.IntRange(0, 200).Draw(t, "base")
	few := rapid.SliceOfN(gen, 1, 8).Draw(t, "values")
	ids, values := []string{}, []value.Value{}
	for i := range n {
		ids = append(ids, fmt.Sprintf("r%d", (base+i*7)%401))
		values = append(values, few[i*5%len(few)])
	}
	if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
		r.delete(t, ids)
	} else {
		r.put(t, ids, values)
	}
}
