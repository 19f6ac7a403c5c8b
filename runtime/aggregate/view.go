package aggregate

import (
	"math"
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/sequence"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// View is a live aggregate. It remembers of each row that matches what it has contributed, so that a row that changed is
// taken out of its group without knowing what it was, and put into the one it belongs to now. For minima and maxima it
// has these rows in order of group and cell.
//
// A changed row costs O(1) for each count and sum and O(log rows) for each field of minima and maxima, and a Pull costs
// O(log groups) for each group that rows have come to or gone from.
type View struct {
	set     *Set
	tally   *tally
	matcher *query.Matcher
	reader  *table.Reader
	fields  uint64 // FieldBits of what the view reads
	pulled  bool   // at least once; before that there is no state
	broken  bool   // a change is being worked in, or one that panicked was: all rows must be looked at anew

	memory memory
	ranked []*sequence.List // by the spec's ranked fields

	touched []uint32 // groups that may have changed since the last Pull, each once
	marked  []bool   // by group: it is touched

	shown [][]byte       // by group: its row at the last Pull; nil: it had none
	order *sequence.List // groups with a row at the last Pull, in order
	row   []byte         // scratch
}

// noNumber stands in numbers where nothing was added. It is a NaN that is never stored: see value.FloatBits.
const noNumber = 0x7FF0_0000_0000_0001

func newView(set *Set, spec *Spec) *View {
	t := set.src.Table
	v := &View{
		set: set, tally: newTally(spec, t), matcher: spec.filter.Matcher(t), reader: t.Follow(), memory: newMemory(spec),
	}
	for i := range spec.ranked {
		v.ranked = append(v.ranked, sequence.New(func(a, b uint32) int { return v.compareRanked(i, a, b) }))
	}
	v.order = sequence.New(func(a, b uint32) int { return v.tally.groups.compare(a, b) })
	return v
}

// sync takes up what was written.
func (v *View) sync() {
	if !v.reader.Pending() && !v.broken {
		return
	}
	v.refresh()
	entries, all := v.reader.Read()
	relevant := 0
	for i := range entries {
		if v.concerns(&entries[i]) {
			relevant++
		}
	}
	if all || v.broken || relevant > fewEntries && relevant > v.tally.table.Len()/manyShare {
		v.rebuild()
		return
	}
	if relevant == 0 {
		return
	}
	v.broken = true
	// All changed rows leave before any comes, so that those in ranked can be compared.
	for i := range entries {
		if v.concerns(&entries[i]) {
			v.leave(entries[i].Slot)
		}
	}
	for i := range entries {
		if e := &entries[i]; v.concerns(e) && v.memory.of(e.Slot) == 0 && v.matcher.Match(e.Slot) {
			v.enter(e.Slot)
		}
	}
	v.memory.fit(64 * len(v.tally.table.LiveWords()))
	v.broken = false
}

// concerns tells whether a change may matter.
func (v *View) concerns(e *table.Entry) bool { return e.Fields&v.fields != 0 }

// When more than one row in manyShare has changed, and more than a few, all are looked at anew, column by column.
const (
	manyShare  = 8
	fewEntries = 64
)

// refresh takes notice of fields that the table has defined since.
func (v *View) refresh() {
	v.tally.refresh()
	v.matcher.Refresh()
	v.fields = table.FieldBit(table.FieldID) | v.matcher.Fields() // rows that come or go have the bit of the id
	for i := range v.tally.fields {
		v.fields |= v.tally.fields[i].reads()
	}
}

// rebuild looks at all rows. Groups keep their numbers, and all are touched.
func (v *View) rebuild() {
	y := v.tally
	v.broken = true
	y.empty()
	rows, n := matching(y.spec, v.set.src), 0
	for _, word := range rows {
		n += bits.OnesCount64(word)
	}
	v.memory.empty(n, 64*len(rows))
	y.scan(rows, func(c *chunk, l *lanes) { v.memory.remember(y, c, l) })
	for i := range v.ranked {
		v.buildRanked(i)
	}
	for g := range uint32(len(y.rows)) {
		v.touch(g)
	}
	v.broken = false
}

// leave takes a row out of its group, if it is in one.
func (v *View) leave(slot uint32) {
	m, y := &v.memory, v.tally
	g := m.of(slot)
	if g == 0 {
		return
	}
	g--
	place := m.place(slot)
	v.touch(g)
	y.rows[g]--
	for i := range m.given {
		if word, bit := &m.given[i][place/64], uint64(1)<<(place%64); *word&bit != 0 {
			*word &^= bit
			y.counted[i][g]--
		}
	}
	for i := range m.numbers {
		if b := m.numbers[i][place]; b != noNumber {
			y.summed[i].change(g, math.Float64frombits(b), -1)
		}
	}
	m.drop(slot)
	for i := range v.ranked {
		v.ranked[i].Remove(slot)
	}
}

// enter puts a row into its group. It must be in none.
func (v *View) enter(slot uint32) {
	m, y := &v.memory, v.tally
	g := y.groups.of(y.fields, slot)
	y.grow()
	place := m.add(slot, g)
	v.touch(g)
	y.rows[g]++
	var scratch [8]byte
	for i, of := range y.spec.counted {
		if tag, _ := y.fields[of].cell(slot, &scratch); tag > value.Null {
			m.given[i][place/64] |= 1 << (place % 64)
			y.counted[i][g]++
		}
	}
	for i, of := range y.spec.summed {
		if tag, payload := y.fields[of].cell(slot, &scratch); tag == value.Number {
			f := value.Float(payload)
			m.numbers[i][place] = value.FloatBits(f)
			y.summed[i].change(g, f, 1)
		}
	}
	for i, of := range y.spec.ranked {
		if class, _ := y.fields[of].classify(slot); class < classNaN {
			v.ranked[i].Insert(slot)
		}
	}
}

// Bytes is how much memory the view holds, but for the cells and rows of its groups.
func (v *View) Bytes() int {
	n := v.memory.bytes() + 4*cap(v.touched) + cap(v.marked) + v.order.Bytes()
	for _, list := range v.ranked {
		n += list.Bytes()
	}
	return n
}

func (v *View) touch(group uint32) {
	for int(group) >= len(v.marked) {
		v.marked = append(v.marked, false)
	}
	if !v.marked[group] {
		v.marked[group] = true
		v.touched = append(v.touched, group)
	}
}
