package relation

// numbers is a hash from uint32 to uint32 that holds no pointers: open addressing with linear probing, at most three
// quarters full, and deletion by shifting back (Knuth, TAOCP 6.4, algorithm R), so that nothing piles up. The zero
// value is empty and has no memory.
type numbers struct {
	places []place // a power of two
	shift  uint8   // 32 - log2(len(places))
	len    int
}

// place is an entry if value is not 0; value is one more than what was put.
type place struct{ key, value uint32 }

const leastPlaces = 16

// home is where a key's search starts: Fibonacci hashing.
func (m *numbers) home(key uint32) uint32 { return key * 0x9E3779B1 >> m.shift }

func (m *numbers) get(key uint32) (value uint32, ok bool) {
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

// put adds or replaces an entry. The value is less than 2³²-1.
func (m *numbers) put(key, value uint32) {
	if m.len >= len(m.places)/4*3 {
		m.grow()
	}
	m.set(place{key, value + 1})
}

func (m *numbers) set(p place) {
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

func (m *numbers) grow() {
	old := m.places
	m.resize(max(2*len(old), leastPlaces))
	for _, p := range old {
		if p.value != 0 {
			m.set(p)
		}
	}
}

func (m *numbers) resize(places int) {
	m.places, m.len, m.shift = make([]place, places), 0, 32
	for n := places; n > 1; n >>= 1 {
		m.shift--
	}
}

func (m *numbers) remove(key uint32) {
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

// clear removes all, and gives memory back that was for many more.
func (m *numbers) clear() {
	if len(m.places) > 64*leastPlaces {
		*m = numbers{}
		return
	}
	clear(m.places)
	m.len = 0
}

func (m *numbers) bytes() int { return 8 * len(m.places) }
