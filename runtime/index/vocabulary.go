package index

import (
	"math/bits"
	"math/rand/v2"

	"github.com/atoma-dev/atoma/runtime/value"
)

// vocabulary numbers byte strings from 0 on, in order of their coming. None ever leaves: the owner
// begins anew when most are of no use.
type vocabulary struct {
	bytes  []byte   // all of them, one behind the other
	ends   []uint32 // by number
	hashes []uint32
	places []uint32 // open addressing: numbers + 1; 0 is free
}

func (v *vocabulary) len() int { return len(v.ends) }

// at gives a string. It is valid until the next add.
func (v *vocabulary) at(number uint32) []byte {
	start := uint32(0)
	if number > 0 {
		start = v.ends[number-1]
	}
	return v.bytes[start:v.ends[number]]
}

// find gives the number of a string.
func (v *vocabulary) find(s []byte) (number uint32, ok bool) {
	if len(v.places) == 0 {
		return 0, false
	}
	at := v.places[v.place(s, hashOf(s))]
	return at - 1, at != 0
}

// add numbers a string if it is new.
func (v *vocabulary) add(s []byte) uint32 {
	if 4*len(v.ends) >= 3*len(v.places) {
		v.grow()
	}
	hash := hashOf(s)
	place := v.place(s, hash)
	if at := v.places[place]; at != 0 {
		return at - 1
	}
	v.bytes = append(v.bytes, s...)
	v.ends = append(v.ends, uint32(len(v.bytes)))
	v.hashes = append(v.hashes, hash)
	v.places[place] = uint32(len(v.ends))
	return uint32(len(v.ends) - 1)
}

// place gives where a string is or would be.
func (v *vocabulary) place(s []byte, hash uint32) uint32 {
	mask := uint32(len(v.places) - 1)
	i := hash & mask
	for at := v.places[i]; at != 0; at = v.places[i] {
		if v.hashes[at-1] == hash && string(v.at(at-1)) == string(s) {
			break
		}
		i = (i + 1) & mask
	}
	return i
}

func (v *vocabulary) grow() {
	v.places = make([]uint32, max(64, 2*len(v.places)))
	mask := uint32(len(v.places) - 1)
	for number, hash := range v.hashes {
		i := hash & mask
		for v.places[i] != 0 {
			i = (i + 1) & mask
		}
		v.places[i] = uint32(number + 1)
	}
}

func (v *vocabulary) size() int {
	return cap(v.bytes) + 4*(cap(v.ends)+cap(v.hashes)+cap(v.places))
}

// seed keeps outsiders from choosing words, or grams, that collide.
var seed = rand.Uint64()

// hashOf mixes 8 bytes at a time by folded multiplication, as wyhash does (Wang Yi, public domain). It is for tables
// in one process.
func hashOf(s []byte) uint32 {
	const k0, k1 = 0xA0761D6478BD642F, 0xE7037ED1A0B428DB
	h := seed ^ uint64(len(s))*k1
	for ; len(s) >= 8; s = s[8:] {
		hi, lo := bits.Mul64(h^value.Load64(s), k0)
		h = hi ^ lo
	}
	rest := uint64(0)
	for i, b := range s {
		rest |= uint64(b) << (8 * i)
	}
	hi, lo := bits.Mul64(h^rest^k1, k0)
	return uint32(hi ^ lo)
}
