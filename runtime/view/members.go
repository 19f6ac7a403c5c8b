package view

import "math/bits"

// members is a set of slots: a sorted list while that is smaller than a bitset, so that a thousand small views do not
// cost a thousand times all rows.
type members struct {
	n    int
	few  []uint32 // ascending, if bits is nil
	bits []uint64
}

// minFew is how many members are a list in any case.
const minFew = 64

// build makes slots the members, of a table with so many words of slots. scratch is an empty bitset that is left empty.
func (m *members) build(slots []uint32, words int, scratch *[]uint64) {
	m.n = len(slots)
	if !isFew(m.n, words) {
		m.few = nil
		if cap(m.bits) < words {
			m.bits = make([]uint64, words, words+words/8)
		}
		m.bits = m.bits[:words]
		clear(m.bits)
		for _, slot := range slots {
			m.bits[slot>>6] |= 1 << (slot & 63)
		}
		return
	}
	m.bits, m.few = nil, m.few[:0]
	if len(*scratch) < words {
		*scratch = make([]uint64, words+words/8)
	}
	set := (*scratch)[:words]
	for _, slot := range slots {
		set[slot>>6] |= 1 << (slot & 63)
	}
	if cap(m.few) < m.n {
		m.few = make([]uint32, 0, m.n)
	}
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			m.few = append(m.few, uint32(w<<6+bits.TrailingZeros64(word)))
		}
		set[w] = 0
	}
}

// isFew tells whether n members are a list, for a table with so many words of slots.
func isFew(n, words int) bool { return n <= minFew || n <= 2*words }

func (m *members) has(slot uint32) bool {
	if m.bits != nil {
		w := slot >> 6
		return w < uint32(len(m.bits)) && m.bits[w]>>(slot&63)&1 != 0
	}
	at := m.search(slot)
	return at < len(m.few) && m.few[at] == slot
}

// search gives the place of a slot in few.
func (m *members) search(slot uint32) int {
	low, high := 0, len(m.few)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if m.few[middle] < slot {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// add adds a slot that is no member, of a table with so many words of slots.
func (m *members) add(slot uint32, words int) {
	m.n++
	if m.bits == nil && !isFew(m.n, words) {
		m.bits = make([]uint64, words, words+words/8)
		for _, slot := range m.few {
			m.bits[slot>>6] |= 1 << (slot & 63)
		}
		m.few = nil
	}
	if m.bits != nil {
		for int(slot>>6) >= len(m.bits) {
			m.bits = append(m.bits, 0)
		}
		m.bits[slot>>6] |= 1 << (slot & 63)
		return
	}
	at := m.search(slot)
	m.few = append(m.few, 0)
	copy(m.few[at+1:], m.few[at:])
	m.few[at] = slot
}

// remove takes a member out.
func (m *members) remove(slot uint32) {
	m.n--
	if m.bits != nil {
		m.bits[slot>>6] &^= 1 << (slot & 63)
		return
	}
	at := m.search(slot)
	m.few = append(m.few[:at], m.few[at+1:]...)
}

// all appends the members to dst, ascending.
func (m *members) all(dst []uint32) []uint32 {
	dst = append(dst, m.few...)
	for w, word := range m.bits {
		for ; word != 0; word &= word - 1 {
			dst = append(dst, uint32(w<<6+bits.TrailingZeros64(word)))
		}
	}
	return dst
}

func (m *members) bytes() int { return 4*cap(m.few) + 8*cap(m.bits) }
