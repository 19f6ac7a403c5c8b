package query

import (
	"bytes"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Order is the order of a query's results over the rows of a table: by its sort, then by id. It reads rows as they are
// when it is asked. It is the table's: for one goroutine at a time, and not for use after Dispose.
//
// Scores are of all rows together: they are taken when first needed and stay as they were until Refresh.
type Order struct {
	query  *Query
	source Source
	table  *table.Table
	keys   []orderKey
	fields uint64
	known  int     // fields of the table when the sort was bound
	scorer *scorer // made when first needed
}

// orderKey is one field of a sort, bound to the table.
type orderKey struct {
	access
	desc  bool
	score bool // the score, and no field
	plain bool // the field is a column itself
}

// Order binds the sort to a table. Where rows are sorted by score, OrderOf is faster.
func (q *Query) Order(t *table.Table) *Order { return q.OrderOf(Source{Table: t}) }

// OrderOf is Order for a table with indexes, by which scores are found.
func (q *Query) OrderOf(s Source) *Order {
	o := &Order{query: q, source: s, table: s.Table, known: -1}
	o.Refresh()
	return o
}

// Refresh takes notice of fields that the table has defined since, and has scores taken anew. Until then such fields
// are absent from every row.
func (o *Order) Refresh() {
	o.scorer = nil
	if o.known == o.table.Fields() {
		return
	}
	o.known, o.fields, o.keys = o.table.Fields(), 0, o.keys[:0]
	for _, f := range o.query.sort {
		k := orderKey{access: access{number: noField}, desc: f.desc, score: f.score}
		if !f.score {
			k.access = bindField(o.table, f.field)
			k.plain = k.access.plain()
			o.fields |= k.reads()
		}
		o.keys = append(o.keys, k)
	}
}

// Fields gives the FieldBits (package table) of the fields that the order reads. Rows whose entry in the table's log
// has none of them stay where they are, unless the order is by score. It may grow with Refresh.
func (o *Order) Fields() uint64 { return o.fields }

// Compare tells which of two rows comes first. It is a total order: 0 is for a row and itself only.
func (o *Order) Compare(a, b uint32) int {
	for i := range o.keys {
		if order := o.compareBy(&o.keys[i], a, b); order != 0 {
			return order
		}
	}
	if a == b {
		return 0
	}
	return bytes.Compare(o.table.ID(a), o.table.ID(b))
}

func (o *Order) compareBy(k *orderKey, a, b uint32) int {
	switch {
	case k.score:
		return k.inDirection(compareFloats(o.scoreOf(a), o.scoreOf(b)))
	case k.plain:
		return k.compareCells(k.column, a, b)
	case k.number == noField:
		return 0
	}
	var x, y [8]byte
	aTag, aPayload := k.cell(a, &x)
	bTag, bPayload := k.cell(b, &y)
	return compareCells(aTag, aPayload, bTag, bPayload, k.desc)
}

func (o *Order) scoreOf(slot uint32) float64 {
	if o.scorer == nil {
		o.scorer = newScorer(o.source, o.query.filter)
	}
	return o.scorer.score(slot)
}

// compareCells compares two cells of a column without the detour of numbers through payloads.
func (k *orderKey) compareCells(c *table.Column, a, b uint32) int {
	tag, other := c.Tag(a), c.Tag(b)
	switch {
	case tag != other:
	case tag.Numeric():
		x, y := c.Float(a), c.Float(b)
		if x != x || y != y {
			return compareNaN(x, y)
		}
		return k.inDirection(compareFloats(x, y))
	case tag == value.String:
		x, y := c.Ref(a), c.Ref(b)
		if x == y {
			return 0
		}
		return k.inDirection(bytes.Compare(c.String(x), c.String(y)))
	default:
		return 0 // null, absent, false or true, or of the kinds that all tie
	}
	var x, y [8]byte
	aTag, aPayload := c.Cell(a, &x)
	bTag, bPayload := c.Cell(b, &y)
	return compareCells(aTag, aPayload, bTag, bPayload, k.desc)
}

func (k *orderKey) inDirection(order int) int {
	if k.desc {
		return -order
	}
	return order
}

// compareCells is value.Compare in either direction: cells that come last do so in both.
func compareCells(aTag value.Tag, a []byte, bTag value.Tag, b []byte, desc bool) int {
	order := value.Compare(aTag, a, bTag, b)
	if desc && order != 0 && !value.SortsLast(aTag, a) && !value.SortsLast(bTag, b) {
		return -order
	}
	return order
}

// compareFloats compares two floats of which none is NaN.
func compareFloats(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// compareNaN compares two floats of which some are NaN: these tie, and come last.
func compareNaN(x, y float64) int {
	switch {
	case x == x:
		return -1
	case y == y:
		return 1
	}
	return 0
}

// position tells whether a row stands before (-1) or behind (1) a cursor, or at it.
func (o *Order) position(slot uint32, at *cursor) int {
	var x [8]byte
	for i := range o.keys {
		k := &o.keys[i]
		tag, payload := o.cell(k, slot, &x)
		if order := compareCells(tag, payload, at.cells[i].tag, at.cells[i].payload, k.desc); order != 0 {
			return order
		}
	}
	return bytes.Compare(o.table.ID(slot), at.id)
}

// cell gives what a row is sorted by.
func (o *Order) cell(k *orderKey, slot uint32, scratch *[8]byte) (value.Tag, []byte) {
	if k.score {
		return value.Number, value.AppendFloat(scratch[:0], o.scoreOf(slot))
	}
	return k.cell(slot, scratch)
}
