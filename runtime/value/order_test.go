package value

import (
	"math"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// ascending holds cells in the total order, those in one row tying.
var ascending = [][]Value{
	{{Tag: False}},
	{{Tag: True}},
	{number(math.Inf(-1))},
	{number(-1)},
	{number(0), number(math.Copysign(0, -1))},
	{number(math.SmallestNonzeroFloat64)},
	{number(1)},
	{number(math.Inf(1))},
	{date(-5)},
	{date(0)},
	{date(5)},
	{text("")},
	{text("A")},
	{text("a")},
	{text("a\x00")},
	{text("aa")},
	{text("é")},
	{text("\xed\xa0\x80")}, // U+D800
	{text("\uffff")},
	{text("𝄞")}, // before U+FFFF by code unit, after it by code point
	{{Tag: Bytes, Str: []byte{1}}, array(), array(number(1)), object(), object("a", text("b"))},
	{{Tag: Absent}, {Tag: Null}, number(math.NaN()), date(math.NaN())},
}

func TestCompareIsTheDocumentedOrder(t *testing.T) {
	for i, row := range ascending {
		for j, other := range ascending {
			want := 0
			if i != j {
				want = map[bool]int{true: -1, false: 1}[i < j]
			}
			for _, a := range row {
				for _, b := range other {
					assert.Equal(t, want, compareCells(cellOf(a), cellOf(b)), "%v, %v", a, b)
				}
			}
		}
		last := i == len(ascending)-1
		for _, a := range row {
			assert.Equal(t, last, SortsLast(a.Tag, AppendPayload(nil, a)), "%v", a)
		}
	}
}

func TestCompareIsAWeakOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := cellOf(genCell.Draw(t, "a")), cellOf(genCell.Draw(t, "b")), cellOf(genCell.Draw(t, "c"))
		ab, bc, ac := compareCells(a, b), compareCells(b, c), compareCells(a, c)
		assert.Zero(t, compareCells(a, a))
		assert.Equal(t, -ab, compareCells(b, a), "antisymmetric")
		if ab <= 0 && bc <= 0 {
			assert.LessOrEqual(t, ac, 0, "transitive")
			assert.Equal(t, ab < 0 || bc < 0, ac < 0, "ties are transitive")
		}
		if equalCells(a, b) {
			assert.Zero(t, ab, "equal cells tie")
		}
	})
}

func TestStringsCompareByCodePoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		genPoints := rapid.SliceOf(rapid.OneOf(
			rapid.Int32Range(0, 0x10FFFF),
			rapid.SampledFrom([]int32{'a', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFF, 0x10000}),
		))
		a, b := genPoints.Draw(t, "a"), genPoints.Draw(t, "b")
		// A drawn pair of surrogates is a code point of its own.
		a, b = joined(a), joined(b)
		got := Compare(String, wtf8(a), String, wtf8(b))
		assert.Equal(t, slices.Compare(a, b), got)
		assert.True(t, ValidWTF8(wtf8(a)))
	})
}

// joined makes each pair of surrogates the code point that it stands for.
func joined(points []int32) []int32 {
	var out []int32
	for _, p := range points {
		if n := len(out); n > 0 {
			if pair := utf16.DecodeRune(out[n-1], p); pair != 0xFFFD {
				out[n-1] = pair
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// wtf8 encodes code points, surrogates too.
func wtf8(points []int32) []byte {
	b := []byte{}
	for _, p := range points {
		if p >= 0xD800 && p < 0xE000 {
			b = append(b, 0xED, 0x80|byte(p>>6&0x3F), 0x80|byte(p&0x3F))
		} else {
			b = append(b, string(p)...)
		}
	}
	return b
}

func TestEqualAgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genCell.Draw(t, "a"), genCell.Draw(t, "b")
		x, y := cellOf(a), cellOf(b)
		assert.Equal(t, modelEqual(a, b, false), equalCells(x, y))
		assert.Equal(t, modelEqual(a, b, true), sameCells(x, y))
		assert.Equal(t, equalCells(x, y), equalCells(y, x), "symmetric")
		assert.Equal(t, sameCells(x, y), sameCells(y, x), "symmetric")
		assert.True(t, !sameCells(x, y) || equalCells(x, y), "the same cells are equal")
		assert.True(t, equalCells(x, x) && sameCells(x, x), "reflexive")
	})
}

func TestEqualIgnoresTheOrderOfKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := genCell.Draw(t, "value")
		a, b := cellOf(v), cellOf(shuffled(t, v))
		assert.True(t, equalCells(a, b))
		assert.True(t, sameCells(a, b))
		// One object more around them, so that what follows an unordered one is read from the right place.
		a, b = cellOf(array(v, number(1))), cellOf(array(shuffled(t, v), number(2)))
		assert.False(t, equalCells(a, b))
	})
}

func TestOnlySameSeesTheSignOfZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := genCell.Draw(t, "value")
		turned := negated(v)
		assert.True(t, equalCells(cellOf(v), cellOf(turned)))
		assert.Equal(t, modelEqual(v, turned, true), sameCells(cellOf(v), cellOf(turned)))
	})
}

func TestEqualOfKindsThatAreEasilyTakenForOthers(t *testing.T) {
	for _, c := range []struct {
		a, b        Value
		equal, same bool
	}{
		{Value{Tag: Null}, Value{Tag: Absent}, true, false},
		{Value{Tag: Null}, Value{Tag: Undefined}, false, false},
		{Value{Tag: Null}, Value{Tag: False}, false, false},
		{number(0), date(0), false, false},
		{number(0), number(math.Copysign(0, -1)), true, false},
		{number(math.NaN()), number(math.NaN()), true, true},
		{date(math.NaN()), date(math.NaN()), true, true},
		{date(0), date(math.Copysign(0, -1)), true, true},
		{text("a"), Value{Tag: Bytes, Str: []byte("a")}, false, false},
		{array(), object(), false, false},
		{array(Value{Tag: Null}), array(), false, false},
		{object("a", Value{Tag: Null}), object(), false, false},
		{object("a", number(1), "b", number(2)), object("b", number(1), "a", number(2)), false, false},
	} {
		assert.Equal(t, c.equal, equalCells(cellOf(c.a), cellOf(c.b)), "%v, %v", c.a, c.b)
		assert.Equal(t, c.same, sameCells(cellOf(c.a), cellOf(c.b)), "%v, %v", c.a, c.b)
	}
}

func TestAnyNaNEqualsAnyOther(t *testing.T) {
	other := []byte{1, 2, 3, 4, 5, 6, 0xf0, 0xff}
	assert.True(t, Equal(Number, other, Number, AppendFloat(nil, math.NaN())))
	assert.True(t, Same(Number, other, Number, AppendFloat(nil, math.NaN())))
	assert.True(t, SortsLast(Number, other))
	assert.Equal(t, AppendFloat(nil, math.NaN()), AppendFloat(nil, Float(other)), "and is written as one")
}
