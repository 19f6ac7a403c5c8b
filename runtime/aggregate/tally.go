package aggregate

import (
	"math"
	"math/bits"
	"sync"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// tally counts and sums the rows of each group.
type tally struct {
	spec   *Spec
	table  *table.Table
	fields []field // by path
	known  int     // fields of the table when they were bound

	groups  groups
	rows    []uint32   // by group
	counted [][]uint32 // by the spec's counted fields, and group
	summed  []sums     // by the spec's summed fields

	room *room // during a scan
}

// room is what a scan works in. It is larger than most views, which share it.
type room struct {
	offsets [chunkLen]uint32
	groups  [chunkLen]uint32
	numbers [chunkLen]uint32
	lanes   lanes
}

var rooms = sync.Pool{New: func() any { return new(room) }}

func newTally(s *Spec, t *table.Table) *tally {
	y := &tally{
		spec: s, table: t, fields: make([]field, len(s.paths)), known: -1, groups: newGroups(s),
		counted: make([][]uint32, len(s.counted)), summed: make([]sums, len(s.summed)),
	}
	y.refresh()
	y.grow()
	return y
}

// refresh takes notice of fields that the table has defined since.
func (y *tally) refresh() {
	if y.known == y.table.Fields() {
		return
	}
	y.known = y.table.Fields()
	for i := range y.spec.paths {
		y.fields[i] = bind(y.table, &y.spec.paths[i])
	}
}

// grow makes room for groups that are new.
func (y *tally) grow() {
	more := y.groups.size() - len(y.rows)
	if more <= 0 {
		return
	}
	y.rows = grow32(y.rows, more)
	for i := range y.counted {
		y.counted[i] = grow32(y.counted[i], more)
	}
	for i := range y.summed {
		y.summed[i].groups = append(y.summed[i].groups, make([]sum, more)...)
	}
}

// grow32 and grow64 append zeros. They are not inlined because of their weight.
//
//go:noinline
func grow32(list []uint32, more int) []uint32 { return append(list, make([]uint32, more)...) }

//go:noinline
func grow64(list []uint64, more int) []uint64 { return append(list, make([]uint64, more)...) }

// empty takes all rows out. Groups keep their numbers.
func (y *tally) empty() {
	clear(y.rows)
	for i := range y.counted {
		clear(y.counted[i])
	}
	for i := range y.summed {
		clear(y.summed[i].groups)
		y.summed[i].wides = nil
	}
}

// scan adds rows, chunk by chunk, and then hands each chunk on. rows is a bitset over slots.
func (y *tally) scan(rows []uint64, take func(c *chunk, l *lanes)) {
	r := rooms.Get().(*room)
	y.room = r
	defer func() {
		y.room = nil
		rooms.Put(r)
	}()
	y.groups.begin(y.fields)
	const words = chunkLen / 64
	for n := 0; n*words < len(rows); n++ {
		c := chunk{number: n, offsets: offsetsOf(rows[n*words:min(n*words+words, len(rows))], &r.offsets)}
		if len(c.offsets) == 0 {
			continue
		}
		c.groups = r.groups[:len(c.offsets)]
		y.groups.assign(y.fields, &c, r.numbers[:])
		y.grow()
		for _, g := range c.groups {
			y.rows[g]++
		}
		for i, of := range y.spec.counted {
			tags, _ := r.lanes.read(&y.fields[of], &c)
			countCells(y.counted[i], &c, tags)
		}
		for i, of := range y.spec.summed {
			tags, floats := r.lanes.read(&y.fields[of], &c)
			y.summed[i].take(&c, tags, floats)
		}
		if take != nil {
			take(&c, &r.lanes)
		}
	}
}

// offsetsOf writes the members of a chunk's part of a bitset to room.
func offsetsOf(words []uint64, room *[chunkLen]uint32) []uint32 {
	n := 0
	for w, word := range words {
		first := uint32(w) << 6
		if word == math.MaxUint64 {
			for i := range uint32(64) {
				room[n+int(i)] = first + i
			}
			n += 64
			continue
		}
		for ; word != 0; word &= word - 1 {
			room[n] = first + uint32(bits.TrailingZeros64(word))
			n++
		}
	}
	return room[:n]
}

func countCells(counts []uint32, c *chunk, tags []byte) {
	for i, o := range c.offsets {
		if int(o) >= len(tags) {
			return
		}
		if tags[o] > byte(value.Null) {
			counts[c.groups[i]]++
		}
	}
}

// take adds the numbers of a chunk.
func (s *sums) take(c *chunk, tags []byte, floats []float64) {
	for i, o := range c.offsets {
		if int(o) >= len(tags) {
			return
		}
		if tags[o] != byte(value.Number) {
			continue
		}
		g := &s.groups[c.groups[i]]
		g.count++
		if f := floatAt(floats, o); !g.fixed(f) {
			s.widen(g, f, 1)
		}
	}
}

// alive gives the groups that have a row in the result, in order.
func (y *tally) alive() []uint32 {
	list := make([]uint32, 0, len(y.rows))
	for g, n := range y.rows {
		if n > 0 || len(y.spec.groupBy) == 0 {
			list = append(list, uint32(g))
		}
	}
	y.groups.sort(list)
	return list
}

// isAlive tells whether a group has a row in the result. Without groupBy there is one whatever happens.
func (y *tally) isAlive(group uint32) bool { return y.rows[group] > 0 || len(y.spec.groupBy) == 0 }
