// Package intmap has a map of numbers, slots above all, that is small and holds no pointers. A Map owns its memory and is
// for one goroutine at a time.
package intmap

// Map is a hash from uint32 to uint32: open addressing with linear probing, at most three quarters full, and deletion by
// shifting back (Knuth, TAOCP 6.4, algorithm R), so that nothing piles up. The zero value is empty and has no memory.
type Map struct {
	places []place // a power of two
	shift  uint8   // 32 - log2(len(places))
	len    int
}

// place is an entry if value is not 0; value is one more than what was put.
type place struct{ key, value uint32 }

const leastPlaces = 16

// home is where a key's search starts: Fibonacci hashing.
func (m *Map) home(key uint32) uint32 { return key * 0x9E3779B1 >> m.shift }

// Len is the number of entries.
func (m *Map) Len() int { return m.len }

// Get gives the value of a key.
func (m *Map) Get(key uint32) (value uint32, ok bool) {
	if m.len == 0 {
		return 0, false
	}
	mask := uint32(len(m.places) - 1)
	for i := m.home(key); ; i = (i + 1) & mask {
		switch p := m.places[i]; {
		case p.value == 0:
			return 0, false
		case p.key == key:
			return p.value - 1, true
		}
	}
}

// Put adds or replaces an entry. The value is less than 2³²-1.
func (m *Map) Put(key, value uint32) {
	if m.len >= len(m.places)/4*3 {
		m.grow()
	}
	m.set(place{key, value + 1})
}

func (m *Map) set(p place) {
	mask := uint32(len(m.places) - 1)
	i := m.home(p.key)
	for m.places[i].value != 0 && m.places[i].key != p.key {
		i = (i + 1) & mask
	}
	if m.places[i].value == 0 {
		m.len++
	}
	m.places[i] = p
}

func (m *Map) grow() {
	old := m.places
	m.resize(max(2*len(old), leastPlaces))
	for _, p := range old {
		if p.value != 0 {
			m.set(p)
		}
	}
}

func (m *Map) resize(places int) {
	m.places, m.len, m.shift = make([]place, places), 0, 32
	for n := places; n > 1; n >>= 1 {
		m.shift--
	}
}

// Reserve makes room in an empty map for so many entries.
func (m *Map) Reserve(entries int) {
	places := leastPlaces
	for entries > places/4*3 {
		places *= 2
	}
	m.resize(places)
}

// AppendKeys appends all keys, in no order.
func (m *Map) AppendKeys(dst []uint32) []uint32 {
	for _, p := range m.places {
		if p.value != 0 {
			dst = append(dst, p.key)
		}
	}
	return dst
}

// Remove takes an entry out, if there is one of that key.
func (m *Map) Remove(key uint32) {
	if m.len == 0 {
		return
	}
	mask := uint32(len(m.places) - 1)
	i := m.home(key)
	for m.places[i].key != key || m.places[i].value == 0 {
		if m.places[i].value == 0 {
			return
		}
		i = (i + 1) & mask
	}
	m.len--
	// What follows moves up into the gap unless that is before its home.
	for k := (i + 1) & mask; m.places[k].value != 0; k = (k + 1) & mask {
		if (k-m.home(m.places[k].key))&mask >= (k-i)&mask {
			m.places[i] = m.places[k]
			i = k
		}
	}
	m.places[i] = place{}
}

// Clear removes all, and gives memory back that was for many more.
func (m *Map) Clear() {
	if len(m.places) > 64*leastPlaces {
		*m = Map{}
		return
	}
	clear(m.places)
	m.len = 0
}

// Bytes is how much memory the map holds.
func (m *Map) Bytes() int { return 8 * len(m.places) }
