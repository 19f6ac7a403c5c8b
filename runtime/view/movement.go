package view

import (
	"math/bits"
	"slices"
)

// note is why a view must look at a row.
type note struct {
	slot uint32
	why  why
}

// why says what changed: flags.
type why uint8

const (
	byFilter   why = 1 << iota // fields that the filter reads
	byOrder                    // fields that the order reads
	byIdentity                 // the row was added or deleted: its slot may have another row than before

	// What became of the row, once that is known.
	leaves  // it is taken out of the list
	enters  // it is put into the list
	remains // it is the same row, in the list before and after; alone: in place
)

// movement is what happens to the list of a view as rows that changed are taken out and put in again. It is the memory
// that the views of a set update themselves in, one at a time.
//
// Rows that changed have numbers here, in order of their first note.
type movement struct {
	rows  []changedRow // by number
	slots []uint32     // an open-addressing hash from slots to numbers + 1; all 0 between updates
	shift uint8        // 32 - log₂ of its length
	busy  bool         // an update has begun, and if another begins the one before has panicked

	leaving  []uint32 // numbers of rows that leave, later in order of their places
	entering []uint32 // numbers of rows that enter, later in order of their places
	inPlace  []uint32 // numbers of rows that remain in place, later in order of their places

	removed  []uint32 // positions in the old list of rows that left their place, ascending
	inserted []uint32 // positions in the new list of rows that came to theirs, ascending

	tails, previous []uint32 // of longest
	old, new        []uint32 // slots of whole lists, or of windows
	bits            []uint64 // a set of slots, empty between uses
}

// changedRow is a row that has a note.
type changedRow struct {
	slot uint32
	why  why
	old  uint32 // position in the old list, if it leaves
	new  uint32 // position in the new list, if it enters or remains
	gap  uint32 // how many rows that do not move came before it in the old list, if it leaves
}

// gather numbers the rows of notes.
func (m *movement) gather(notes []note) {
	if m.busy {
		clear(m.slots[:cap(m.slots)])
	}
	m.busy = true
	m.leaving, m.entering, m.inPlace = m.leaving[:0], m.entering[:0], m.inPlace[:0]
	m.removed, m.inserted = m.removed[:0], m.inserted[:0]
	m.rows = m.rows[:0]
	m.reserve(len(notes))
	for _, n := range notes {
		at := m.seek(n.slot)
		if number := m.slots[at]; number != 0 {
			m.rows[number-1].why |= n.why
			continue
		}
		m.rows = append(m.rows, changedRow{slot: n.slot, why: n.why})
		m.slots[at] = uint32(len(m.rows))
	}
}

// reserve makes the hash at least four times as long as there are rows, so that a slot without a note, of which a long
// list has many, is nearly always known by one look.
func (m *movement) reserve(rows int) {
	size := minHash
	for size < 4*rows {
		size *= 2
	}
	if cap(m.slots) < size {
		m.slots = make([]uint32, size)
	}
	m.slots = m.slots[:size]
	m.shift = uint8(32 - bits.TrailingZeros(uint(size)))
}

const minHash = 64

// home is where a slot belongs in the hash (Fibonacci hashing).
func (m *movement) home(slot uint32) uint32 { return slot * 0x9E3779B1 >> m.shift }

// mayBe tells of nearly all slots without a note that they have none. It is for walks over long lists: unlike number it is
// no call.
func (m *movement) mayBe(slot uint32) bool { return m.slots[m.home(slot)] != 0 }

// seek finds a slot in the hash, or the place where it belongs, by linear probing.
func (m *movement) seek(slot uint32) uint32 {
	at := m.home(slot)
	for {
		number := m.slots[at]
		if number == 0 || m.rows[number-1].slot == slot {
			return at
		}
		at = (at + 1) & uint32(len(m.slots)-1)
	}
}

// number gives the number + 1 of the row in a slot if it has a note, else 0.
func (m *movement) number(slot uint32) uint32 { return m.slots[m.seek(slot)] }

// row gives the row of a slot that has a note, nil for others.
func (m *movement) row(slot uint32) *changedRow {
	if number := m.number(slot); number != 0 {
		return &m.rows[number-1]
	}
	return nil
}

// release ends an update.
func (m *movement) release() {
	clear(m.slots)
	m.busy = false
}

// decide notes what became of a row that was and is in the list, or not.
func (m *movement) decide(number uint32, was, is bool) {
	r := &m.rows[number]
	if was && is && r.why&byIdentity == 0 {
		r.why |= remains
		if r.why&byOrder == 0 {
			m.inPlace = append(m.inPlace, number)
			return
		}
	}
	if was {
		r.why |= leaves
		m.leaving = append(m.leaving, number)
	}
	if is {
		r.why |= enters
		m.entering = append(m.entering, number)
	}
}

// settle finds the rows that left a place and came back to it, adds them to inPlace, and makes removed and inserted of
// the others. leaving and entering must be in order of old and new positions.
//
// A row has its old place if the same rows that did not move are before it and behind it. Of several rows between two
// that did not move, as many as possible count as in place: a longest increasing subsequence of their old positions.
func (m *movement) settle() {
	for i, number := range m.leaving {
		r := &m.rows[number]
		r.gap = r.old - uint32(i)
	}
	from, sorted, last := len(m.inPlace), true, uint32(0)
	for i, number := range m.entering {
		r := &m.rows[number]
		if r.why&remains != 0 && r.new-uint32(i) == r.gap {
			sorted = sorted && r.old >= last
			last = r.old
			m.inPlace = append(m.inPlace, number)
		}
	}
	if !sorted {
		m.inPlace = m.inPlace[:from+m.longest(m.inPlace[from:])]
	}
	for _, number := range m.inPlace[from:] {
		m.rows[number].why &^= leaves | enters
	}
	for _, number := range m.leaving {
		if r := &m.rows[number]; r.why&leaves != 0 {
			m.removed = append(m.removed, r.old)
		}
	}
	for _, number := range m.entering {
		if r := &m.rows[number]; r.why&enters != 0 {
			m.inserted = append(m.inserted, r.new)
		}
	}
}

// longest moves a longest subsequence of rows with ascending old positions to the front and gives its length. It is the
// patience method (Fredman 1975): tails[k] is the row with the least old position that ends such a subsequence of k+1
// rows, previous leads back from each; O(n log n).
func (m *movement) longest(numbers []uint32) int {
	m.tails = m.tails[:0]
	m.previous = slices.Grow(m.previous[:0], len(numbers))[:len(numbers)]
	for i, number := range numbers {
		old := m.rows[number].old
		low, high := 0, len(m.tails)
		for low < high {
			middle := int(uint(low+high) >> 1)
			if m.rows[numbers[m.tails[middle]]].old < old {
				low = middle + 1
			} else {
				high = middle
			}
		}
		if low > 0 {
			m.previous[i] = m.tails[low-1]
		}
		if low == len(m.tails) {
			m.tails = append(m.tails, 0)
		}
		m.tails[low] = uint32(i)
	}
	n := len(m.tails)
	for k, i := n-1, m.tails[n-1]; k >= 0; k, i = k-1, m.previous[i] {
		m.tails[k] = numbers[i]
	}
	return copy(numbers, m.tails)
}

// byOld puts numbers of rows in order of their old positions.
func (m *movement) byOld(numbers []uint32) {
	slices.SortFunc(numbers, func(a, b uint32) int { return int(m.rows[a].old) - int(m.rows[b].old) })
}

// byNew puts numbers of rows in order of their new positions.
func (m *movement) byNew(numbers []uint32) {
	slices.SortFunc(numbers, func(a, b uint32) int { return int(m.rows[a].new) - int(m.rows[b].new) })
}
