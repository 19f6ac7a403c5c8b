package radix

// fewStrings is what a few items are sorted in. Reading a string is what costs, so each is read once, and nearly all
// comparisons are of keys.
type fewStrings struct {
	rest  [few][]byte // of each string, what comes behind its key
	items [few]Item   // in order so far; Slot is a place in rest and in slots
	slots [few]uint32
}

// sortFew sorts up to few items whose strings agree in their first depth bytes, by insertion: places are found by
// halving, and ties stay in order.
func (s *stringSort) sortFew(items []Item, depth int) {
	if len(items) < 2 {
		return
	}
	if s.few == nil {
		s.few = new(fewStrings)
	}
	f := s.few
	common := s.read(items, depth)
	class := items[0].Class
	for i := range items {
		rest := f.rest[i][common:]
		item := Item{Key: Prefix(rest) ^ s.flip, Slot: uint32(i), Class: class}
		if len(rest) > prefixLen {
			f.rest[i] = rest[prefixLen:]
		} else {
			f.rest[i] = nil
		}
		low, high := 0, i
		for low < high {
			middle := int(uint(low+high) >> 1)
			other := &f.items[middle]
			if item.Key < other.Key || item.Key == other.Key && s.before(f.rest[i], f.rest[other.Slot]) {
				high = middle
			} else {
				low = middle + 1
			}
		}
		copy(f.items[low+1:i+1], f.items[low:i])
		f.items[low] = item
	}
	for i := range items {
		items[i] = f.items[i]
		items[i].Slot = f.slots[f.items[i].Slot]
	}
}

// read fetches the strings of items from depth on, and counts the bytes that all of them begin with.
func (s *stringSort) read(items []Item, depth int) (common int) {
	f := s.few
	first := s.text(items[0].Slot)[depth:]
	f.rest[0], f.slots[0] = first, items[0].Slot
	common = len(first)
	for i := 1; i < len(items); i++ {
		text := s.text(items[i].Slot)[depth:]
		f.rest[i], f.slots[i] = text, items[i].Slot
		if common > len(text) {
			common = len(text)
		}
		for k := 0; k < common; k++ {
			if text[k] != first[k] {
				common = k
			}
		}
	}
	return common
}

// before tells whether what comes behind equal keys puts x before y.
func (s *stringSort) before(x, y []byte) bool {
	if s.flip != 0 {
		return string(x) > string(y)
	}
	return string(x) < string(y)
}
