package write

// record is a pending write. While it is the only one of its row, it is all there is: slot is the row's, NoSlot for a
// delete, and ref leads to what it undoes; for one that made the row, to the fields that it would have removed, if
// any. Otherwise ref is the row's chain.
type record struct {
	number Number // 0: settled
	slot   uint32
	ref    uint32
	flags  flags
}

// flags of a write.
type flags uint32

const (
	actionMask flags = 3
	lww        flags = 1 << 2
	replace    flags = 1 << 3
	sent       flags = 1 << 4
	direct     flags = 1 << 5 // sent to the executor
	moved      flags = 1 << 6 // its row is no longer as the call left it
	hidden     flags = 1 << 7
	confirmed  flags = 1 << 8
	chained    flags = 1 << 9  // record only: it is in a chain
	known      flags = 1 << 10 // record of a delete only: its row was known
	made       flags = 1 << 11 // record only: there was no row
)

func (f flags) action() Action { return Action(f & actionMask) }

func (f flags) has(bit flags) bool { return f&bit != 0 }

// exact tells whether the row becomes just what is given.
func (f flags) exact() bool { return f.action() == Add || f.has(replace) }

const (
	recordBits = 8
	recordLen  = 1 << recordBits
)

// records leads from the numbers of writes to them. Numbers come in runs, so a record lies at its place in a run, and
// writing one down is an append; a block of records is free when all of them are settled.
type records struct {
	runs   []run // by number; those without living records are swept now and then
	dead   int   // runs without living records
	hint   int   // the run that was searched for last
	blocks []*recordBlock
	unused []uint32 // indexes of blocks that are nil
	pool   *pool
	block  uint32 // which is being filled
	fill   uint32
	live   int
}

// run is records with consecutive numbers, at consecutive places of one block.
type run struct {
	first Number
	count uint32
	live  uint32
	place uint32 // block << recordBits | index
}

type recordBlock struct {
	records [recordLen]record
	live    int
}

// at gives the record of a place.
func (r *records) at(place uint32) *record {
	return &r.blocks[place>>recordBits].records[place&(recordLen-1)]
}

// push adds a record, whose number is greater than all before, and gives its place.
func (r *records) push(rec record) uint32 {
	if r.fill == recordLen || len(r.blocks) == 0 {
		r.advance()
	}
	place := r.block<<recordBits | r.fill
	b := r.blocks[r.block]
	b.records[r.fill] = rec
	b.live++
	r.fill++
	r.live++
	if n := len(r.runs); n > 0 {
		if last := &r.runs[n-1]; last.first+last.count == rec.number && last.place+last.count == place && place&(recordLen-1) != 0 {
			if last.live == 0 {
				r.dead--
			}
			last.count++
			last.live++
			return place
		}
	}
	r.runs = append(r.runs, run{rec.number, 1, 1, place})
	return place
}

// advance begins another block.
func (r *records) advance() {
	var b *recordBlock
	if n := len(r.pool.records); n > 0 {
		b, r.pool.records = r.pool.records[n-1], r.pool.records[:n-1]
	} else {
		b = new(recordBlock)
	}
	r.fill = 0
	if n := len(r.unused); n > 0 {
		r.block, r.unused = r.unused[n-1], r.unused[:n-1]
		r.blocks[r.block] = b
		return
	}
	r.block = uint32(len(r.blocks))
	r.blocks = append(r.blocks, b)
}

// search gives the run that a number would be in, and keeps it as hint: numbers mostly are asked for in order.
func (r *records) search(n Number) int {
	low, high := 0, len(r.runs)
	for low < high {
		if middle := int(uint(low+high) >> 1); r.runs[middle].first <= n {
			low = middle + 1
		} else {
			high = middle
		}
	}
	r.hint = max(low-1, 0)
	return low - 1
}

// find gives the place of a pending write.
func (r *records) find(n Number) (place uint32, ok bool) {
	i := r.hint
	if i >= len(r.runs) || n-r.runs[i].first >= r.runs[i].count {
		i = r.search(n)
	}
	if i < 0 || n == 0 {
		return 0, false
	}
	run := &r.runs[i]
	if n-run.first >= run.count || run.live == 0 {
		return 0, false
	}
	place = run.place + n - run.first
	return place, r.at(place).number == n
}

// settle takes a pending write out.
func (r *records) settle(n Number) {
	at := r.hint
	if at >= len(r.runs) || n-r.runs[at].first >= r.runs[at].count {
		at = r.search(n)
	}
	run := &r.runs[at]
	place := run.place + n - run.first
	*r.at(place) = record{}
	run.live--
	if run.live == 0 {
		r.dead++
	}
	r.live--
	b := r.blocks[place>>recordBits]
	if b.live--; b.live == 0 {
		r.free(place>>recordBits, b)
	}
	switch {
	case r.live == 0:
		r.reset()
	case r.dead > 16 && r.dead > len(r.runs)/2:
		r.sweep()
	}
}

func (r *records) free(index uint32, b *recordBlock) {
	if index == r.block {
		r.fill = 0
		return
	}
	r.blocks[index] = nil
	if len(r.pool.records) < mostPooled {
		r.pool.records = append(r.pool.records, b)
	}
	r.unused = append(r.unused, index)
}

func (r *records) sweep() {
	kept := r.runs[:0]
	for _, run := range r.runs {
		if run.live > 0 {
			kept = append(kept, run)
		}
	}
	r.dead = 0
	if r.runs = kept; cap(kept) > 4*len(kept)+64 {
		r.runs = append([]run(nil), kept...)
	}
}

// reset keeps the memory of one block.
func (r *records) reset() {
	b := r.blocks[r.block]
	if cap(r.runs) > 64 || cap(r.blocks) > 64 {
		*r = records{pool: r.pool}
	}
	r.runs, r.dead, r.fill, r.block, r.unused = r.runs[:0], 0, 0, 0, r.unused[:0]
	clear(r.blocks)
	r.blocks = append(r.blocks[:0], b)
}
