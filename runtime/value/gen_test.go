package value

import (
	"math"
	"slices"

	"pgregory.net/rapid"
)

// cell is a value as tables have it.
type cell struct {
	tag     Tag
	payload []byte
}

func cellOf(v Value) cell { return cell{v.Tag, AppendPayload([]byte{}, v)} }

func equalCells(a, b cell) bool  { return Equal(a.tag, a.payload, b.tag, b.payload) }
func sameCells(a, b cell) bool   { return Same(a.tag, a.payload, b.tag, b.payload) }
func compareCells(a, b cell) int { return Compare(a.tag, a.payload, b.tag, b.payload) }

func number(f float64) Value { return Value{Tag: Number, Num: f} }
func date(f float64) Value   { return Value{Tag: Date, Num: f} }
func text(s string) Value    { return Value{Tag: String, Str: []byte(s)} }
func array(items ...Value) Value {
	return Value{Tag: Array, Items: append([]Value{}, items...)}
}

// object takes keys and values in turn.
func object(pairs ...any) Value {
	v := Value{Tag: Object, Keys: [][]byte{}, Items: []Value{}}
	for i := 0; i < len(pairs); i += 2 {
		v.Keys = append(v.Keys, []byte(pairs[i].(string)))
		v.Items = append(v.Items, pairs[i+1].(Value))
	}
	return v
}

// The generators draw from few values, so that equal ones meet often.
var (
	genFloat = rapid.OneOf(
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -1, 1.5, math.NaN(), math.Inf(1), math.Inf(-1),
			math.SmallestNonzeroFloat64, math.MaxFloat64, 1 << 53}),
		rapid.Float64(),
	)
	genText = rapid.OneOf(
		rapid.SampledFrom([]string{"", "a", "b", "ab", "é", "ß", "水", "𝄞", "\xed\xa0\x80", "\xed\xbf\xbf", "\uffff",
			"\ue000", "__proto__", "longer than eight bytes"}),
		rapid.String(),
	)
	genBare = rapid.Map(rapid.SampledFrom([]Tag{Null, False, True}), func(t Tag) Value { return Value{Tag: t} })
	genLeaf = rapid.OneOf(
		genBare,
		rapid.Map(genFloat, number),
		rapid.Map(genFloat, date),
		rapid.Map(genText, text),
		rapid.Map(genText, func(s string) Value { return Value{Tag: Bytes, Str: []byte(s)} }),
	)
	// genValue makes what can stand inside an array or object.
	genValue = genNested(3)
	// genCell makes what can stand in a cell.
	genCell = rapid.OneOf(genValue, rapid.Just(Value{Tag: Absent}))
)

func genNested(levels int) *rapid.Generator[Value] {
	if levels == 0 {
		return genLeaf
	}
	inner := rapid.Deferred(func() *rapid.Generator[Value] { return genNested(levels - 1) })
	return rapid.OneOf(
		genLeaf,
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(items []Value) Value { return array(items...) }),
		rapid.Custom(func(t *rapid.T) Value {
			most := rapid.SampledFrom([]int{0, 2, 4, 2 * fewKeys}).Draw(t, "most keys")
			keys := rapid.SliceOfNDistinct(genText, 0, most, rapid.ID[string]).Draw(t, "keys")
			v := object()
			for _, key := range keys {
				v.Keys = append(v.Keys, []byte(key))
				v.Items = append(v.Items, inner.Draw(t, "member"))
			}
			return v
		}),
	)
}

// shuffled gives v with the keys of all its objects in other orders.
func shuffled(t *rapid.T, v Value) Value {
	v.Items = slices.Clone(v.Items)
	for i := range v.Items {
		v.Items[i] = shuffled(t, v.Items[i])
	}
	if v.Tag == Object && len(v.Keys) > 1 {
		order := make([]int, len(v.Keys))
		for i := range order {
			order[i] = i
		}
		keys, items := make([][]byte, len(order)), make([]Value, len(order))
		for to, from := range rapid.Permutation(order).Draw(t, "order") {
			keys[to], items[to] = v.Keys[from], v.Items[from]
		}
		v.Keys, v.Items = keys, items
	}
	return v
}

// negated gives v with the sign of every zero turned.
func negated(v Value) Value {
	if v.Tag == Number && v.Num == 0 {
		v.Num = math.Copysign(0, map[bool]float64{true: 1, false: -1}[math.Signbit(v.Num)])
	}
	v.Items = slices.Clone(v.Items)
	for i := range v.Items {
		v.Items[i] = negated(v.Items[i])
	}
	return v
}

// modelEqual is Equal on trees, written for clearness; exact makes it Same.
func modelEqual(a, b Value, exact bool) bool {
	if a.Tag != b.Tag {
		return !exact && a.Tag <= Null && b.Tag <= Null
	}
	switch a.Tag {
	case Number, Date:
		if a.Num != a.Num || b.Num != b.Num {
			return a.Num != a.Num && b.Num != b.Num
		}
		return a.Num == b.Num && (!exact || a.Tag == Date || math.Signbit(a.Num) == math.Signbit(b.Num))
	case String, Bytes:
		return string(a.Str) == string(b.Str)
	case Array:
		return slices.EqualFunc(a.Items, b.Items, func(a, b Value) bool { return modelEqual(a, b, exact) })
	case Object:
		for i, key := range a.Keys {
			other, ok := b.Get(string(key))
			if !ok || !modelEqual(a.Items[i], other, exact) {
				return false
			}
		}
		return len(a.Keys) == len(b.Keys)
	}
	return true
}
