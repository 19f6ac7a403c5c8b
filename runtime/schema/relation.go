package schema

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

func (s *Schema) relations(dst *Store, n node) *fault.Error {
	if err := n.want(value.Object); err != nil {
		return err
	}
	return n.each(func(name string, n node) (err *fault.Error) {
		if name == "" {
			return n.fail("a relation needs a name that is not empty")
		}
		dst.Relations[name], err = s.relation(n)
		return err
	})
}

func (s *Schema) relation(n node) (*Relation, *fault.Error) {
	if err := n.want(value.Object); err != nil {
		return nil, err
	}
	if err := n.require("type"); err != nil {
		return nil, err
	}
	// Which other keys there may be depends on the type.
	kind, err := oneOf(n.get("type"), BelongsTo, HasMany, HasOne, Variants)
	if err != nil {
		return nil, err
	}
	if kind == Variants {
		return s.variants(n)
	}
	if err := n.require("to", "foreignKey"); err != nil {
		return nil, err
	}
	r := &Relation{Type: kind, PrimaryKey: "id"}
	err = n.each(func(key string, n node) (err *fault.Error) {
		switch key {
		case "type":
		case "to":
			r.To, err = s.target(n)
		case "foreignKey":
			r.ForeignKey, err = n.text()
		case "primaryKey":
			r.PrimaryKey, err = n.text()
		default:
			err = n.unknown("type, to, foreignKey, primaryKey")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// target reads the store that a relation leads to.
func (s *Schema) target(n node) (string, *fault.Error) {
	name, err := n.text()
	if err == nil && s.Stores[name] == nil {
		err = n.fail("the schema has no store " + quote(name) + "; list it, with {} if there is nothing to say of it")
	}
	return name, err
}

func (s *Schema) variants(n node) (*Relation, *fault.Error) {
	if err := n.require("branches"); err != nil {
		return nil, err
	}
	r := &Relation{Type: Variants}
	err := n.each(func(key string, n node) (err *fault.Error) {
		switch key {
		case "type":
		case "branches":
			r.Branches, err = s.branches(n)
		default:
			err = n.unknown("type, branches")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (s *Schema) branches(n node) ([]Branch, *fault.Error) {
	if err := n.want(value.Array); err != nil {
		return nil, err
	}
	list := make([]Branch, 0, len(n.v.Items))
	for i := range n.v.Items {
		branch, err := s.branch(n.at(i))
		if err != nil {
			return nil, err
		}
		list = append(list, branch)
	}
	return list, nil
}

func (s *Schema) branch(n node) (branch Branch, err *fault.Error) {
	if err := n.want(value.Object); err != nil {
		return branch, err
	}
	if err := n.require("when", "relation"); err != nil {
		return branch, err
	}
	err = n.each(func(key string, n node) (err *fault.Error) {
		switch key {
		case "when":
			err = n.want(value.Object)
			branch.When = n.v.Clone()
		case "relation":
			branch.Relation, err = s.relation(n)
		default:
			err = n.unknown("when, relation")
		}
		return err
	})
	return branch, err
}
