package relation_test

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/relation"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
)

// follower is what the other side has of a live query: the window, and the tree of each row.
type follower struct {
	world  *world
	store  string
	wanted value.Value
	query  *query.Query
	live   *relation.Live
	window []held
	trees  relation.Trees
}

// held is a row of a window as it was at the last pull.
type held struct {
	slot uint32
	what string // id and version
	tree string
}

func newFollower(t *rapid.T, w *world, store string, wanted value.Value) *follower {
	f := &follower{world: w, store: store, wanted: wanted}
	f.query = w.parse(t, f.store, f.wanted)
	f.live = relation.NewLive(w, f.store, f.query)
	return f
}

// genWindow draws rows of the store in any order: the view's query is of no concern here.
func (f *follower) genWindow(t *rapid.T) []uint32 {
	slots := f.world.table(f.store).Slots(nil)
	if len(slots) == 0 {
		return slots
	}
	if len(f.window) > 0 && rapid.Bool().Draw(t, "keep window") {
		kept := []uint32{}
		for _, h := range f.window {
			if f.world.table(f.store).Live(h.slot) {
				kept = append(kept, h.slot)
			}
		}
		return kept
	}
	return rapid.Permutation(slots).Draw(t, "order")[:rapid.IntRange(0, len(slots)).Draw(t, "size")]
}

// delta gives the difference between the window as it is and another.
func (f *follower) delta(t *rapid.T, slots []uint32) *view.Delta {
	d := &view.Delta{Len: len(slots), Changed: true}
	if f.window == nil || rapid.IntRange(0, 9).Draw(t, "reset") == 0 {
		d.Reset, d.Slots = true, slots
		return d
	}
	// Rows that stay, in an order that both have: greedily, not the most.
	kept := []uint32{}
	at := 0
	for i, h := range f.window {
		if k := slices.Index(slots[at:], h.slot); k >= 0 && rapid.IntRange(0, 7).Draw(t, "let go") > 0 {
			at += k + 1
			kept = append(kept, h.slot)
		} else {
			d.Removed = append(d.Removed, uint32(i))
		}
	}
	for i, slot := range slots {
		what := describe(f.world.table(f.store), slot)
		if len(kept) == 0 || kept[0] != slot {
			d.Inserted, d.InsertedSlots = append(d.Inserted, uint32(i)), append(d.InsertedSlots, slot)
			continue
		}
		kept = kept[1:]
		if k := slices.IndexFunc(f.window, func(h held) bool { return h.slot == slot }); f.window[k].what != what {
			d.Replaced, d.ReplacedSlots = append(d.Replaced, uint32(i)), append(d.ReplacedSlots, slot)
		}
	}
	require.Empty(t, kept)
	d.Changed = len(d.Removed)+len(d.Inserted)+len(d.Replaced) > 0
	return d
}

// pull has the live trees go on to a window, and checks what they say of it.
func (f *follower) pull(t *rapid.T, d *view.Delta, slots []uint32) {
	before := map[uint32]held{}
	for _, h := range f.window {
		before[h.slot] = h
	}
	f.live.Update(d, &f.trees)
	require.False(t, f.live.Stale())
	require.NoError(t, f.live.Check())
	require.True(t, slices.IsSorted(f.trees.Positions))
	require.Equal(t, len(slices.Compact(slices.Clone(f.trees.Positions))), len(f.trees.Positions))
	for _, p := range slices.Concat(d.Inserted, d.Replaced) {
		require.Contains(t, f.trees.Positions, p)
	}

	r := f.world.read(f.query, f.trees.Stream)
	told := map[int]string{}
	for _, p := range f.trees.Positions {
		told[int(p)] = r.tree(f.query)
	}
	require.Empty(t, r.stream)
	fresh := f.world.read(f.query, relation.Attach(f.world, f.store, f.query, slots, nil))
	f.window = make([]held, len(slots))
	for i, slot := range slots {
		h := held{slot, describe(f.world.table(f.store), slot), fresh.tree(f.query)}
		if tree, ok := told[i]; ok {
			require.Equal(t, h.tree, tree)
		} else {
			require.Equal(t, before[slot], h, "a parent that is not named is as it was, and so are the rows of its tree")
		}
		f.window[i] = h
	}
}

// change writes something somewhere.
func (w *world) change(t *rapid.T) {
	store := genStore(t)
	switch rapid.IntRange(0, 11).Draw(t, "change") {
	case 0, 1, 2:
		w.remove(t, store, w.genID(t, store))
	case 3: // its slot goes to another row
		ids := []string{w.genID(t, store)}
		w.remove(t, store, ids...)
		w.put(t, store, w.genRow(t, store))
	case 4:
		for range 3 {
			w.put(t, store, w.genRow(t, store))
		}
	case 5:
		if rapid.IntRange(0, 2).Draw(t, "flood") == 0 { // more than the log keeps
			for i := range 1100 {
				w.put(t, store, row{"id": text(store + "0"), "flood": number(float64(i))})
			}
		}
		w.put(t, store, w.genRow(t, store))
	default:
		w.put(t, store, w.genRow(t, store))
	}
}

func TestLiveTreesAreWhatAttachGives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSchema(t)
		w := genWorld(t, s)
		store := genStore(t)
		f := newFollower(t, w, store, genQuery(t, s, []string{store}, 3))
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				w.change(t)
			}
			slots := f.genWindow(t)
			f.pull(t, f.delta(t, slots), slots)
		}
		f.live.Close()
		f.live.Close()
	})
}

// Few parents with many rows each, of which many change at once.
func TestLongListsFollowTheirRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, object(
			"a", object("relations", object(
				"bs", object("type", text("hasMany"), "to", text("b"), "foreignKey", text("r")))),
			"b", object("relations", object(
				"twins", object("type", text("hasMany"), "to", text("b"), "foreignKey", text("n"), "primaryKey", text("n"))))))
		w.ids = 40
		for i := range 3 {
			w.put(t, "a", row{"id": text("a" + strconv.Itoa(i))})
		}
		write := func() {
			w.put(t, "b", row{
				"id": text(w.genID(t, "b")),
				"r":  text("a" + strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "parent"))),
				"n":  number(float64(rapid.IntRange(0, 9).Draw(t, "n"))),
				"s":  text(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "s")),
			})
		}
		for range rapid.IntRange(0, 40).Draw(t, "rows") {
			write()
		}
		wanted := genQuery(t, value.Value{}, nil, 0)
		if rapid.Bool().Draw(t, "nested") {
			wanted = object("limit", number(float64(rapid.IntRange(1, 12).Draw(t, "first"))),
				"sort", genSort(t), "include", object("twins", wanted))
		}
		f := newFollower(t, w, "a", object("include", object("bs", wanted)))
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			for range rapid.IntRange(0, 12).Draw(t, "changes") {
				if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
					w.remove(t, "b", w.genID(t, "b"))
				} else {
					write()
				}
			}
			slots := f.genWindow(t)
			f.pull(t, f.delta(t, slots), slots)
		}
	})
}

// Views and includes together: what a client holds is what it would be told afresh.
func TestWindowsOfViewsAndTheirTreesFollowEveryStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSchema(t)
		w := genWorld(t, s)
		store := genStore(t)
		f := newFollower(t, w, store, genQuery(t, s, []string{store}, 2))
		views := view.NewSet(w.Source(store))
		v := views.OpenRows(f.query)
		var d view.Delta
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				w.change(t)
			}
			v.Pull(&d)
			slots, _, err := f.query.Run(w.Source(store), nil)
			require.Nil(t, err)
			f.pull(t, &d, slots)
		}
		v.Close()
		f.live.Close()
	})
}

// Of two keys with the same hash, each finds its own rows only.
func TestKeysOfOneHashAreToldApart(t *testing.T) {
	ids := map[uint32]string{}
	first, second := "", ""
	for i := 0; first == ""; i++ {
		id := "p" + strconv.Itoa(i)
		h := fnv.New32a()
		h.Write(value.AppendKey(nil, value.String, []byte(id)))
		if other, ok := ids[h.Sum32()]; ok {
			first, second = other, id
		}
		ids[h.Sum32()] = id
	}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, object(
			"a", object("relations", object(
				"bs", object("type", text("hasMany"), "to", text("b"), "foreignKey", text("r")))),
			"b", object()))
		w.put(t, "a", row{"id": text(first)}, row{"id": text(second)})
		f := newFollower(t, w, "a", object("include", object("bs", yes)))
		for i := range rapid.IntRange(1, 8).Draw(t, "steps") {
			w.put(t, "b", row{
				"id": text("b" + strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "id"))),
				"r":  text(rapid.SampledFrom([]string{first, second}).Draw(t, "r")),
			})
			d := &view.Delta{Changed: i == 0, Reset: i == 0, Slots: []uint32{0, 1}}
			f.pull(t, d, []uint32{0, 1})
		}
	})
}

func TestStaleIsAboutRelatedStoresOnly(t *testing.T) {
	w := newWorld(t, object(
		"a", object("relations", object("bs", object("type", text("hasMany"), "to", text("b"), "foreignKey", text("r")))),
		"b", object(), "c", object()))
	q := w.parse(t, "a", object("include", object("bs", yes)))
	live := relation.NewLive(w, "a", q)
	require.False(t, live.Stale())
	w.put(t, "a", row{"id": text("a1")})
	w.put(t, "c", row{"id": text("c1")})
	require.False(t, live.Stale())
	w.put(t, "b", row{"id": text("b1"), "r": text("a1")})
	require.True(t, live.Stale())
	var trees relation.Trees
	live.Update(&view.Delta{Changed: true, Reset: true, Slots: []uint32{0}}, &trees)
	require.False(t, live.Stale())
	require.Equal(t, relation.Trees{Positions: []uint32{0}, Stream: []uint32{relation.KindMany, 1, 0}}, trees)
	w.put(t, "b", row{"id": text("b2"), "r": text("else")})
	live.Update(&view.Delta{}, &trees)
	require.Empty(t, trees.Positions)
	live.Close()
	require.False(t, live.Stale())
}

func TestShapeSaysHowToReadATree(t *testing.T) {
	w := newWorld(t, object(
		"a", object("relations", object(
			"bs", object("type", text("hasMany"), "to", text("b"), "foreignKey", text("r")),
			"up", object("type", text("belongsTo"), "to", text("a"), "foreignKey", text("r")))),
		"b", object()))
	q := w.parse(t, "a", object("include", object("up", object("include", object("bs", yes)))))
	require.Equal(t, []string{"a", "b"}, relation.Targets(q))
	words := string(value.AppendPayload(nil, relation.Shape(q)))
	require.Less(t, strings.Index(words, "up"), strings.Index(words, "bs"))
}

// Which variant a row has may hang on its id alone, which never changes: but its slot may have another row.
func TestASlotThatIsUsedAgainHasTheVariantOfItsNewRow(t *testing.T) {
	one := object("type", text("hasMany"), "to", text("a"), "foreignKey", text("r"), "primaryKey", text("never"))
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, object("a", object("relations", object("v",
			object("type", text("variants"), "branches", list(object("when", object("id", text("first")), "relation", one)))))))
		w.put(t, "a", row{"id": text("first")})
		f := newFollower(t, w, "a", object("include", object("v", yes)))
		slots := w.table("a").Slots(nil)
		f.pull(t, f.delta(t, slots), slots)
		w.remove(t, "a", "first")
		w.put(t, "a", row{"id": text("second")})
		slots = w.table("a").Slots(nil)
		f.pull(t, f.delta(t, slots), slots)
		f.live.Close()
	})
}
