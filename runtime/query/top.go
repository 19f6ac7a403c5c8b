package query

import (
	"bytes"
	"math"
	"math/bits"
	"slices"

	"github.com/atoma-dev/atoma/runtime/radix"
	"github.com/atoma-dev/atoma/runtime/table"
)

const (
	topShare = 8    // a limit of at most one in so many of the rows keeps a heap instead of sorting all
	maxTop   = 4096 // and only up to so many: their keys then stay in the processor's cache
)

// top gives the first k rows found in the order of keys. It keeps the best so far in a heap with the worst of them
// on top, so that most rows are done with after one comparison. The result is the evaluation's.
func (e *evaluation) top(keys []sortKey, f found, k int) []uint32 {
	const step = 1024
	e.items = slices.Grow(e.items[:0], k+step)
	h := &heap{eval: e, keys: keys, limit: k, items: e.items[:0]}
	if keys[0].score == nil {
		h.floats = keys[0].Floats()
	}
	block := e.items[k : k : k+step]
	for _, slot := range f.slots {
		if block = append(block, radix.Item{Slot: slot}); len(block) == step {
			h.offerAll(block)
			block = block[:0]
		}
	}
	for w, word := range f.set {
		if word != 0 && h.floats != nil {
			word &= h.passing(w)
		}
		for ; word != 0; word &= word - 1 {
			block = append(block, radix.Item{Slot: uint32(w*wordLen + bits.TrailingZeros64(word))})
		}
		if len(block) > step-wordLen {
			h.offerAll(block)
			block = block[:0]
		}
	}
	h.offerAll(block)
	h.sort()
	e.slots = e.slots[:0]
	for i := range h.items {
		e.slots = append(e.slots, h.items[i].Slot)
	}
	return e.slots
}

// heap holds the first limit items of those offered.
type heap struct {
	eval  *evaluation
	keys  []sortKey
	limit int
	back  bool         // the last limit items, the last one first
	items []radix.Item // each before its parent, (i-1)/2, or equal

	floats *table.Column // the first key, if all rows have a number in it, or all a date
}

// passing gives the rows of a word that are not behind the worst of a full heap by the first key.
func (h *heap) passing(w int) uint64 {
	if len(h.items) < h.limit || h.limit == 0 {
		return math.MaxUint64
	}
	worst := h.floats.FloatAt(h.items[0].Slot)
	switch floats := word(h.floats.Floats(w/chunkWords), w); {
	case worst != worst:
		return math.MaxUint64
	case h.keys[0].desc:
		return between(floats, worst, math.Inf(1))
	default:
		return between(floats, math.Inf(-1), worst)
	}
}

// offerAll offers items that have slots only.
func (h *heap) offerAll(items []radix.Item) {
	h.keys[0].load(items)
	h.offerLoaded(items)
}

// offerLoaded offers items that have the class and key of the first sort key loaded.
func (h *heap) offerLoaded(items []radix.Item) {
	if h.limit == 0 {
		return
	}
	for i := range items {
		item := &items[i]
		if len(h.items) == h.limit {
			worst := &h.items[0]
			if h.back {
				if item.Class < worst.Class || item.Class == worst.Class && item.Key < worst.Key {
					continue
				}
			} else if item.Class > worst.Class || item.Class == worst.Class && item.Key > worst.Key {
				continue
			}
		}
		h.offer(*item)
	}
}

func (h *heap) offer(item radix.Item) {
	if len(h.items) < h.limit {
		h.items = append(h.items, item)
		h.up(len(h.items) - 1)
		return
	}
	if h.limit > 0 && h.compare(&item, &h.items[0]) < 0 {
		h.items[0] = item
		h.down(0)
	}
}

// sort empties the heap from the worst to the best, which leaves the items in order.
func (h *heap) sort() {
	all := h.items
	for n := len(all) - 1; n > 0; n-- {
		all[0], all[n] = all[n], all[0]
		h.items = all[:n]
		h.down(0)
	}
	h.items = all
}

func (h *heap) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if h.compare(&h.items[i], &h.items[parent]) <= 0 {
			return
		}
		h.items[i], h.items[parent] = h.items[parent], h.items[i]
		i = parent
	}
}

func (h *heap) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h.items) {
			return
		}
		if right := child + 1; right < len(h.items) && h.compare(&h.items[right], &h.items[child]) > 0 {
			child = right
		}
		if h.compare(&h.items[child], &h.items[i]) <= 0 {
			return
		}
		h.items[i], h.items[child] = h.items[child], h.items[i]
		i = child
	}
}

// compare orders two items that have the class and key of the first sort key loaded.
func (h *heap) compare(a, b *radix.Item) int {
	if h.back {
		a, b = b, a
	}
	if order := h.keys[0].compareLoaded(a, b); order != 0 {
		return order
	}
	for i := 1; i < len(h.keys); i++ {
		if order := h.keys[i].compare(a.Slot, b.Slot); order != 0 {
			return order
		}
	}
	t := h.eval.table
	return bytes.Compare(t.ID(a.Slot), t.ID(b.Slot))
}
