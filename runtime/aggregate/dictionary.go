package aggregate

import (
	"math/rand/v2"

	"github.com/atoma-dev/atoma/runtime/value"
)

// dictionary numbers the different cells of a field, from 0 on, by their keys (value.AppendKey): tag, and payload in
// canonical form. The zero value is an empty one.
type dictionary struct {
	index  []uint32 // open addressing: number + 1; 0 is free
	hashes []uint32 // by number
	ends   []uint32 // by number: where its key ends in keys
	keys   []byte
}

func (d *dictionary) size() int { return len(d.ends) }

func (d *dictionary) key(number uint32) []byte {
	start := uint32(0)
	if number > 0 {
		start = d.ends[number-1]
	}
	return d.keys[start:d.ends[number]:d.ends[number]]
}

// cell gives what number stands for: of equal cells the canonical one, with 0 for -0 and the keys of objects in order.
func (d *dictionary) cell(number uint32) (value.Tag, []byte) {
	key := d.key(number)
	return value.Tag(key[0]), key[1:]
}

// number gives the number of a key, a new one if need be. The key is copied.
func (d *dictionary) number(key []byte) uint32 {
	hash := hashBytes(key)
	if 4*len(d.ends) >= 3*len(d.index) {
		d.index = rehash(d.index, d.hashes)
	}
	mask := uint32(len(d.index) - 1)
	i := hash & mask
	for ; d.index[i] != 0; i = (i + 1) & mask {
		n := d.index[i] - 1
		if d.hashes[n] == hash && string(d.key(n)) == string(key) {
			return n
		}
	}
	d.keys = append(d.keys, key...)
	d.ends = append(d.ends, uint32(len(d.keys)))
	d.hashes = append(d.hashes, hash)
	d.index[i] = uint32(len(d.ends))
	return uint32(len(d.ends) - 1)
}

// pairs numbers different pairs of numbers, from 0 on.
type pairs struct {
	index  []uint32 // open addressing: number + 1; 0 is free
	hashes []uint32 // by number
	left   []uint32 // by number
	right  []uint32
}

func (p *pairs) size() int { return len(p.left) }

func (p *pairs) number(left, right uint32) uint32 {
	hash := hash64(uint64(left)<<32 | uint64(right))
	if 4*len(p.left) >= 3*len(p.index) {
		p.index = rehash(p.index, p.hashes)
	}
	mask := uint32(len(p.index) - 1)
	i := hash & mask
	for ; p.index[i] != 0; i = (i + 1) & mask {
		if n := p.index[i] - 1; p.left[n] == left && p.right[n] == right {
			return n
		}
	}
	p.left, p.right, p.hashes = append(p.left, left), append(p.right, right), append(p.hashes, hash)
	p.index[i] = uint32(len(p.left))
	return uint32(len(p.left) - 1)
}

// rehash makes an index of twice the size.
func rehash(index, hashes []uint32) []uint32 {
	index = make([]uint32, max(16, 2*len(index)))
	mask := uint32(len(index) - 1)
	for n, hash := range hashes {
		i := hash & mask
		for index[i] != 0 {
			i = (i + 1) & mask
		}
		index[i] = uint32(n) + 1
	}
	return index
}

// seed keeps outsiders from choosing values that collide.
var seed = rand.Uint64()

const (
	mix1 = 0x9E3779B97F4A7C15 // 2⁶⁴ divided by the golden ratio
	mix2 = 0xFF51AFD7ED558CCD // MurmurHash3's finaliser
)

func hash64(h uint64) uint32 {
	h = (h ^ seed) * mix1
	h = (h ^ h>>32) * mix2
	return uint32(h >> 32)
}

func hashBytes(p []byte) uint32 {
	h := uint64(len(p))
	for ; len(p) >= 8; p = p[8:] {
		h = (h ^ value.Load64(p)) * mix1
		h ^= h >> 32
	}
	tail := uint64(0)
	for i, b := range p {
		tail |= uint64(b) << (8 * i)
	}
	return hash64((h ^ tail) * mix1)
}
