package table

import (
	"math/bits"
	"math/rand/v2"

	"github.com/atoma-dev/atoma/runtime/value"
)

// seed keeps outsiders from choosing ids that collide. One a process is enough.
var seed = rand.Uint64()

const (
	mix1 = 0x9E3779B97F4A7C15 // 2⁶⁴ divided by the golden ratio
	mix2 = 0xFF51AFD7ED558CCD // MurmurHash3's finaliser
	mix3 = 0xC4CEB9FE1A85EC53
)

// hashBytes hashes 8 bytes at a step: multiply, then fold the well-mixed high half onto the low one. A 128-bit product
// as in wyhash mixes better a step but is four multiplications in WebAssembly.
func hashBytes(p []byte) uint32 {
	h := seed ^ uint64(len(p))*mix1
	for len(p) > 8 {
		h = (h ^ value.Load64(p)) * mix1
		h = bits.RotateLeft64(h, 29) ^ h>>32
		p = p[8:]
	}
	h ^= tail(p)
	h ^= h >> 33
	h *= mix2
	h ^= h >> 33
	h *= mix3
	return uint32(h >> 32)
}

// tail gives the last up to 8 bytes as a number; those of equal length have different ones.
func tail(p []byte) uint64 {
	switch n := len(p); {
	case n >= 8:
		return value.Load64(p)
	case n >= 4:
		return uint64(value.Load32(p)) | uint64(value.Load32(p[n-4:]))<<32
	case n > 0:
		return uint64(p[0]) | uint64(p[n>>1])<<8 | uint64(p[n-1])<<16
	}
	return 0
}
