package aggregate

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/sequence"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// View is a live aggregate. It remembers of each row what it has contributed, by slot, so that a row that changed is
// taken out of its group without knowing what it was, and put into the one it belongs to now:
//
//	group    slot → group + 1, 0 for rows that do not match
//	numbers  slot → the number that was added to a sum, if the row is in a group
//	given    slot → whether a counted cell was there
//	ranked   slots in order of group and cell, for minima and maxima
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

	group   []uint32
	numbers [][]uint64       // by the spec's summed fields
	given   [][]uint64       // by the spec's counted fields: bitsets
	ranked  []*sequence.List // by the spec's ranked fields

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
		set: set, tally: newTally(spec, t), matcher: spec.filter.Matcher(t), reader: t.Follow(),
		numbers: make([][]uint64, len(spec.summed)), given: make([][]uint64, len(spec.counted)),
	}
	for i := range spec.ranked {
		v.ranked = append(v.ranked, sequence.New(func(a, b uint32) int { return v.compareRanked(i, a, b) }))
	}
	v.order = sequence.New(func(a, b uint32) int { return v.tally.groups.compare(a, b) })
	return v
}

// sync takes up what was written.
func (v *View) sync() {
	if !v.reader.Pending() {
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
	if all || relevant > fewEntries && relevant > v.tally.table.Len()/manyShare {
		v.rebuild()
		return
	}
	if relevant == 0 {
		return
	}
	// All changed rows leave before any comes, so that those in ranked can be compared.
	for i := range entries {
		if v.concerns(&entries[i]) {
			v.leave(entries[i].Slot)
		}
	}
	for i := range entries {
		if e := &entries[i]; v.concerns(e) && v.groupAt(e.Slot) == 0 && v.matcher.Match(e.Slot) {
			v.enter(e.Slot)
		}
	}
}

// concerns tells whether a change may matter. A view need not read any field for rows to come and go.
func (v *View) concerns(e *table.Entry) bool {
	return e.Fields&v.fields != 0 || e.Fields == table.AllFields
}

// When more than one row in manyShare has changed, and more than a few, all are looked at anew, column by column.
const (
	manyShare  = 8
	fewEntries = 64
)

// refresh takes notice of fields that the table has defined since.
func (v *View) refresh() {
	v.tally.refresh()
	v.matcher.Refresh()
	v.fields = v.matcher.Fields()
	for i := range v.tally.fields {
		v.fields |= v.tally.fields[i].reads()
	}
}

// rebuild looks at all rows. Groups keep their numbers, and all are touched.
func (v *View) rebuild() {
	y := v.tally
	y.empty()
	slots := 64 * len(y.table.LiveWords())
	if len(v.group) > 4*slots+chunkLen {
		v.group = nil // the table has let go of its memory, too
		clear(v.numbers)
		clear(v.given)
	}
	if slots > len(v.group) {
		v.reach(uint32(slots - 1))
	}
	clear(v.group)
	for i := range v.given {
		clear(v.given[i])
	}
	y.scan(matching(y.spec, v.set.src), v.remember)
	for i := range v.ranked {
		v.buildRanked(i)
	}
	for g := range uint32(len(y.rows)) {
		v.touch(g)
	}
}

// remember notes what a chunk's rows have contributed.
func (v *View) remember(c *chunk, l *lanes) {
	y, base := v.tally, c.base()
	for i, o := range c.offsets {
		v.group[base+o] = c.groups[i] + 1
	}
	for i, of := range y.spec.counted {
		tags, _ := l.read(&y.fields[of], c)
		for _, o := range c.offsets {
			if tagAt(tags, o) > value.Null {
				v.given[i][(base+o)/64] |= 1 << (o % 64)
			}
		}
	}
	for i, of := range y.spec.summed {
		tags, floats := l.read(&y.fields[of], c)
		numbers := v.numbers[i][base:]
		for _, o := range c.offsets {
			if numbers[o] = noNumber; tagAt(tags, o) == value.Number {
				numbers[o] = value.FloatBits(floatAt(floats, o))
			}
		}
	}
}

func (v *View) groupAt(slot uint32) uint32 {
	if int(slot) < len(v.group) {
		return v.group[slot]
	}
	return 0
}

// leave takes a row out of its group, if it is in one.
func (v *View) leave(slot uint32) {
	if v.groupAt(slot) == 0 {
		return
	}
	y, g := v.tally, v.group[slot]-1
	v.group[slot] = 0
	v.touch(g)
	y.rows[g]--
	for i := range v.given {
		if word, bit := &v.given[i][slot/64], uint64(1)<<(slot%64); *word&bit != 0 {
			*word &^= bit
			y.counted[i][g]--
		}
	}
	for i := range v.numbers {
		if b := v.numbers[i][slot]; b != noNumber {
			y.summed[i].change(g, math.Float64frombits(b), -1)
		}
	}
	for i := range v.ranked {
		v.ranked[i].Remove(slot)
	}
}

// enter puts a row into its group. It must be in none.
func (v *View) enter(slot uint32) {
	y := v.tally
	g := y.groups.of(y.fields, slot)
	y.grow()
	v.reach(slot)
	v.group[slot] = g + 1
	v.touch(g)
	y.rows[g]++
	var scratch [8]byte
	for i, of := range y.spec.counted {
		if tag, _ := y.fields[of].cell(slot, &scratch); tag > value.Null {
			v.given[i][slot/64] |= 1 << (slot % 64)
			y.counted[i][g]++
		}
	}
	for i, of := range y.spec.summed {
		v.numbers[i][slot] = noNumber
		if tag, payload := y.fields[of].cell(slot, &scratch); tag == value.Number {
			f := value.Float(payload)
			v.numbers[i][slot] = value.FloatBits(f)
			y.summed[i].change(g, f, 1)
		}
	}
	for i, of := range y.spec.ranked {
		if class, _ := y.fields[of].classify(slot); class < classNaN {
			v.ranked[i].Insert(slot)
		}
	}
}

// reach makes room for a slot.
func (v *View) reach(slot uint32) {
	if int(slot) < len(v.group) {
		return
	}
	n := (int(slot)/64 + 1 + len(v.group)/256) * 64
	v.group = grow32(v.group, n-len(v.group))
	for i, list := range v.numbers {
		v.numbers[i] = grow64(list, n-len(list))
	}
	for i, set := range v.given {
		v.given[i] = grow64(set, n/64-len(set))
	}
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
