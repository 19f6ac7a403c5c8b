package aggregate

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// groups numbers the groups that rows fall into, from 0 on. Each field of groupBy has a dictionary of its cells; the
// first one's numbers are paired with the second one's, the pairs with the third one's, and so on, and the last numbers
// are the groups'. Without fields there is group 0. A group that has lost its rows keeps its number.
type groups struct {
	fields []grouped
	pairs  []pairs // pairs[k] has the groups by the first k+2 fields

	key     []byte   // scratch
	a, b    []uint32 // scratch
	payload [8]byte  // scratch
}

// grouped is a field of groupBy, by the cells that occur in it.
type grouped struct {
	dictionary
	of int // the field, of the spec's paths

	// Shortcuts to numbers + 1, 0 where there is none. Codes are those of one scan; the others hold for ever.
	codes   []uint32  // by code of a shared string
	bare    [4]uint32 // by tag
	numbers [64]uint32
	floats  [64]uint64 // of which numbers, by their bits
}

func newGroups(s *Spec) groups {
	g := groups{fields: make([]grouped, len(s.groupBy))}
	for i, of := range s.groupBy {
		g.fields[i].of = of
	}
	if len(s.groupBy) > 1 {
		g.pairs = make([]pairs, len(s.groupBy)-1)
	}
	g.a, g.b = make([]uint32, len(s.groupBy)), make([]uint32, len(s.groupBy))
	return g
}

// size is how many groups there are or were.
func (g *groups) size() int {
	switch len(g.fields) {
	case 0:
		return 1
	case 1:
		return g.fields[0].size()
	}
	return g.pairs[len(g.pairs)-1].size()
}

// of gives the group of a row.
func (g *groups) of(fields []field, slot uint32) (group uint32) {
	for i := range g.fields {
		f := &g.fields[i]
		tag, payload := fields[f.of].cell(slot, &g.payload)
		n := g.numberOf(f, tag, payload)
		if i == 0 {
			group = n
		} else {
			group = g.pairs[i-1].number(group, n)
		}
	}
	return group
}

// adopt gives the number of a group of another numbering.
func (g *groups) adopt(from *groups, group uint32) (number uint32) {
	from.numbers(group, from.a)
	for i := range g.fields {
		n := g.fields[i].number(from.fields[i].key(from.a[i]))
		if i == 0 {
			number = n
		} else {
			number = g.pairs[i-1].number(number, n)
		}
	}
	return number
}

// numberOf gives the number of a cell of a field.
func (g *groups) numberOf(f *grouped, tag value.Tag, payload []byte) uint32 {
	if tag > value.True {
		g.key = value.AppendKey(g.key[:0], tag, payload)
		return f.number(g.key)
	}
	if f.bare[tag] == 0 {
		g.key = value.AppendKey(g.key[:0], tag, nil)
		f.bare[tag] = f.number(g.key) + 1
	}
	return f.bare[tag] - 1
}

// floatOf is numberOf for numbers, of which the same few occur again and again.
func (g *groups) floatOf(f *grouped, x float64) uint32 {
	b := math.Float64bits(x)
	place := b * mix1 >> 58
	if n := f.numbers[place]; n != 0 && f.floats[place] == b {
		return n - 1
	}
	g.key = value.AppendFloat(append(g.key[:0], byte(value.Number)), x+0) // -0 + 0 is 0
	n := f.number(g.key)
	f.numbers[place], f.floats[place] = n+1, b
	return n
}

// begin makes ready for a scan: codes may stand for other strings than in the one before.
func (g *groups) begin(fields []field) {
	for i := range g.fields {
		f := &g.fields[i]
		f.codes = f.codes[:0]
		if of := &fields[f.of]; of.plain() {
			f.codes = append(f.codes, make([]uint32, of.column.Codes()+1)...)
		}
	}
}

// assign fills in the groups of a chunk's rows.
func (g *groups) assign(fields []field, c *chunk, scratch []uint32) {
	if len(g.fields) == 0 {
		clear(c.groups)
		return
	}
	numbers := c.groups
	for i := range g.fields {
		f := &g.fields[i]
		switch of := &fields[f.of]; {
		case of.plain() && of.column.Kind() == table.Refs:
			g.assignRefs(f, of.column, c, numbers)
		case of.plain() && of.column.Kind() == table.Floats:
			g.assignFloats(f, of.column, c, numbers)
		default:
			g.assignCells(f, of, c, numbers)
		}
		if i > 0 {
			p := &g.pairs[i-1]
			for k, n := range numbers {
				c.groups[k] = p.number(c.groups[k], n)
			}
		}
		numbers = scratch[:len(c.groups)]
	}
}

func (g *groups) assignRefs(f *grouped, column *table.Column, c *chunk, numbers []uint32) {
	refs, tags := column.Refs(c.number), column.Tags(c.number)
	for i, o := range c.offsets {
		ref, tag := uint32(0), value.Absent
		if int(o) < len(refs) {
			ref = refs[o]
		}
		if ref != 0 && ref < uint32(len(f.codes)) {
			n := f.codes[ref]
			if n == 0 {
				n = g.numberOf(f, value.String, column.String(ref)) + 1
				f.codes[ref] = n
			}
			numbers[i] = n - 1
			continue
		}
		if int(o) < len(tags) {
			tag = value.Tag(tags[o])
		}
		if tag <= value.True {
			numbers[i] = g.numberOf(f, tag, nil)
		} else {
			numbers[i] = g.numberOf(f, tag, column.String(ref))
		}
	}
}

func (g *groups) assignFloats(f *grouped, column *table.Column, c *chunk, numbers []uint32) {
	floats, tags := column.Floats(c.number), column.Tags(c.number)
	for i, o := range c.offsets {
		switch tag := tagAt(tags, o); {
		case tag == value.Number:
			numbers[i] = g.floatOf(f, floatAt(floats, o))
		case tag == value.Date:
			numbers[i] = g.numberOf(f, tag, value.AppendFloat(g.payload[:0], floatAt(floats, o)))
		default:
			numbers[i] = g.numberOf(f, tag, nil)
		}
	}
}

func (g *groups) assignCells(f *grouped, of *field, c *chunk, numbers []uint32) {
	base := c.base()
	for i, o := range c.offsets {
		tag, payload := of.cell(base+o, &g.payload)
		numbers[i] = g.numberOf(f, tag, payload)
	}
}

// tagAt and floatAt read from a chunk's memory. Beyond its end cells are absent, and numbers 0.
func tagAt(tags []byte, offset uint32) value.Tag {
	if int(offset) < len(tags) {
		return value.Tag(tags[offset])
	}
	return value.Absent
}

func floatAt(floats []float64, offset uint32) float64 {
	if int(offset) < len(floats) {
		return floats[offset]
	}
	return 0
}

// numbers fills dst with the number of a group's cell in each field.
func (g *groups) numbers(group uint32, dst []uint32) {
	for k := len(g.pairs) - 1; k >= 0; k-- {
		p := &g.pairs[k]
		dst[k+1] = p.right[group]
		group = p.left[group]
	}
	if len(dst) > 0 {
		dst[0] = group
	}
}

// compare orders groups by their cells, null last. No two tie.
func (g *groups) compare(a, b uint32) int {
	g.numbers(a, g.a)
	g.numbers(b, g.b)
	for i := range g.fields {
		if g.a[i] == g.b[i] {
			continue
		}
		d := &g.fields[i].dictionary
		aTag, aPayload := d.cell(g.a[i])
		bTag, bPayload := d.cell(g.b[i])
		if order := compareCells(aTag, aPayload, bTag, bPayload); order != 0 {
			return order
		}
	}
	return 0
}

// sort puts groups in the order of compare.
func (g *groups) sort(list []uint32) {
	if len(list) < 2 {
		return
	}
	items := make([]radix.Item, 2*len(list))
	items, scratch := items[:len(list)], items[len(list):]
	for i, group := range list {
		items[i].Slot = group
	}
	for k := len(g.fields) - 1; k >= 0; k-- {
		ranks := g.fields[k].ranks()
		sortByKey(items, scratch, func(group uint32) uint32 {
			g.numbers(group, g.a)
			return ranks[g.a[k]]
		})
	}
	for i := range items {
		list[i] = items[i].Slot
	}
}

// ranks gives the place of each cell among all, by number.
func (d *dictionary) ranks() []uint32 {
	items := make([]radix.Item, 2*d.size())
	items, scratch := items[:d.size()], items[d.size():]
	for i := range items {
		items[i].Slot = uint32(i)
		items[i].Class, items[i].Key = classify(d.cell(uint32(i)))
	}
	sortCells(items, scratch, func(number uint32) []byte { return d.key(number)[1:] })
	ranks := make([]uint32, len(items))
	for rank := range items {
		ranks[items[rank].Slot] = uint32(rank)
	}
	return ranks
}
