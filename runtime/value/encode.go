package value

import (
	"encoding/binary"
	"math"
)

// canonicalNaN is the one NaN that is written. Readers take any: a JavaScript engine may hand over others.
const canonicalNaN = 0x7ff8000000000000

// Float reads the payload of a Number or Date.
func Float(payload []byte) float64 {
	return math.Float64frombits(Load64(payload))
}

// FloatBits gives the bits that f is written as: those of f, and one pattern for every NaN.
func FloatBits(f float64) uint64 {
	if f != f {
		return canonicalNaN
	}
	return math.Float64bits(f)
}

// AppendFloat appends the payload of a Number or Date.
func AppendFloat(dst []byte, f float64) []byte {
	var b [8]byte
	Store64(b[:], FloatBits(f))
	return append(dst, b[:]...)
}

// AppendPayload appends v in top-level form.
func AppendPayload(dst []byte, v Value) []byte {
	switch v.Tag {
	case Number, Date:
		dst = AppendFloat(dst, v.Num)
	case String, Bytes:
		dst = append(dst, v.Str...)
	case Array:
		dst = binary.AppendUvarint(dst, uint64(len(v.Items)))
		for i := range v.Items {
			dst = AppendNested(dst, v.Items[i])
		}
	case Object:
		dst = binary.AppendUvarint(dst, uint64(len(v.Items)))
		for i, key := range v.Keys {
			dst = binary.AppendUvarint(dst, uint64(len(key)))
			dst = append(dst, key...)
			dst = AppendNested(dst, v.Items[i])
		}
	}
	return dst
}

// AppendNested appends v in nested form, as an element of an array or object.
func AppendNested(dst []byte, v Value) []byte {
	dst = append(dst, byte(v.Tag))
	if v.Tag == String || v.Tag == Bytes {
		dst = binary.AppendUvarint(dst, uint64(len(v.Str)))
	}
	return AppendPayload(dst, v)
}
