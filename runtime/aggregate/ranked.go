package aggregate

import (
	"bytes"

	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/table"
)

// classify gives class and key of a row's cell.
func (f *field) classify(slot uint32) (class byte, key uint64) {
	if f.plain() && f.column.Kind() == table.Floats {
		tag := f.column.Tag(slot)
		if !tag.Numeric() {
			return classify(tag, nil)
		}
		return classifyFloat(byte(tag), f.column.FloatAt(slot))
	}
	var scratch [8]byte
	return classify(f.cell(slot, &scratch))
}

// compareRanked orders rows by group, then by the cell that is ranked, then by slot, which no law depends on: cells that
// tie are the same.
func (v *View) compareRanked(i int, a, b uint32) int {
	if x, y := v.memory.of(a), v.memory.of(b); x != y {
		return int(x) - int(y)
	}
	f := &v.tally.fields[v.tally.spec.ranked[i]]
	aClass, aKey := f.classify(a)
	bClass, bKey := f.classify(b)
	switch {
	case aClass != bClass:
		return int(aClass) - int(bClass)
	case aKey < bKey:
		return -1
	case aKey > bKey:
		return 1
	case byBytes(aClass):
		var aScratch, bScratch [8]byte
		_, x := f.cell(a, &aScratch)
		_, y := f.cell(b, &bScratch)
		if order := bytes.Compare(x, y); order != 0 {
			return order
		}
	}
	return int(a) - int(b)
}

// buildRanked fills a list with all rows that are in a group and have a cell to be ranked.
func (v *View) buildRanked(i int) {
	f := &v.tally.fields[v.tally.spec.ranked[i]]
	slots := v.memory.slots()
	items := make([]radix.Item, 0, len(slots))
	for _, slot := range slots {
		if class, key := f.classify(slot); class < classNaN {
			items = append(items, radix.Item{Key: key, Slot: slot, Class: class})
		}
	}
	if len(items) == 0 {
		v.ranked[i].Build(nil)
		return
	}
	scratch := make([]radix.Item, len(items))
	var room [8]byte
	sortCells(items, scratch, func(slot uint32) []byte {
		_, payload := f.cell(slot, &room)
		return payload
	})
	if len(v.tally.spec.groupBy) > 0 {
		sortByKey(items, scratch, v.memory.of)
	}
	slots = slots[:len(items)]
	for k := range items {
		slots[k] = items[k].Slot
	}
	v.ranked[i].Build(slots)
}

// extreme finds the row with the least or greatest cell of a group.
func (v *View) extreme(metric int, group uint32) (slot uint32, ok bool) {
	m := &v.tally.spec.metrics[metric]
	list, group := v.ranked[m.of], group+1
	at := 0
	if m.kind == least {
		at = list.Search(func(slot uint32) bool { return v.memory.of(slot) >= group })
	} else {
		at = list.Search(func(slot uint32) bool { return v.memory.of(slot) > group }) - 1
	}
	if at < 0 || at == list.Len() {
		return 0, false
	}
	slot = list.At(at)
	return slot, v.memory.of(slot) == group
}
