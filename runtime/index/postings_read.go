package index

import "math/bits"

func lowestBit(word uint16) uint16 { return uint16(bits.TrailingZeros16(word)) }

// appendTo appends the members of a set, ascending.
func (p *postings) appendTo(dst []uint32, number uint32) []uint32 {
	l := &p.lists[number]
	switch l.form {
	case single:
		if l.members == 1 {
			dst = append(dst, l.at)
		}
		return dst
	case short:
		run := p.memory.at(l.at, 2*int(l.members))
		for i := range int(l.members) {
			dst = append(dst, slotAt(run, i))
		}
		return dst
	}
	for i := range int(l.parts) {
		e := p.part(l, i)
		high := uint32(e.high) << 16
		if e.class != asBitmap {
			for _, low := range p.memory.at(e.run, int(e.count)) {
				dst = append(dst, high|uint32(low))
			}
			continue
		}
		for k, word := range p.memory.at(e.run, bitmapLen) {
			for ; word != 0; word &= word - 1 {
				dst = append(dst, high|uint32(k<<4)|uint32(lowestBit(word)))
			}
		}
	}
	return dst
}

// union adds the members of a set to a bitset. Slots that the bitset has no room for are left out.
func (p *postings) union(set []uint64, number uint32) {
	l := &p.lists[number]
	switch l.form {
	case single:
		if l.members == 1 {
			mark(set, l.at)
		}
		return
	case short:
		run := p.memory.at(l.at, 2*int(l.members))
		for i := range int(l.members) {
			mark(set, slotAt(run, i))
		}
		return
	}
	for i := range int(l.parts) {
		e := p.part(l, i)
		base := int(e.high) << 10
		if base >= len(set) {
			return
		}
		words := set[base:]
		if e.class == asBitmap {
			run := p.memory.at(e.run, bitmapLen)
			for w := range words[:min(len(words), bitmapLen/4)] {
				r := run[4*w:][:4]
				words[w] |= uint64(r[0]) | uint64(r[1])<<16 | uint64(r[2])<<32 | uint64(r[3])<<48
			}
			continue
		}
		for _, low := range p.memory.at(e.run, int(e.count)) {
			if w := int(low >> 6); w < len(words) {
				words[w] |= 1 << (low & 63)
			}
		}
	}
}

func mark(set []uint64, slot uint32) {
	if w := int(slot >> 6); w < len(set) {
		set[w] |= 1 << (slot & 63)
	}
}

// keep leaves those of some slots, in any order, that are in a set. Ascending ones are looked for where the one before was
// found, so that as many as the set has cost a pass over it.
func (p *postings) keep(slots []uint32, number uint32) []uint32 {
	l := &p.lists[number]
	kept := slots[:0]
	if l.form != parted {
		for _, slot := range slots {
			if p.has(number, slot) {
				kept = append(kept, slot)
			}
		}
		return kept
	}
	for len(slots) > 0 {
		high, n := uint16(slots[0]>>16), 1
		for n < len(slots) && uint16(slots[n]>>16) == high {
			n++
		}
		if i, ok := p.find(l, high); ok {
			kept = p.keepPart(kept, slots[:n], p.part(l, i))
		}
		slots = slots[n:]
	}
	return kept
}

// keepPart is keep for slots of one high half.
func (p *postings) keepPart(kept, slots []uint32, e part) []uint32 {
	if e.class == asBitmap {
		bitmap := p.memory.at(e.run, bitmapLen)
		for _, slot := range slots {
			if bitmap[uint16(slot)>>4]>>(slot&15)&1 != 0 {
				kept = append(kept, slot)
			}
		}
		return kept
	}
	run, k := p.memory.at(e.run, int(e.count)), 0
	for _, slot := range slots {
		low := uint16(slot)
		if k > 0 && run[k-1] >= low {
			k = 0
		}
		// Galloping: the span doubles until it has the place.
		step := 1
		for k+step < len(run) && run[k+step] < low {
			k += step
			step *= 2
		}
		k += searchLow(run[k:min(k+step+1, len(run))], low)
		if k < len(run) && run[k] == low {
			kept = append(kept, slot)
		}
	}
	return kept
}

// extend adds slots to a set that has none of their high half: those of the low halves given, ascending. It takes no
// more room than they need.
func (p *postings) extend(number uint32, high uint16, lows []uint16) {
	l := &p.lists[number]
	n := int(l.members) + len(lows)
	switch {
	case n == 1:
		*l = list{members: 1, at: uint32(high)<<16 | uint32(lows[0])}
		return
	case n <= shortMost && l.form != parted:
		p.extendShort(l, n, high, lows)
		return
	case l.members == 0:
		*l = list{form: parted, at: p.memory.take(classOf(partWords)), class: classOf(partWords)}
	case l.form == single:
		slot := l.at
		*l = list{form: parted, at: p.memory.take(classOf(partWords)), class: classOf(partWords)}
		p.addPart(l, slot)
	case l.form == short:
		p.divide(l)
	}
	e := part{high: high, count: uint32(len(lows)), class: asBitmap}
	if len(lows) < bitmapLen {
		e.class = min(classOf(len(lows)), asBitmap)
	}
	e.run = p.memory.take(e.class)
	if e.class == asBitmap {
		words := p.memory.at(e.run, bitmapLen)
		clear(words)
		for _, low := range lows {
			words[low>>4] |= 1 << (low & 15)
		}
	} else {
		copy(p.memory.at(e.run, len(lows)), lows)
	}
	i, _ := p.find(l, high)
	p.insertPart(l, i, e)
	l.members += uint32(len(lows))
}

func (p *postings) extendShort(l *list, n int, high uint16, lows []uint16) {
	class := classOf(2 * n)
	run := p.memory.take(class)
	into := p.memory.at(run, 2*n)
	old := int(l.members)
	if l.form == short {
		copy(into, p.memory.at(l.at, 2*old))
		p.memory.give(l.at, l.class)
	} else if old == 1 {
		into[0], into[1] = uint16(l.at), uint16(l.at>>16)
	}
	for i, low := range lows {
		into[2*(old+i)], into[2*(old+i)+1] = low, high
	}
	*l = list{members: uint32(n), at: run, class: class, form: short}
}
