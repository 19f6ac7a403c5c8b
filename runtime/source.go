package runtime

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Source gives the rows and indexes of a store to whatever reads them, and opens the store if nobody has used it yet.
// Includes look up the stores that they lead to by it.
func (c *Client) Source(store string) query.Source { return c.OpenStore(store).source() }

func (s *Store) source() query.Source { return query.Source{Table: s.table, Indexes: s.indexes} }

// parse reads an encoded query, which is the payload of an object; an empty one asks for all rows by id.
func (s *Store) parse(encoded []byte) (*query.Query, *fault.Error) {
	if s.table == nil {
		return nil, s.disposed()
	}
	if q := s.prepared[string(encoded)]; q != nil {
		return q, nil
	}
	v, err := decodeObject(encoded, "a query")
	if err != nil {
		return nil, s.named(err)
	}
	q, err := query.Parse(v, s.client.schema, s.name)
	if err != nil {
		return nil, s.named(err)
	}
	s.prepared.keep(encoded, q)
	return q, nil
}

// decodeObject reads what JavaScript wrote of a user's description; what it is called stands in messages. Nothing at all
// is an empty object. The value aliases its bytes.
func decodeObject(encoded []byte, what string) (value.Value, *fault.Error) {
	if len(encoded) == 0 {
		return value.Value{Tag: value.Object}, nil
	}
	v, err := value.DecodeQuery(value.Object, encoded)
	if err == value.ErrDepth {
		return v, fault.New(fault.InvalidQuery, what+" may have no more than 1,000 levels")
	}
	if err != nil {
		return v, fault.New(fault.Internal, what+" could not be read: "+err.Error())
	}
	return v, nil
}
