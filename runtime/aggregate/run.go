package aggregate

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Run gives the rows of all groups, in the order of their cells. It looks at each matching row once, column by column.
func Run(spec *Spec, src query.Source) []Group {
	y := newTally(spec, src.Table)
	best := make([]extremes, 0, len(spec.metrics))
	for i := range spec.metrics {
		if m := &spec.metrics[i]; m.kind >= least {
			best = append(best, extremes{metric: i, field: &y.fields[spec.ranked[m.of]], greatest: m.kind == greatest})
		}
	}
	y.scan(matching(spec, src), func(c *chunk, l *lanes) {
		for i := range best {
			best[i].take(c, l, len(y.rows))
		}
	})
	list := y.alive()
	groups := make([]Group, len(list))
	var rows []byte
	for i, g := range list {
		start := len(rows)
		rows = y.appendRow(rows, g, func(metric int, group uint32) (uint32, bool) {
			for i := range best {
				if best[i].metric == metric {
					return best[i].slot(group)
				}
			}
			return 0, false
		})
		groups[i] = rows[start:len(rows):len(rows)]
	}
	return groups
}

// matching gives the rows that match the filter, as a bitset over slots. It may be the table's own.
func matching(spec *Spec, src query.Source) []uint64 {
	if !spec.filter.HasFilter() {
		return src.Table.LiveWords()
	}
	set := make([]uint64, len(src.Table.LiveWords()))
	slots, _, _ := spec.filter.Run(src, nil)
	for _, slot := range slots {
		set[slot>>6] |= 1 << (slot & 63)
	}
	return set
}

// extremes finds the least or the greatest cell of each group in the order of compareCells. Null, absent cells and NaN
// are none.
type extremes struct {
	metric   int
	field    *field
	greatest bool
	groups   []extreme
}

// extreme is the best cell so far. For a maximum class and key are turned around.
type extreme struct {
	key   uint64
	row   uint32 // its slot + 1; 0: none
	class uint8
}

func (e *extremes) slot(group uint32) (slot uint32, ok bool) {
	if int(group) >= len(e.groups) {
		return 0, false // no row at all
	}
	row := e.groups[group].row
	return row - 1, row != 0
}

// take looks at the cells of a chunk.
func (e *extremes) take(c *chunk, l *lanes, groups int) {
	for len(e.groups) < groups {
		e.groups = append(e.groups, extreme{})
	}
	if e.field.plain() && e.field.column.Kind() <= table.Floats {
		e.takeFloats(c, l)
		return
	}
	var scratch [8]byte
	base := c.base()
	for i, o := range c.offsets {
		tag, payload := e.field.cell(base+o, &scratch)
		if class, key := classify(tag, payload); class < classNaN {
			e.offer(&e.groups[c.groups[i]], base+o, class, key, payload)
		}
	}
}

// takeFloats is take for columns without strings and the like.
func (e *extremes) takeFloats(c *chunk, l *lanes) {
	var turnKey uint64
	var turnClass uint8
	if e.greatest {
		turnKey, turnClass = math.MaxUint64, math.MaxUint8
	}
	base := c.base()
	tags, floats := l.read(e.field, c)
	for i, o := range c.offsets {
		if int(o) >= len(tags) {
			return
		}
		class := tags[o]
		if class <= byte(value.Null) {
			continue
		}
		key := uint64(0)
		if class >= byte(value.Number) {
			f := floatAt(floats, o)
			if f != f {
				continue
			}
			key = floatKey(f)
		}
		g := &e.groups[c.groups[i]]
		class, key = class^turnClass, key^turnKey
		if g.row == 0 || class < g.class || class == g.class && key < g.key {
			*g = extreme{key: key, row: base + o + 1, class: class}
		}
	}
}

// offer takes a cell if it is better than the group's.
func (e *extremes) offer(g *extreme, slot uint32, class uint8, key uint64, payload []byte) {
	strings := byBytes(class)
	if e.greatest {
		class, key = ^class, ^key
	}
	better := g.row == 0 || class < g.class || class == g.class && key < g.key
	if strings && g.row != 0 && class == g.class && key == g.key {
		var scratch [8]byte
		_, other := e.field.cell(g.row-1, &scratch)
		if e.greatest {
			better = string(payload) > string(other)
		} else {
			better = string(payload) < string(other)
		}
	}
	if better {
		*g = extreme{key: key, row: slot + 1, class: class}
	}
}
