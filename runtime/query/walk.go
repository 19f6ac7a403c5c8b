package query

import (
	"slices"

	"github.com/atoma-dev/atoma/runtime/index"
)

// walk goes over an ordered index in the order of a sort and takes the rows that match, until it has enough. With desc
// runs of ties come backwards, each by ascending id, and the rows that are null, absent or NaN after all others.
type walk struct {
	eval  *evaluation
	index *index.Ordered
	desc  bool
	more  []sortKey  // to sort ties by
	set   []uint64   // the rows that match; nil: bound tells
	bound *boundNode // nil as well: all do

	need   int // how many rows to take
	budget int // how many to look at before giving up
	looked int
	taken  []uint32

	run        []uint32 // slots of the index from position base on
	base       int
	place, end int // where the next run of ties begins (with desc: ends), and where there are no more
	tail       int // with desc, where the rows begin that come after place has come to end; -1: they have
}

// take takes rows, and tells whether it has all that are needed, or all there are: not if it ran out of budget.
func (w *walk) take() bool {
	for len(w.taken) < w.need {
		from, to, ok := w.ties()
		if !ok {
			return true
		}
		first := len(w.taken)
		if !w.takeRun(from, to) {
			return false
		}
		if group := w.taken[first:]; len(w.more) > 0 && len(group) > 1 {
			w.eval.sortBy(w.more, group)
		}
	}
	w.taken = w.taken[:w.need]
	return true
}

// takeRun takes rows of a run of ties: as many as are needed, or all if they have yet to be sorted.
func (w *walk) takeRun(from, to int) bool {
	for i := from; i < to; {
		slots := w.index.Run(i)
		slots = slots[:min(len(slots), to-i)]
		for _, slot := range slots {
			if w.looked++; w.looked > w.budget {
				return false
			}
			if w.matches(slot) {
				w.taken = append(w.taken, slot)
				if len(w.taken) == w.need && len(w.more) == 0 {
					return true
				}
			}
		}
		i += len(slots)
	}
	return true
}

func (w *walk) matches(slot uint32) bool {
	switch {
	case w.set != nil:
		return w.set[slot>>6]>>(slot&63)&1 != 0
	case w.bound != nil:
		return w.bound.match(slot, &w.eval.scratch)
	}
	return true
}

// start goes to the run of ties that has the row at a position of the walk, and tells how many rows come before it.
func (w *walk) start(position int) (before int) {
	x := w.index
	w.run, w.base, w.taken = nil, 0, w.taken[:0]
	switch {
	case position >= x.Len():
		w.place, w.end, w.tail = 0, 0, -1
		return x.Len()
	case !w.desc:
		w.place, w.end, w.tail = 0, x.Len(), -1
		if position > 0 {
			w.place = x.GroupStart(position)
		}
		return w.place
	case position >= x.Last():
		w.place, w.end, w.tail = 0, 0, x.Last()
		return x.Last()
	}
	w.place, w.end, w.tail = x.Last(), 0, x.Last()
	if position > 0 {
		w.place = x.GroupEnd(x.Last() - 1 - position)
	}
	return x.Last() - w.place
}

// ties gives the positions of the next run of ties.
func (w *walk) ties() (from, to int, ok bool) {
	tied := w.index.Ties()
	if w.place == w.end {
		if w.tail < 0 || w.tail == w.index.Len() {
			return 0, 0, false
		}
		from, w.tail = w.tail, -1
		return from, w.index.Len(), true
	}
	first := w.place
	if w.desc {
		for {
			w.place--
			if slot := w.slotBack(w.place); tied[slot>>6]>>(slot&63)&1 == 0 {
				return w.place, first, true
			}
		}
	}
	for w.place++; w.place < w.end; w.place++ {
		if slot := w.slotAt(w.place); tied[slot>>6]>>(slot&63)&1 == 0 {
			break
		}
	}
	return first, w.place, true
}

func (w *walk) slotAt(i int) uint32 {
	if k := i - w.base; k >= 0 && k < len(w.run) {
		return w.run[k]
	}
	w.run, w.base = w.index.Run(i), i
	return w.run[0]
}

func (w *walk) slotBack(i int) uint32 {
	if k := i - w.base; k >= 0 && k < len(w.run) {
		return w.run[k]
	}
	w.run = w.index.RunBefore(i + 1)
	w.base = i + 1 - len(w.run)
	return w.run[len(w.run)-1]
}

// walkAll appends the first n members of set, of which there are so many, in the order of an index: walk for one key,
// without a call for each row.
func walkAll(dst []uint32, x *index.Ordered, desc bool, set []uint64, n int) []uint32 {
	end := len(dst) + n
	dst = slices.Grow(dst, n+1)
	if desc {
		dst = walkBack(dst, x, set, n)
	}
	at := 0
	if desc {
		at = x.Last()
	}
	for len(dst) < end && at < x.Len() {
		run := x.Run(at)
		dst = pickSome(dst, run, set, end-len(dst))
		at += len(run)
	}
	return dst
}

// pickSome is pick where there may be fewer than n.
func pickSome(dst, slots []uint32, set []uint64, n int) []uint32 {
	k, end := len(dst), len(dst)+n
	dst = dst[:end+1]
	for _, slot := range slots {
		dst[k] = slot
		if k += int(set[slot>>6] >> (slot & 63) & 1); k == end {
			break
		}
	}
	return dst[:k]
}

// walkBack appends up to n members of set before Last, runs of ties backwards. dst has room for one more.
func walkBack(dst []uint32, x *index.Ordered, set []uint64, n int) []uint32 {
	tied := x.Ties()
	k, most := len(dst), len(dst)+n
	dst = dst[:most+1]
	end := x.Last() // of the run of ties that is being looked for the start of
	for place := end; place > 0 && k < most; {
		run := x.RunBefore(place)
		base := place - len(run)
		for i := len(run) - 1; i >= 0; i-- {
			slot := run[i]
			w, b := slot>>6, slot&63
			if tied[w]>>b&1 != 0 {
				continue
			}
			if base+i+1 == end {
				dst[k] = slot
				k += int(set[w] >> b & 1)
			} else {
				k = len(pickTies(dst[:k], x, base+i, end, set, most-k))
			}
			if end = base + i; k == most {
				break
			}
		}
		place = base
	}
	return dst[:k]
}

// pickTies appends up to n members of set at positions of an index.
func pickTies(dst []uint32, x *index.Ordered, from, to int, set []uint64, n int) []uint32 {
	end := len(dst) + n
	for from < to && len(dst) < end {
		run := x.Run(from)
		run = run[:min(len(run), to-from)]
		dst = pickSome(dst, run, set, end-len(dst))
		from += len(run)
	}
	return dst
}
