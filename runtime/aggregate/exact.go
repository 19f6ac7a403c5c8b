package aggregate

import (
	"math"
	"math/bits"
)

// sum is the exact sum of float64s, in whatever order they came, and values can be taken out of it again. The finite
// ones lie in a 128-bit fixed-point number, which holds whatever has all its bits between 2⁻⁶⁴ and 2⁵¹: whole numbers,
// prices, coordinates. What it cannot hold lies in a wide accumulator, as do NaN and infinities. The sum is what both
// have together, so a value is taken out by adding its negative, wherever it went.
type sum struct {
	low   uint64 // the low half of a whole number of units of 2⁻⁶⁴
	high  int64
	count uint32 // of values, those that are not finite included
	wide  uint32 // 1 + the place of the accumulator in the owner's; 0: there is none
}

const (
	fractionBits = 52
	exponentMask = 1<<11 - 1
	implicitBit  = 1 << fractionBits
	unitBits     = 64                               // a unit of the fixed-point part is 2^-unitBits
	lowExponent  = 1023 + fractionBits - unitBits   // the biased exponent at which the last bit is one unit
	highLimit    = 1 << 61                          // where high overflows into the wide accumulator
	wideUnit     = 1023 + fractionBits - 1          // the unit of a wide accumulator is 2^-wideUnit, the least float64
	unitPosition = wideUnit - unitBits              // of a fixed-point unit, among the bits of a wide accumulator
	chunkCount   = (2046+fractionBits+32+31)/32 + 1 // bits of the greatest float64, and 32 more for 2³² of them
	maxAdds      = 1 << 10                          // additions of up to 2⁵³ each that a chunk has room for
)

// fixed tells whether the fixed-point part holds a value, and adds it if so. It is what nearly all values take.
func (s *sum) fixed(f float64) bool {
	b := math.Float64bits(f)
	shift := (b>>fractionBits)&exponentMask - lowExponent
	if shift > 63 { // less than 0, too
		return f == 0
	}
	m := b&(implicitBit-1) | implicitBit
	sign := uint64(int64(b) >> 63) // all ones for a negative value, which is added as its complement
	low, carry := bits.Add64(s.low, m<<shift^sign, sign&1)
	s.low = low
	s.high += int64(m>>1>>(63-shift)^sign) + int64(carry)
	return uint64(s.high+highLimit) < 2*highLimit
}

// sums are the sums of groups, by group.
type sums struct {
	groups []sum
	wides  []*wide
}

// change adds a value, or with n = -1 takes one out.
func (s *sums) change(group uint32, f float64, n int32) {
	g := &s.groups[group]
	g.count += uint32(n)
	if !g.fixed(f * float64(n)) {
		s.widen(g, f, n)
	}
}

// widen does what fixed could not: it adds a value that does not fit, or makes room after one that has been added.
func (s *sums) widen(g *sum, f float64, n int32) {
	if g.wide == 0 {
		s.wides = append(s.wides, new(wide))
		g.wide = uint32(len(s.wides))
	}
	w := s.wides[g.wide-1]
	if uint64(g.high+highLimit) >= 2*highLimit {
		w.addFixed(g.high, g.low)
		g.high, g.low = 0, 0
		return
	}
	w.change(f, n)
}

// value gives the sum of a group, rounded once, to the nearest and to even. The sum of nothing, and one that cancels
// out, is 0, never -0.
func (s *sums) value(group uint32) float64 {
	g := &s.groups[group]
	if g.wide == 0 {
		return roundFixed(g.high, g.low)
	}
	w := *s.wides[g.wide-1]
	w.addFixed(g.high, g.low)
	return w.value()
}

// roundFixed turns units of 2⁻⁶⁴ into a float64.
func roundFixed(high int64, low uint64) float64 {
	if high < 0 {
		h, l := ^uint64(high), -low
		if l == 0 {
			h++
		}
		return -roundMagnitude(h, l)
	}
	return roundMagnitude(uint64(high), low)
}

func roundMagnitude(high, low uint64) float64 {
	n := bits.Len64(high)
	if n == 0 {
		return float64(low) * (1.0 / (1 << 32) / (1 << 32))
	}
	m := high<<(64-n) | low>>n
	if low<<(64-n) != 0 {
		m |= 1 // what is cut off decides ties only: float64 drops more than one bit
	}
	return math.Ldexp(float64(m), n-unitBits)
}

// wide is an exact sum of any float64s: the small superaccumulator of Radford M. Neal, Fast exact summation using small
// and large superaccumulators (2015). A chunk is a signed number that counts from bit 32·i of the sum on; it has twice
// the 32 bits it needs, so that carries have to be passed on only once in maxAdds additions.
type wide struct {
	chunks   [chunkCount]int64
	adds     int32 // since carries were passed on
	nan      int32 // how often these were added
	positive int32 // infinities
	negative int32
}

// change adds a value, or with n = -1 takes one out.
func (w *wide) change(f float64, n int32) {
	b := math.Float64bits(f)
	exponent, m := b>>fractionBits&exponentMask, int64(b&(implicitBit-1))
	switch {
	case f != f:
		w.nan += n
		return
	case exponent == exponentMask && f > 0:
		w.positive += n
		return
	case exponent == exponentMask:
		w.negative += n
		return
	case exponent == 0:
		exponent = 1 // a subnormal has no implicit bit
	default:
		m |= implicitBit
	}
	if f < 0 {
		n = -n
	}
	position := exponent - 1
	shift := position & 31
	w.add(position>>5, int64(n)*int64(uint32(m<<shift)), int64(n)*(m>>(32-shift)))
}

// add adds to a chunk and the next one.
func (w *wide) add(chunk uint64, low, high int64) {
	if w.adds++; w.adds > maxAdds {
		w.carry()
	}
	w.chunks[chunk] += low
	w.chunks[chunk+1] += high
}

// addFixed adds a number of fixed-point units.
func (w *wide) addFixed(high int64, low uint64) {
	const chunk, shift = unitPosition >> 5, unitPosition & 31
	for i, part := range [4]int64{int64(uint32(low)), int64(low >> 32), int64(uint32(high)), high >> 32} {
		part <<= shift // of 32 bits and a sign, so that it fits
		w.add(uint64(chunk+i), int64(uint32(part)), part>>32)
	}
}

// carry passes on what chunks have beyond their 32 bits. All but the last are from 0 to 2³²-1 then, and the sign is the
// last one's.
func (w *wide) carry() {
	w.adds = 1 // the 32 bits that stay count as an addition
	for i := range w.chunks[:chunkCount-1] {
		c := w.chunks[i]
		w.chunks[i] = int64(uint32(c))
		w.chunks[i+1] += c >> 32
	}
}

// value rounds the sum, once. It passes carries on, and turns the signs of chunks.
func (w *wide) value() float64 {
	switch {
	case w.nan > 0 || w.positive > 0 && w.negative > 0:
		return math.NaN()
	case w.positive > 0:
		return math.Inf(1)
	case w.negative > 0:
		return math.Inf(-1)
	}
	w.carry()
	if w.chunks[chunkCount-1] >= 0 {
		return w.magnitude()
	}
	for i := range w.chunks {
		w.chunks[i] = -w.chunks[i]
	}
	w.carry()
	return -w.magnitude()
}

// magnitude rounds a sum that is not negative and has passed its carries on. The last chunk is below 2³² as well, since
// there are fewer than 2³² values.
func (w *wide) magnitude() float64 {
	top := chunkCount - 1
	for top > 1 && w.chunks[top] == 0 {
		top--
	}
	m := uint64(w.chunks[top])<<32 | uint64(w.chunks[top-1])
	if top == 1 {
		return math.Ldexp(float64(m), -wideUnit)
	}
	rest := uint64(w.chunks[top-2]) << 32 // of which the last bit says whether there is anything beyond
	for _, c := range w.chunks[:top-2] {
		if c != 0 {
			rest |= 1
			break
		}
	}
	n := bits.LeadingZeros64(m)
	m = m<<n | rest>>(64-n)
	if rest<<n != 0 {
		m |= 1
	}
	return math.Ldexp(float64(m), 32*(top-1)-n-wideUnit)
}
