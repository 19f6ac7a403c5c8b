package view

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// change is a list before and after, with the rows that have a note. A row of the same number in both is the same row
// unless it is in anew.
type change struct {
	before, after []uint32
	noted, anew   map[uint32]bool
}

func drawChange(rt *rapid.T) change {
	rows := rapid.SliceOfNDistinct(rapid.Uint32Range(0, 60), 0, 40, rapid.ID).Draw(rt, "before")
	c := change{before: rows, noted: map[uint32]bool{}, anew: map[uint32]bool{}}
	slices.Sort(c.before)
	for _, row := range rapid.SliceOfN(rapid.Uint32Range(0, 60), 0, 30).Draw(rt, "noted") {
		c.noted[row] = true
		c.anew[row] = rapid.IntRange(0, 5).Draw(rt, "anew") == 0
	}
	for _, row := range c.before {
		if !c.noted[row] {
			c.after = append(c.after, row)
		}
	}
	for row := range uint32(61) {
		if c.noted[row] && rapid.IntRange(0, 3).Draw(rt, "stays") > 0 {
			at := min(int(row)*len(c.after)/60, len(c.after))
			if rapid.Bool().Draw(rt, "moves") {
				at = rapid.IntRange(0, len(c.after)).Draw(rt, "to")
			}
			c.after = slices.Insert(c.after, at, row)
		}
	}
	return c
}

// play has a movement go through the change.
func (c change) play(m *movement) {
	var notes []note
	for row := range uint32(61) {
		if c.noted[row] {
			n := note{slot: row, why: byFilter}
			if c.anew[row] {
				n.why = byIdentity
			}
			notes = append(notes, n, note{slot: row, why: byOrder})
		}
	}
	m.gather(notes)
	for i := range m.rows {
		r := &m.rows[i]
		old, now := slices.Index(c.before, r.slot), slices.Index(c.after, r.slot)
		r.old, r.new = uint32(old), uint32(now)
		m.decide(uint32(i), old >= 0, now >= 0)
	}
	m.byOld(m.leaving)
	m.byNew(m.entering)
	m.settle()
}

func drawSpan(rt *rapid.T, n int) span {
	from := rapid.IntRange(0, n).Draw(rt, "from")
	return span{from, rapid.IntRange(from, n).Draw(rt, "to")}
}

// applied gives what a window becomes.
func (d *Delta) applied(window []uint32) []uint32 {
	var kept []uint32
	for i, slot := range window {
		if !slices.Contains(d.Removed, uint32(i)) {
			kept = append(kept, slot)
		}
	}
	for i, at := range d.Inserted {
		kept = slices.Insert(kept, int(at), d.InsertedSlots[i])
	}
	return kept
}

func TestADeltaTurnsTheOldWindowIntoTheNewOne(t *testing.T) {
	var m movement
	rapid.Check(t, func(rt *rapid.T) {
		c := drawChange(rt)
		c.play(&m)
		before, after := drawSpan(rt, len(c.before)), drawSpan(rt, len(c.after))
		old, now := c.before[before.from:before.to], c.after[after.from:after.to]
		d := &Delta{}
		kept := d.shift(m.removed, m.inserted, before, after, func(dst []uint32, from, to int) []uint32 {
			return append(dst, c.after[from:to]...)
		})
		m.release()

		require.Equal(rt, append([]uint32{}, now...), append([]uint32{}, d.applied(old)...))
		require.True(rt, slices.IsSorted(d.Removed) && slices.IsSorted(d.Inserted))
		stay := map[uint32]bool{}
		for i, slot := range old {
			stay[slot] = !slices.Contains(d.Removed, uint32(i))
		}
		for i, slot := range now {
			if stay[slot] {
				require.True(rt, after.from+i >= kept.from && after.from+i < kept.to, "kept rows lie between those that are told")
				require.False(rt, c.anew[slot], "a row of another identity is no kept one")
			}
			require.False(rt, !c.noted[slot] && slices.Contains(old, slot) && !stay[slot], "a row that did not change stays")
		}
		for _, word := range m.slots {
			require.Zero(rt, word)
		}
	})
}

// Of rows that changed between two that did not, no more are told to have moved than must be.
func TestAsManyRowsAsPossibleAreInPlace(t *testing.T) {
	var m movement
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(rt, "rows")
		c := change{noted: map[uint32]bool{}, anew: map[uint32]bool{}}
		for row := range uint32(n) {
			c.before = append(c.before, row)
			c.noted[row] = true
		}
		c.after = rapid.Permutation(c.before).Draw(rt, "after")
		c.play(&m)
		m.release()
		best := 0
		for set := range 1 << n {
			last, size, ascending := -1, 0, true
			for _, row := range c.after {
				if set>>row&1 != 0 {
					ascending = ascending && int(row) > last
					last = int(row)
					size++
				}
			}
			if ascending {
				best = max(best, size)
			}
		}
		require.Len(rt, m.inPlace, best)
		require.Len(rt, m.removed, n-best)
		require.Len(rt, m.inserted, n-best)
	})
}

func TestMembersAreASet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SampledFrom([]int{1, 3, 40}).Draw(rt, "words")
		var m members
		var scratch []uint64
		model := map[uint32]bool{}
		slot := rapid.Uint32Range(0, uint32(64*words-1))
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			if rapid.IntRange(0, 3).Draw(rt, "build") == 0 {
				slots := rapid.SliceOfNDistinct(slot, 0, min(64*words, 300), rapid.ID).Draw(rt, "slots")
				m.build(slots, words, &scratch)
				model = map[uint32]bool{}
				for _, slot := range slots {
					model[slot] = true
				}
			}
			for _, slot := range rapid.SliceOfN(slot, 0, 100).Draw(rt, "flip") {
				require.Equal(rt, model[slot], m.has(slot))
				if model[slot] {
					m.remove(slot)
					delete(model, slot)
				} else {
					m.add(slot, words)
					model[slot] = true
				}
			}
			all := m.all(nil)
			require.True(rt, slices.IsSorted(all))
			require.Len(rt, all, len(model))
			require.Equal(rt, len(model), m.n)
			for _, slot := range all {
				require.True(rt, model[slot])
			}
		}
	})
}
