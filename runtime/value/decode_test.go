package value

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDecodeReversesAppend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := genCell.Draw(t, "value")
		payload := AppendPayload([]byte("before"), v)[len("before"):]
		got, err := Decode(v.Tag, payload)
		require.NoError(t, err)
		require.NoError(t, Validate(v.Tag, payload))
		assert.True(t, modelEqual(v, got, true))
		assert.Equal(t, payload, AppendPayload([]byte{}, got))
	})
}

func TestCloneAliasesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := genCell.Draw(t, "value")
		payload := AppendPayload([]byte{}, v)
		got, err := Decode(v.Tag, payload)
		require.NoError(t, err)
		clone := got.Clone()
		clear(payload)
		assert.True(t, modelEqual(v, clone, true))
	})
}

func TestWalkingFindsWhatDecodeBuilds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := genValue.Draw(t, "value")
		n, rest := 0, []byte(nil)
		if v.Tag == Array || v.Tag == Object {
			n, rest = Count(AppendPayload(nil, v))
		}
		require.Len(t, v.Items, n)
		for i, item := range v.Items {
			if v.Tag == Object {
				var key []byte
				key, rest = NextKey(rest)
				assert.Equal(t, v.Keys[i], key)
				tag, payload, ok := Member(AppendPayload(nil, v), key)
				assert.True(t, ok)
				assert.Equal(t, cellOf(item), cell{tag, append([]byte{}, payload...)})
			}
			var got cell
			got.tag, got.payload, rest = Next(rest)
			assert.Equal(t, item.Tag, got.tag)
			assert.True(t, bytes.Equal(AppendPayload(nil, item), got.payload))
		}
		assert.Empty(t, rest)
		if v.Tag == Object {
			_, _, ok := Member(AppendPayload(nil, v), []byte("no such key"))
			assert.False(t, ok)
		}
	})
}

// nest gives the payload of an array of so many levels.
func nest(levels int) []byte {
	return append(bytes.Repeat([]byte{1, byte(Array)}, levels-1), 0)
}

func TestDepthIsLimited(t *testing.T) {
	for _, c := range []struct {
		levels        int
		cell, inQuery error
	}{
		{1, nil, nil},
		{MaxDepth, nil, nil},
		{MaxDepth + 1, ErrDepth, nil},
		{MaxQueryDepth, ErrDepth, nil},
		{MaxQueryDepth + 1, ErrDepth, ErrDepth},
		{1 << 20, ErrDepth, ErrDepth},
	} {
		_, err := Decode(Array, nest(c.levels))
		assert.Equal(t, c.cell, err, c.levels)
		assert.Equal(t, c.cell, Validate(Array, nest(c.levels)), c.levels)
		_, err = DecodeQuery(Array, nest(c.levels))
		assert.Equal(t, c.inQuery, err, c.levels)
	}
	// Levels side by side are not on top of each other.
	wide := Value{Tag: Array, Items: make([]Value, 3*MaxDepth)}
	for i := range wide.Items {
		wide.Items[i] = array()
	}
	assert.NoError(t, Validate(Array, AppendPayload(nil, wide)))
}

func TestUndefinedInsideIsForQueriesOnly(t *testing.T) {
	payload := []byte{1, 1, 'a', byte(Undefined)}
	_, err := Decode(Object, payload)
	assert.Equal(t, ErrUndefined, err)
	assert.Equal(t, ErrUndefined, Validate(Object, payload))
	v, err := DecodeQuery(Object, payload)
	require.NoError(t, err)
	operand, ok := v.Get("a")
	assert.True(t, ok)
	assert.Equal(t, Undefined, operand.Tag)
	assert.NoError(t, Validate(Undefined, nil), "a patch has it as a cell")
}

func TestMalformedPayloadsAreRefused(t *testing.T) {
	huge := binary.AppendUvarint(nil, math.MaxUint64)
	for _, c := range []struct {
		name    string
		tag     Tag
		payload []byte
		want    error
	}{
		{"tag beyond the last", Undefined + 1, nil, errTag},
		{"null with a payload", Null, []byte{0}, errLength},
		{"number too short", Number, make([]byte, 7), errLength},
		{"date too long", Date, make([]byte, 9), errLength},
		{"string not UTF-8", String, []byte{0xff}, errWTF8},
		{"array without count", Array, nil, errTruncated},
		{"array shorter than its count", Array, []byte{2, byte(Null)}, errCount},
		{"array longer than its count", Array, []byte{1, byte(Null), byte(Null)}, errTrailing},
		{"absent inside", Array, []byte{1, byte(Absent)}, errTag},
		{"unknown tag inside", Array, []byte{1, 11}, errTag},
		{"number cut off", Array, []byte{1, byte(Number), 1, 2, 3}, errTruncated},
		{"string cut off", Array, []byte{1, byte(String), 3, 'a'}, errTruncated},
		{"string without length", Array, []byte{1, byte(String)}, errTruncated},
		{"string inside not UTF-8", Array, []byte{1, byte(String), 1, 0x80}, errWTF8},
		{"key not UTF-8", Object, []byte{1, 1, 0x80, byte(Null)}, errWTF8},
		{"key without value", Object, []byte{1, 1, 'a'}, errTruncated},
		{"key twice", Object, []byte{2, 1, 'a', byte(Null), 1, 'a', byte(True)}, errDuplicate},
		{"count of 64 bits", Array, huge, errUvarint},
		{"count of 32 bits", Array, []byte{0xff, 0xff, 0xff, 0xff, 0x0f}, errUvarint},
		{"count padded with zeroes", Array, []byte{0x80, 0x00}, errUvarint},
		{"count cut off", Array, []byte{0x80}, errTruncated},
		{"huge length", Array, []byte{1, byte(String), 0xff, 0xff, 0xff, 0xff, 0x07}, errTruncated},
		{"counts that fit alone but not together", Array, []byte{2, byte(Array), 2, byte(Null), byte(Null)}, errCount},
	} {
		_, err := Decode(c.tag, c.payload)
		assert.Equal(t, c.want, err, c.name)
		assert.Equal(t, c.want, Validate(c.tag, c.payload), c.name)
	}
}

func TestDuplicateKeysAreFoundInObjectsOfAnySize(t *testing.T) {
	for _, n := range []int{2, fewKeys, fewKeys + 1, 1000} {
		v := object()
		for i := range n {
			v.Keys = append(v.Keys, fmt.Appendf(nil, "key %d", i))
			v.Items = append(v.Items, number(float64(i)))
		}
		assert.NoError(t, Validate(Object, AppendPayload(nil, v)))
		v.Keys[n-1] = v.Keys[n/2-1]
		assert.Equal(t, errDuplicate, Validate(Object, AppendPayload(nil, v)), n)
		_, err := Decode(Object, AppendPayload(nil, v))
		assert.Equal(t, errDuplicate, err, n)
	}
}

func TestCountsBuyNoMoreMemoryThanThereAreBytes(t *testing.T) {
	// Each of many levels announces as many elements as there are bytes left.
	const size = 1 << 16
	payload := make([]byte, 0, size)
	for range MaxDepth - 1 {
		payload = binary.AppendUvarint(payload, size/2)
		payload = append(payload, byte(Array))
	}
	payload = append(payload, make([]byte, size-len(payload))...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Decode(Array, payload)
	runtime.ReadMemStats(&after)
	assert.Error(t, err)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200*size))
}

func TestWTF8(t *testing.T) {
	const high, low = "\xed\xa0\x80", "\xed\xb0\x80"
	long := strings.Repeat("x", 100)
	for _, s := range []string{"", "a", long, "é", "水", "𝄞", "\ufffd", "\U0010ffff", "\ud7ff", "\ue000", high, low,
		low + high, high + high, low + low, high + "a" + low, "a" + high, long + low + long, high + "\ufffd" + low} {
		assert.True(t, ValidWTF8([]byte(s)), "%x", s)
	}
	for _, s := range []string{"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
		high + low, high + high + low, "a" + high + low + "b", "\xed\xa0", "\xed", "\xed\xa0a", high + "\xff", long + "\xff"} {
		assert.False(t, ValidWTF8([]byte(s)), "%x", s)
	}
}

func TestIsASCII(t *testing.T) {
	for n := range 80 {
		b := bytes.Repeat([]byte{0x7f}, n)
		assert.True(t, IsASCII(b))
		for i := range b {
			b[i] = 0x80
			assert.False(t, IsASCII(b), "byte %d of %d", i, n)
			b[i] = 0x7f
		}
	}
}

func TestTagsSayWhatTheyAre(t *testing.T) {
	for tag := range Undefined + 1 {
		assert.True(t, tag.Valid())
		assert.Equal(t, tag.Bare(), Validate(tag, nil) == nil && tag != String && tag != Bytes, tag)
	}
	assert.False(t, (Undefined + 1).Valid())
	assert.Equal(t, "date", Date.String())
	assert.Equal(t, "unknown", Tag(0xff).String())
}

// FuzzDecode checks that hostile bytes do no harm, and that what is accepted has one encoding (but for NaN).
func FuzzDecode(f *testing.F) {
	for tag := range Undefined + 2 {
		f.Add(byte(tag), []byte{})
		f.Add(byte(tag), make([]byte, 8))
	}
	f.Add(byte(Object), AppendPayload(nil, object("a", array(number(1), text("é")), "b", object("\xed\xa0\x80", date(3)))))
	f.Add(byte(Array), nest(30))
	f.Fuzz(func(t *testing.T, tag byte, payload []byte) {
		v, err := Decode(Tag(tag), payload)
		assert.Equal(t, err == nil, Validate(Tag(tag), payload) == nil, "Validate and Decode agree")
		if err != nil {
			return
		}
		_, err = DecodeQuery(Tag(tag), payload)
		assert.NoError(t, err, "a query may hold what a cell may")
		again := AppendPayload([]byte{}, v)
		assert.Len(t, again, len(payload))
		assert.True(t, Same(v.Tag, payload, v.Tag, again))
		assert.Zero(t, Compare(v.Tag, payload, v.Tag, again))
		back, err := Decode(Tag(tag), again)
		require.NoError(t, err)
		assert.True(t, modelEqual(v, back, true))
	})
}

// FuzzEqual compares pairs of accepted payloads by the model.
func FuzzEqual(f *testing.F) {
	a, b := object("a", number(1), "b", array()), object("b", array(), "a", number(1))
	f.Add(byte(Object), AppendPayload(nil, a), byte(Object), AppendPayload(nil, b))
	f.Add(byte(Number), AppendFloat(nil, 0), byte(Number), AppendFloat(nil, math.Copysign(0, -1)))
	f.Fuzz(func(t *testing.T, aTag byte, a []byte, bTag byte, b []byte) {
		v, err := Decode(Tag(aTag), a)
		w, err2 := Decode(Tag(bTag), b)
		if err != nil || err2 != nil {
			return
		}
		assert.Equal(t, modelEqual(v, w, false), Equal(v.Tag, a, w.Tag, b))
		assert.Equal(t, modelEqual(v, w, true), Same(v.Tag, a, w.Tag, b))
		assert.Equal(t, Compare(v.Tag, a, w.Tag, b), -Compare(w.Tag, b, v.Tag, a))
	})
}
