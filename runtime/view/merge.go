package view

import "slices"

// merge makes the list anew from the rows that stay in it and those that enter, in one pass. Each place is searched for
// from the last one on, with growing steps.
func (v *View) merge(m *movement) {
	m.old = v.list.Append(m.old[:0], 0, v.list.Len())
	m.leaving = m.leaving[:0]
	kept := m.old[:0]
	for i, slot := range m.old {
		if m.mayBe(slot) {
			if number := m.number(slot); number != 0 && m.rows[number-1].why&leaves != 0 {
				m.rows[number-1].old = uint32(i)
				m.leaving = append(m.leaving, number-1)
				continue
			}
		}
		kept = append(kept, slot)
	}
	slices.SortFunc(m.entering, func(a, b uint32) int { return v.compare(m.rows[a].slot, m.rows[b].slot) })
	m.new = m.new[:0]
	for _, number := range m.entering {
		r := &m.rows[number]
		n := v.before(kept, r.slot)
		m.new = append(m.new, kept[:n]...)
		kept = kept[n:]
		r.new = uint32(len(m.new))
		m.new = append(m.new, r.slot)
	}
	m.new = append(m.new, kept...)
	v.list.Build(m.new)
}

// before tells how many of sorted rows come before a row.
func (v *View) before(sorted []uint32, slot uint32) int {
	low, high := 0, len(sorted)
	for step := 1; low+step <= high; step *= 2 {
		if v.compare(sorted[low+step-1], slot) > 0 {
			high = low + step - 1
			break
		}
		low += step
	}
	for low < high {
		middle := int(uint(low+high) >> 1)
		if v.compare(sorted[middle], slot) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// redo makes the list anew by running the query, and finds in it what has moved.
func (v *View) redo(m *movement) {
	m.old = v.list.Append(m.old[:0], 0, v.list.Len())
	m.leaving = m.leaving[:0]
	for i, slot := range m.old {
		if !m.mayBe(slot) {
			continue
		}
		if number := m.number(slot); number != 0 && m.rows[number-1].why&leaves != 0 {
			m.rows[number-1].old = uint32(i)
			m.leaving = append(m.leaving, number-1)
		}
	}
	m.new = v.query.All(v.set.source, m.new[:0])
	m.entering = m.entering[:0]
	for i, slot := range m.new {
		if !m.mayBe(slot) {
			continue
		}
		if number := m.number(slot); number != 0 && m.rows[number-1].why&enters != 0 {
			m.rows[number-1].new = uint32(i)
			m.entering = append(m.entering, number-1)
		}
	}
	v.list.Build(m.new)
}

// rankShare is how many rows of a window are looked at in the time that it takes to ask for the position of one.
const rankShare = 64

// replace tells the rows in place among those that the old and the new window have in common.
func (v *View) replace(d *Delta, m *movement, kept span) {
	if len(m.inPlace) == 0 || kept.from >= kept.to {
		return
	}
	start := v.window.from
	if len(m.inPlace)*rankShare >= kept.to-kept.from {
		m.old = v.list.Append(m.old[:0], kept.from, kept.to)
		for i, slot := range m.old {
			if !m.mayBe(slot) {
				continue
			}
			if r := m.row(slot); r != nil && r.why&(remains|leaves|enters) == remains {
				d.Replaced = append(d.Replaced, uint32(kept.from-start+i))
				d.ReplacedSlots = append(d.ReplacedSlots, slot)
			}
		}
		return
	}
	for _, number := range m.inPlace {
		r := &m.rows[number]
		r.new = uint32(v.list.Rank(r.slot))
	}
	m.byNew(m.inPlace)
	for _, number := range m.inPlace {
		if r := &m.rows[number]; int(r.new) >= kept.from && int(r.new) < kept.to {
			d.Replaced = append(d.Replaced, r.new-uint32(start))
			d.ReplacedSlots = append(d.ReplacedSlots, r.slot)
		}
	}
}
