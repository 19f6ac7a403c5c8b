package query

import (
	"bytes"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// filter reads a filter of either form.
func (p *parser) filter(v value.Value) (*node, *fault.Error) {
	if v.Tag != value.Object {
		return nil, p.fail("a filter must be an object, not " + describe(v))
	}
	if name, _ := v.Get("op"); name.Tag == value.String {
		return p.expression(v, string(name.Str))
	}
	return p.filterMap(v)
}

// expression reads a FilterExpr.
func (p *parser) expression(v value.Value, name string) (*node, *fault.Error) {
	switch name {
	case "and", "or":
		return p.junction(v, name)
	case "not":
		return p.negation(v)
	}
	operand := "value"
	switch name {
	case "in", "notIn":
		operand = "values"
	case "isNull", "exists":
		operand = ""
	case "text":
		return p.textExpression(v)
	default:
		if !isOperator(name) {
			return nil, p.failAt("op", quoted(name)+" is not an operator")
		}
	}
	return p.leafExpression(v, name, operand)
}

// leafExpression reads an expression about a field. key is where its operand stands; empty: it has none.
func (p *parser) leafExpression(v value.Value, name, key string) (*node, *fault.Error) {
	allowed := []string{"op", "field", key}
	if key == "" {
		allowed = allowed[:2]
	}
	if err := p.onlyKeys(v, allowed...); err != nil {
		return nil, err
	}
	f, err := p.field(v)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return p.leaf(f, name, value.Value{Tag: value.True})
	}
	p.push(key)
	operand, _ := v.Get(key)
	n, err := p.leaf(f, name, operand)
	if err != nil {
		return nil, err
	}
	p.pop()
	return n, nil
}

func (p *parser) negation(v value.Value) (*node, *fault.Error) {
	if err := p.onlyKeys(v, "op", "arg"); err != nil {
		return nil, err
	}
	if err := p.descend(); err != nil {
		return nil, err
	}
	p.push("arg")
	arg, _ := v.Get("arg")
	n, err := p.filter(arg)
	if err != nil {
		return nil, err
	}
	p.pop()
	p.ascend()
	return not(n), nil
}

func (p *parser) junction(v value.Value, name string) (*node, *fault.Error) {
	if err := p.onlyKeys(v, "op", "args"); err != nil {
		return nil, err
	}
	if err := p.descend(); err != nil {
		return nil, err
	}
	args, _ := v.Get("args")
	p.push("args")
	if args.Tag != value.Array {
		return nil, p.fail("must be an array of filters, not " + describe(args))
	}
	n := &node{op: opAnd}
	if name == "or" {
		n.op = opOr
	}
	for i, arg := range args.Items {
		p.push(i)
		a, err := p.filter(arg)
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, a)
		p.pop()
	}
	p.pop()
	p.ascend()
	return n, nil
}

// filterMap reads a FilterMap: all of what it says of fields, together.
func (p *parser) filterMap(v value.Value) (*node, *fault.Error) {
	all := &node{op: opAnd}
	for i, key := range v.Keys {
		p.push(string(key))
		if err := p.mapEntry(all, parseField(key), v.Items[i]); err != nil {
			return nil, err
		}
		p.pop()
	}
	if len(all.args) == 1 {
		return all.args[0], nil
	}
	return all, nil
}

// mapEntry reads what a FilterMap says of a field: an operand of eq, or an object of operators.
func (p *parser) mapEntry(all *node, f field, v value.Value) *fault.Error {
	if v.Tag != value.Object {
		n, err := p.leaf(f, "eq", v)
		all.args = append(all.args, n)
		return err
	}
	for i, key := range v.Keys {
		name := string(key)
		p.push(name)
		if !isOperator(name) {
			return p.fail("is not an operator (to compare with an object, write { eq: … })")
		}
		n, err := p.leaf(f, name, v.Items[i])
		if err != nil {
			return err
		}
		all.args = append(all.args, n)
		p.pop()
	}
	return nil
}

func isOperator(name string) bool {
	switch name {
	case "eq", "ne", "in", "notIn", "gt", "gte", "lt", "lte", "startsWith", "endsWith", "contains", "has", "isNull", "exists", "text":
		return true
	}
	return false
}

// leaf makes the node of an operator on a field. The parser stands at the operand.
func (p *parser) leaf(f field, name string, v value.Value) (*node, *fault.Error) {
	switch name {
	case "eq", "ne", "has":
		o, err := p.operand(v)
		if err != nil {
			return nil, err
		}
		if name == "has" {
			return &node{op: opHas, field: f, operand: o}, nil
		}
		return negateIf(name == "ne", equal(f, o)), nil
	case "in", "notIn":
		n, err := p.in(f, v)
		return negateIf(name == "notIn", n), err
	case "isNull", "exists":
		if v.Tag != value.True {
			return nil, p.fail("must be true, not " + describe(v))
		}
		return negateIf(name == "exists", &node{op: opNull, field: f}), nil
	case "startsWith", "endsWith", "contains":
		return p.substring(f, name, v)
	case "text":
		return p.textOperand(f, v)
	}
	return p.ordering(f, name, v)
}

func equal(f field, o operand) *node {
	if o.tag == value.Null {
		return &node{op: opNull, field: f}
	}
	return &node{op: opEqual, field: f, operand: o}
}

func (p *parser) in(f field, v value.Value) (*node, *fault.Error) {
	if v.Tag != value.Array {
		return nil, p.fail("must be an array of values, not " + describe(v))
	}
	operands := make([]operand, 0, len(v.Items))
	for i, item := range v.Items {
		p.push(i)
		o, err := p.operand(item)
		if err != nil {
			return nil, err
		}
		operands = append(operands, o)
		p.pop()
	}
	if len(operands) == 1 {
		return equal(f, operands[0]), nil
	}
	return &node{op: opIn, field: f, set: newSet(operands)}, nil
}

func (p *parser) ordering(f field, name string, v value.Value) (*node, *fault.Error) {
	if !v.Tag.Numeric() && v.Tag != value.String {
		return nil, p.fail("must be a number, string or date, not " + describe(v))
	}
	n := &node{op: opRange, field: f, operand: encode(v)}
	switch name {
	case "gt":
		n.bound = greater
	case "gte":
		n.bound = greaterEqual
	case "lt":
		n.bound = lower
	case "lte":
		n.bound = lowerEqual
	}
	return n, nil
}

// operand copies a value to compare with. Undefined is refused, but for properties of objects, where it is absent.
func (p *parser) operand(v value.Value) (operand, *fault.Error) {
	cleaned, err := p.clean(v, 0)
	if err != nil {
		return operand{}, err
	}
	return encode(cleaned), nil
}

func encode(v value.Value) operand {
	return operand{v.Tag, value.AppendPayload(nil, v)}
}

func (p *parser) clean(v value.Value, depth int) (value.Value, *fault.Error) {
	switch v.Tag {
	case value.Absent, value.Undefined:
		return v, p.fail("must not be undefined")
	case value.Array, value.Object:
	default:
		return v, nil
	}
	if depth == value.MaxDepth {
		return v, p.fail("a value may have no more than 1,000 levels")
	}
	value.Deep(depth)
	c := value.Value{Tag: v.Tag}
	for i, item := range v.Items {
		if v.Tag == value.Array {
			p.push(i)
		} else if p.push(string(v.Keys[i])); item.Tag == value.Undefined {
			p.pop()
			continue
		} else {
			c.Keys = append(c.Keys, v.Keys[i])
		}
		item, err := p.clean(item, depth+1)
		if err != nil {
			return v, err
		}
		c.Items = append(c.Items, item)
		p.pop()
	}
	return c, nil
}

func negateIf(negate bool, n *node) *node {
	if negate && n != nil {
		return not(n)
	}
	return n
}

// not negates a node, without piling up negations.
func not(n *node) *node {
	if n.op == opNot {
		return n.args[0]
	}
	return &node{op: opNot, args: []*node{n}}
}

func parseField(path []byte) field {
	parts := bytes.Split(bytes.Clone(path), []byte{'.'})
	return field{path: string(path), name: string(parts[0]), rest: parts[1:]}
}

func describe(v value.Value) string {
	switch v.Tag {
	case value.Absent:
		return value.Undefined.String()
	case value.True:
		return "true"
	case value.False:
		return "false"
	}
	return v.Tag.String()
}

// quoted writes a user's word into a message.
func quoted(s string) string { return `"` + cut(s, maxQuoted) + `"` }

const maxQuoted = 60

// cut gives a text of at most so many bytes, and an ellipsis for what is missing.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xC0 == 0x80 { // not within a code point
		most--
	}
	return s[:most] + "…"
}
