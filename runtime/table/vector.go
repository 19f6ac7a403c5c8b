package table

// Vectors are made of chunks, so that growing one copies nothing and leaves no garbage, and a chunk's size is one of
// the allocator's, so that none of it is lost.
const (
	chunkBits = 12
	chunkLen  = 1 << chunkBits
	chunkMask = chunkLen - 1
	firstLen  = 8 // of the first chunk, which doubles up to chunkLen: small tables stay small
)

// vector is an array by slot. Places that were never written hold zero and may have no memory.
type vector[T byte | uint32 | uint64 | float64] struct {
	chunks [][]T
}

func (v *vector[T]) at(i uint32) T {
	if c := i >> chunkBits; c < uint32(len(v.chunks)) {
		chunk := v.chunks[c]
		if o := i & chunkMask; o < uint32(len(chunk)) {
			return chunk[o]
		}
	}
	return 0
}

func (v *vector[T]) set(i uint32, x T) {
	if c := i >> chunkBits; c < uint32(len(v.chunks)) {
		chunk := v.chunks[c]
		if o := i & chunkMask; o < uint32(len(chunk)) {
			chunk[o] = x
			return
		}
	}
	v.reach(i)[i&chunkMask] = x
}

// reach makes sure that place i has memory, and gives its chunk.
func (v *vector[T]) reach(i uint32) []T {
	c, o := i>>chunkBits, i&chunkMask
	for uint32(len(v.chunks)) <= c {
		v.chunks = append(v.chunks, nil)
	}
	chunk := v.chunks[c]
	if o < uint32(len(chunk)) {
		return chunk
	}
	n := chunkLen
	if c == 0 {
		n = max(firstLen, len(chunk))
		for n <= int(o) {
			n *= 2
		}
	}
	grown := make([]T, n)
	copy(grown, chunk)
	v.chunks[c] = grown
	return grown
}

// chunk gives the places c<<chunkBits and on; those beyond its end hold zero.
func (v *vector[T]) chunk(c int) []T {
	if c < len(v.chunks) {
		return v.chunks[c]
	}
	return nil
}

func (v *vector[T]) places() int {
	n := 0
	for _, chunk := range v.chunks {
		n += len(chunk)
	}
	return n
}

// copyIn writes the places from i on, a chunk at a time.
func (v *vector[T]) copyIn(i uint32, from []T) {
	for len(from) > 0 {
		n := copy(v.span(i, len(from)), from)
		i, from = i+uint32(n), from[n:]
	}
}

// span gives memory for up to n places from i on, as many as lie in one chunk.
func (v *vector[T]) span(i uint32, n int) []T {
	o := i & chunkMask
	last := min(int(o)+n, chunkLen) - 1
	return v.reach(i - o + uint32(last))[o : last+1]
}

// bitset is a set of slots.
type bitset []uint64

func (b bitset) has(i uint32) bool {
	w := i >> 6
	return w < uint32(len(b)) && b[w]>>(i&63)&1 != 0
}

func (b *bitset) set(i uint32) {
	for i>>6 >= uint32(len(*b)) {
		*b = append(*b, 0)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

func (b bitset) unset(i uint32) {
	if w := i >> 6; w < uint32(len(b)) {
		b[w] &^= 1 << (i & 63)
	}
}

// versions are whole numbers below 2⁵³, of which nearly all tables use but the low half.
type versions struct {
	low  vector[uint32]
	high vector[uint32] // without chunks until a version needs it
}

const maxVersion = 1<<53 - 1

func (v *versions) at(slot uint32) float64 {
	if len(v.high.chunks) == 0 {
		return float64(v.low.at(slot))
	}
	return float64(uint64(v.high.at(slot))<<32 | uint64(v.low.at(slot)))
}

func (v *versions) set(slot uint32, version float64) {
	n := uint64(version)
	v.low.set(slot, uint32(n))
	if n>>32|uint64(len(v.high.chunks)) != 0 {
		v.high.set(slot, uint32(n>>32))
	}
}

func (v *versions) size() int { return 4 * (v.low.places() + v.high.places()) }
