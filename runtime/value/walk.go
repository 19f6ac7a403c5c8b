package value

import "bytes"

// The functions of this file walk accepted payloads in place. Keys and payloads that they return alias the input.

// Count reads the number of elements at the start of an Array's or Object's payload; rest starts at the first.
func Count(payload []byte) (n int, rest []byte) {
	return uvarint(payload)
}

// Next reads the nested value at the start of b. The payload it gives is in top-level form, and rest is what follows
// the value. To find the end of an array or object it walks over all of it.
func Next(b []byte) (tag Tag, payload, rest []byte) {
	tag, b = Tag(b[0]), b[1:]
	if tag == String || tag == Bytes {
		payload, rest = span(b)
		return tag, payload, rest
	}
	rest = skip(tag, b)
	return tag, b[:len(b)-len(rest)], rest
}

// NextKey reads the key at the start of b, where an Object's payload has one; rest starts at its value.
func NextKey(b []byte) (key, rest []byte) {
	return span(b)
}

// Member finds the value of a key in an Object's payload, as Next would give it. Its cost is linear in the object.
func Member(payload, key []byte) (Tag, []byte, bool) {
	n, b := Count(payload)
	for range n {
		var k []byte
		k, b = span(b)
		if bytes.Equal(k, key) {
			tag, p, _ := Next(b)
			return tag, p, true
		}
		b = skip(Tag(b[0]), b[1:])
	}
	return Absent, nil, false
}

// skip gives what follows a nested payload.
func skip(tag Tag, b []byte) []byte {
	switch tag {
	case Number, Date:
		return b[8:]
	case String, Bytes:
		_, b = span(b)
	case Array:
		var n int
		n, b = uvarint(b)
		for range n {
			b = skip(Tag(b[0]), b[1:])
		}
	case Object:
		var n int
		n, b = uvarint(b)
		for range n {
			_, b = span(b)
			b = skip(Tag(b[0]), b[1:])
		}
	}
	return b
}

func span(b []byte) (s, rest []byte) {
	n, b := uvarint(b)
	return b[:n:n], b[n:]
}

func uvarint(b []byte) (int, []byte) {
	if b[0] < 0x80 {
		return int(b[0]), b[1:]
	}
	n, i := 0, 0
	for b[i] >= 0x80 {
		n |= int(b[i]&0x7f) << (7 * i)
		i++
	}
	return n | int(b[i])<<(7*i), b[i+1:]
}
