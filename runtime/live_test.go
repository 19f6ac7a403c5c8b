package runtime_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// related is a schema in which each todo has a list, by its title.
func related() value.Value {
	relation := object("type", text("belongsTo"), "to", text("List"), "foreignKey", text("title"))
	return object("Todo", object("relations", object("list", relation)), "List", object())
}

func openRelated(t require.TestingT) *runtime.Client {
	c, err := runtime.New().OpenClient("a", related())
	require.Nil(t, err)
	return c
}

func encoded(v value.Value) []byte { return value.AppendPayload(nil, v) }

// kept is what a caller keeps of a view: the window that its changes lead to, and the trees of it.
type kept struct {
	view  *runtime.View
	query []byte
	slots []uint32
	trees [][]uint32
}

// apply takes over a change, as js/live/delta.ts does. A tree of the queries here is at most two words.
func (k *kept) apply(c *runtime.Change) {
	d := &c.Rows
	switch {
	case d.Reset:
		k.slots = append([]uint32(nil), d.Slots...)
		k.trees = make([][]uint32, len(k.slots))
	case d.Changed:
		for i := len(d.Removed) - 1; i >= 0; i-- {
			at := d.Removed[i]
			k.slots = append(k.slots[:at], k.slots[at+1:]...)
			k.trees = append(k.trees[:at], k.trees[at+1:]...)
		}
		for i, at := range d.Inserted {
			k.slots = append(k.slots[:at], append([]uint32{d.InsertedSlots[i]}, k.slots[at:]...)...)
			k.trees = append(k.trees[:at], append([][]uint32{nil}, k.trees[at:]...)...)
		}
	}
	stream := c.Trees.Stream
	for _, at := range c.Trees.Positions {
		n := 1
		if stream[0]&0xff != 0 {
			n = 2
		}
		k.trees[at], stream = append([]uint32(nil), stream[:n]...), stream[n:]
	}
}

func TestViewsWithIncludesEqualQueries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := openRelated(t)
		defer c.Close()
		todos, lists := c.OpenStore("Todo"), c.OpenStore("List")
		views := []*kept{}
		for _, q := range []value.Value{
			object(),
			object("include", object("list", value.Value{Tag: value.True})),
			object("sort", value.Value{Tag: value.Array, Items: []value.Value{object("field", text("title"))}}, "limit", number(3),
				"include", object("list", object("filter", object("title", object("ne", text("b")))))),
		} {
			v, err := todos.OpenRows(encoded(q))
			require.Nil(t, err)
			views = append(views, &kept{view: v, query: encoded(q)})
		}
		var res table.Results
		var change runtime.Change
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			store := rapid.SampledFrom([]*runtime.Store{todos, lists}).Draw(t, "store")
			id := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "id")
			if rapid.Bool().Draw(t, "delete") {
				require.Nil(t, store.Delete(ids(store, id), &res))
			} else {
				title := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "title")
				require.Nil(t, store.Upsert(rows(store, id, title), true, false, &res))
			}
			visited := map[*runtime.View]bool{}
			c.Sync(func(v *runtime.View) {
				require.False(t, visited[v], "visited twice")
				visited[v] = true
			})
			for _, k := range views {
				require.Nil(t, k.view.Pull(&change))
				if change.Rows.Changed || len(change.Trees.Positions) > 0 {
					require.True(t, visited[k.view], "a view that had something to pull was not visited")
				}
				k.apply(&change)
				var fresh runtime.Answer
				require.Nil(t, todos.Query(k.query, &fresh))
				require.Equal(t, append([]uint32{}, fresh.Slots...), append([]uint32{}, k.slots...))
				if k.view.Shape.Tag == value.Object {
					require.Equal(t, append([]uint32{}, fresh.Tree...), flat(k.trees))
				}
			}
			c.Sync(func(*runtime.View) { require.Fail(t, "nothing is left to pull") })
		}
	})
}

func flat(trees [][]uint32) []uint32 {
	all := []uint32{}
	for _, tree := range trees {
		all = append(all, tree...)
	}
	return all
}

func number(n float64) value.Value { return value.Value{Tag: value.Number, Num: n} }

func TestCountsAndGroupsAreLive(t *testing.T) {
	c := openRelated(t)
	defer c.Close()
	s := c.OpenStore("Todo")
	count, err := s.OpenCount(encoded(object("filter", object("title", text("x")))))
	require.Nil(t, err)
	spec := encoded(object("groupBy", value.Value{Tag: value.Array, Items: []value.Value{text("title")}}, "metrics", object("n", text("count"))))
	groups, err := s.OpenGroups(spec)
	require.Nil(t, err)
	require.Equal(t, runtime.CountView, count.Kind())
	require.Equal(t, runtime.GroupsView, groups.Kind())

	var res table.Results
	var change runtime.Change
	require.Nil(t, count.Pull(&change))
	require.Zero(t, change.Rows.Count)
	require.Nil(t, groups.Pull(&change))
	require.Nil(t, s.Add(rows(s, "1", "x", "2", "y", "3", "x"), &res))
	visited := 0
	c.Sync(func(*runtime.View) { visited++ })
	require.Equal(t, 2, visited)
	require.Nil(t, count.Pull(&change))
	require.Equal(t, 2, change.Rows.Count)
	require.Nil(t, groups.Pull(&change))
	require.Equal(t, 2, change.Groups.Len)
	fresh, err := s.Aggregate(spec)
	require.Nil(t, err)
	require.Len(t, fresh, 2)

	groups.Close()
	groups.Close()
	require.Nil(t, s.Delete(ids(s, "1"), &res))
	visited = 0
	c.Sync(func(v *runtime.View) {
		require.Same(t, count, v)
		visited++
	})
	require.Equal(t, 1, visited)
	failed := groups.Pull(&change)
	require.NotNil(t, failed)
	require.Equal(t, fault.Disposed, failed.Code)
}

func TestClosingAClientEndsItsViews(t *testing.T) {
	c := openRelated(t)
	s := c.OpenStore("Todo")
	v, err := s.OpenRows(encoded(object("include", object("list", value.Value{Tag: value.True}))))
	require.Nil(t, err)
	c.Close()
	var change runtime.Change
	failed := v.Pull(&change)
	require.NotNil(t, failed)
	require.Equal(t, fault.Disposed, failed.Code)
	v.Close()
}

func TestErrorsNameTheStore(t *testing.T) {
	c := openRelated(t)
	defer c.Close()
	s := c.OpenStore("Todo")
	bad := encoded(object("include", object("nobody", value.Value{Tag: value.True})))
	_, rowsErr := s.OpenRows(bad)
	_, explained := s.Explain(bad)
	_, grouped := s.Aggregate(encoded(object("metrics", text("x"))))
	for i, err := range []*fault.Error{rowsErr, explained, grouped, s.Query(bad, &runtime.Answer{})} {
		require.NotNil(t, err, i)
		require.Equal(t, fault.InvalidQuery, err.Code, i)
		require.Equal(t, "Todo", err.Store, i)
		require.NotEmpty(t, err.Path, i)
	}
}

func TestIndexStatistics(t *testing.T) {
	c, err := runtime.New().OpenClient("a", object("Todo", object("indexes", value.Value{Tag: value.Array, Items: []value.Value{
		object("field", text("title"), "type", text("string")),
	}})))
	require.Nil(t, err)
	defer c.Close()
	s := c.OpenStore("Todo")
	var res table.Results
	for i := range 10 {
		require.Nil(t, s.Add(rows(s, fmt.Sprint(i), fmt.Sprint(i%3)), &res))
	}
	stats := s.Stats().Indexes
	require.Len(t, stats, 1)
	require.Equal(t, "title", stats[0].Field)
	require.Equal(t, []int{10, 3}, []int{stats[0].Documents, stats[0].Distinct})
}

func TestHighlightGivesRangesOfBytes(t *testing.T) {
	found, err := runtime.Highlight(encoded(object("text", text("Öl and oil, OIL"), "query", text("oil"))), nil)
	require.Nil(t, err)
	require.Equal(t, []uint32{8, 11, 13, 16}, found)
	_, err = runtime.Highlight([]byte{9, 9}, nil)
	require.NotNil(t, err)
}
