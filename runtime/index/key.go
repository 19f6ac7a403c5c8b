package index

import (
	"bytes"
	"slices"

	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Classes of cells, in the order of a sort.
const (
	classBoolean uint8 = iota
	classNumber
	classDate
	classString
	classOther
	classLast // null, absent, NaN: last in both directions
)

// Key is a field that rows are sorted by, in the total order of package value. It turns cells into a class and a key of
// 64 bits for package radix. Only within the class of strings do equal keys not mean a tie.
type Key struct {
	path
	desc  bool
	ranks []uint32 // by code: the place of a shared string among all, if all are shared
}

// NewKey binds a key to a table as it is: make another after a write. name is a field of the rows, rest are keys to
// walk from there.
func NewKey(t *table.Table, name string, rest [][]byte, desc bool) *Key {
	k := &Key{path: path{table: t, name: name, rest: rest, number: noField}, desc: desc}
	k.bind()
	k.rank()
	return k
}

// Constant tells whether all rows tie, because none has the field.
func (k *Key) Constant() bool { return k.number == noField }

// Unique tells whether no two rows tie: the key is the id.
func (k *Key) Unique() bool { return k.number == table.FieldID && len(k.rest) == 0 }

// Floats gives the column of a key that is a number in every row, or in every row a date; else nil.
func (k *Key) Floats() *table.Column {
	if !k.plain() || k.column.Kind() != table.Floats {
		return nil
	}
	if n := k.table.Len(); k.column.Count(value.Number) != n && k.column.Count(value.Date) != n {
		return nil
	}
	return k.column
}

// rank gives shared strings their places, if all of the column's are shared.
func (k *Key) rank() {
	k.ranks = nil
	if !k.plain() || k.column.Kind() != table.Refs {
		return // Load gives ranks to cells of that kind only
	}
	c := k.column
	if _, all := c.Shared(nil); !all || c.Count(value.String) == 0 {
		return
	}
	codes := c.AppendCodes(nil)
	slices.SortFunc(codes, func(a, b uint32) int { return bytes.Compare(c.String(a), c.String(b)) })
	k.ranks = make([]uint32, c.Codes()+1)
	for rank, code := range codes {
		k.ranks[code] = uint32(rank)
	}
}

// Load puts class and key into items by their slots.
func (k *Key) Load(items []radix.Item) { k.load(items, true) }

// load is Load, or without strings leaves the keys of those 0.
func (k *Key) load(items []radix.Item, strings bool) {
	switch {
	case k.plain() && k.column.Kind() == table.Floats:
		k.loadFloats(items)
	case k.plain() && !strings && k.column.Count(value.String) == k.table.Len():
		for i := range items {
			items[i].Class, items[i].Key = classString, 0
		}
	case k.plain():
		k.loadCells(items, strings)
	default:
		var scratch [8]byte
		for i := range items {
			tag, payload := k.cell(items[i].Slot, &scratch)
			if tag == value.String && !strings {
				payload = nil
			}
			items[i].Class, items[i].Key = keyOf(tag, payload)
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

func (k *Key) loadFloats(items []radix.Item) {
	c := k.column
	chunk := -1
	var tags []byte
	var floats []float64
	for i := range items {
		item := &items[i]
		if n := int(item.Slot >> chunkBits); n != chunk {
			chunk, tags, floats = n, c.Tags(n), c.Floats(n)
		}
		item.Class, item.Key = classLast, 0
		o := int(item.Slot & (1<<chunkBits - 1))
		if o >= len(tags) {
			continue
		}
		switch tag := value.Tag(tags[o]); {
		case tag.Numeric():
			item.Class, item.Key = floatKey(tag, floats[o])
		case tag > value.Null:
			item.Class, item.Key = classBoolean, uint64(tag)
		}
	}
}

const chunkBits = 12 // of a column's chunks

func (k *Key) loadCells(items []radix.Item, strings bool) {
	c := k.column
	for i := range items {
		item := &items[i]
		switch tag := c.Tag(item.Slot); {
		case tag.Numeric():
			item.Class, item.Key = floatKey(tag, c.Float(item.Slot))
		case tag != value.String:
			item.Class, item.Key = keyOf(tag, nil)
		case !strings:
			item.Class, item.Key = classString, 0
		case k.ranks != nil:
			item.Class, item.Key = classString, uint64(k.ranks[c.Ref(item.Slot)])
		default:
			item.Class, item.Key = classString, radix.Prefix(c.Payload(item.Slot))
		}
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

// Mark gives a class and key for a cell that need not be any row's: rows for which Load gives less come before it, rows
// with more behind it, and of those with the same the cells decide.
func (k *Key) Mark(tag value.Tag, payload []byte) (class uint8, key uint64) {
	class, key = keyOf(tag, payload)
	if class == classString && k.ranks != nil {
		key = 0
		for _, code := range k.column.AppendCodes(nil) {
			if bytes.Compare(k.column.String(code), payload) < 0 {
				key++
			}
		}
	}
	if k.desc && class != classLast {
		class, key = classOther-class, ^key
	}
	return class, key
}

// stringClass is the class that Load gives to strings.
func (k *Key) stringClass() uint8 {
	if k.desc {
		return classOther - classString
	}
	return classString
}

// exact tells whether a tie of loaded keys of a class is a tie of cells.
func (k *Key) exact(class uint8) bool { return class != k.stringClass() || k.ranks != nil }

// text gives the string of a row that has one.
func (k *Key) text(slot uint32) []byte {
	if k.plain() {
		return k.column.Payload(slot)
	}
	var scratch [8]byte
	_, payload := k.cell(slot, &scratch)
	return payload
}

// Sort puts items in order by their slots; those that tie keep theirs. scratch must be as long as items. It is a radix
// sort: a few passes over the items, and for strings a few more over those that share a beginning.
func (k *Key) Sort(items, scratch []radix.Item) {
	class := k.stringClass()
	if k.exact(class) {
		k.load(items, true)
		radix.Sort(items, scratch)
		return
	}
	k.load(items, false) // radix.Strings makes keys of its own
	mixed := false
	for i := range items {
		if items[i].Class != class {
			mixed = true
			break
		}
	}
	from, to := 0, len(items)
	if mixed {
		radix.Sort(items, scratch)
		from, _ = slices.BinarySearchFunc(items, class, byClass)
		to, _ = slices.BinarySearchFunc(items, class+1, byClass)
	}
	if from < to {
		text := k.text
		if k.plain() && k.column.Kind() == table.Refs {
			text = k.column.StringAt // each call counts
		}
		radix.Strings(items[from:to], scratch, k.desc, text)
	}
}

func byClass(item radix.Item, class uint8) int { return int(item.Class) - int(class) }

// CompareLoaded compares items that Load has filled, and by their rows if that does not decide.
func (k *Key) CompareLoaded(a, b *radix.Item) int {
	switch {
	case a.Class != b.Class:
		return int(a.Class) - int(b.Class)
	case a.Key < b.Key:
		return -1
	case a.Key > b.Key:
		return 1
	case k.exact(a.Class):
		return 0
	}
	order := bytes.Compare(k.text(a.Slot), k.text(b.Slot))
	if k.desc {
		return -order
	}
	return order
}

// Compare compares two rows.
func (k *Key) Compare(a, b uint32) int {
	pair := [2]radix.Item{{Slot: a}, {Slot: b}}
	k.Load(pair[:])
	return k.CompareLoaded(&pair[0], &pair[1])
}
