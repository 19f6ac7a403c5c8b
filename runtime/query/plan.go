package query

import (
	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// plan is how a node of a filter is to be evaluated on a table as it is. How many rows an index has for a leaf is not
// guessed but counted, as the distance of two positions.
type plan struct {
	*node
	args []*plan // of a node that is no leaf, those first that leave least for their cost
	via  via
	rows int // for which it holds, at most, or about
	cost int // of narrowing all rows by it, in tenths of a nanosecond
	each int // of testing one row

	index *index.Ordered // viaOrdered
	spans []span         // viaOrdered: positions, disjoint
	exact bool           // viaOrdered, viaID: it holds for all of them
}

// via says where a leaf's rows are from.
type via uint8

const (
	viaScan via = iota
	viaOrdered
	viaText // the substring or text index
	viaID
)

// span is positions in an ordered index.
type span struct{ from, to int }

// Costs in tenths of a nanosecond, as measured natively; what counts is how they compare.
const (
	seekCost   = 10_000 // of looking a leaf up in an index
	hitCost    = 15     // of a row from an ordered index
	textCost   = 60     // of a row from a text or substring index
	verifyCost = 150    // of testing one row
	pickCost   = 100    // of taking a row out of a bitset and putting it in order of id
	wordCost   = 30     // of 64 rows, for filling and reading a bitset
	maxCost    = 1 << 40
	maxRows    = 1 << 24 // more than that make costs imprecise, not wrong
)

// plan makes a plan for a filter.
func (e *evaluation) plan(n *node) *plan {
	p := &plan{node: n}
	if n.op > opNot {
		e.planLeaf(p)
		return p
	}
	e.planArgs(p)
	total := e.table.Len()
	switch n.op {
	case opAnd:
		p.rows = total
		for i, arg := range p.args {
			if i == 0 {
				p.cost = arg.cost
			} else {
				p.cost += min(arg.cost, p.rows*arg.each)
			}
			p.rows = min(p.rows, arg.rows)
		}
	case opOr:
		for _, arg := range p.args {
			p.cost += arg.cost
			p.rows = min(total, p.rows+arg.rows)
		}
	case opNot:
		p.cost, p.rows = p.args[0].cost, total-p.args[0].rows
	}
	p.cost = min(p.cost, maxCost)
	return p
}

// planArgs plans arguments and puts them in order: by cost, for each row that is not left.
func (e *evaluation) planArgs(p *plan) {
	plans := make([]*plan, len(p.node.args))
	for i, arg := range p.node.args {
		plans[i] = e.plan(arg)
		p.each = min(p.each+plans[i].each, maxCost/maxRows)
	}
	if len(plans) > 1 {
		total := e.table.Len()
		rank := func(p *plan) float64 { return float64(p.cost) / float64(total-p.rows+1) }
		order := value.Permutation(len(plans), func(a, b uint32) int {
			if x, y := rank(plans[a]), rank(plans[b]); x != y {
				return compareFloats(x, y)
			}
			return int(a) - int(b)
		})
		sorted := make([]*plan, len(plans))
		for i, at := range order {
			sorted[i] = plans[at]
		}
		plans = sorted
	}
	p.args = plans
}

func (e *evaluation) planLeaf(p *plan) {
	total := e.table.Len()
	p.rows = total / 2
	p.cost, p.each = e.scanCost(p.node)
	p.cost *= total
	if e.table.Len() == 0 {
		return
	}
	if e.planID(p) || e.indexes == nil {
		return
	}
	if p.op >= opStarts {
		if rows := estimateText(e.indexes, p.node); rows >= 0 && (p.op != opStarts || e.indexes.Ordered(p.field.path) == nil) {
			p.via, p.rows, p.cost = viaText, rows, seekCost+rows*textCost
			return
		}
	}
	if p.op == opHas || p.op > opStarts {
		return
	}
	if x := e.indexes.Ordered(p.field.path); x != nil {
		e.planOrdered(p, x)
	}
}

// planOrdered takes an ordered index if that is cheaper than a scan, or makes the rows few enough to list.
func (e *evaluation) planOrdered(p *plan, x *index.Ordered) {
	from := len(e.spans)
	p.exact = true
	rows := e.hits(p, x)
	cost := seekCost + min(rows, x.Len()-rows)*hitCost
	if !p.exact {
		cost = seekCost + rows*verifyCost
	}
	p.rows = rows
	if cost < p.cost || rows <= e.table.Len()/listShare {
		p.via, p.index, p.spans, p.cost = viaOrdered, x, e.spans[from:len(e.spans):len(e.spans)], cost
	}
}

// hits appends the positions that an ordered index has for a leaf to spans, and counts them. It sets exact to false if
// the leaf need not hold for all of them.
func (e *evaluation) hits(p *plan, x *index.Ordered) (rows int) {
	add := func(from, to int) {
		if from < to {
			e.spans = append(e.spans, span{from, to})
			rows += to - from
		}
	}
	equal := func(o operand) {
		from, to, exact := x.Equal(o.tag, o.payload)
		p.exact = p.exact && (exact || from == to)
		add(from, to)
	}
	switch p.op {
	case opNull:
		equal(operand{tag: value.Null})
	case opEqual:
		equal(p.operand)
	case opIn:
		first := len(e.spans)
		for _, o := range p.set.all {
			equal(o)
		}
		rows = e.disjoint(first)
	case opRange:
		add(x.Range(p.operand.tag, p.operand.payload, p.bound >= lower, p.bound == greaterEqual || p.bound == lowerEqual))
	case opStarts:
		x.Prefix(p.operand.payload, add)
	}
	return rows
}

// disjoint leaves one of each span from first on, which are runs of ties, and counts their positions.
func (e *evaluation) disjoint(first int) (rows int) {
	spans := e.spans[first:]
	order := value.Permutation(len(spans), func(a, b uint32) int { return spans[a].from - spans[b].from })
	kept := make([]span, 0, len(spans))
	for _, at := range order {
		if s := spans[at]; len(kept) == 0 || kept[len(kept)-1] != s {
			kept = append(kept, s)
			rows += s.to - s.from
		}
	}
	e.spans = append(e.spans[:first], kept...)
	return rows
}

// planID looks ids up.
func (e *evaluation) planID(p *plan) bool {
	if p.field.name != "id" || len(p.field.rest) > 0 || p.op != opEqual && p.op != opIn {
		return false
	}
	p.via, p.exact, p.rows, p.cost = viaID, true, 1, 0
	if p.op == opIn {
		p.rows = len(p.set.strings)
		p.cost = p.rows * seekCost
	}
	return true
}

// tied tells whether the hits are all of a run of ties, and so in order of id.
func (p *plan) tied() bool {
	return p.via == viaOrdered && p.op != opRange && p.op != opStarts && len(p.spans) <= 1 || p.via == viaID && p.op == opEqual
}

// drivers appends leaves of which one at least holds for every row that matches, and whose rows can be listed, to dst,
// and counts these. The count is negative, and what was appended means nothing, if there are no such leaves.
func (p *plan) drivers(dst []*plan) (drivers []*plan, rows int) {
	switch {
	case p.via == viaOrdered || p.via == viaID:
		return append(dst, p), p.rows
	case p.op == opAnd:
		// Each argument is asked once: twice would be twice for each level of a deep filter.
		from, least := len(dst), -1
		for _, arg := range p.args {
			at := len(dst)
			tried, n := arg.drivers(dst)
			dst = tried[:at]
			if n >= 0 && (least < 0 || n < least) {
				least = n
				dst = append(dst[:from], tried[at:]...)
			}
		}
		return dst, least
	case p.op == opOr:
		for _, arg := range p.args {
			var n int
			if dst, n = arg.drivers(dst); n < 0 {
				return dst, -1
			}
			rows += n
		}
		return dst, rows
	}
	return dst, -1
}

// appendHits appends the rows of a leaf that is via an ordered index or ids.
func (e *evaluation) appendHits(dst []uint32, p *plan) []uint32 {
	if p.via == viaOrdered {
		for _, s := range p.spans {
			dst = p.index.Append(dst, s.from, s.to)
		}
		return dst
	}
	if p.op == opEqual {
		if p.operand.tag == value.String {
			return e.appendRow(dst, p.operand.payload)
		}
		return dst
	}
	from := len(dst)
	for _, o := range p.set.all {
		if o.tag == value.String {
			dst = e.appendRow(dst, o.payload)
		}
	}
	return dst[:from+len(e.distinct(dst[from:]))]
}

func (e *evaluation) appendRow(dst []uint32, id []byte) []uint32 {
	if slot, ok := e.table.Lookup(id); ok {
		dst = append(dst, slot)
	}
	return dst
}

// scanCost is about how long a leaf takes for each row, in tenths of a nanosecond: in a scan, and if it is tested alone.
func (e *evaluation) scanCost(n *node) (scan, each int) {
	a := bindField(e.table, n.field)
	switch {
	case n.op == opText:
		return 5000, 10_000
	case n.op >= opStarts:
		return 600, 1000
	case !a.plain():
		return 500, 600
	case n.op == opNull || a.column.Kind() == table.Bare:
		return 3, verifyCost
	case a.column.Kind() == table.Floats:
		return 8, verifyCost
	case n.op == opHas || a.column.Kind() == table.Mixed:
		return 300, verifyCost
	}
	return 50, verifyCost
}

// listed tells whether listing the rows that drivers have, of which there are so many, is cheaper than a bitset over
// all rows.
func (e *evaluation) listed(drivers []*plan, rows int) bool {
	total := e.table.Len()
	if rows < 0 || rows > total/listShare {
		return false
	}
	if len(drivers) == 0 {
		return true
	}
	p, cost := e.filter, seekCost+rows*hitCost
	if len(drivers) != 1 || drivers[0] != p || !p.exact {
		cost += rows * p.each
	}
	if drivers[0].tied() {
		cost -= min(p.rows, rows) * pickCost
	}
	return cost <= p.cost+total/64*wordCost
}
