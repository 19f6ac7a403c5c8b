package radix

import (
	"math"
	"math/bits"
)

// alphabet turns the beginnings of strings into keys that keep their order. Few byte values occur at one place of the
// strings of a column, so a key is a number with a digit for each of the first places, of a base that has but these
// values and the end of the string, which is 0. That tells as many as 16 bytes where 8 bits for each tell 7, and nearly
// all strings by what is read of them first.
//
// It may be made of a sample: a byte that the sample does not have at a place gives the highest key there is below the
// next byte that it has, and so may have the key of another string. But like that its last digit is not 0.
type alphabet struct {
	seen   [maxPlaces][4]uint64                 // sets of bytes
	values [maxPlaces / step][step * 256]uint64 // of a byte at a place, what it adds to a key; with unseen, that is all
	steps  int
	places int
	bases  [maxPlaces]uint64
	top    uint64 // highest key
}

const (
	maxPlaces = 16
	step      = 8       // places between two looks at how long a string is: a loop by one takes twice the time in wasm
	unseen    = 1 << 63 // which keys themselves do not reach
)

// note has a place for each byte of the beginning of a string.
func (a *alphabet) note(p []byte) {
	for i, b := range p[:min(len(p), maxPlaces)] {
		a.seen[i][b>>6] |= 1 << (b & 63)
	}
}

// make makes digits of what was noted, and forgets it.
func (a *alphabet) make() {
	if full := a.measure(); full && a.places <= prefixLen {
		a.takeAll()
	}
	a.steps = (a.places + step - 1) / step
	weight := uint64(1)
	for i := a.steps*step - 1; i >= 0; i-- {
		values := (*[256]uint64)(a.values[i/step][i%step*256:])
		if i >= a.places {
			clear(values[:])
			continue
		}
		fill(values, &a.seen[i], weight)
		weight *= a.bases[i]
	}
	clear(a.seen[:])
}

// measure finds how many places a key has. full tells whether one more does not fit.
func (a *alphabet) measure() (full bool) {
	product := uint64(1)
	a.places = 0
	ended := false
	for i := range a.seen {
		base := uint64(1) // the end
		for _, set := range a.seen[i] {
			base += uint64(bits.OnesCount64(set))
		}
		if ended = base == 1; ended { // all did before: one more digit tells so, and has some byte for those that go on
			a.seen[i][0] = 1
			base++
		}
		high, low := bits.Mul64(product, base)
		if full = high != 0 || low >= unseen; full {
			break
		}
		product = low
		a.bases[i] = base
		a.places++
		if ended {
			break
		}
	}
	for !ended && a.places > step && a.bases[a.places-1] == 2 { // the same byte in all, which tells little
		a.places--
		product /= 2
	}
	a.top = product - 1
	return full
}

// takeAll makes it one of all bytes, so that none is unseen. Of these as many places fit as in Prefix.
func (a *alphabet) takeAll() {
	product := uint64(1)
	for i := range prefixLen {
		for w := range a.seen[i] {
			a.seen[i][w] = math.MaxUint64
		}
		a.bases[i] = 257
		product *= 257
	}
	a.places, a.top = prefixLen, product-1
}

// fill gives bytes their values at a place where a digit of 1 counts weight.
func fill(values *[256]uint64, seen *[4]uint64, weight uint64) {
	digit := uint64(0)                // of the highest byte so far
	next := max(weight-1, 1) | unseen // not 0, which would tell that the string ends
	for w, set := range seen {
		values := (*[64]uint64)(values[w*64:])
		for b := range values {
			if set>>b&1 != 0 {
				digit += weight
				values[b] = digit
				next = digit + weight - 1 | unseen
			} else {
				values[b] = next
			}
		}
	}
}

// key makes a key. exact tells whether it has a digit for each byte, up to places.
func (a *alphabet) key(text []byte) (key uint64, exact bool) {
	p := text
	all := uint64(0)
	for i := range a.values[:a.steps] {
		values := &a.values[i]
		if len(p) < step {
			for k, b := range p {
				v := values[k*256+int(b)]
				key += v
				all |= v
			}
			break
		}
		v0, v1, v2, v3 := values[p[0]], values[256+int(p[1])], values[512+int(p[2])], values[768+int(p[3])]
		v4, v5, v6, v7 := values[1024+int(p[4])], values[1280+int(p[5])], values[1536+int(p[6])], values[1792+int(p[7])]
		key += v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7
		all |= v0 | v1 | v2 | v3 | v4 | v5 | v6 | v7
		p = p[step:]
	}
	if all < unseen {
		return key, true
	}
	return a.rough(text), false
}

// rough makes a key up to a byte that the sample does not have.
func (a *alphabet) rough(text []byte) (key uint64) {
	for i, b := range text {
		v := a.values[i/step][i%step*256+int(b)]
		key += v
		if v >= unseen {
			break
		}
	}
	return key &^ unseen
}
