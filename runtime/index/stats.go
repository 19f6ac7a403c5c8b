package index

import "github.com/atoma-dev/atoma/runtime/schema"

// Stats says how large an index is.
type Stats struct {
	Field, Type string
	Documents   int // rows with a value of the index's type, or with text
	Distinct    int // different values, n-grams or terms
	Bytes       int // of memory; 0 for an ordered index that shares it with one before, on the same field
}

// Stats describes the indexes that the schema asks for, in its order. It brings them all up to date.
func (s *Set) Stats() []Stats {
	all := make([]Stats, len(s.defs))
	for i, def := range s.defs {
		kind := def.Type
		if kind == schema.DateIndex || kind == schema.StringIndex {
			kind = schema.NumberIndex
		}
		k := s.find(def.Field, kind)
		s.refresh(k)
		documents, distinct, bytes := k.index.stats(def.Type)
		if s.shares(i) {
			bytes = 0
		}
		all[i] = Stats{def.Field, string(def.Type), documents, distinct, bytes}
	}
	return all
}

// shares tells whether index i is the same as one before it.
func (s *Set) shares(i int) bool {
	for _, other := range s.defs[:i] {
		if other.Field == s.defs[i].Field && ordered(other.Type) && ordered(s.defs[i].Type) {
			return true
		}
	}
	return false
}

func ordered(kind schema.IndexType) bool {
	return kind != schema.SubstringIndex && kind != schema.TextIndex
}
