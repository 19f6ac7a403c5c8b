package table

// identities lead from ids to slots and back. The hash is open addressing with linear probing; an entry is
// hash << 32 | slot + 1, and 0 is free. An entry's home is given by the top bits of its hash, so entries lie almost in
// the order of their hashes: doubling is one sweep over both halves without reading an id, and a deletion moves the
// entries behind it back, so that there are no tombstones.
type identities struct {
	entries []uint64
	shift   uint // hash >> shift is the home
	rows    int
	gap     uint32 // where the id that find last missed belongs

	refs  vector[uint32] // by slot, into arena; 0: no row
	arena arena
}

const firstEntries = 16

func (x *identities) init() {
	x.entries = make([]uint64, firstEntries)
	x.shift = 32 - 4
}

func (x *identities) hash(id []byte) uint32 { return hashBytes(id) }

func (x *identities) id(slot uint32) []byte { return x.arena.get(x.refs.at(slot)) }

// is tells whether a slot has the row of an id.
func (x *identities) is(slot uint32, id []byte) bool {
	ref := x.refs.at(slot)
	return ref != 0 && x.arena.holds(ref, id)
}

// find gives the slot of an id, or NoSlot, and then leaves in gap where its entry belongs.
func (x *identities) find(id []byte, hash uint32) uint32 {
	mask := uint32(len(x.entries) - 1)
	for i := hash >> x.shift; ; i++ {
		entry := x.entries[i&mask]
		if entry == 0 {
			x.gap = i & mask
			return NoSlot
		}
		if uint32(entry>>32) == hash {
			if slot := uint32(entry) - 1; string(x.id(slot)) == string(id) {
				return slot
			}
		}
	}
}

// insert adds an id that find has just not found.
func (x *identities) insert(slot uint32, id []byte, hash uint32) {
	entry := uint64(hash)<<32 | uint64(slot+1)
	if x.crowded(x.rows + 1) {
		x.reserve(x.rows + 1)
		x.place(entry)
	} else {
		x.entries[x.gap] = entry
	}
	x.refs.set(slot, x.arena.put(id))
	x.rows++
}

// crowded tells whether so many rows are too many for the entries there are. Four fifths: 100,000 rows then take 1 MiB,
// and a miss looks at 13 neighbouring entries in the worst mean.
func (x *identities) crowded(rows int) bool { return rows*5 > len(x.entries)*4 }

func (x *identities) place(entry uint64) {
	mask := uint32(len(x.entries) - 1)
	i := uint32(entry>>32) >> x.shift
	for x.entries[i&mask] != 0 {
		i++
	}
	x.entries[i&mask] = entry
}

// reserve makes room for so many rows in all, in one sweep however many doublings that is.
func (x *identities) reserve(rows int) {
	size := len(x.entries)
	for rows*5 > size*4 {
		size *= 2
		x.shift--
	}
	if size == len(x.entries) {
		return
	}
	old := x.entries
	x.entries = make([]uint64, size)
	for _, entry := range old {
		if entry != 0 {
			x.place(entry)
		}
	}
}

// remove takes the id of a slot out.
func (x *identities) remove(slot uint32) {
	ref := x.refs.at(slot)
	mask := uint32(len(x.entries) - 1)
	i := x.hash(x.arena.get(ref)) >> x.shift
	for uint32(x.entries[i&mask]) != slot+1 {
		i++
	}
	x.close(i & mask)
	x.rows--
	x.arena.drop(ref)
	x.refs.set(slot, 0)
}

// close empties place i and moves entries behind it back for as long as that brings them nearer to their homes.
func (x *identities) close(i uint32) {
	mask := uint32(len(x.entries) - 1)
	for j := (i + 1) & mask; ; j = (j + 1) & mask {
		entry := x.entries[j]
		if entry == 0 {
			break
		}
		home := uint32(entry>>32) >> x.shift
		if (j-home)&mask >= (j-i)&mask {
			x.entries[i] = entry
			i = j
		}
	}
	x.entries[i] = 0
}

// compact moves the evacuation of dead ids on by up to budget slots.
func (x *identities) compact(high, budget uint32) {
	a := &x.arena
	if !a.evacuating {
		a.begin()
	}
	end, moved := min(a.cursor+budget, high), 0
	for a.cursor < end && moved < compactBytes {
		if ref := x.refs.at(a.cursor); ref != 0 && a.victim(ref) {
			moved += len(a.get(ref))
			x.refs.set(a.cursor, a.move(ref))
		}
		a.cursor++
	}
	a.evacuating = a.cursor < high
}

func (x *identities) size() int { return 8*cap(x.entries) + 4*x.refs.places() + x.arena.size() }
