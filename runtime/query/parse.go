package query

import (
	"math"
	"slices"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Parse checks a query of a store and turns it into a Query. v is an Object, or Absent for a query that asks for nothing
// in particular; nested Undefined may stand where JavaScript had undefined. The schema, which may be nil, says which
// relations can be included, and how the fields of text indexes are cut into tokens.
//
// Errors have the path from the query's root: invalid_query, invalid_input for a bad limit or offset wherever it is, and
// invalid_cursor.
func Parse(v value.Value, s *schema.Schema, store string) (*Query, *fault.Error) {
	p := &parser{schema: s}
	queries, err := p.queries(v, []string{store}, false)
	if err != nil {
		return nil, err
	}
	return queries[0], nil
}

// ParseFilter is Parse for a filter alone, as where a relation says when it holds. The path is from the filter's root.
func ParseFilter(v value.Value, s *schema.Schema, store string) (*Query, *fault.Error) {
	p := &parser{schema: s, store: store}
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
	schema *schema.Schema // nil: none
	store  string         // whose rows the filter being read is for
	path   []any
	levels int // of and, or, not and includes that the parser is in
}

func (p *parser) push(step any) { p.path = append(p.path, step) }
func (p *parser) pop()          { p.path = p.path[:len(p.path)-1] }

func (p *parser) fail(reason string) *fault.Error { return p.failAs(fault.InvalidQuery, reason) }

func (p *parser) failAs(code fault.Code, reason string) *fault.Error {
	at := "query"
	if len(p.path) > 0 {
		at = cut(fault.FormatPath("", p.path...), maxShownPath)
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

// descend enters an and, or, not or include; ascend leaves it.
func (p *parser) descend() *fault.Error {
	if p.levels++; p.levels > value.MaxDepth {
		return p.fail("a query may have no more than 1,000 levels")
	}
	value.Deep(p.levels)
	return nil
}

func (p *parser) ascend() { p.levels-- }

// queries reads what is one query to its author, and one Query for each of the stores whose rows it may be about:
// several under an include that leads to several stores. included says that it stands there.
func (p *parser) queries(v value.Value, stores []string, included bool) ([]*Query, *fault.Error) {
	queries := make([]*Query, len(stores))
	for i := range queries {
		queries[i] = &Query{limit: noLimit}
	}
	if !given(v) {
		return queries, nil
	}
	if v.Tag != value.Object {
		return nil, p.fail("a query must be an object, not " + describe(v))
	}
	for i, key := range v.Keys {
		if !given(v.Items[i]) {
			continue
		}
		p.push(string(key))
		if err := p.part(queries, stores, string(key), v.Items[i], included); err != nil {
			return nil, err
		}
		p.pop()
	}
	if page, _ := v.Get("page"); given(page) {
		// Behind all else: how to read a cursor depends on the sort.
		return queries, p.page(queries[0], v, page)
	}
	return queries, nil
}

func (p *parser) part(queries []*Query, stores []string, key string, v value.Value, included bool) (err *fault.Error) {
	if included && (key == "offset" || key == "page") {
		return p.fail("cannot be in an include: it has filter, sort, limit and include")
	}
	switch key {
	case "filter":
		for i, q := range queries {
			p.store = stores[i] // which says what tokens are
			var n *node
			if n, err = p.filter(v); err != nil {
				break
			}
			if n.op != opAnd || len(n.args) > 0 {
				q.filter = n // without, every row matches
			}
		}
	case "sort":
		var sort []sortField
		sort, err = p.sort(v)
		for _, q := range queries {
			q.sort = sort
		}
	case "limit":
		var limit int
		limit, err = p.whole(v)
		for _, q := range queries {
			q.limit = limit
		}
	case "offset":
		queries[0].offset, err = p.offset(v)
	case "page":
	case "include":
		err = p.includes(queries, stores, v)
	default:
		err = p.fail("is not a part of a query: use filter, sort, limit, offset, page or include")
	}
	return err
}

// offset reads an offset. Where it is more than there can be rows, it is as much as there can be.
func (p *parser) offset(v value.Value) (int, *fault.Error) {
	n, err := p.whole(v)
	if n == noLimit {
		n = math.MaxInt
	}
	return n, err
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
	score bool // by score, and no field
}

func (p *parser) sort(v value.Value) ([]sortField, *fault.Error) {
	if v.Tag != value.Array {
		return nil, p.fail("must be an array of { field, dir }, not " + describe(v))
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
	return needed(fields), nil
}

// needed leaves out what changes nothing: a field that was there before, and all that is behind the id, which no two
// rows have in common and by which ties are broken anyway.
func needed(fields []sortField) []sortField {
	kept := fields[:0]
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.field.path] {
			continue
		}
		seen[f.field.path] = true
		isID := f.field.path == "id"
		if !isID || f.desc {
			kept = append(kept, f)
		}
		if isID {
			break
		}
	}
	return kept
}

func (p *parser) sortField(v value.Value) (f sortField, err *fault.Error) {
	if v.Tag != value.Object {
		return f, p.fail("must be an object { field, dir }, not " + describe(v))
	}
	if err := p.onlyKeys(v, "field", "dir"); err != nil {
		return f, err
	}
	if f.field, err = p.field(v); err != nil {
		return f, err
	}
	f.score = f.field.path == "$score"
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
		return field{}, p.failAt("field", "must be a field path, not "+describe(f))
	}
	return parseField(f.Str), nil
}
