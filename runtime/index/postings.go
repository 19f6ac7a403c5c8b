package index

// postings is many sets of slots, by number. Nearly all sets of a vocabulary are tiny and a few are huge, so a set is
//
//	single  the slot itself
//	short   a run of slots, ascending, two words each, low half first: up to shortMost
//	parted  a directory run: for every 65,536 slots that the set has members of, ascending,
//	        high half · members - 1 · container, as a run: low half, high half · class of that run
//
// A container is the low halves, ascending, or from 3,073 members on a bitmap of 4,096 words, as in Roaring bitmaps
// (Chambi, Lemire, Kaser, Godin 2016). Adding or removing moves at most 8 KiB.
type postings struct {
	lists  []list
	memory pool
}

type list struct {
	members uint32
	at      uint32 // the slot, or a run
	parts   uint16 // of the directory
	class   uint8  // of the run
	form    form
}

type form uint8

const (
	single form = iota // or none
	short
	parted
)

const (
	shortMost = 64
	partWords = 5 // of an entry of a directory
	bitmapLen = 4096
	asBitmap  = pooledClasses - 1 // the class of bitmaps; no array has it
)

func (p *postings) reset() {
	p.lists = nil
	p.memory.reset()
}

// extendTo makes sure that there are n sets.
func (p *postings) extendTo(n int) {
	for len(p.lists) < n {
		p.lists = append(p.lists, list{})
	}
}

// count is the number of members of a set.
func (p *postings) count(number uint32) int { return int(p.lists[number].members) }

// part is an entry of a directory.
type part struct {
	high  uint16
	count uint32 // 1 to 65,536
	run   uint32
	class uint8
}

func (p *postings) part(l *list, i int) part {
	w := p.memory.at(l.at, classSize(l.class))[i*partWords:][:partWords]
	return part{w[0], uint32(w[1]) + 1, uint32(w[2]) | uint32(w[3])<<16, uint8(w[4])}
}

func (p *postings) setPart(l *list, i int, e part) {
	w := p.memory.at(l.at, classSize(l.class))[i*partWords:][:partWords]
	w[0], w[1], w[2], w[3], w[4] = e.high, uint16(e.count-1), uint16(e.run), uint16(e.run>>16), uint16(e.class)
}

// find gives the place of the part for a high half, or where it would be.
func (p *postings) find(l *list, high uint16) (i int, ok bool) {
	for i = 0; i < int(l.parts); i++ {
		if e := p.part(l, i); e.high >= high {
			return i, e.high == high
		}
	}
	return i, false
}

func slotAt(run []uint16, i int) uint32 { return uint32(run[2*i]) | uint32(run[2*i+1])<<16 }

// searchShort gives the first of n slots of a run that is not below slot.
func searchShort(run []uint16, n int, slot uint32) int {
	lo, hi := 0, n
	for lo < hi {
		if mid := (lo + hi) / 2; slotAt(run, mid) < slot {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// searchLow gives the first low half that is not below low.
func searchLow(run []uint16, low uint16) int {
	lo, hi := 0, len(run)
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); run[mid] < low {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// has tells whether a slot is in a set.
func (p *postings) has(number, slot uint32) bool {
	l := &p.lists[number]
	switch l.form {
	case single:
		return l.members == 1 && l.at == slot
	case short:
		run, n := p.memory.at(l.at, 2*int(l.members)), int(l.members)
		i := searchShort(run, n, slot)
		return i < n && slotAt(run, i) == slot
	}
	i, ok := p.find(l, uint16(slot>>16))
	if !ok {
		return false
	}
	e, low := p.part(l, i), uint16(slot)
	if e.class == asBitmap {
		return p.memory.at(e.run, bitmapLen)[low>>4]>>(low&15)&1 != 0
	}
	run := p.memory.at(e.run, int(e.count))
	k := searchLow(run, low)
	return k < len(run) && run[k] == low
}

// add puts a slot into a set, and tells whether it was not in it.
func (p *postings) add(number, slot uint32) bool {
	l := &p.lists[number]
	switch {
	case l.members == 0:
		*l = list{members: 1, at: slot}
		return true
	case l.form == single:
		if l.at == slot {
			return false
		}
		first := l.at
		*l = list{members: 1, at: p.memory.take(0), form: short}
		run := p.memory.at(l.at, 4)
		run[0], run[1] = uint16(first), uint16(first>>16)
		return p.addShort(l, slot)
	case l.form == short && l.members < shortMost:
		return p.addShort(l, slot)
	case l.form == short:
		if p.has(number, slot) {
			return false
		}
		p.divide(l)
	}
	return p.addPart(l, slot)
}

// addShort needs room for one more in the form.
func (p *postings) addShort(l *list, slot uint32) bool {
	n := int(l.members)
	run := p.memory.at(l.at, 2*n)
	i := searchShort(run, n, slot)
	if i < n && slotAt(run, i) == slot {
		return false
	}
	if 2*n+2 > classSize(l.class) {
		p.regrow(&l.at, &l.class, 2*n, 2)
	}
	run = p.memory.at(l.at, 2*n+2)
	copy(run[2*i+2:], run[2*i:2*n])
	run[2*i], run[2*i+1] = uint16(slot), uint16(slot>>16)
	l.members++
	return true
}

// regrow moves a run, of which n words are in use, to a larger class, with room for more.
func (p *postings) regrow(run *uint32, class *uint8, n, more int) {
	larger := *class + 1
	for classSize(larger) < n+more {
		larger++
	}
	grown := p.memory.take(larger)
	copy(p.memory.at(grown, n), p.memory.at(*run, n))
	p.memory.give(*run, *class)
	*run, *class = grown, larger
}

// divide turns a short set into a parted one.
func (p *postings) divide(l *list) {
	old, class, n := l.at, l.class, int(l.members)
	*l = list{form: parted, at: p.memory.take(classOf(partWords)), class: classOf(partWords)}
	for i := range n {
		p.addPart(l, slotAt(p.memory.at(old, 2*n), i))
	}
	p.memory.give(old, class)
}

// addPart adds to a parted set.
func (p *postings) addPart(l *list, slot uint32) bool {
	i, ok := p.find(l, uint16(slot>>16))
	low := uint16(slot)
	if !ok {
		run := p.memory.take(0)
		p.memory.at(run, 1)[0] = low
		p.insertPart(l, i, part{uint16(slot >> 16), 1, run, 0})
		l.members++
		return true
	}
	e := p.part(l, i)
	if e.class == asBitmap {
		w, bit := &p.memory.at(e.run, bitmapLen)[low>>4], uint16(1)<<(low&15)
		if *w&bit != 0 {
			return false
		}
		*w |= bit
	} else {
		run := p.memory.at(e.run, int(e.count))
		k := searchLow(run, low)
		if k < len(run) && run[k] == low {
			return false
		}
		if int(e.count) == classSize(e.class) {
			p.regrow(&e.run, &e.class, int(e.count), 1)
		}
		run = p.memory.at(e.run, int(e.count)+1)
		copy(run[k+1:], run[k:])
		run[k] = low
		if e.class == asBitmap {
			p.toBitmap(&e)
		}
	}
	e.count++
	p.setPart(l, i, e)
	l.members++
	return true
}

// toBitmap turns an array of e.count + 1 low halves in a run of bitmapLen words into a bitmap.
func (p *postings) toBitmap(e *part) {
	bitmap := p.memory.take(asBitmap)
	words := p.memory.at(bitmap, bitmapLen)
	clear(words)
	for _, low := range p.memory.at(e.run, int(e.count)+1) {
		words[low>>4] |= 1 << (low & 15)
	}
	p.memory.give(e.run, asBitmap)
	e.run = bitmap
}

func (p *postings) insertPart(l *list, i int, e part) {
	n := int(l.parts) * partWords
	if n+partWords > classSize(l.class) {
		p.regrow(&l.at, &l.class, n, partWords)
	}
	w := p.memory.at(l.at, n+partWords)
	copy(w[(i+1)*partWords:], w[i*partWords:n])
	l.parts++
	p.setPart(l, i, e)
}

// remove takes a slot out of a set, and tells whether it was in it.
func (p *postings) remove(number, slot uint32) bool {
	l := &p.lists[number]
	switch {
	case l.form == single:
		if l.members == 0 || l.at != slot {
			return false
		}
		*l = list{}
		return true
	case l.form == short:
		n := int(l.members)
		run := p.memory.at(l.at, 2*n)
		i := searchShort(run, n, slot)
		if i == n || slotAt(run, i) != slot {
			return false
		}
		copy(run[2*i:], run[2*i+2:])
		l.members--
		if l.members == 1 {
			last := slotAt(run, 0)
			p.memory.give(l.at, l.class)
			*l = list{members: 1, at: last}
		}
		return true
	}
	return p.removePart(l, slot)
}

func (p *postings) removePart(l *list, slot uint32) bool {
	i, ok := p.find(l, uint16(slot>>16))
	if !ok {
		return false
	}
	e, low := p.part(l, i), uint16(slot)
	if e.class == asBitmap {
		w, bit := &p.memory.at(e.run, bitmapLen)[low>>4], uint16(1)<<(low&15)
		if *w&bit == 0 {
			return false
		}
		*w &^= bit
		if e.count--; e.count == bitmapLen/2 { // far from where an array turns into a bitmap
			p.toArray(&e)
		}
	} else {
		run := p.memory.at(e.run, int(e.count))
		k := searchLow(run, low)
		if k == len(run) || run[k] != low {
			return false
		}
		copy(run[k:], run[k+1:])
		e.count--
	}
	l.members--
	if e.count > 0 {
		p.setPart(l, i, e)
		return true
	}
	p.memory.give(e.run, e.class)
	w := p.memory.at(l.at, int(l.parts)*partWords)
	copy(w[i*partWords:], w[(i+1)*partWords:])
	if l.parts--; l.parts == 0 {
		p.memory.give(l.at, l.class)
		*l = list{}
	}
	return true
}

func (p *postings) toArray(e *part) {
	class := classOf(int(e.count))
	array := p.memory.take(class)
	into, n := p.memory.at(array, int(e.count)), 0
	for i, word := range p.memory.at(e.run, bitmapLen) {
		for ; word != 0; word &= word - 1 {
			into[n] = uint16(i<<4) + lowestBit(word)
			n++
		}
	}
	p.memory.give(e.run, asBitmap)
	e.run, e.class = array, class
}

func (p *postings) bytes() int { return 12*cap(p.lists) + p.memory.bytes() }
