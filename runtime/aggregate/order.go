package aggregate

import (
	"bytes"
	"math"

	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Cells are put in the total order of package value, which is made finer here, so that only cells of the same bytes tie:
// what a minimum or the order of groups is must not depend on which row came first. -0 comes before 0; bytes, arrays and
// objects come in this order and by their bytes; and of what comes last NaN is first and null is last.
//
// A cell's class is its tag but for those of the end. Its key orders within the class; of strings and what comes behind
// them, which go by their bytes, only as far as radix.Prefix does.
const (
	classNaN         = byte(value.Undefined) + iota // these tie but for their class
	classInvalidDate                                //
	classNull                                       // and absent
)

func classify(tag value.Tag, payload []byte) (class byte, key uint64) {
	switch {
	case tag <= value.Null:
		return classNull, 0
	case tag.Numeric():
		return classifyFloat(byte(tag), value.Float(payload))
	}
	if byBytes(byte(tag)) {
		key = radix.Prefix(payload)
	}
	return byte(tag), key
}

func classifyFloat(tag byte, f float64) (class byte, key uint64) {
	if f != f {
		return tag - byte(value.Number) + classNaN, 0
	}
	return tag, floatKey(f)
}

// floatKey orders numbers as unsigned integers.
func floatKey(f float64) uint64 {
	b := math.Float64bits(f)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// byBytes tells whether cells of a class go by their bytes.
func byBytes(class byte) bool { return class >= byte(value.String) && class <= byte(value.Object) }

// compareCells orders two cells. It gives 0 only for those of the same bytes, and for null and absent.
func compareCells(aTag value.Tag, a []byte, bTag value.Tag, b []byte) int {
	aClass, aKey := classify(aTag, a)
	bClass, bKey := classify(bTag, b)
	switch {
	case aClass != bClass:
		return int(aClass) - int(bClass)
	case aKey < bKey:
		return -1
	case aKey > bKey:
		return 1
	case byBytes(aClass):
		return bytes.Compare(a, b)
	}
	return 0
}

// sortCells sorts items of which class and key are those of cells; payload gives the bytes of those that go by them.
// Ties keep their order. Keys are overwritten.
func sortCells(items, scratch []radix.Item, payload func(slot uint32) []byte) {
	for i := range items {
		if byBytes(items[i].Class) {
			items[i].Key = 0
		}
	}
	radix.Sort(items, scratch)
	for start := 0; start < len(items); {
		end := start + 1
		for end < len(items) && items[end].Class == items[start].Class {
			end++
		}
		if byBytes(items[start].Class) && end-start > 1 {
			radix.Strings(items[start:end], scratch[start:end], false, payload)
		}
		start = end
	}
}

// sortByKey sorts items by their keys alone. Ties keep their order.
func sortByKey(items, scratch []radix.Item, key func(slot uint32) uint32) {
	for i := range items {
		items[i].Class, items[i].Key = 0, uint64(key(items[i].Slot))
	}
	radix.Sort(items, scratch)
}
