package value

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func keyOf(c cell) string { return string(AppendKey(nil, c.tag, c.payload)) }

// The law of keys: cells are equal if and only if their keys are.
func TestEqualCellsAndNoOthersHaveTheSameKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genCell.Draw(t, "a"), genCell.Draw(t, "b")
		assert.Equal(t, equalCells(cellOf(a), cellOf(b)), keyOf(cellOf(a)) == keyOf(cellOf(b)), "%v, %v", a, b)
		same := shuffled(t, negated(a))
		assert.Equal(t, keyOf(cellOf(a)), keyOf(cellOf(same)))
		assert.True(t, equalCells(cellOf(a), cellOf(same)))
	})
}

func TestKeysOfCellsThatAreEasilyTakenForOthers(t *testing.T) {
	null := Value{Tag: Null}
	for _, c := range []struct {
		a, b  Value
		equal bool
	}{
		{null, Value{Tag: Absent}, true},
		{null, Value{Tag: False}, false},
		{number(0), number(math.Copysign(0, -1)), true},
		{number(0), date(0), false},
		{number(math.NaN()), date(math.NaN()), false},
		{text(""), Value{Tag: Bytes}, false},
		{text("1"), number(1), false},
		{array(text("a"), text("b")), array(text("ab")), false},
		{array(null), array(), false},
		{object("a", null), object(), false},
		{object("b", number(0), "a", array(object("d", null, "c", null))),
			object("a", array(object("c", null, "d", null)), "b", number(math.Copysign(0, -1))), true},
		{object("a", text("b"), "c", null), object("a", text("c"), "b", null), false},
	} {
		assert.Equal(t, c.equal, keyOf(cellOf(c.a)) == keyOf(cellOf(c.b)), "%v, %v", c.a, c.b)
		assert.Equal(t, c.equal, equalCells(cellOf(c.a), cellOf(c.b)))
	}
}

func TestAKeyIsAppended(t *testing.T) {
	v := object("b", number(1), "a", array(text("x")))
	plain := AppendKey(nil, v.Tag, AppendPayload(nil, v))
	assert.Equal(t, "before"+string(plain), string(AppendKey([]byte("before"), v.Tag, AppendPayload(nil, v))))
	other := []byte{1, 2, 3, 4, 5, 6, 0xf0, 0xff} // a NaN of another engine
	assert.Equal(t, AppendKey(nil, Number, AppendFloat(nil, math.NaN())), AppendKey(nil, Number, other))
}

// Objects inside objects whose keys are out of order at every level must not double the work at each.
func TestKeysOfDeepObjectsOutOfOrder(t *testing.T) {
	v, w := object(), object()
	for range MaxDepth - 1 {
		v, w = object("b", v, "a", number(0)), object("a", number(math.Copysign(0, -1)), "b", w)
	}
	assert.Equal(t, keyOf(cellOf(v)), keyOf(cellOf(w)))
}

// FuzzKey holds the law of keys against whatever decodes.
func FuzzKey(f *testing.F) {
	for _, v := range []Value{array(number(0), text("a")), object("b", array(), "a", object("d", date(1), "c", Value{Tag: Null}))} {
		f.Add(byte(v.Tag), AppendPayload(nil, v), byte(v.Tag), AppendPayload(nil, v))
	}
	f.Fuzz(func(t *testing.T, aTag byte, a []byte, bTag byte, b []byte) {
		if Validate(Tag(aTag), a) != nil || Validate(Tag(bTag), b) != nil || Tag(aTag) == Undefined || Tag(bTag) == Undefined {
			return
		}
		x, y := cell{Tag(aTag), a}, cell{Tag(bTag), b}
		assert.Equal(t, equalCells(x, y), keyOf(x) == keyOf(y))
		assert.True(t, keyOf(x) == keyOf(x))
	})
}
