package query

import (
	"math"
	"slices"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Parse checks a query and turns it into a Query. v is an Object, or Absent for a query that asks for nothing in
// particular; nested Undefined may stand where JavaScript had undefined. Errors are invalid_query, or invalid_input
// for a bad limit or offset, with the path from the query's root.
func Parse(v value.Value) (*Query, *fault.Error) {
	q := &Query{limit: noLimit}
	if !given(v) {
		return q, nil
	}
	p := &parser{}
	if v.Tag != value.Object {
		return nil, p.fail("a query must be an object, not " + v.Tag.String())
	}
	for i, key := range v.Keys {
		if !given(v.Items[i]) {
			continue
		}
		p.push(string(key))
		if err := p.part(q, string(key), v.Items[i]); err != nil {
			return nil, err
		}
		p.pop()
	}
	return q, nil
}

// ParseFilter is Parse for a filter alone, as where a relation says when it holds.
func ParseFilter(v value.Value) (*Query, *fault.Error) {
	p := &parser{}
	n, err := p.filter(v)
	if err != nil {
		return nil, err
	}
	return &Query{filter: n, limit: noLimit}, nil
}

// given tells a property that is there from one that counts as absent.
func given(v value.Value) bool { return v.Tag != value.Absent && v.Tag != value.Undefined }

// parser walks a query and remembers where it is.
type parser struct {
	path   []any
	levels int // of filters inside filters
}

func (p *parser) push(step any) { p.path = append(p.path, step) }
func (p *parser) pop()          { p.path = p.path[:len(p.path)-1] }

func (p *parser) fail(reason string) *fault.Error { return p.failAs(fault.InvalidQuery, reason) }

func (p *parser) failAs(code fault.Code, reason string) *fault.Error {
	at := "query"
	if len(p.path) > 0 {
		at = fault.FormatPath("", p.path...)
		if len(at) > maxShownPath {
			at = at[:maxShownPath] + "…"
		}
	}
	return fault.New(code, at+": "+reason, slices.Clone(p.path)...)
}

// maxShownPath keeps the messages of deep queries short. The error's path is whole.
const maxShownPath = 200

// failAt is fail for a property of where the parser is.
func (p *parser) failAt(step any, reason string) *fault.Error {
	p.push(step)
	defer p.pop()
	return p.fail(reason)
}

func (p *parser) part(q *Query, key string, v value.Value) (err *fault.Error) {
	switch key {
	case "filter":
		q.filter, err = p.filter(v)
	case "sort":
		q.sort, err = p.sort(v)
	case "limit":
		q.limit, err = p.whole(v)
	case "offset":
		q.offset, err = p.whole(v)
		if q.offset == noLimit {
			q.offset = math.MaxInt
		}
	case "page", "include":
		err = p.fail("is not supported yet")
	default:
		err = p.fail("is not a part of a query: use filter, sort, limit, offset, page or include")
	}
	return err
}

// whole reads a limit or offset. Infinity, or more than there can be rows, is noLimit.
func (p *parser) whole(v value.Value) (int, *fault.Error) {
	f := v.Num
	if v.Tag != value.Number || !(f >= 0) || f != math.Trunc(f) {
		return 0, p.failAs(fault.InvalidInput, "must be a whole number from 0 on")
	}
	if f >= 1<<32 {
		return noLimit, nil
	}
	return int(f), nil
}

// sortField is one key of a sort.
type sortField struct {
	field field
	desc  bool
}

func (p *parser) sort(v value.Value) ([]sortField, *fault.Error) {
	if v.Tag != value.Array {
		return nil, p.fail("must be an array of { field, dir }, not " + v.Tag.String())
	}
	fields := make([]sortField, 0, len(v.Items))
	for i, item := range v.Items {
		p.push(i)
		f, err := p.sortField(item)
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
		p.pop()
	}
	return fields, nil
}

func (p *parser) sortField(v value.Value) (f sortField, err *fault.Error) {
	if v.Tag != value.Object {
		return f, p.fail("must be an object { field, dir }, not " + v.Tag.String())
	}
	if err := p.onlyKeys(v, "field", "dir"); err != nil {
		return f, err
	}
	if f.field, err = p.field(v); err != nil {
		return f, err
	}
	if f.field.name == "$score" && len(f.field.rest) == 0 {
		return f, p.failAt("field", "$score is not supported yet")
	}
	if dir, _ := v.Get("dir"); given(dir) {
		if dir.Tag != value.String || string(dir.Str) != "asc" && string(dir.Str) != "desc" {
			return f, p.failAt("dir", "must be 'asc' or 'desc'")
		}
		f.desc = string(dir.Str) == "desc"
	}
	return f, nil
}

// onlyKeys refuses keys of an object that are none of allowed.
func (p *parser) onlyKeys(v value.Value, allowed ...string) *fault.Error {
	for i, key := range v.Keys {
		if given(v.Items[i]) && !slices.Contains(allowed, string(key)) {
			return p.failAt(string(key), "is not known here")
		}
	}
	return nil
}

// field reads the property "field" of an object.
func (p *parser) field(v value.Value) (field, *fault.Error) {
	f, _ := v.Get("field")
	if f.Tag != value.String {
		return field{}, p.failAt("field", "must be a field path, not "+f.Tag.String())
	}
	return parseField(f.Str), nil
}
