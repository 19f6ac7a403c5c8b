package write

import (
	"encoding/binary"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// undoLog holds what single pending writes have replaced, one after the other, in blocks that are free when nothing in
// them is needed any more. A reference is one more than block << undoBits | offset.
//
//	u32 size of the rest | f64 version | uvarint n | n bytes id | cells, as package table puts them aside
//
// The id is there for deletes only.
type undoLog struct {
	blocks  []undoBlock
	unused  []uint32
	current uint32
	entry   []byte // the one that is being made, and what lies before it
	pool    *pool
}

// pool is blocks that are free, for all journals of a client: making one costs as much as filling it.
type pool struct {
	undo    [][]byte
	records []*recordBlock
}

const mostPooled = 1 // of each kind

type undoBlock struct {
	bytes []byte
	live  int
}

const (
	undoBits = 14
	undoLen  = 1 << undoBits
	undoRoom = 256 // most entries are smaller
)

// start begins an entry, to which the caller appends cells and which put keeps. It is made where it is to lie; one that
// put is not called for leaves nothing.
func (u *undoLog) start(id []byte, version float64) {
	if len(u.blocks) == 0 || cap(u.blocks[u.current].bytes)-len(u.blocks[u.current].bytes) < undoRoom+len(id) {
		u.advance(undoLen)
	}
	b := u.blocks[u.current].bytes
	at := len(b)
	b = b[:at+13] // there is room; the size is put's
	b[at+12] = byte(len(id))
	value.Store64(b[at+4:], value.FloatBits(version))
	if len(id) >= 0x80 {
		b = binary.AppendUvarint(b[:at+12], uint64(len(id)))
	}
	if len(id) > 0 {
		b = append(b, id...)
	}
	u.entry = b
}

// put keeps the entry and gives its reference.
func (u *undoLog) put() uint32 {
	b := &u.blocks[u.current]
	at := len(b.bytes)
	size := len(u.entry) - at
	binary.LittleEndian.PutUint32(u.entry[at:], uint32(size-4))
	if cap(u.entry) == cap(b.bytes) {
		b.bytes = u.entry
	} else { // it has outgrown the block
		from := u.entry[at:]
		u.advance(size)
		at, b = 0, &u.blocks[u.current]
		b.bytes = append(b.bytes, from...)
	}
	u.entry = nil
	b.live++
	return u.current<<undoBits + uint32(at) + 1
}

// advance begins a block; a large entry has one of its own.
func (u *undoLog) advance(size int) {
	var b undoBlock
	if n := len(u.pool.undo); n > 0 && size <= undoLen {
		b.bytes, u.pool.undo = u.pool.undo[n-1], u.pool.undo[:n-1]
	} else {
		b.bytes = make([]byte, 0, max(size, undoLen))
	}
	if len(u.blocks) > 0 && u.blocks[u.current].live == 0 {
		u.blocks[u.current] = b
		return
	}
	if n := len(u.unused); n > 0 {
		u.current, u.unused = u.unused[n-1], u.unused[:n-1]
		u.blocks[u.current] = b
		return
	}
	u.current = uint32(len(u.blocks))
	u.blocks = append(u.blocks, b)
}

// drop gives an entry up.
func (u *undoLog) drop(ref uint32) {
	if ref == 0 {
		return
	}
	index := (ref - 1) >> undoBits
	b := &u.blocks[index]
	b.live--
	switch {
	case b.live > 0:
	case index == u.current && cap(b.bytes) == undoLen:
		b.bytes = b.bytes[:0]
	default:
		if cap(b.bytes) == undoLen && len(u.pool.undo) < mostPooled {
			u.pool.undo = append(u.pool.undo, b.bytes[:0])
		}
		*b = undoBlock{}
		if index != u.current {
			u.unused = append(u.unused, index)
		}
	}
}

// read gives an entry. All of it aliases the log and is valid until the next put.
func (u *undoLog) read(ref uint32, cells []table.Cell) (id []byte, version float64, _ []table.Cell) {
	b := u.blocks[(ref-1)>>undoBits].bytes[(ref-1)&(undoLen-1):]
	b = b[4 : 4+value.Load32(b)]
	version, b = value.Float(b), b[8:]
	n, k := binary.Uvarint(b)
	b = b[k:]
	return b[:n:n], version, table.ReadCells(b[n:], cells)
}
