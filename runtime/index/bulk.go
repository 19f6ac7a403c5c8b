package index

import "slices"

// bulk builds postings in one pass over rows in order of their slots, without moving anything twice: it collects what
// the rows of 65,536 slots have, counts, and then makes each set's container as large as it has to be. What it works
// in is at most some 12 MB for rows of 30 members.
type bulk struct {
	into    *postings
	rows    int      // about how many there are
	high    uint16   // of the slots that are being collected
	numbers []uint32 // of the sets that each row is to be in, row by row
	lows    []uint16 // of each row that is being collected
	ends    []uint32 // in numbers, of each row
	counts  []uint32 // by set; all zero between uses
	touched []uint32 // sets
	sorted  []uint16 // low halves by set
}

// sampleRows is after how many rows room is made for as many members as the rest will have, if it is alike.
const sampleRows = 4096

// row says that a row is a member of some distinct sets. Slots come in ascending order.
func (b *bulk) row(slot uint32, numbers []uint32) {
	if high := uint16(slot >> 16); high != b.high {
		b.flush()
		b.high = high
	}
	if len(b.lows) == sampleRows && b.rows > sampleRows {
		b.numbers = slices.Grow(b.numbers, len(b.numbers)*(min(b.rows, 1<<16)/sampleRows)+len(b.numbers)/8)
	}
	b.numbers = append(b.numbers, numbers...)
	b.lows = append(b.lows, uint16(slot))
	b.ends = append(b.ends, uint32(len(b.numbers)))
}

// flush puts what was collected into the sets. It comes last, too.
func (b *bulk) flush() {
	for len(b.counts) < len(b.into.lists) {
		b.counts = append(b.counts, 0)
	}
	for _, number := range b.numbers {
		if b.counts[number] == 0 {
			b.touched = append(b.touched, number)
		}
		b.counts[number]++
	}
	end := uint32(0)
	for _, number := range b.touched {
		start := end
		end += b.counts[number]
		b.counts[number] = start
	}
	if cap(b.sorted) < int(end) {
		b.sorted = make([]uint16, end)
	}
	from := uint32(0)
	for i, to := range b.ends {
		for _, number := range b.numbers[from:to] {
			b.sorted[b.counts[number]] = b.lows[i]
			b.counts[number]++
		}
		from = to
	}
	from = 0
	for _, number := range b.touched {
		to := b.counts[number]
		b.into.extend(number, b.high, b.sorted[from:to])
		from, b.counts[number] = to, 0
	}
	b.numbers, b.lows, b.ends, b.touched = b.numbers[:0], b.lows[:0], b.ends[:0], b.touched[:0]
}
