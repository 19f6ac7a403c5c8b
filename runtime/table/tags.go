package table

// tagVector is the tags of a column by slot. Most chunks hold one tag all over, and all of those share one array for
// it: a chunk is given up for that when its last place is written, and made again when a tag differs. Readers see no
// difference.
type tagVector struct {
	vector[byte]
	spare []byte // the chunk last given up, for the next one
}

// uniform[t] is a chunk of tag t. It is never written to.
var uniform [tagCount][chunkLen]byte

func init() {
	for tag := range uniform {
		for i := range uniform[tag] {
			uniform[tag][i] = byte(tag)
		}
	}
}

func isUniform(chunk []byte) bool {
	return len(chunk) == chunkLen && &chunk[0] == &uniform[chunk[0]][0]
}

func (v *tagVector) set(i uint32, tag byte) {
	if c, o := i>>chunkBits, i&chunkMask; c < uint32(len(v.chunks)) && o < chunkMask {
		if chunk := v.chunks[c]; o < uint32(len(chunk)) && !isUniform(chunk) {
			chunk[o] = tag
			return
		}
	}
	v.own(i)[i&chunkMask] = tag
	if i&chunkMask == chunkMask {
		v.unify(i >> chunkBits)
	}
}

// own gives the chunk of place i, for writing.
func (v *tagVector) own(i uint32) []byte {
	c := i >> chunkBits
	var chunk []byte
	if c < uint32(len(v.chunks)) {
		chunk = v.chunks[c]
	}
	if i&chunkMask < uint32(len(chunk)) && !isUniform(chunk) {
		return chunk
	}
	if chunk == nil && (c == 0 || v.spare == nil) || len(chunk) > 0 && !isUniform(chunk) {
		return v.reach(i)
	}
	fresh := v.spare
	v.spare = nil
	if fresh == nil {
		fresh = make([]byte, chunkLen)
	}
	if copy(fresh, chunk) == 0 {
		clear(fresh)
	}
	for uint32(len(v.chunks)) <= c {
		v.chunks = append(v.chunks, nil)
	}
	v.chunks[c] = fresh
	return fresh
}

// unify lets a full chunk go if it holds one tag all over.
func (v *tagVector) unify(c uint32) {
	chunk := v.chunks[c]
	for _, tag := range chunk {
		if tag != chunk[0] {
			return
		}
	}
	v.spare, v.chunks[c] = chunk, nil
	if tag := chunk[0]; tag != 0 {
		v.chunks[c] = uniform[tag][:]
	}
}

// span gives memory for writing up to n places from i on, as many as lie in one chunk.
func (v *tagVector) span(i uint32, n int) []byte {
	o := i & chunkMask
	last := min(int(o)+n, chunkLen) - 1
	return v.own(i - o + uint32(last))[o : last+1]
}

// done follows upon a span that was written up to place end.
func (v *tagVector) done(end uint32) {
	if end&chunkMask == 0 {
		v.unify(end>>chunkBits - 1)
	}
}

func (v *tagVector) size() int {
	n := len(v.spare)
	for _, chunk := range v.chunks {
		if !isUniform(chunk) {
			n += len(chunk)
		}
	}
	return n
}
