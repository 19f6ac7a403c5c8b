package table

import "github.com/atoma-dev/atoma/runtime/value"

// dictionary shares equal strings of a column: a code from 1 on stands for each, and the cells that hold it are
// counted, so that a string leaves with its last cell. Codes lead to references into the column's arena.
//
// Whether sharing pays is judged as the strings come. A column of nearly distinct strings gives it up when its
// dictionary grows and has found too few repetitions, and dissolves it, which are then few strings. One with more
// distinct strings than there are codes goes on to share what it has for as long as that is hit more than missed, and
// keeps what is shared.
type dictionary struct {
	index  []uint32 // open addressing: codes; 0 is free
	hashes []uint32 // by code
	refs   []uint32 // by code; 0: not in use
	counts []uint32 // by code: cells
	unused []uint32 // codes to use again

	entries int // codes in use
	rows    int // cells that hold a code
	missed  int // strings that found the dictionary full
	closed  bool
}

const (
	maxShared   = 64   // bytes; longer strings are rarely repeated
	maxEntries  = 4096 // 96 KiB with what is around them
	judgedFrom  = 768  // so that few values in turn are found to be few
	minRepeated = 8    // a dictionary that is judged needs entries/minRepeated repetitions
)

// share gives the code of a string and counts one more cell for it; 0 if the string is not to be shared. Codes that
// cells hold may be void afterwards.
func (c *Column) share(s []byte) uint32 {
	d := &c.dict
	if d.closed || len(s) > maxShared {
		return 0
	}
	hash := hashBytes(s)
	if code := c.findShared(s, hash); code != 0 {
		d.counts[code]++
		d.rows++
		return code
	}
	if d.entries == maxEntries {
		d.missed++
		d.closed = d.missed > d.rows
		return 0
	}
	if d.entries*4 >= len(d.index)*3 {
		if d.entries >= judgedFrom && d.rows-d.entries < d.entries/minRepeated {
			c.dissolve()
			return 0
		}
		d.grow()
	}
	d.rows++
	return d.add(c.arena.put(s), hash)
}

func (c *Column) findShared(s []byte, hash uint32) uint32 {
	d := &c.dict
	if len(d.index) == 0 {
		return 0
	}
	mask := uint32(len(d.index) - 1)
	for i := hash; ; i++ {
		code := d.index[i&mask]
		if code == 0 {
			return 0
		}
		if d.hashes[code] == hash && string(c.arena.get(d.refs[code])) == string(s) {
			return code
		}
	}
}

// dissolve gives each cell that shares a string one of its own, and closes the dictionary.
func (c *Column) dissolve() {
	for _, chunk := range c.refs.chunks {
		for i, ref := range chunk {
			if ref != 0 && ref < FirstRef {
				chunk[i] = c.own(ref)
			}
		}
	}
	for n, chunk := range c.cells.chunks {
		for i, cell := range chunk {
			isString := value.Tag(c.tags.at(uint32(n<<chunkBits+i))) == value.String
			if isString && cell != 0 && cell < FirstRef {
				chunk[i] = uint64(c.own(uint32(cell)))
			}
		}
	}
	c.dict = dictionary{closed: true}
}

// own gives a cell that holds a code a reference of its own: the last one gets the dictionary's.
func (c *Column) own(code uint32) uint32 {
	d := &c.dict
	if d.counts[code]--; d.counts[code] == 0 {
		return d.refs[code]
	}
	return c.arena.put(c.arena.get(d.refs[code]))
}

func (d *dictionary) add(ref, hash uint32) uint32 {
	var code uint32
	if n := len(d.unused); n > 0 {
		code = d.unused[n-1]
		d.unused = d.unused[:n-1]
	} else {
		code = uint32(len(d.refs))
		d.refs, d.hashes, d.counts = append(d.refs, 0), append(d.hashes, 0), append(d.counts, 0)
	}
	d.refs[code], d.hashes[code], d.counts[code] = ref, hash, 1
	d.place(code)
	d.entries++
	return code
}

func (d *dictionary) place(code uint32) {
	mask := uint32(len(d.index) - 1)
	i := d.hashes[code]
	for d.index[i&mask] != 0 {
		i++
	}
	d.index[i&mask] = code
}

func (d *dictionary) grow() {
	if len(d.index) == 0 {
		d.index = make([]uint32, 16)
		// Code 0 is none.
		d.refs, d.hashes, d.counts = make([]uint32, 1, 8), make([]uint32, 1, 8), make([]uint32, 1, 8)
		return
	}
	d.index = make([]uint32, 2*len(d.index))
	for code := range d.refs {
		if d.refs[code] != 0 {
			d.place(uint32(code))
		}
	}
}

// release takes one cell from a code's count. If it was the last, the string is out of the dictionary, and its
// reference is given for the column to drop; else 0.
func (d *dictionary) release(code uint32) (ref uint32) {
	d.rows--
	d.counts[code]--
	if d.counts[code] != 0 {
		return 0
	}
	mask := uint32(len(d.index) - 1)
	i := d.hashes[code] & mask
	for d.index[i] != code {
		i = (i + 1) & mask
	}
	d.close(i)
	ref = d.refs[code]
	d.refs[code] = 0
	d.unused = append(d.unused, code)
	d.entries--
	return ref
}

// close empties place i of the index as identities.close does.
func (d *dictionary) close(i uint32) {
	mask := uint32(len(d.index) - 1)
	for j := (i + 1) & mask; d.index[j] != 0; j = (j + 1) & mask {
		if home := d.hashes[d.index[j]]; (j-home)&mask >= (j-i)&mask {
			d.index[i] = d.index[j]
			i = j
		}
	}
	d.index[i] = 0
}

func (d *dictionary) size() int {
	return 4 * (cap(d.index) + cap(d.hashes) + cap(d.refs) + cap(d.counts) + cap(d.unused))
}

// hold counts one more cell for a code that is in use.
func (d *dictionary) hold(code uint32) {
	d.counts[code]++
	d.rows++
}
