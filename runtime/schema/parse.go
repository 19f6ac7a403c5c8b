package schema

import (
	"math"
	"strconv"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Parse checks a schema and gives it in typed form. No schema at all (Absent, Undefined) is an empty one, and a key
// whose value is undefined is as good as left out. The first mistake found, in the order of the text, is returned as
// invalid_schema, with its path from the root of the schema.
func Parse(v value.Value) (*Schema, *fault.Error) {
	s := &Schema{Stores: map[string]*Store{}}
	if missing(v) {
		return s, nil
	}
	root := node{v: v}
	if err := root.want(value.Object); err != nil {
		return nil, err
	}
	// All names first: a relation may lead to a store that stands further down.
	for i, key := range v.Keys {
		if !missing(v.Items[i]) {
			s.Stores[string(key)] = &Store{Name: string(key), Relations: map[string]*Relation{}}
		}
	}
	err := root.each(func(name string, n node) *fault.Error {
		if name == "" {
			return n.fail("a store needs a name that is not empty")
		}
		return s.store(s.Stores[name], n)
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Schema) store(dst *Store, n node) *fault.Error {
	if err := n.want(value.Object); err != nil {
		return err
	}
	return n.each(func(key string, n node) (err *fault.Error) {
		switch key {
		case "indexes":
			dst.Indexes, err = indexes(n)
		case "relations":
			err = s.relations(dst, n)
		case "write":
			dst.Strategy, err = strategy(n)
		case "createId":
			dst.CreateID, err = true, n.wantFunction()
		case "processor":
			err = processor(n)
		default:
			err = n.unknown("indexes, relations, createId, processor, write")
		}
		return err
	})
}

func strategy(n node) (name string, err *fault.Error) {
	if err := n.want(value.Object); err != nil {
		return "", err
	}
	err = n.each(func(key string, n node) (err *fault.Error) {
		if key != "strategy" {
			return n.unknown("strategy")
		}
		name, err = n.text()
		return err
	})
	return name, err
}

// processor checks the shape of a processor; its functions are the bridge's to call.
func processor(n node) *fault.Error {
	if n.v.Tag == value.True {
		return nil
	}
	if err := n.want(value.Object); err != nil {
		return err
	}
	return n.each(func(key string, n node) *fault.Error {
		switch key {
		case "inbound", "outbound", "writeback", "validate":
			return n.wantFunction()
		}
		return n.unknown("inbound, outbound, writeback, validate")
	})
}

func indexes(n node) ([]Index, *fault.Error) {
	if err := n.want(value.Array); err != nil {
		return nil, err
	}
	type kind struct {
		field string
		of    IndexType
	}
	first := map[kind]int{}
	list := make([]Index, 0, len(n.v.Items))
	for i := range n.v.Items {
		item := n.at(i)
		index, err := parseIndex(item)
		if err != nil {
			return nil, err
		}
		if at, twice := first[kind{index.Field, index.Type}]; twice {
			return nil, item.fail("there is a " + string(index.Type) + " index on " + quote(index.Field) +
				" already, at position " + strconv.Itoa(at) + "; leave out one of the two")
		}
		first[kind{index.Field, index.Type}] = i
		list = append(list, index)
	}
	return list, nil
}

func parseIndex(n node) (index Index, err *fault.Error) {
	index.Options = IndexOptions{MinTokenLength: 1, FuzzyDistance: Unset, Tokenizer: UnicodeTokenizer}
	if err := n.want(value.Object); err != nil {
		return index, err
	}
	if err := n.require("field", "type"); err != nil {
		return index, err
	}
	err = n.each(func(key string, n node) (err *fault.Error) {
		switch key {
		case "field":
			index.Field, err = n.text()
		case "type":
			index.Type, err = oneOf(n, NumberIndex, DateIndex, StringIndex, SubstringIndex, TextIndex)
		case "options":
			err = index.Options.parse(n)
		default:
			err = n.unknown("field, type, options")
		}
		return err
	})
	return index, err
}

func (o *IndexOptions) parse(n node) *fault.Error {
	if err := n.want(value.Object); err != nil {
		return err
	}
	return n.each(func(key string, n node) (err *fault.Error) {
		switch key {
		case "minTokenLength":
			o.MinTokenLength, err = n.whole(1, math.MaxInt32)
		case "fuzzyDistance":
			o.FuzzyDistance, err = n.whole(0, 2)
		case "ngramSize":
			o.NgramSize, err = n.whole(1, math.MaxInt32)
		case "tokenizer":
			o.Tokenizer, err = oneOf(n, UnicodeTokenizer, WhitespaceTokenizer)
		default:
			err = n.unknown("minTokenLength, fuzzyDistance, ngramSize, tokenizer")
		}
		return err
	})
}
