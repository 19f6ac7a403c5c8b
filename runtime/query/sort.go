package query

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/radix"
)

// sortKey reads what rows are sorted by: a field, or the score.
type sortKey struct {
	*index.Key
	field field
	desc  bool
	score *scorer // not nil: in place of the field
}

// bind makes keys of a sort for the table as it is. Behind the id, which no two rows have in common, no field matters.
// reverse says that rows are sorted by descending id alone, for which there is no key.
func (e *evaluation) bind(fields []sortField, filter *node) (keys []sortKey, reverse bool) {
	for _, f := range fields {
		if f.score {
			keys = append(keys, sortKey{desc: f.desc, score: newScorer(e.source, filter)})
			continue
		}
		k := sortKey{Key: index.NewKey(e.table, f.field.name, f.field.rest, f.desc), field: f.field, desc: f.desc}
		if k.Constant() {
			continue // all rows tie
		}
		if k.Unique() {
			if !k.desc {
				break // which is how ties are broken anyway
			}
			if len(keys) == 0 {
				return nil, true
			}
			return append(keys, k), false
		}
		keys = append(keys, k)
	}
	return keys, false
}

// load puts class and key into items by their slots.
func (k *sortKey) load(items []radix.Item) {
	if k.score == nil {
		k.Load(items)
		return
	}
	for i := range items {
		key := radix.Float(k.score.score(items[i].Slot))
		if k.desc {
			key = ^key
		}
		items[i].Class, items[i].Key = 0, key
	}
}

func (k *sortKey) sort(items, scratch []radix.Item) {
	if k.score == nil {
		k.Sort(items, scratch)
		return
	}
	k.load(items)
	radix.Sort(items, scratch)
}

// compareLoaded compares items that load has filled.
func (k *sortKey) compareLoaded(a, b *radix.Item) int {
	if k.score == nil {
		return k.CompareLoaded(a, b)
	}
	switch {
	case a.Key < b.Key:
		return -1
	case a.Key > b.Key:
		return 1
	}
	return 0
}

func (k *sortKey) compare(a, b uint32) int {
	if k.score == nil {
		return k.Compare(a, b)
	}
	pair := [2]radix.Item{{Slot: a}, {Slot: b}}
	k.load(pair[:])
	return k.compareLoaded(&pair[0], &pair[1])
}

// sortBy puts slots, which come in order of id, in the order of keys.
func (e *evaluation) sortBy(keys []sortKey, slots []uint32) {
	if len(keys) == 0 || len(slots) < 2 {
		return
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
}
