package query

import (
	"bytes"
	"slices"

	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Cells are sorted by a class and a 64-bit key. Only within the class of strings do equal keys not mean a tie.
const (
	classBoolean uint8 = iota
	classNumber
	classDate
	classString
	classOther
	classLast // null, absent, NaN: last in both directions
)

// sortKey reads what rows are sorted by.
type sortKey struct {
	access
	desc  bool
	ranks []uint32 // by code: the place of a shared string among all, if all are shared
}

// bind makes keys for fields of a table. Behind the id, which no two rows have in common, no field matters.
func bind(t *table.Table, fields []sortField) []sortKey {
	keys := make([]sortKey, 0, len(fields))
	for _, f := range fields {
		k := sortKey{access: bindField(t, f.field), desc: f.desc}
		if k.number == noField {
			continue // all rows tie
		}
		isID := k.number == table.FieldID && len(k.rest) == 0
		if isID && !k.desc {
			break // which is how ties are broken anyway
		}
		if k.plain() {
			k.ranks = rankCodes(k.column)
		}
		keys = append(keys, k)
		if isID {
			break
		}
	}
	return keys
}

// rankCodes gives the place of each shared string among all, or nothing if some are not shared.
func rankCodes(c *table.Column) []uint32 {
	if _, all := c.Shared(nil); !all || c.Count(value.String) == 0 {
		return nil
	}
	codes := c.AppendCodes(nil)
	slices.SortFunc(codes, func(a, b uint32) int { return bytes.Compare(c.String(a), c.String(b)) })
	ranks := make([]uint32, c.Codes()+1)
	for rank, code := range codes {
		ranks[code] = uint32(rank)
	}
	return ranks
}

// load puts class and key into items by their slots.
func (k *sortKey) load(items []radix.Item) {
	if k.plain() && k.column.Kind() == table.Floats {
		k.loadFloats(items)
	} else {
		var scratch [8]byte
		for i := range items {
			items[i].Class, items[i].Key = k.key(items[i].Slot, &scratch)
		}
	}
	if !k.desc {
		return
	}
	for i := range items {
		if item := &items[i]; item.Class != classLast {
			item.Class, item.Key = classOther-item.Class, ^item.Key
		}
	}
}

func (k *sortKey) loadFloats(items []radix.Item) {
	c := k.column
	for i := range items {
		item := &items[i]
		if tag := c.Tag(item.Slot); tag.Numeric() {
			item.Class, item.Key = floatKey(tag, c.FloatAt(item.Slot))
		} else {
			item.Class, item.Key = keyOf(tag, nil)
		}
	}
}

// key gives the class and key of a row, as for ascending order.
func (k *sortKey) key(slot uint32, scratch *[8]byte) (class uint8, key uint64) {
	if !k.plain() {
		tag, payload := k.cell(slot, scratch)
		return keyOf(tag, payload)
	}
	c := k.column
	switch tag := c.Tag(slot); {
	case tag.Numeric():
		return floatKey(tag, c.Float(slot))
	case tag == value.String && k.ranks != nil:
		return classString, uint64(k.ranks[c.Ref(slot)])
	case tag == value.String:
		return classString, radix.Prefix(c.Payload(slot))
	default:
		return keyOf(tag, nil)
	}
}

func keyOf(tag value.Tag, payload []byte) (class uint8, key uint64) {
	switch tag {
	case value.False, value.True:
		return classBoolean, uint64(tag)
	case value.Number, value.Date:
		return floatKey(tag, value.Float(payload))
	case value.String:
		return classString, radix.Prefix(payload)
	case value.Bytes, value.Array, value.Object:
		return classOther, 0
	}
	return classLast, 0
}

func floatKey(tag value.Tag, f float64) (class uint8, key uint64) {
	if f != f {
		return classLast, 0
	}
	if tag == value.Date {
		return classDate, radix.Float(f)
	}
	return classNumber, radix.Float(f)
}

// stringClass is the class that load gives to strings.
func (k *sortKey) stringClass() uint8 {
	if k.desc {
		return classOther - classString
	}
	return classString
}

// exact tells whether a tie of loaded keys of a class is a tie of cells.
func (k *sortKey) exact(class uint8) bool {
	return class != k.stringClass() || k.ranks != nil
}

// text gives the string of a row that has one.
func (k *sortKey) text(slot uint32) []byte {
	if k.plain() {
		return k.column.Payload(slot)
	}
	var scratch [8]byte
	_, payload := k.cell(slot, &scratch)
	return payload
}

// sorted puts slots, which come in order of id, in the order of keys. The result is the evaluation's.
func (e *evaluation) sorted(keys []sortKey, slots []uint32) []uint32 {
	if len(keys) == 0 {
		return slots
	}
	e.items = slices.Grow(e.items[:0], 2*len(slots))
	items, scratch := e.items[:len(slots)], e.items[len(slots):2*len(slots)]
	for i, slot := range slots {
		items[i] = radix.Item{Slot: slot}
	}
	// By the last key first: every later pass is stable.
	for i := len(keys) - 1; i >= 0; i-- {
		keys[i].sort(items, scratch)
	}
	for i := range items {
		slots[i] = items[i].Slot
	}
	return slots
}

func (k *sortKey) sort(items, scratch []radix.Item) {
	k.load(items)
	class := k.stringClass()
	if k.exact(class) {
		radix.Sort(items, scratch)
		return
	}
	for i := range items {
		if items[i].Class == class {
			items[i].Key = 0 // which Strings makes anew: no passes for it here
		}
	}
	radix.Sort(items, scratch)
	from, _ := slices.BinarySearchFunc(items, class, byClass)
	to, _ := slices.BinarySearchFunc(items, class+1, byClass)
	if from < to {
		radix.Strings(items[from:to], scratch, k.desc, k.text)
	}
}

func byClass(item radix.Item, class uint8) int { return int(item.Class) - int(class) }
