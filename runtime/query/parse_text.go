package query

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// substring reads startsWith, endsWith or contains. The parser stands at the operand.
func (p *parser) substring(f field, name string, v value.Value) (*node, *fault.Error) {
	if v.Tag != value.String {
		return nil, p.fail("must be a string, not " + describe(v))
	}
	n := &node{op: opContains, field: f, operand: operand{value.String, text.AppendFold([]byte{}, v.Str)}}
	switch name {
	case "startsWith":
		n.op = opStarts
	case "endsWith":
		n.op = opEnds
	}
	return n, nil
}

// textExpression reads { op: 'text', field, query, mode, distance }.
func (p *parser) textExpression(v value.Value) (*node, *fault.Error) {
	if err := p.onlyKeys(v, "op", "field", "query", "mode", "distance"); err != nil {
		return nil, err
	}
	f, err := p.field(v)
	if err != nil {
		return nil, err
	}
	return p.text(f, v)
}

// textOperand reads { query, mode, distance }.
func (p *parser) textOperand(f field, v value.Value) (*node, *fault.Error) {
	if v.Tag != value.Object {
		return nil, p.fail("must be an object { query, mode, distance }, not " + describe(v))
	}
	if err := p.onlyKeys(v, "query", "mode", "distance"); err != nil {
		return nil, err
	}
	return p.text(f, v)
}

// text reads the query, mode and distance of an object. A distance means nothing to the mode that has none, but may be
// given, so that a program can switch between modes.
func (p *parser) text(f field, v value.Value) (*node, *fault.Error) {
	query, _ := v.Get("query")
	if query.Tag != value.String {
		return nil, p.failAt("query", "must be a string, not "+describe(query))
	}
	fuzzy := false
	if mode, _ := v.Get("mode"); given(mode) {
		if mode.Tag != value.String || string(mode.Str) != "match" && string(mode.Str) != "fuzzy" {
			return nil, p.failAt("mode", "must be 'match' or 'fuzzy'")
		}
		fuzzy = string(mode.Str) == "fuzzy"
	}
	distance := 1
	if d, _ := v.Get("distance"); given(d) {
		if d.Tag != value.Number || d.Num != 0 && d.Num != 1 && d.Num != 2 {
			return nil, p.failAt("distance", "must be 0, 1 or 2")
		}
		distance = int(d.Num)
	}
	if !fuzzy {
		distance = 0
	}
	q := text.NewQuery(append([]byte(nil), query.Str...), fuzzy, distance, p.tokens(f.path))
	return &node{op: opText, field: f, text: q}, nil
}

// tokens gives what a field's tokens are: what its text index says, if there is one.
func (p *parser) tokens(path string) text.Options {
	if p.schema != nil {
		if store := p.schema.Stores[p.store]; store != nil {
			for i := range store.Indexes {
				if index := &store.Indexes[i]; index.Type == schema.TextIndex && index.Field == path {
					return text.FromSchema(index.Options)
				}
			}
		}
	}
	return text.Options{}
}
