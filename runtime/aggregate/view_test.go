package aggregate

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/value"
)

// follower holds the rows of a live aggregate's groups, as whoever applies its deltas does.
type follower struct {
	view *View
	rows []string
	d    Delta
}

func (f *follower) pull(t require.TestingT) {
	f.view.Pull(&f.d)
	d := &f.d
	before := slices.Clone(f.rows)
	if d.Reset {
		f.rows = shown(d.Groups)
	} else {
		require.Empty(t, d.Groups)
	}
	require.True(t, slices.IsSorted(d.Removed) && slices.IsSorted(d.Inserted) && slices.IsSorted(d.Replaced))
	for i := len(d.Removed) - 1; i >= 0; i-- {
		f.rows = slices.Delete(f.rows, int(d.Removed[i]), int(d.Removed[i])+1)
	}
	require.Len(t, d.InsertedGroups, len(d.Inserted))
	for i, at := range d.Inserted {
		f.rows = slices.Insert(f.rows, int(at), show(d.InsertedGroups[i]))
	}
	require.Len(t, d.ReplacedGroups, len(d.Replaced))
	for i, at := range d.Replaced {
		require.NotEqual(t, f.rows[at], show(d.ReplacedGroups[i]), "a group that is as it was")
		f.rows[at] = show(d.ReplacedGroups[i])
	}
	require.Len(t, f.rows, d.Len)
	require.Equal(t, d.Reset || !slices.Equal(before, f.rows), d.Changed)
}

// Whatever is written, a live aggregate is what a fresh one would be, to the bit.
func TestLiveAggregatesEqualFreshOnes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newStore()
		for i := range rapid.SampledFrom([]int{0, 0, 58, 61, 70}).Draw(rt, "fields before") {
			s.table.Field(fmt.Sprint("before ", i)) // so that later ones share a bit of the log
		}
		set := NewSet(s.source())
		var followers []*follower
		var specs []*Spec
		open := func() {
			v, _ := drawSpec(rt)
			spec := parse(rt, v)
			specs = append(specs, spec)
			followers = append(followers, &follower{view: set.Open(spec)})
		}
		open()
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			write(rt, s)
			if rapid.IntRange(0, 3).Draw(rt, "open") == 0 {
				open()
			}
			if rapid.Bool().Draw(rt, "sync") {
				set.Sync()
			}
			for i, f := range followers {
				if rapid.IntRange(0, 2).Draw(rt, "pull") > 0 {
					f.pull(rt)
					require.Equal(rt, shown(Run(specs[i], s.source())), f.rows)
					check(rt, f.view)
				}
			}
		}
		// What is not dirty after a Sync has nothing to pull.
		set.Sync()
		dirty := map[*View]bool{}
		set.Dirty(func(v *View) { dirty[v] = true })
		for _, f := range followers {
			pulled := f.view.pulled
			f.pull(rt)
			require.False(rt, pulled && f.d.Changed && !dirty[f.view])
			f.view.Close()
			f.view.Close()
		}
		require.Zero(rt, set.Len())
	})
}

// write changes the store in one of many ways: one row or many, the same rows again, fields in part, all rows deleted.
func write(rt *rapid.T, s *store) {
	switch rapid.IntRange(0, 9).Draw(rt, "write") {
	case 0:
		var ids []string
		for _, id := range rapid.SliceOf(rapid.IntRange(0, 300)).Draw(rt, "deleted") {
			ids = append(ids, fmt.Sprint("r", id))
		}
		s.remove(rt, ids)
	case 1:
		if rapid.IntRange(0, 3).Draw(rt, "all") == 0 {
			var ids []string
			for id := range s.rows {
				ids = append(ids, id)
			}
			s.remove(rt, ids)
		}
	case 2: // many rows that differ little
		r := drawRow(rt)
		rows := map[string]row{}
		for i := range rapid.SampledFrom([]int{30, 300}).Draw(rt, "many") {
			other := row{}
			for name, v := range r {
				other[name] = v
			}
			other["n"] = number(float64(i % 7))
			other["city"] = text(fmt.Sprint("city ", i%50))
			rows[fmt.Sprint("r", i)] = other
		}
		s.put(rt, rows)
	case 3: // one field of a few rows
		rows := map[string]row{}
		name := rapid.SampledFrom([]string{"n", "city", "any", "tree", "done"}).Draw(rt, "name")
		for _, id := range rapid.SliceOfN(rapid.IntRange(0, 300), 1, 5).Draw(rt, "some") {
			r := row{}
			for name, v := range s.rows[fmt.Sprint("r", id)] {
				if name != "version" {
					r[name] = v
				}
			}
			r[name] = rapid.SampledFrom(fields[name]).Draw(rt, "value")
			rows[fmt.Sprint("r", id)] = r
		}
		s.put(rt, rows)
	default:
		s.put(rt, drawRows(rt, 300))
	}
}

// check looks whether a view's parts agree.
func check(t require.TestingT, v *View) {
	m := &v.memory
	rows := uint32(0)
	for _, n := range v.tally.rows {
		rows += n
	}
	require.Len(t, m.slots(), m.rows)
	require.EqualValues(t, rows, m.rows)
	if m.sparse {
		require.Equal(t, m.rows, m.places.Len())
		require.Equal(t, len(m.group), m.rows+len(m.unused))
	}
	require.NoError(t, v.order.Check())
	for _, list := range v.ranked {
		require.NoError(t, list.Check())
	}
	require.Empty(t, v.touched)
	require.NotContains(t, v.marked, true)
	for g, row := range v.shown {
		require.Equal(t, row != nil, v.order.Has(uint32(g)))
	}
}

// Changes of fields that an aggregate does not read give it nothing to do, and those of rows that do not match neither.
func TestChangesThatDoNotMatterAreNotLookedAt(t *testing.T) {
	s := newStore()
	s.put(t, map[string]row{"a": {"city": text("Oslo"), "n": number(1), "done": yes}, "b": {"city": text("Bergen"), "n": number(2), "done": no}})
	set := NewSet(s.source())
	live := &follower{view: set.Open(parse(t, object("filter", object("done", yes), "groupBy", array(text("city")), "metrics", object("m", text("count")))))}
	live.pull(t)
	require.True(t, live.d.Reset)
	for _, c := range []struct {
		rows  map[string]row
		dirty bool
	}{
		{map[string]row{"a": {"city": text("Oslo"), "n": number(17), "done": yes}}, false},
		{map[string]row{"a": {"city": text("Oslo"), "n": number(17), "done": yes, "new": yes}}, false},
		{map[string]row{"b": {"city": text("Oslo"), "n": number(2), "done": no}}, false},
		{map[string]row{"c": {"done": no}}, false},
		{map[string]row{"c": {"done": yes}}, true},
	} {
		s.put(t, c.rows)
		set.Sync()
		dirty := false
		set.Dirty(func(*View) { dirty = true })
		require.Equal(t, c.dirty, dirty)
		live.pull(t)
		require.Equal(t, c.dirty, live.d.Changed)
	}
}

// Groups that come and go for ever do not pile up.
func TestGroupsWithoutRowsAreForgotten(t *testing.T) {
	for _, by := range []value.Value{array(text("city")), array(text("city"), text("n")), array(text("done"), text("n"), text("city"))} {
		s := newStore()
		set := NewSet(s.source())
		spec := parse(t, object("groupBy", by, "metrics", object("sum", object("sum", text("n")), "min", object("min", text("city")))))
		live := &follower{view: set.Open(spec)}
		for i := range 200 {
			rows := map[string]row{}
			for k := range 20 {
				rows[fmt.Sprint("r", k)] = row{"city": text(fmt.Sprint("city ", (i*31+k*7)%1500)), "n": number(float64(i)), "done": yes}
			}
			s.put(t, rows)
			live.pull(t)
			require.Equal(t, shown(Run(spec, s.source())), live.rows)
			require.LessOrEqual(t, live.view.tally.groups.size(), manyDead+100)
			check(t, live.view)
		}
	}
}

// More groups, and more rows, than fit into the short forms of lists and into one chunk of a column.
func TestManyGroups(t *testing.T) {
	s := newStore()
	rows := map[string]row{}
	for i := range 9000 {
		rows[fmt.Sprint("r", i)] = row{"city": text(fmt.Sprint("city ", i%6000)), "n": number(float64(i%100) / 10), "done": yes}
	}
	s.put(t, rows)
	set := NewSet(s.source())
	spec := parse(t, object("groupBy", array(text("done"), text("city")), "metrics",
		object("sum", object("sum", text("n")), "min", object("min", text("n")), "max", object("max", text("city")), "n", object("count", text("when")))))
	live := &follower{view: set.Open(spec)}
	for i, n := range []int{0, 1, 5, 60, 400, 5000, 3} {
		rows := map[string]row{}
		for k := range n {
			rows[fmt.Sprint("r", (i*4001+k)%9500)] = row{"city": text(fmt.Sprint("city ", (i+k*3)%7000)), "n": number(float64(k) / 7), "done": no, "when": null}
		}
		s.put(t, rows)
		live.pull(t)
		require.Equal(t, shown(Run(spec, s.source())), live.rows)
		check(t, live.view)
	}
}

// What a live aggregate remembers goes with the rows that match, not with those there are.
func TestMemoryGoesWithTheRowsThatMatch(t *testing.T) {
	s := newStore()
	const all = 20_000
	rows := map[string]row{}
	for i := range all {
		rows[fmt.Sprint("r", i)] = row{"n": number(float64(i)), "done": no}
	}
	s.put(t, rows)
	spec := parse(t, object("filter", object("done", yes), "metrics", object("n", text("count"), "sum", object("sum", text("n")),
		"avg", object("avg", text("price")), "given", object("count", text("city")), "most", object("max", text("n")))))
	live := &follower{view: NewSet(s.source()).Open(spec)}
	for _, step := range []struct {
		rows int
		done value.Value
		most int // bytes
	}{{0, yes, 1000}, {1, yes, 2000}, {1, no, 2000}, {60, yes, 6000}, {1000, yes, 80_000}, {3000, yes, 240_000}, {9000, yes, 700_000},
		{all, yes, 900_000}, {all - 5000, no, 900_000}, {all - 1000, no, 80_000}, {all - 100, no, 20_000}, {all, no, 4000}} {
		// In batches that are worked in row by row.
		for from := 0; from < step.rows; from += 1000 {
			rows := map[string]row{}
			for i := from; i < min(from+1000, step.rows); i++ {
				id := fmt.Sprint("r", i*7%all)
				rows[id] = row{"n": number(float64(i)), "price": number(float64(i) / 3), "done": step.done, "city": text("Oslo")}
			}
			s.put(t, rows)
			live.pull(t)
		}
		live.pull(t)
		check(t, live.view)
		require.Equal(t, shown(Run(spec, s.source())), live.rows)
		require.LessOrEqual(t, live.view.Bytes(), step.most, "%d %v", step.rows, live.view.memory.rows)
	}
}
