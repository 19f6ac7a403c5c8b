package query

import (
	"time"

	"github.com/atoma-dev/atoma/runtime/value"
)

// trace is what a run did, for Explain. A nil trace notes nothing.
type trace struct {
	steps  []value.Value
	found  int // rows that match; -1: not counted
	looked int
}

// Explain runs a query and says how. The result is an Object:
//
//	matched   rows that match the filter
//	returned  rows that the query asks for
//	looked    rows whose cells scans, walks and tests looked at; hits of an index are not looked at
//	micros    how long it took, in microseconds
//	steps     in the order they were done, objects of one of
//	          step: 'filter', op, field?, via: 'scan' | 'index' | 'index number' | 'index date' | 'index string' |
//	                'substring index' | 'text index' | 'id' | 'walk', estimate?, looked, kept
//	          step: 'sort', via: 'id order' | 'index' | 'walk index' | 'top-k' | 'radix', field?, looked
//	          step: 'page', from, to: positions in order, of a page with a cursor
//
// A scan also is of rows that an index has and that are looked at for the rest of the filter. A walk looks at rows in
// the order of the sort until it has enough that match. For a page with a cursor, top-k is of the rows behind it, or before
// it, and index jumps to it.
func (q *Query) Explain(s Source) value.Value {
	started := time.Now()
	e := newEvaluation(s)
	defer e.release()
	tr := &trace{found: -1}
	e.trace = tr
	rows, _ := e.run(q)
	micros := float64(time.Since(started).Nanoseconds()) / 1000
	if tr.found < 0 {
		tr.found = q.Count(s)
	}
	return fields(
		"matched", whole(tr.found), "returned", whole(len(rows)), "looked", whole(tr.looked),
		"micros", value.Value{Tag: value.Number, Num: micros},
		"steps", value.Value{Tag: value.Array, Items: tr.steps},
	)
}

// fields makes an Object of keys and values in turn; those of no key are left out.
func fields(pairs ...any) value.Value {
	v := value.Value{Tag: value.Object}
	for i := 0; i < len(pairs); i += 2 {
		if item := pairs[i+1].(value.Value); item.Tag != value.Absent {
			v.Keys = append(v.Keys, []byte(pairs[i].(string)))
			v.Items = append(v.Items, item)
		}
	}
	return v
}

func whole(n int) value.Value    { return value.Value{Tag: value.Number, Num: float64(n)} }
func words(s string) value.Value { return value.Value{Tag: value.String, Str: []byte(s)} }
func maybe(s string) (v value.Value) {
	if s != "" {
		v = words(s)
	}
	return v
}

// count is the number of members of a set, if anybody wants to know.
func (t *trace) count(set []uint64) int {
	if t == nil {
		return 0
	}
	return count(set)
}

func (t *trace) matched(n int) {
	if t != nil {
		t.found = n
	}
}

// filter notes a step.
func (t *trace) filter(p *plan, via string, estimate, looked, kept int) {
	rows := value.Value{}
	if estimate >= 0 {
		rows = whole(estimate)
	}
	t.looked += looked
	t.steps = append(t.steps, fields("step", words("filter"), "op", words(p.opName()), "field", maybe(p.field.path), "via", words(via),
		"estimate", rows, "looked", whole(looked), "kept", whole(kept)))
}

// leaf notes that a leaf's rows are from an ordered index or ids.
func (t *trace) leaf(p *plan, kept int) {
	if t != nil {
		t.filter(p, p.viaName(), p.rows, 0, kept)
	}
}

// searched notes that candidates are from a substring or text index.
func (t *trace) searched(p *plan, verified int, set []uint64) {
	if t != nil {
		t.filter(p, p.viaName(), p.rows, verified, count(set))
	}
}

// scanned notes that so many rows were looked at, of which a bitset has those left.
func (t *trace) scanned(p *plan, looked int, set []uint64) {
	if t != nil {
		t.filter(p, "scan", -1, looked, count(set))
	}
}

// verified notes that so many listed rows were looked at.
func (t *trace) verified(p *plan, looked, kept int) {
	if t != nil {
		t.filter(p, "scan", -1, looked, kept)
	}
}

// walked notes that rows were tested in order until there were enough, or too many had been.
func (t *trace) walked(p *plan, keys []sortKey, looked, kept int, enough bool) {
	if t == nil {
		return
	}
	t.filter(p, "walk", -1, looked, kept)
	if enough && len(keys) > 0 {
		t.sort("walk index", keys, 0)
	} else if enough {
		t.sort("id order", nil, 0)
	}
}

func (t *trace) sort(via string, keys []sortKey, looked int) {
	if t == nil {
		return
	}
	field := ""
	if len(keys) > 0 {
		if field = keys[0].field.path; keys[0].score != nil {
			field = "$score"
		}
	}
	t.looked += looked
	t.steps = append(t.steps, fields("step", words("sort"), "via", words(via), "field", maybe(field), "looked", whole(looked)))
}

func (t *trace) page(from, to int) {
	if t != nil {
		t.steps = append(t.steps, fields("step", words("page"), "from", whole(from), "to", whole(to)))
	}
}

func (p *plan) viaName() string {
	switch p.via {
	case viaID:
		return "id"
	case viaText:
		if p.op == opText {
			return "text index"
		}
		return "substring index"
	case viaScan:
		return "scan"
	}
	tag := p.operand.tag
	switch {
	case p.op == opStarts:
		tag = value.String
	case p.op == opIn && len(p.set.all) > 0:
		tag = p.set.all[0].tag
	}
	if tag == value.Number || tag == value.Date || tag == value.String {
		return "index " + tag.String()
	}
	return "index"
}

var opNames = [...]string{
	opAnd: "and", opOr: "or", opNot: "not", opNull: "isNull", opEqual: "eq", opIn: "in", opHas: "has",
	opStarts: "startsWith", opEnds: "endsWith", opContains: "contains", opText: "text",
}

var boundNames = [...]string{greater: "gt", greaterEqual: "gte", lower: "lt", lowerEqual: "lte"}

func (p *plan) opName() string {
	if p.op == opRange {
		return boundNames[p.bound]
	}
	return opNames[p.op]
}
