package aggregate

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/intmap"
	"github.com/atoma-dev/atoma/runtime/value"
)

// memory is what the rows in groups have contributed, so that they can be taken out again after they have changed. Each
// has a place in a few arrays. Where many rows of the table are in a group the place is the slot; where few are, places
// are given out, so that memory goes with these rows and not with the table.
//
//	group    place → group + 1, 0 for rows that are in none
//	numbers  place → the number that was added to a sum
//	given    place → whether a counted cell was there
type memory struct {
	rows    int // in groups
	sparse  bool
	places  intmap.Map // slot → place, if sparse
	unused  []uint32   // places below len(group) without a row, if sparse
	group   []uint32
	numbers [][]uint64 // by the spec's summed fields
	given   [][]uint64 // by the spec's counted fields: bitsets
}

const (
	// Up to so many slots they are the places in any case.
	fewSlots = 128
	// Rows are few if they are no more than one in so many slots, and many from one in half as many on. In between they
	// stay what they were, and so with half as few: whoever changes the form has moved many rows before.
	sparseSlots = 8
)

func newMemory(s *Spec) memory {
	return memory{numbers: make([][]uint64, len(s.summed)), given: make([][]uint64, len(s.counted))}
}

// empty takes all rows out and makes ready for so many, in a table of so many slots.
func (m *memory) empty(rows, slots int) {
	sparse := slots > fewSlots && rows <= slots/sparseSlots
	places := slots
	if sparse {
		places = rows
	}
	if sparse || m.sparse || len(m.group) > 4*places+chunkLen {
		*m = memory{sparse: sparse, numbers: make([][]uint64, len(m.numbers)), given: make([][]uint64, len(m.given))}
	}
	m.rows = 0
	clear(m.group)
	for i := range m.given {
		clear(m.given[i])
	}
	if sparse {
		m.places.Reserve(rows)
		m.group = make([]uint32, 0, rows)
	} else if places > len(m.group) {
		m.reach(places)
	}
}

// of gives the group of a row, plus 1; 0 if it is in none.
func (m *memory) of(slot uint32) uint32 {
	if m.sparse {
		place, ok := m.places.Get(slot)
		if !ok {
			return 0
		}
		return m.group[place]
	}
	if int(slot) < len(m.group) {
		return m.group[slot]
	}
	return 0
}

// place gives the place of a row that is in a group.
func (m *memory) place(slot uint32) uint32 {
	if m.sparse {
		slot, _ = m.places.Get(slot)
	}
	return slot
}

// add puts a row, which must be in none, into a group, and gives its place. Nothing is given there and no number added.
func (m *memory) add(slot, group uint32) (place uint32) {
	place = slot
	if m.sparse {
		if last := len(m.unused) - 1; last >= 0 {
			place, m.unused = m.unused[last], m.unused[:last]
		} else {
			place = uint32(len(m.group))
			m.group = append(m.group, 0)
		}
		m.places.Put(slot, place)
	}
	if n := int(place) + 1; n > len(m.group) || m.sparse {
		m.reach(n)
	}
	m.group[place] = group + 1
	for i := range m.numbers {
		m.numbers[i][place] = noNumber
	}
	m.rows++
	return place
}

// drop takes a row out of its group. What it has given has been taken back.
func (m *memory) drop(slot uint32) {
	place := m.place(slot)
	m.group[place] = 0
	if m.sparse {
		m.places.Remove(slot)
		m.unused = append(m.unused, place)
	}
	m.rows--
}

// reach makes room for so many places at least.
func (m *memory) reach(places int) {
	if places > len(m.group) {
		m.group = grow32(m.group, (places+63)/64*64+len(m.group)/256*64-len(m.group))
	}
	for i, list := range m.numbers {
		if len(list) < len(m.group) {
			m.numbers[i] = grow64(list, len(m.group)-len(list))
		}
	}
	for i, set := range m.given {
		if n := (len(m.group) + 63) / 64; len(set) < n {
			m.given[i] = grow64(set, n-len(set))
		}
	}
}

// slots gives the rows that are in groups, ascending.
func (m *memory) slots() []uint32 {
	list := make([]uint32, 0, m.rows)
	if m.sparse {
		list = m.places.AppendKeys(list)
		slices.SortFunc(list, func(a, b uint32) int { return int(a) - int(b) })
		return list
	}
	for slot, group := range m.group {
		if group != 0 {
			list = append(list, uint32(slot))
		}
	}
	return list
}

// fit gives the memory the form that goes with its rows, in a table of so many slots.
func (m *memory) fit(slots int) {
	many := !m.sparse
	switch {
	case many && (slots <= fewSlots || m.rows > slots/sparseSlots/2):
		return
	case !many && slots > fewSlots && m.rows <= slots*2/sparseSlots && len(m.unused) <= m.rows+64:
		return
	}
	old := *m
	*m = memory{sparse: true, numbers: make([][]uint64, len(m.numbers)), given: make([][]uint64, len(m.given))}
	m.empty(old.rows, slots)
	for _, slot := range old.slots() {
		from := old.place(slot)
		to := m.add(slot, old.group[from]-1)
		for i := range m.numbers {
			m.numbers[i][to] = old.numbers[i][from]
		}
		for i := range m.given {
			if old.given[i][from/64]>>(from%64)&1 != 0 {
				m.given[i][to/64] |= 1 << (to % 64)
			}
		}
	}
}

// remember notes what a chunk's rows have contributed.
func (m *memory) remember(y *tally, c *chunk, l *lanes) {
	base := c.base()
	places := y.room.numbers[:len(c.offsets)]
	if m.sparse {
		for i, o := range c.offsets {
			places[i] = m.add(base+o, c.groups[i])
		}
	} else {
		m.rows += len(c.offsets)
		for i, o := range c.offsets {
			places[i] = base + o
			m.group[base+o] = c.groups[i] + 1
		}
	}
	for i, of := range y.spec.counted {
		tags, _ := l.read(&y.fields[of], c)
		for k, o := range c.offsets {
			if tagAt(tags, o) > value.Null {
				m.given[i][places[k]/64] |= 1 << (places[k] % 64)
			}
		}
	}
	for i, of := range y.spec.summed {
		tags, floats := l.read(&y.fields[of], c)
		numbers := m.numbers[i]
		for k, o := range c.offsets {
			b := uint64(noNumber)
			if tagAt(tags, o) == value.Number {
				b = value.FloatBits(floatAt(floats, o))
			}
			numbers[places[k]] = b
		}
	}
}

// bytes is how much memory this is.
func (m *memory) bytes() int {
	n := m.places.Bytes() + 4*(cap(m.unused)+cap(m.group))
	for _, list := range m.numbers {
		n += 8 * cap(list)
	}
	for _, set := range m.given {
		n += 8 * cap(set)
	}
	return n
}
