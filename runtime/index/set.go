// Package index keeps up the indexes of one store's rows: ordered ones for equality, ranges, prefixes and sorting,
// substring and text ones for searching.
//
// A Set owns the indexes of a table and follows its log of changes. Writes cost an index nothing: what changed is
// worked in when the index is next asked for, row by row, or all at once where that is faster. So a bulk load that is
// followed by a query builds each index in one pass, and an index that is never asked for is never built.
//
// What a Set gives is valid until the next write to the table. A Set is for one goroutine at a time, that of its table.
package index

import (
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
)

// Set is the indexes of a table.
type Set struct {
	table  *table.Table
	reader *table.Reader
	defs   []schema.Index
	kept   []*upkeep
	seen   []uint64 // a bitset over slots, empty between uses
	ranks  []uint32 // see Ranks
	ranked int      // how often ranks were asked for since rows came or went, up to 2: they are made
}

// maintained is an index that a Set keeps up. The table is read as it is at the time of the call.
type maintained interface {
	// fields gives the FieldBits of the changes that concern the index. It may grow as the table defines fields. It
	// includes the bit of the id, which rows that came or went have.
	fields() uint64
	// apply works in rows that may have changed: each is distinct, was in the index or was not, and has a row now or,
	// by table.Live, has none. All other rows are in the index as they are in the table.
	apply(slots []uint32)
	// rebuild makes the index anew from all rows. It is called before anything else.
	rebuild()
	// stats counts rows, distinct values and bytes of memory; see Stats.
	stats(kind schema.IndexType) (documents, distinct, bytes int)
}

// upkeep is an index with what has yet to be worked in.
type upkeep struct {
	index maintained
	field string
	kind  schema.IndexType // NumberIndex for all ordered ones
	dirty []uint32         // slots of rows that may have changed; may name one twice
	stale bool             // any row may have changed
}

// minDirty is up to how many changed rows are always noted. Beyond them, more than a quarter of all rows make an
// index stale.
const minDirty = 1024

// NewSet makes the indexes that a schema asks for. They are built when they are first asked for.
func NewSet(t *table.Table, defs []schema.Index) *Set {
	s := &Set{table: t, reader: t.Follow(), defs: defs}
	for _, def := range defs {
		switch def.Type {
		case schema.SubstringIndex:
			s.keep(newSubstring(t, def), def.Field, def.Type)
		case schema.TextIndex:
			s.keep(newText(t, def), def.Field, def.Type)
		default:
			if s.find(def.Field, schema.NumberIndex) == nil {
				s.keep(newOrdered(t, def.Field), def.Field, schema.NumberIndex)
			}
		}
	}
	return s
}

// Close stops following the table. The indexes must not be used afterwards.
func (s *Set) Close() { s.reader.Close() }

// Ordered gives the ordered index of a field, up to date; nil if there is none.
func (s *Set) Ordered(field string) *Ordered {
	if k := s.find(field, schema.NumberIndex); k != nil {
		s.refresh(k)
		return k.index.(*Ordered)
	}
	return nil
}

// EnsureOrdered is Ordered, and makes the index if there is none.
func (s *Set) EnsureOrdered(field string) *Ordered {
	if s.find(field, schema.NumberIndex) == nil {
		s.keep(newOrdered(s.table, field), field, schema.NumberIndex)
	}
	return s.Ordered(field)
}

// Substring gives the substring index of a field, up to date; nil if there is none.
func (s *Set) Substring(field string) *Substring {
	if k := s.find(field, schema.SubstringIndex); k != nil {
		s.refresh(k)
		return k.index.(*Substring)
	}
	return nil
}

// Text gives the text index of a field, up to date; nil if there is none.
func (s *Set) Text(field string) *Text {
	if k := s.find(field, schema.TextIndex); k != nil {
		s.refresh(k)
		return k.index.(*Text)
	}
	return nil
}

func (s *Set) find(field string, kind schema.IndexType) *upkeep {
	for _, k := range s.kept {
		if k.kind == kind && k.field == field {
			return k
		}
	}
	return nil
}

func (s *Set) keep(x maintained, field string, kind schema.IndexType) {
	s.kept = append(s.kept, &upkeep{index: x, field: field, kind: kind, stale: true})
}

// refresh brings one index up to date.
func (s *Set) refresh(k *upkeep) {
	s.follow()
	switch {
	case k.stale:
		k.index.rebuild()
	case len(k.dirty) > 0:
		s.distinct(k)
		k.stale = true // until it is done, should it panic
		k.index.apply(k.dirty)
	default:
		return
	}
	k.stale = false
	if cap(k.dirty) > 2*minDirty {
		k.dirty = nil
	}
	k.dirty = k.dirty[:0]
}

// follow reads the table's log and notes for each index which rows concern it.
func (s *Set) follow() {
	if !s.reader.Pending() {
		return
	}
	entries, all := s.reader.Read()
	if all {
		s.ranked = 0
	}
	for i := 0; i < len(entries) && s.ranked > 0; i++ {
		if entries[i].Fields&table.FieldBit(table.FieldID) != 0 {
			s.ranked = 0
		}
	}
	for _, k := range s.kept {
		switch {
		case k.stale:
		case all:
			k.spoil()
		default:
			fields := k.index.fields()
			for _, entry := range entries {
				if entry.Fields&fields != 0 {
					k.dirty = append(k.dirty, entry.Slot)
				}
			}
			s.bound(k)
		}
	}
}

// bound has an index built anew that more than a quarter of the rows have changed for.
func (s *Set) bound(k *upkeep) {
	most := max(minDirty, s.table.Len()/4)
	if len(k.dirty) <= most {
		return
	}
	s.distinct(k)
	if len(k.dirty) > most/2 {
		k.spoil()
	}
}

func (k *upkeep) spoil() { k.stale, k.dirty = true, nil }

// distinct leaves each dirty slot once.
func (s *Set) distinct(k *upkeep) {
	kept := k.dirty[:0]
	for _, slot := range k.dirty {
		w, bit := int(slot>>6), uint64(1)<<(slot&63)
		for w >= len(s.seen) {
			s.seen = append(s.seen, 0)
		}
		if s.seen[w]&bit == 0 {
			s.seen[w] |= bit
			kept = append(kept, slot)
		}
	}
	k.dirty = kept
	for _, slot := range kept {
		s.seen[slot>>6] = 0
	}
}
