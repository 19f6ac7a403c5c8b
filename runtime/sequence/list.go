// Package sequence keeps slots in an order that a comparison gives, with their positions: an order-statistic list, for
// ordered indexes and live views.
//
// A List owns its memory and knows slots only; what they are compared by lies with the caller, who must take a slot out
// before, and may put it back after, what it is compared by has changed. A List is for one goroutine at a time.
package sequence

import "math/bits"

// List is distinct slots in order. It is made of blocks of up to blockLen slots; a Fenwick tree over the blocks'
// lengths turns positions into blocks and back, and in a long list an array by slot says which block has it. So a slot
// is found and taken out without comparing, and put in with as many comparisons as a binary search takes. What all
// cost besides is moving half a block of 2 KiB, and now and then a split, which costs a step for each block.
//
//	order    2            0            1            numbers of blocks
//	blocks   [▪▪▪▪··]     [▪▪▪▪▪·]     [▪▪····]
//	sums     4  9  4+5+2 …                          Fenwick tree over the lengths, by place in order
//	where    slot → number of its block + 1         from longList slots on
type List struct {
	compare func(a, b uint32) int
	length  int

	blocks []block  // by number
	unused []uint32 // numbers of blocks that are not in order
	order  []uint32 // numbers of blocks, none of them empty
	sums   []uint32 // sums[i] is of the lengths at places (i - lowest bit of i, i], both counted from 1
	where  []uint32 // by slot; nil in a short list
}

type block struct {
	slots []uint32
	place uint32 // in order
}

const (
	blockLen  = 512
	builtLen  = 384 // of blocks that Build makes: room for inserts before they split
	mergeLen  = 256 // neighbours with no more than this in both become one
	longList  = 4096
	shortList = 2048 // a long list is one until it has no more than these
)

// New makes an empty list. compare is a total order: it gives 0 for no two slots that are in the list together.
func New(compare func(a, b uint32) int) *List { return &List{compare: compare} }

// Build makes sorted, which is in order and without duplicates, the content of the list. It is copied.
func (l *List) Build(sorted []uint32) {
	l.clear(len(sorted)/builtLen + 1)
	l.length = len(sorted)
	if len(sorted) >= longList {
		l.locate(sorted)
	} else {
		l.where = nil
	}
	for len(sorted) > 0 {
		n := min(builtLen, len(sorted))
		number := l.number(n)
		b := &l.blocks[number]
		b.slots = append(b.slots[:0], sorted[:n]...)
		l.order = append(l.order, number)
		l.claim(number, b.slots)
		sorted = sorted[n:]
	}
	for _, number := range l.unused {
		l.blocks[number].slots = nil
	}
	l.recount()
}

// clear takes all slots out. Blocks keep their memory if so many that are to come will need most of it.
func (l *List) clear(blocks int) {
	if blocks < len(l.blocks)/2 {
		*l = List{compare: l.compare}
		return
	}
	for _, number := range l.order {
		l.unused = append(l.unused, number)
	}
	l.order, l.length = l.order[:0], 0
}

// locate makes where empty, with room for the greatest of slots.
func (l *List) locate(slots []uint32) {
	last := uint32(0)
	for _, slot := range slots {
		last = max(last, slot)
	}
	if int(last) < len(l.where) {
		clear(l.where)
		return
	}
	l.where = make([]uint32, last+1+last/8)
}

// Len is the number of slots.
func (l *List) Len() int { return l.length }

// At gives the slot at a position.
func (l *List) At(i int) uint32 {
	place, within := l.find(i)
	return l.blocks[l.order[place]].slots[within]
}

// Run gives the slots from position i on up to the end of their block: at least one. They are valid until the next
// change. It is for going over a list without a call for each slot; see RunBefore for going backwards.
func (l *List) Run(i int) []uint32 {
	place, within := l.find(i)
	return l.blocks[l.order[place]].slots[within:]
}

// RunBefore gives slots up to, and without, position i, as many as lie in one block: at least one, so i is not 0.
func (l *List) RunBefore(i int) []uint32 {
	place, within := l.find(i - 1)
	return l.blocks[l.order[place]].slots[:within+1]
}

// Has tells whether a slot is in the list.
func (l *List) Has(slot uint32) bool {
	_, _, ok := l.seek(slot)
	return ok
}

// Rank gives the position of a slot, -1 if it is not there. It does not compare.
func (l *List) Rank(slot uint32) int {
	place, within, ok := l.seek(slot)
	if !ok {
		return -1
	}
	return l.before(place) + within
}

// Append appends the slots at positions from up to, and without, to.
func (l *List) Append(dst []uint32, from, to int) []uint32 {
	if from >= to {
		return dst
	}
	place, within := l.find(from)
	for n := to - from; n > 0; place++ {
		slots := l.blocks[l.order[place]].slots[within:]
		slots = slots[:min(n, len(slots))]
		dst = append(dst, slots...)
		n -= len(slots)
		within = 0
	}
	return dst
}

// Search gives the first position whose slot f holds for, Len if there is none. f must hold for all that come after
// one that it holds for.
func (l *List) Search(f func(slot uint32) bool) int {
	low, high := 0, len(l.order)
	for low < high {
		middle := int(uint(low+high) >> 1)
		slots := l.blocks[l.order[middle]].slots
		if f(slots[len(slots)-1]) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if low == len(l.order) {
		return l.length
	}
	slots := l.blocks[l.order[low]].slots
	from, to := 0, len(slots)-1 // f holds for the last
	for from < to {
		middle := int(uint(from+to) >> 1)
		if f(slots[middle]) {
			to = middle
		} else {
			from = middle + 1
		}
	}
	return l.before(low) + from
}

// Insert puts a slot where it belongs. It must not be in the list.
func (l *List) Insert(slot uint32) {
	l.length++
	if len(l.order) == 0 {
		number := l.number(1)
		l.blocks[number].slots = append(l.blocks[number].slots[:0], slot)
		l.order = append(l.order, number)
		l.claim(number, l.blocks[number].slots)
		l.recount()
		return
	}
	place, within := l.gap(slot)
	if len(l.blocks[l.order[place]].slots) == blockLen {
		place, within = l.split(place, within)
	}
	number := l.order[place]
	b := &l.blocks[number]
	b.slots = append(b.slots, 0)
	copy(b.slots[within+1:], b.slots[within:])
	b.slots[within] = slot
	l.add(place, 1)
	switch {
	case l.where != nil:
		l.claim(number, b.slots[within:within+1])
	case l.length >= longList:
		l.lengthen()
	}
}

// gap finds where a slot belongs: in which block, and where inside.
func (l *List) gap(slot uint32) (place, within int) {
	low, high := 0, len(l.order)-1
	for low < high {
		middle := int(uint(low+high) >> 1)
		slots := l.blocks[l.order[middle]].slots
		if l.compare(slot, slots[len(slots)-1]) < 0 {
			high = middle
		} else {
			low = middle + 1
		}
	}
	slots := l.blocks[l.order[low]].slots
	from, to := 0, len(slots)
	for from < to {
		middle := int(uint(from+to) >> 1)
		if l.compare(slot, slots[middle]) < 0 {
			to = middle
		} else {
			from = middle + 1
		}
	}
	return low, from
}

// split makes room in a full block for a slot at within, and says where that is now. The last block of a list that is
// added to at its end is left full.
func (l *List) split(place, within int) (int, int) {
	number := l.number(blockLen)
	b, next := &l.blocks[l.order[place]], &l.blocks[number]
	at := blockLen / 2
	if within == blockLen && place == len(l.order)-1 {
		at = blockLen
	}
	next.slots = append(next.slots[:0], b.slots[at:]...)
	b.slots = b.slots[:at]
	l.claim(number, next.slots)
	l.order = append(l.order, 0)
	copy(l.order[place+2:], l.order[place+1:])
	l.order[place+1] = number
	l.recount()
	if within > at || at == blockLen {
		return place + 1, within - at
	}
	return place, within
}

// Remove takes a slot out, and tells whether it was there. It does not compare.
func (l *List) Remove(slot uint32) bool {
	place, within, ok := l.seek(slot)
	if !ok {
		return false
	}
	b := &l.blocks[l.order[place]]
	b.slots = append(b.slots[:within], b.slots[within+1:]...)
	l.length--
	if l.where != nil {
		l.where[slot] = 0
		if l.length <= shortList {
			l.where = nil
		}
	}
	if len(b.slots) <= mergeLen/2 && l.shrink(place) {
		l.recount()
	} else {
		l.add(place, ^uint32(0))
	}
	return true
}

// shrink lets go of an empty block, or joins a small one with a neighbour if both are small.
func (l *List) shrink(place int) bool {
	b := &l.blocks[l.order[place]]
	switch {
	case len(b.slots) == 0:
		l.drop(place)
	case place > 0 && l.lengthAt(place-1)+len(b.slots) <= mergeLen:
		l.join(place - 1)
	case place+1 < len(l.order) && l.lengthAt(place+1)+len(b.slots) <= mergeLen:
		l.join(place)
	default:
		return false
	}
	return true
}

func (l *List) lengthAt(place int) int { return len(l.blocks[l.order[place]].slots) }

// join moves the slots of the block behind place into that at place.
func (l *List) join(place int) {
	number := l.order[place]
	b, next := &l.blocks[number], &l.blocks[l.order[place+1]]
	l.claim(number, next.slots)
	b.slots = append(b.slots, next.slots...)
	l.drop(place + 1)
}

func (l *List) drop(place int) {
	number := l.order[place]
	l.blocks[number].slots = nil
	l.unused = append(l.unused, number)
	l.order = append(l.order[:place], l.order[place+1:]...)
}

// number gives the number of a block that is not in order, with room for n slots or, for a list that may stay small,
// for few.
func (l *List) number(n int) uint32 {
	var number uint32
	if last := len(l.unused) - 1; last >= 0 {
		number = l.unused[last]
		l.unused = l.unused[:last]
	} else {
		number = uint32(len(l.blocks))
		l.blocks = append(l.blocks, block{})
	}
	b := &l.blocks[number]
	room := blockLen
	if l.length < builtLen {
		room = n // of the only block, which doubles
	}
	if cap(b.slots) < room {
		b.slots = make([]uint32, 0, room)
	}
	return number
}

// lengthen makes where for a list that has become long.
func (l *List) lengthen() {
	last := uint32(0)
	for _, number := range l.order {
		for _, slot := range l.blocks[number].slots {
			last = max(last, slot)
		}
	}
	l.where = make([]uint32, last+1+last/8)
	for _, number := range l.order {
		l.claim(number, l.blocks[number].slots)
	}
}

// claim notes in where that a block has slots.
func (l *List) claim(number uint32, slots []uint32) {
	if l.where == nil {
		return
	}
	for _, slot := range slots {
		if int(slot) >= len(l.where) {
			grown := make([]uint32, slot+1+slot/8)
			copy(grown, l.where)
			l.where = grown
		}
		l.where[slot] = number + 1
	}
}

// seek finds a slot: in the block that where says, or in all.
func (l *List) seek(slot uint32) (place, within int, ok bool) {
	if l.where == nil {
		for place, number := range l.order {
			if within := index(l.blocks[number].slots, slot); within >= 0 {
				return place, within, true
			}
		}
		return 0, 0, false
	}
	if int(slot) >= len(l.where) || l.where[slot] == 0 {
		return 0, 0, false
	}
	b := &l.blocks[l.where[slot]-1]
	return int(b.place), index(b.slots, slot), true
}

// index is slices.Index without what that costs for being generic.
func index(slots []uint32, slot uint32) int {
	for i, other := range slots {
		if other == slot {
			return i
		}
	}
	return -1
}

// recount makes the tree of sums and the places of blocks anew.
func (l *List) recount() {
	if n := len(l.order) + 1; n > cap(l.sums) {
		l.sums = make([]uint32, n, n+n/4)
	} else {
		l.sums = l.sums[:n]
	}
	clear(l.sums)
	for place, number := range l.order {
		b := &l.blocks[number]
		b.place = uint32(place)
		i := place + 1
		l.sums[i] += uint32(len(b.slots))
		if parent := i + i&-i; parent < len(l.sums) {
			l.sums[parent] += l.sums[i]
		}
	}
}

// add notes that a block has n more slots.
func (l *List) add(place int, n uint32) {
	for i := place + 1; i < len(l.sums); i += i & -i {
		l.sums[i] += n
	}
}

// before is how many slots there are in blocks before a place.
func (l *List) before(place int) int {
	n := uint32(0)
	for i := place; i > 0; i &= i - 1 {
		n += l.sums[i]
	}
	return int(n)
}

// find gives the block of a position and where it is inside.
func (l *List) find(i int) (place, within int) {
	left := uint32(i)
	for step := 1 << (bits.Len(uint(len(l.order))) - 1); step > 0; step >>= 1 {
		if next := place + step; next < len(l.sums) && l.sums[next] <= left {
			place = next
			left -= l.sums[next]
		}
	}
	return place, int(left)
}

// Bytes is how much memory the list holds.
func (l *List) Bytes() int {
	n := 4*(cap(l.unused)+cap(l.order)+cap(l.sums)+cap(l.where)) + 32*cap(l.blocks)
	for i := range l.blocks {
		n += 4 * cap(l.blocks[i].slots)
	}
	return n
}
