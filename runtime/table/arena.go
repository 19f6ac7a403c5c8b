package table

import (
	"encoding/binary"

	"github.com/atoma-dev/atoma/runtime/fault"
)

// An arena keeps byte strings and names each by a 32-bit reference, block number << 16 | offset:
//
//	block 1          block 2          block 3
//	┌──┬─────┬──┬─┐  ┌──┬──────┐      ┌─────┬───────────────────────┐
//	│n │bytes│n │…│  │n │bytes │      │n    │n ≥ 64 KiB bytes       │
//	└──┴─────┴──┴─┘  └──┴──────┘      └─────┴───────────────────────┘
//	n: uvarint       current: grows   a block of its own
//
// There is no block 0, so a reference is at least FirstRef. Bytes never move behind the back of their owner: room is
// won back by evacuation, in which the owner of the references asks for each whether it lies in a victim and moves
// it. A block without live bytes is free at once.
type arena struct {
	blocks  []block
	numbers []uint32 // of blocks without memory, for reuse
	spare   []byte   // memory of a freed block, for reuse
	current uint32   // the block that is written to; 0: none
	used    int      // bytes in blocks, dead ones included
	dead    int      // bytes in blocks that nobody refers to

	evacuating bool
	cursor     uint32 // slots below it refer to no victim
}

// block has its fill beside the bytes and not in their length, so that writing to it changes no pointer, which the
// garbage collector would have to be told of.
type block struct {
	bytes  []byte // all of the memory
	used   uint32 // bytes written
	live   uint32 // bytes that are referred to
	victim bool
}

// FirstRef is the least reference to a value of one cell's own; those below are codes of shared strings.
const FirstRef = 1 << blockBits

const (
	blockBits  = 16
	blockLen   = 1 << blockBits
	blockMask  = blockLen - 1
	maxBlocks  = 1 << (32 - blockBits)
	firstBlock = 128  // an arena's first block starts with this and doubles
	tolerated  = 1024 // dead bytes that are not worth moving anything for

	compactStep  = 2 * chunkLen // slots that a write looks at to move an evacuation on
	compactBytes = 2 * blockLen // bytes that it moves at most
)

// put stores a copy of p.
func (a *arena) put(p []byte) uint32 {
	size := len(p) + 1
	if len(p) >= 0x80 {
		size = len(p) + uvarintLen(len(p))
	}
	if a.current == 0 || int(a.blocks[a.current].used)+size > len(a.blocks[a.current].bytes) {
		if size > blockLen {
			return a.putLarge(p, size)
		}
		a.grow(size)
	}
	b := &a.blocks[a.current]
	at := b.used
	room := b.bytes[at:]
	if len(p) < 0x80 {
		room[0] = byte(len(p))
	} else {
		binary.PutUvarint(room, uint64(len(p)))
	}
	copy(room[size-len(p):], p)
	b.used += uint32(size)
	b.live += uint32(size)
	a.used += size
	return a.current<<blockBits | at
}

func (a *arena) putLarge(p []byte, size int) uint32 {
	n := a.number()
	bytes := make([]byte, size)
	binary.PutUvarint(bytes, uint64(len(p)))
	copy(bytes[size-len(p):], p)
	a.blocks[n] = block{bytes: bytes, used: uint32(size), live: uint32(size)}
	a.used += size
	return n << blockBits
}

// get gives the bytes of a reference.
func (a *arena) get(ref uint32) []byte {
	b := a.blocks[ref>>blockBits].bytes[ref&blockMask:]
	if n := int(b[0]); n < 0x80 {
		return b[1 : 1+n : 1+n]
	}
	n, k := binary.Uvarint(b)
	return b[k : k+int(n) : k+int(n)]
}

// holds tells whether p lies at a reference.
func (a *arena) holds(ref uint32, p []byte) bool {
	b := a.blocks[ref>>blockBits].bytes[ref&blockMask:]
	if len(p) < 0x80 {
		return int(b[0]) == len(p) && string(b[1:1+len(p)]) == string(p)
	}
	return string(a.get(ref)) == string(p)
}

// drop says that a reference is no longer held.
func (a *arena) drop(ref uint32) {
	n := len(a.get(ref))
	size := n + uvarintLen(n)
	b := &a.blocks[ref>>blockBits]
	b.live -= uint32(size)
	a.dead += size
	if b.live == 0 {
		a.release(ref >> blockBits)
	}
}

// replace is a drop and a put, in place where the length stays.
func (a *arena) replace(ref uint32, p []byte) uint32 {
	if old := a.get(ref); len(old) == len(p) {
		copy(old, p)
		return ref
	}
	a.drop(ref)
	return a.put(p)
}

// grow makes room for size bytes, at most blockLen, in the current block.
func (a *arena) grow(size int) {
	if a.current != 0 {
		b := &a.blocks[a.current]
		if n := int(b.used) + size; len(b.bytes) < blockLen && n <= blockLen {
			grown := make([]byte, powerOfTwo(max(n, 2*len(b.bytes))))
			copy(grown, b.bytes[:b.used])
			b.bytes = grown
			return
		}
	}
	n := a.number()
	bytes := a.spare
	a.spare = nil
	if len(bytes) < size {
		length := blockLen
		if a.used-a.dead < blockLen/2 {
			length = powerOfTwo(max(firstBlock, size, a.used-a.dead))
		}
		bytes = make([]byte, length)
	}
	a.blocks[n] = block{bytes: bytes}
	a.current = n
}

// number gives a block number that is not in use. See room.
func (a *arena) number() uint32 {
	if n := len(a.numbers); n > 0 {
		number := a.numbers[n-1]
		a.numbers = a.numbers[:n-1]
		return number
	}
	if len(a.blocks) == 0 {
		a.blocks = append(a.blocks, block{})
	}
	if len(a.blocks) == maxBlocks {
		panic("table: arena is full") // room was not asked for enough
	}
	a.blocks = append(a.blocks, block{})
	return uint32(len(a.blocks) - 1)
}

// release frees a block without live bytes.
func (a *arena) release(n uint32) {
	b := &a.blocks[n]
	a.used -= int(b.used)
	a.dead -= int(b.used)
	if n == a.current {
		b.used = 0
		return
	}
	if size := len(b.bytes); size <= blockLen && size > len(a.spare) {
		a.spare = b.bytes
	}
	*b = block{}
	a.numbers = append(a.numbers, n)
}

// room tells whether values of this many bytes in all fit. It is asked before a batch is applied.
func (a *arena) room(count, bytes int) bool {
	// Each value that does not fit into what is left of a block wastes less than its own size, so the blocks are at
	// least half full; large values have one each, and are counted by their bytes.
	need := 2*(bytes+5*count)/blockLen + 2
	return len(a.blocks)-len(a.numbers)+need <= maxBlocks
}

func errFull() *fault.Error {
	return fault.New(fault.QuotaExceeded, "a store can hold no more than about 4 GiB in one field")
}

// wasteful tells whether there is an evacuation to start or to move on.
func (a *arena) wasteful() bool {
	return a.dead > tolerated && a.dead > a.used/2 || a.evacuating
}

// begin starts an evacuation of the emptiest blocks: an eighth of all, so that what is copied before they are freed
// stays small beside the arena.
func (a *arena) begin() {
	limit := max(2, len(a.blocks)/8)
	for _, share := range [...]int{8, 4, 2} {
		for n := 1; n < len(a.blocks) && limit > 0; n++ {
			b := &a.blocks[n]
			if b.bytes == nil || b.victim || b.live == 0 || int(b.live)*share > int(b.used) {
				continue
			}
			b.victim = true
			limit--
			if uint32(n) == a.current {
				a.current = 0
			}
		}
	}
	a.evacuating, a.cursor = true, 0
}

// victim tells whether a reference has to move for the evacuation.
func (a *arena) victim(ref uint32) bool { return a.blocks[ref>>blockBits].victim }

// move copies a value out of a victim. The old reference is dropped.
func (a *arena) move(ref uint32) uint32 {
	moved := a.put(a.get(ref))
	a.drop(ref)
	return moved
}

func (a *arena) size() int {
	n := len(a.spare)
	for i := range a.blocks {
		n += len(a.blocks[i].bytes)
	}
	return n
}

func uvarintLen(n int) int {
	switch {
	case n < 1<<7:
		return 1
	case n < 1<<14:
		return 2
	case n < 1<<21:
		return 3
	case n < 1<<28:
		return 4
	}
	return 5
}

func powerOfTwo(n int) int {
	p := firstBlock
	for p < n {
		p *= 2
	}
	return p
}
