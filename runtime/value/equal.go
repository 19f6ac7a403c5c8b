package value

import (
	"bytes"
	"math"
	"slices"
)

// Equal is the eq of queries: by kind and value, 0 equal to -0, NaN to NaN, dates by time, bytes, arrays and objects
// deeply and whatever the order of keys, and null equal to absent.
func Equal(aTag Tag, a []byte, bTag Tag, b []byte) bool {
	if aTag != bTag {
		return aTag <= Null && bTag <= Null
	}
	return equalPayload(aTag, a, b, false)
}

// Same tells whether replacing one cell by the other changes nothing: Equal, but numbers as by Object.is, so that 0
// and -0 differ, and null and absent differ.
func Same(aTag Tag, a []byte, bTag Tag, b []byte) bool {
	return aTag == bTag && equalPayload(aTag, a, b, true)
}

func equalPayload(tag Tag, a, b []byte, exact bool) bool {
	switch tag {
	case Number, Date:
		return equalFloat(tag, a, b, exact)
	case String, Bytes:
		return bytes.Equal(a, b)
	case Array, Object:
		if bytes.Equal(a, b) { // by far the most usual way of being equal, and always right
			return true
		}
		_, _, ok := equalNested(tag, a, b, exact)
		return ok
	}
	return true
}

func equalFloat(tag Tag, a, b []byte, exact bool) bool {
	x, y := Float(a), Float(b)
	if x != y {
		return x != x && y != y
	}
	return !exact || tag == Date || math.Signbit(x) == math.Signbit(y)
}

// equalNested compares two nested payloads of one tag and gives what follows each; if they differ, nothing of use.
// It reads both in step, so that it costs one pass unless keys stand in another order.
func equalNested(tag Tag, a, b []byte, exact bool) (restA, restB []byte, ok bool) {
	switch tag {
	case Number, Date:
		return a[8:], b[8:], equalFloat(tag, a, b, exact)
	case String, Bytes:
		s, a := span(a)
		t, b := span(b)
		return a, b, bytes.Equal(s, t)
	case Array:
		n, a := uvarint(a)
		m, b := uvarint(b)
		ok := n == m
		for i := 0; ok && i < n; i++ {
			a, b, ok = equalElement(a, b, exact)
		}
		return a, b, ok
	case Object:
		n, a := uvarint(a)
		m, b := uvarint(b)
		if n != m {
			return nil, nil, false
		}
		return equalMembers(n, a, b, exact)
	}
	return a, b, true
}

// equalElement is equalNested for values whose tags have yet to be read.
func equalElement(a, b []byte, exact bool) (restA, restB []byte, ok bool) {
	if a[0] != b[0] {
		return nil, nil, false
	}
	return equalNested(Tag(a[0]), a[1:], b[1:], exact)
}

// equalMembers compares n members of two objects, in step for as long as the keys are.
func equalMembers(n int, a, b []byte, exact bool) (restA, restB []byte, ok bool) {
	for n > 0 {
		aKey, aValue := span(a)
		bKey, bValue := span(b)
		if !bytes.Equal(aKey, bKey) {
			return equalUnordered(n, a, b, exact)
		}
		if a, b, ok = equalElement(aValue, bValue, exact); !ok {
			return nil, nil, false
		}
		n--
	}
	return a, b, true
}

// member is a key of an object and where its value starts.
type member struct{ key, value []byte }

// equalUnordered compares n members whose keys stand in different orders, by sorting both sides. Finding the members
// walks over all that is inside of them, so the cost is O(size × levels at which the order differs).
func equalUnordered(n int, a, b []byte, exact bool) (restA, restB []byte, ok bool) {
	var aRoom, bRoom [fewKeys]member
	as, restA := sortedMembers(aRoom[:0], n, a)
	bs, restB := sortedMembers(bRoom[:0], n, b)
	for i := range as {
		if !bytes.Equal(as[i].key, bs[i].key) {
			return nil, nil, false
		}
	}
	for i := range as {
		if _, _, ok := equalElement(as[i].value, bs[i].value, exact); !ok {
			return nil, nil, false
		}
	}
	return restA, restB, true
}

func sortedMembers(dst []member, n int, b []byte) (members []member, rest []byte) {
	dst = slices.Grow(dst, n)
	for range n {
		key, value := span(b)
		dst = append(dst, member{key, value})
		b = skip(Tag(value[0]), value[1:])
	}
	order := Permutation(n, func(x, y uint32) int { return bytes.Compare(dst[x].key, dst[y].key) })
	sorted := make([]member, n)
	for i, at := range order {
		sorted[i] = dst[at]
	}
	return sorted, b
}
