package value

import (
	"bytes"
	"encoding/binary"
)

// AppendKey appends a canonical form of a cell: two cells are Equal if and only if their keys are the same bytes, so
// that cells can be grouped and looked up by them. It is the tag and the payload, with null for absent, 0 for -0, one
// NaN, and the keys of objects in order. It allocates, besides dst, only for objects whose keys are not in order.
func AppendKey(dst []byte, tag Tag, payload []byte) []byte {
	if tag <= Null {
		return append(dst, byte(Null))
	}
	dst = append(dst, byte(tag))
	switch tag {
	case Number, Date:
		return appendFloatKey(dst, payload)
	case String, Bytes:
		return append(dst, payload...)
	case Array, Object:
		dst, _ = appendNestedKey(dst, tag, payload)
	}
	return dst
}

func appendFloatKey(dst, payload []byte) []byte {
	return AppendFloat(dst, Float(payload)+0) // -0 + 0 is 0
}

// appendNestedKey appends the canonical form of a nested payload and gives what follows it.
func appendNestedKey(dst []byte, tag Tag, b []byte) (key, rest []byte) {
	switch tag {
	case Number, Date:
		return appendFloatKey(dst, b[:8]), b[8:]
	case String, Bytes:
		s, rest := span(b)
		return append(binary.AppendUvarint(dst, uint64(len(s))), s...), rest
	case Array:
		n, b := uvarint(b)
		dst = binary.AppendUvarint(dst, uint64(n))
		for range n {
			dst, b = appendElementKey(dst, b)
		}
		return dst, b
	case Object:
		n, b := uvarint(b)
		return appendMembersKey(binary.AppendUvarint(dst, uint64(n)), n, b)
	}
	return dst, b
}

func appendElementKey(dst, b []byte) (key, rest []byte) {
	return appendNestedKey(append(dst, b[0]), Tag(b[0]), b[1:])
}

// appendMembersKey appends n members of an object in the order of their keys. To see that order it walks over all that
// is inside of them before it reads that, so the cost is O(size × levels).
func appendMembersKey(dst []byte, n int, b []byte) (key, rest []byte) {
	if inOrder(n, b) {
		for range n {
			var name []byte
			name, b = span(b)
			dst = append(binary.AppendUvarint(dst, uint64(len(name))), name...)
			dst, b = appendElementKey(dst, b)
		}
		return dst, b
	}
	var room [fewKeys]member
	members, rest := sortedMembers(room[:0], n, b)
	for _, m := range members {
		dst = append(binary.AppendUvarint(dst, uint64(len(m.key))), m.key...)
		dst, _ = appendElementKey(dst, m.value)
	}
	return dst, rest
}

// inOrder tells whether n members of an object stand in the order of their keys.
func inOrder(n int, b []byte) bool {
	var last []byte
	for i := range n {
		name, inside := span(b)
		if i > 0 && bytes.Compare(last, name) > 0 {
			return false
		}
		last, b = name, skip(Tag(inside[0]), inside[1:])
	}
	return true
}
