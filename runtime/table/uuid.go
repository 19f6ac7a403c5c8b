package table

import (
	"math/rand/v2"
	"sync"
	"time"
)

// uuids makes UUIDs of version 7 (RFC 9562) whose text grows with every call in the process: the 12 bits behind the
// time are a counter within a millisecond, and when it runs over, or the clock stands or goes back, the last time is
// kept or counted on instead (method 1 of its section 6.2).
var uuids struct {
	sync.Mutex
	millis  uint64
	counter uint64
}

const uuidLen = 36

// appendUUID appends a new id. Randomness need only keep apart what independent processes make, so a generator that is
// not cryptographic does, and does not weigh what crypto/rand does.
func appendUUID(dst []byte) []byte {
	uuids.Lock()
	now := uint64(time.Now().UnixMilli())
	if now > uuids.millis {
		uuids.millis, uuids.counter = now, rand.Uint64()&0x3FF // room for 3,072 more
	} else if uuids.counter++; uuids.counter > 0xFFF {
		uuids.millis, uuids.counter = uuids.millis+1, 0
	}
	high := uuids.millis<<16 | 7<<12 | uuids.counter
	uuids.Unlock()
	low := rand.Uint64()&(1<<62-1) | 1<<63

	const digits = "0123456789abcdef"
	for i := 60; i >= 0; i -= 4 {
		dst = append(dst, digits[high>>i&15])
		if i == 32 || i == 16 {
			dst = append(dst, '-')
		}
	}
	dst = append(dst, '-')
	for i := 60; i >= 0; i -= 4 {
		dst = append(dst, digits[low>>i&15])
		if i == 48 {
			dst = append(dst, '-')
		}
	}
	return dst
}
