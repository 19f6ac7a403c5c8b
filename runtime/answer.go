package runtime

import (
	"github.com/atoma-dev/atoma/runtime/aggregate"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/relation"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Answer is what a query found. Its memory is used again by the next query that answers into it.
type Answer struct {
	Slots []uint32        // the rows, in order
	Page  *query.PageInfo // nil unless the query has a page
	Tree  []uint32        // the trees of related rows (package relation), one behind the other
	Shape value.Value     // how to read them (Includes); Absent unless the query includes anything
}

// Query answers a query, which comes encoded: the payload of an object, or nothing for all rows by id.
func (s *Store) Query(encoded []byte, a *Answer) *fault.Error {
	a.Slots, a.Page, a.Tree, a.Shape = a.Slots[:0], nil, a.Tree[:0], value.Value{}
	if len(encoded) == 0 && s.table != nil {
		a.Slots = s.table.Slots(a.Slots)
		return nil
	}
	q, err := s.parse(encoded)
	if err != nil {
		return err
	}
	if a.Slots, a.Page, err = q.Run(s.source(), a.Slots); err != nil {
		return s.named(err)
	}
	if len(q.Includes()) > 0 {
		a.Shape = includes(q)
		a.Tree = relation.Attach(s.client, s.name, q, a.Slots, a.Tree)
	}
	return nil
}

// includes describes the includes of a query: { stores: the names that targets count, includes: relation.Shape }.
func includes(q *query.Query) value.Value {
	names := value.Value{Tag: value.Array}
	for _, name := range relation.Targets(q) {
		names.Items = append(names.Items, value.Value{Tag: value.String, Str: []byte(name)})
	}
	return value.Value{
		Tag:   value.Object,
		Keys:  [][]byte{[]byte("stores"), []byte("includes")},
		Items: []value.Value{names, relation.Shape(q)},
	}
}

// Count counts the rows that match the filter of a query. All of the query is checked, but its sort and limits do not
// matter.
func (s *Store) Count(encoded []byte) (int, *fault.Error) {
	if len(encoded) == 0 && s.table != nil {
		return s.table.Len(), nil
	}
	q, err := s.parse(encoded)
	if err != nil {
		return 0, err
	}
	return q.Count(s.source()), nil
}

// Explain runs a query and says what was done for it. See query.Query.Explain.
func (s *Store) Explain(encoded []byte) (value.Value, *fault.Error) {
	q, err := s.parse(encoded)
	if err != nil {
		return value.Value{}, err
	}
	return q.Explain(s.source()), nil
}

// Aggregate groups rows and computes their metrics. See package aggregate.
func (s *Store) Aggregate(encoded []byte) ([]aggregate.Group, *fault.Error) {
	spec, err := s.parseAggregate(encoded)
	if err != nil {
		return nil, err
	}
	return aggregate.Run(spec, s.source()), nil
}

func (s *Store) parseAggregate(encoded []byte) (*aggregate.Spec, *fault.Error) {
	if s.table == nil {
		return nil, s.disposed()
	}
	v, err := decodeObject(encoded, "an aggregate")
	if err != nil {
		return nil, s.named(err)
	}
	spec, err := aggregate.Parse(v, s.client.schema, s.name)
	return spec, s.named(err)
}

// Stats is how much a store holds.
type Stats struct {
	Rows    int
	Bytes   int           // of memory, for rows and what leads to them
	Indexes []index.Stats // of those that the schema asks for
}

// Stats measures the store. Indexes are brought up to date for it.
func (s *Store) Stats() Stats {
	if s.table == nil {
		return Stats{}
	}
	return Stats{Rows: s.table.Len(), Bytes: s.table.Bytes(), Indexes: s.indexes.Stats()}
}
