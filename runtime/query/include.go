package query

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Include asks for the related rows of each row, under Name.
type Include struct {
	Name     string
	Branches []IncludeBranch // the first that holds for a row is its relation; if none does, there is null
}

// IncludeBranch is a relation, and what is to be attached of the related rows. Branches that lead to one store share
// their Query.
type IncludeBranch struct {
	When     *Query           // a filter: rows that have this relation; nil: all
	Relation *schema.Relation // never of variants
	Query    *Query           // filter, sort, limit and includes of the related rows; never nil
}

// Many tells whether the related rows are a list, and not one row or null.
func (b *IncludeBranch) Many() bool { return b.Relation.Type == schema.HasMany }

// includes reads the includes of a query.
func (p *parser) includes(queries []*Query, stores []string, v value.Value) *fault.Error {
	if v.Tag != value.Object {
		return p.fail("must be an object of relations, not " + describe(v))
	}
	for i, key := range v.Keys {
		if !given(v.Items[i]) {
			continue
		}
		p.push(string(key))
		if err := p.include(queries, stores, string(key), v.Items[i]); err != nil {
			return err
		}
		p.pop()
	}
	return nil
}

// include reads what is to be included under a name. It must be a relation of one of the stores; the rows of others are
// left without.
func (p *parser) include(queries []*Query, stores []string, name string, v value.Value) *fault.Error {
	relations := make([]*schema.Relation, len(stores))
	var targets []string
	found := false
	for i, store := range stores {
		if r := p.relation(store, name); r != nil {
			relations[i], found = r, true
			targets = appendTargets(targets, r)
		}
	}
	if !found {
		return p.fail("is not a relation of " + quoted(stores[0]) + " in the schema")
	}
	switch v.Tag {
	case value.True:
		v = value.Value{}
	case value.Object:
	default:
		return p.fail("must be true or an object { filter, sort, limit, include }, not " + describe(v))
	}
	if len(targets) == 0 {
		targets = []string{""} // variants without branches: all the same, the rest is checked
	}
	defer p.ascend()
	if err := p.descend(); err != nil {
		return err
	}
	related, err := p.queries(v, targets, true)
	if err != nil {
		return err
	}
	for i, r := range relations {
		if r == nil {
			continue
		}
		b := branching{parser: p, store: stores[i], targets: targets, queries: related}
		if err := b.add(r, nil); err != nil {
			return err
		}
		queries[i].includes = append(queries[i].includes, &Include{Name: name, Branches: b.branches})
	}
	return nil
}

func (p *parser) relation(store, name string) *schema.Relation {
	if p.schema == nil || p.schema.Stores[store] == nil {
		return nil
	}
	return p.schema.Stores[store].Relations[name]
}

// appendTargets appends the stores that a relation leads to, each once.
func appendTargets(targets []string, r *schema.Relation) []string {
	if r.Type == schema.Variants {
		for _, b := range r.Branches {
			targets = appendTargets(targets, b.Relation)
		}
		return targets
	}
	if slices.Contains(targets, r.To) {
		return targets
	}
	return append(targets, r.To)
}

// branching makes the branches of an include of a store.
type branching struct {
	parser   *parser
	store    string
	targets  []string
	queries  []*Query // by target
	branches []IncludeBranch
}

// add makes the branches of a relation of rows for which all of when holds.
func (b *branching) add(r *schema.Relation, when []*node) *fault.Error {
	if r.Type != schema.Variants {
		branch := IncludeBranch{Relation: r}
		if len(when) > 0 {
			branch.When = &Query{filter: &node{op: opAnd, args: when}, limit: noLimit}
		}
		branch.Query = b.queries[slices.Index(b.targets, r.To)]
		b.branches = append(b.branches, branch)
		return nil
	}
	for _, variant := range r.Branches {
		q, err := ParseFilter(variant.When, b.parser.schema, b.store)
		if err != nil {
			return b.parser.fail("is a relation with a malformed filter in the schema: " + err.Message)
		}
		if err := b.add(variant.Relation, append(slices.Clip(when), q.filter)); err != nil {
			return err
		}
		if variant.Relation.Type == schema.Variants {
			// Rows that this variant is about, but none of those inside it, have no relation.
			when = append(slices.Clip(when), not(q.filter))
		}
	}
	return nil
}

// CheckRelations tells whether the filters in a schema, which say when a relation holds, are such. Errors are
// invalid_schema, with the path from the schema's root.
func CheckRelations(s *schema.Schema) *fault.Error {
	for name, store := range s.Stores {
		for relation, r := range store.Relations {
			if err := checkRelation(s, name, r, []any{name, "relations", relation}); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkRelation(s *schema.Schema, store string, r *schema.Relation, path []any) *fault.Error {
	for i, b := range r.Branches {
		at := append(slices.Clip(path), "branches", i)
		if _, err := ParseFilter(b.When, s, store); err != nil {
			at = append(append(at, "when"), err.Path...)
			return fault.New(fault.InvalidSchema, fault.FormatPath("schema", at...)+": "+err.Message, at...)
		}
		if err := checkRelation(s, store, b.Relation, append(at, "relation")); err != nil {
			return err
		}
	}
	return nil
}
