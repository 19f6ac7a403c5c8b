package wire

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/value"
)

var update = flag.Bool("update", false, "write testdata/golden.json anew")

const goldenFile = "testdata/golden.json"

// Values in short, for the vectors below.
var (
	absent    = cell{}
	null      = cell{value.Value{Tag: value.Null}}
	no        = cell{value.Value{Tag: value.False}}
	yes       = cell{value.Value{Tag: value.True}}
	undefined = cell{value.Value{Tag: value.Undefined}}
)

func number(f float64) cell { return cell{value.Value{Tag: value.Number, Num: f}} }
func date(f float64) cell   { return cell{value.Value{Tag: value.Date, Num: f}} }
func text(s string) cell    { return cell{value.Value{Tag: value.String, Str: []byte(s)}} }
func raw(b ...byte) cell    { return cell{value.Value{Tag: value.Bytes, Str: b}} }

func array(items ...cell) cell {
	v := value.Value{Tag: value.Array}
	for _, item := range items {
		v.Items = append(v.Items, item.Value)
	}
	return cell{v}
}

// object takes keys and cells in turn.
func object(pairs ...any) cell {
	v := value.Value{Tag: value.Object}
	for i := 0; i < len(pairs); i += 2 {
		v.Keys = append(v.Keys, []byte(pairs[i].(string)))
		v.Items = append(v.Items, pairs[i+1].(cell).Value)
	}
	return cell{v}
}

func column(field string, cells ...cell) vectorColumn {
	return vectorColumn{Field: field, Cells: append([]cell{}, cells...)}
}

// single is a vector of one column.
func single(name string, cells ...cell) vector {
	return vector{Name: name, Rows: len(cells), Columns: []vectorColumn{column("title", cells...)}}
}

const (
	highSurrogate = "\xed\xa0\xbd" // U+D83D
	lowSurrogate  = "\xed\xb8\x80" // U+DE00
)

// vectors are all that golden.json holds, but for the bytes.
func vectors() []vector {
	nan, inf, minusZero := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	deep := array(text("bottom"))
	for i := range 20 {
		if i%2 == 0 {
			deep = object("k", deep)
		} else {
			deep = array(number(float64(i)), deep)
		}
	}
	wide := object()
	for i := range 200 { // a count that takes two bytes
		wide.Keys = append(wide.Keys, fmt.Appendf(nil, "key%d", i))
		wide.Items = append(wide.Items, number(float64(i)).Value)
	}
	list := []vector{
		single("one null", null),
		single("one absent", absent),
		single("one undefined", undefined),
		single("uniform true", yes, yes, yes),
		single("all kinds without payload", null, no, yes, absent, undefined),
		single("eight tags need no padding", no, yes, no, yes, no, yes, no, yes),
		single("nine tags", no, yes, no, yes, no, yes, no, yes, null),
		single("numbers", number(0), number(1), number(-1), number(1.5), number(-123456.789), number(1<<53),
			number(-(1 << 53)), number(1<<32), number(0.1), number(1e21), number(1e-7)),
		single("numbers at the edges", number(nan), number(inf), number(-inf), number(minusZero),
			number(math.SmallestNonzeroFloat64), number(-math.SmallestNonzeroFloat64), number(2.225073858507201e-308),
			number(2.2250738585072014e-308), number(math.MaxFloat64), number(-math.MaxFloat64)),
		single("one number", number(42)),
		single("numbers with gaps", number(1), null, number(3), absent, yes, no, undefined),
		single("number after tags", null, yes, absent, number(-7.25)),
		single("dates", date(0), date(1700000000000), date(-1), date(8.64e15), date(-8.64e15)),
		single("invalid date", date(nan)),
		single("dates, numbers and gaps", date(170000), number(170000), null, date(nan), number(nan), absent),
		single("empty string", text("")),
		single("empty strings", text(""), text(""), text("")),
		single("ascii", text("a"), text("hello, world"), text(""), text("\x00\x01\x7f"), text("exactly8")),
		single("two-byte characters", text("é"), text("\u0080"), text("\u07ff"), text("Ærøskøbing")),
		single("three-byte characters", text("水"), text("\u0800"), text("\uffff"), text("\ufffd"), text("\ud7ff\ue000")),
		single("four-byte characters", text("𝄞"), text("\U00010000"), text("\U0010ffff"), text("a😀b")),
		single("lone high surrogate", text(highSurrogate)),
		single("lone low surrogate", text(lowSurrogate)),
		single("surrogates in text", text("a"+highSurrogate+"b"), text(lowSurrogate+highSurrogate), text("plain"),
			text(highSurrogate+highSurrogate), text("é"+lowSurrogate), text("\xed\xa0\x80"), text("\xed\xbf\xbf")),
		single("pair split over rows", text(highSurrogate), text(lowSurrogate)),
		single("pair across values of an array", array(text(highSurrogate), text(lowSurrogate))),
		single("bytes", raw(), raw(0), raw(255, 254, 0, 128), raw(1, 2, 3, 4, 5, 6, 7, 8)),
		single("empty array", array()),
		single("empty object", object()),
		single("array of each kind", array(null, no, yes, number(minusZero), number(nan), date(5), date(nan),
			text(""), text("é"), text(lowSurrogate), raw(), raw(9), array(), object())),
		single("object of each kind", object("null", null, "no", no, "yes", yes, "number", number(-1.5),
			"date", date(170000), "text", text("水"), "bytes", raw(7), "array", array(number(1)), "object", object("a", null))),
		single("keys that name prototypes", object("__proto__", text("data"), "constructor", number(1),
			"prototype", null, "toString", yes, "hasOwnProperty", no)),
		single("keys of all sorts", object("", number(1), "é", number(2), "𝄞", number(3), highSurrogate, number(4),
			lowSurrogate, number(5), "a.b", number(6), "0", number(7), "10", number(8), "9", number(9))),
		single("keys keep their order", object("b", null, "a", null), object("a", null, "b", null)),
		single("nested 21 levels", deep),
		single("200 keys", wide),
		single("a string whose length takes two bytes", array(text(strings.Repeat("x", 300)))),
		single("mixed kinds", null, no, yes, number(1), date(2), text("three"), raw(4), array(number(5)),
			object("six", number(6)), absent, undefined, number(nan), number(minusZero), text("")),
		single("string after numbers", number(1), null, date(2), text("late"), number(4)),
		single("strings with gaps", text("a"), null, text("b"), absent, undefined, text("")),
		{Name: "no rows", Rows: 0, Columns: []vectorColumn{column("title"), column("done")}},
		{Name: "a row of many columns", Rows: 1, Columns: []vectorColumn{
			column("id", text("todo-1")), column("version", number(3)), column("title", text("Buy milk")),
			column("done", no), column("createdAt", date(1700000000000)), column("tags", array(text("home"))),
			column("note", null), column("gone", undefined), column("never", absent)}},
		{Name: "names of all sorts", Rows: 1, Columns: []vectorColumn{
			column("__proto__", number(1)), column("", number(2)), column("é水𝄞", number(3)), column("a.b", number(4)),
			column("constructor", number(5))}},
	}
	return append(list, manyRows(), uniformRows())
}

func manyRows() vector {
	id, done, priority, note := column("id"), column("done"), column("priority"), column("note")
	for i := range 150 {
		id.Cells = append(id.Cells, text(fmt.Sprintf("todo-%d", i)))
		done.Cells = append(done.Cells, []cell{no, yes}[i%2])
		priority.Cells = append(priority.Cells, number(float64(i%5)))
		note.Cells = append(note.Cells, []cell{absent, text("née"), null, number(float64(i)), array(number(1))}[i%5])
	}
	return vector{Name: "many rows", Rows: 150, Columns: []vectorColumn{id, done, priority, note}}
}

func uniformRows() vector {
	v := vector{Name: "uniform columns", Rows: 5}
	for i, c := range []cell{null, yes, number(7), date(7), text("same"), raw(7), array(number(7)), object("a", number(7))} {
		v.Columns = append(v.Columns, column(fmt.Sprintf("f%d", i), c, c, c, c, c))
	}
	return v
}

// marshalVectors writes one vector a line, so that a change shows as what it is.
func marshalVectors(list []vector) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	out.WriteString("[\n")
	for i := range list {
		if err := enc.Encode(list[i]); err != nil {
			return nil, err
		}
		if i < len(list)-1 {
			out.Truncate(out.Len() - 1) // the line's end, which comes after the comma
			out.WriteString(",\n")
		}
	}
	out.WriteString("]\n")
	return out.Bytes(), nil
}

func TestGoldenFileIsWhatTheVectorsMake(t *testing.T) {
	list := vectors()
	for i := range list {
		list[i].Hex = hex.EncodeToString(list[i].build())
	}
	made, err := marshalVectors(list)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(goldenFile, made, 0o644))
	}
	stored, err := os.ReadFile(goldenFile)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(made, stored), "the format or the vectors changed; go test ./runtime/wire -update")
}

func readGolden(t testing.TB) []vector {
	data, err := os.ReadFile(goldenFile)
	require.NoError(t, err)
	var list []vector
	require.NoError(t, json.Unmarshal(data, &list))
	return list
}

func TestGoldenVectorsDecodeToTheirCells(t *testing.T) {
	var b Batch // one for all, as the bridge has
	for _, v := range readGolden(t) {
		data, err := hex.DecodeString(v.Hex)
		require.NoError(t, err, v.Name)
		require.NoError(t, b.Decode(data), v.Name)
		require.Equal(t, v.Rows, b.Rows, v.Name)
		require.Len(t, b.Columns, len(v.Columns), v.Name)
		for i, want := range v.Columns {
			assert.Equal(t, want.Field, string(b.Names[b.Columns[i].Field]), v.Name)
			assertCells(t, v.Name, want.Cells, &b.Columns[i])
		}
	}
}

func TestGoldenVectorsEncodeToTheirBytes(t *testing.T) {
	for _, v := range readGolden(t) {
		assert.Equal(t, v.Hex, hex.EncodeToString(v.build()), v.Name)
	}
}

// assertCells compares a decoded column with what it should hold, bit for bit and with keys in order.
func assertCells(t testing.TB, name string, want []cell, got *Column) {
	t.Helper()
	cells, err := cellsOf(got, len(want))
	require.NoError(t, err, name)
	wantJSON, err := json.Marshal(want)
	require.NoError(t, err)
	gotJSON, err := json.Marshal(cells)
	require.NoError(t, err)
	assert.JSONEq(t, string(wantJSON), string(gotJSON), name)
}
