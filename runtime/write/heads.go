package write

// heads lead from the slots of rows to their pending writes: 0 is none, otherwise one more than the place of the only
// record or, with inChain, the number of a chain. It is an array in pages, because pending writes often are to
// neighbouring rows; a page without entries is given back.
type heads struct {
	pages []*headPage
	spare *headPage
	count int
}

type headPage struct {
	of   [headLen]uint32
	used uint32
}

const (
	headBits = 10
	headLen  = 1 << headBits
	inChain  = 1 << 31
)

func (h *heads) get(slot uint32) uint32 {
	if p := slot >> headBits; p < uint32(len(h.pages)) && h.pages[p] != nil {
		return h.pages[p].of[slot&(headLen-1)]
	}
	return 0
}

func (h *heads) set(slot, head uint32) {
	p := slot >> headBits
	for p >= uint32(len(h.pages)) {
		h.pages = append(h.pages, nil)
	}
	page := h.pages[p]
	if page == nil {
		if page = h.spare; page == nil {
			page = new(headPage)
		}
		h.spare, h.pages[p] = nil, page
	}
	at := &page.of[slot&(headLen-1)]
	if *at == 0 {
		page.used++
		h.count++
	}
	*at = head
}

func (h *heads) unset(slot uint32) {
	page := h.pages[slot>>headBits]
	page.of[slot&(headLen-1)] = 0
	h.count--
	if page.used--; page.used == 0 {
		h.spare, h.pages[slot>>headBits] = page, nil
		if h.count == 0 && len(h.pages) > headLen {
			h.pages = nil
		}
	}
}
