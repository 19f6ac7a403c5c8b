package sequence

import "errors"

// Check tells what is wrong inside the list, and with the order of its slots. It is for tests.
func (l *List) Check() error {
	seen := map[uint32]bool{}
	total, last, any := 0, uint32(0), false
	for place, number := range l.order {
		b := &l.blocks[number]
		if len(b.slots) == 0 || len(b.slots) > blockLen {
			return errors.New("a block is empty or too long")
		}
		if int(b.place) != place || l.before(place) != total {
			return errors.New("a block is not where it is said to be")
		}
		for within, slot := range b.slots {
			if seen[slot] {
				return errors.New("a slot is there twice")
			}
			seen[slot] = true
			if any && l.compare(last, slot) >= 0 {
				return errors.New("slots are out of order")
			}
			last, any = slot, true
			if l.where != nil && (int(slot) >= len(l.where) || l.where[slot] != number+1) {
				return errors.New("a slot is not said to be in its block")
			}
			if p, w := l.find(total + within); p != place || w != within {
				return errors.New("a position leads elsewhere")
			}
		}
		total += len(b.slots)
	}
	if total != l.length {
		return errors.New("the length is wrong")
	}
	for slot, number := range l.where {
		if number != 0 && !seen[uint32(slot)] {
			return errors.New("a slot is said to be in a block and is not")
		}
	}
	if l.where == nil && l.length >= longList || l.where != nil && l.length <= shortList {
		return errors.New("a list is long or short that should not be")
	}
	if len(l.order)+len(l.unused) != len(l.blocks) {
		return errors.New("blocks are lost")
	}
	return nil
}
