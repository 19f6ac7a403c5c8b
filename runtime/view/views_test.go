package view_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
)

// numbered writes rows a0, a1, … with the numbers n.
func numbered(t *table.Table, numbers ...int) {
	write(t, names("a", 0, len(numbers)), []string{"n"}, func(i int, _ string) value.Value { return of(numbers[i]) })
}

func set(t *table.Table, id, field string, v any) {
	write(t, []string{id}, []string{field}, func(int, string) value.Value { return of(v) })
}

func openByNumber(t *testing.T, tb *table.Table, q obj) (*view.Set, *view.View) {
	s := view.NewSet(query.Source{Table: tb})
	q["sort"] = list{obj{"field": "n"}}
	v := s.OpenRows(parse(t, q))
	var d view.Delta
	v.Pull(&d)
	require.True(t, d.Reset && d.Changed)
	v.Pull(&d)
	require.False(t, d.Changed)
	return s, v
}

func TestWhatOneChangeTells(t *testing.T) {
	for _, c := range []struct {
		name              string
		query             obj
		change            func(tb *table.Table)
		removed, inserted []uint32
		replaced          []uint32
	}{
		{"a row moves", obj{}, func(tb *table.Table) { set(tb, "a1", "n", 35) }, []uint32{1}, []uint32{2}, nil},
		{"a row keeps its place", obj{}, func(tb *table.Table) { set(tb, "a1", "n", 25) }, nil, nil, []uint32{1}},
		{"another field", obj{}, func(tb *table.Table) { set(tb, "a1", "other", 1) }, nil, nil, []uint32{1}},
		{"a row goes", obj{}, func(tb *table.Table) { drop(tb, []string{"a1"}) }, []uint32{1}, nil, nil},
		{"a row comes", obj{}, func(tb *table.Table) { set(tb, "b", "n", 5) }, nil, []uint32{0}, nil},
		{"a row is another", obj{}, func(tb *table.Table) {
			drop(tb, []string{"a1"})
			set(tb, "b", "n", 20)
		}, []uint32{1}, []uint32{1}, nil},
		{"a row is deleted and added", obj{}, func(tb *table.Table) {
			drop(tb, []string{"a1"})
			set(tb, "a1", "n", 20)
		}, []uint32{1}, []uint32{1}, nil},
		{"two rows change places", obj{}, func(tb *table.Table) { numbered(tb, 20, 10) }, []uint32{1}, []uint32{0}, []uint32{1}},
		{"one enters a window", obj{"limit": 2}, func(tb *table.Table) { set(tb, "a3", "n", 15) }, []uint32{1}, []uint32{1}, nil},
		{"one leaves a window", obj{"limit": 2}, func(tb *table.Table) { drop(tb, []string{"a0"}) }, []uint32{0}, []uint32{1}, nil},
		{"one passes behind a window", obj{"limit": 1}, func(tb *table.Table) { set(tb, "a1", "n", 50) }, nil, nil, nil},
		{"one passes before a window", obj{"offset": 2}, func(tb *table.Table) { set(tb, "a0", "n", 25) }, nil, nil, nil},
		{"one passes a window", obj{"offset": 1, "limit": 2}, func(tb *table.Table) { set(tb, "a0", "n", 50) }, []uint32{0}, []uint32{1}, nil},
		{"one leaves the filter", obj{"filter": obj{"n": obj{"lt": 100}}}, func(tb *table.Table) { set(tb, "a3", "n", 100) }, []uint32{3}, nil, nil},
		{"one is written as it was", obj{}, func(tb *table.Table) { set(tb, "a1", "n", 20) }, nil, nil, nil},
		{"one goes and comes back", obj{}, func(tb *table.Table) {
			set(tb, "a1", "n", 100)
			set(tb, "a1", "n", 20)
		}, nil, nil, []uint32{1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tb := table.New()
			numbered(tb, 10, 20, 30, 40)
			s, v := openByNumber(t, tb, c.query)
			c.change(tb)
			var d view.Delta
			v.Pull(&d)
			require.False(t, d.Reset)
			require.ElementsMatch(t, c.removed, d.Removed)
			require.ElementsMatch(t, c.inserted, d.Inserted)
			require.ElementsMatch(t, c.replaced, d.Replaced)
			require.Equal(t, len(c.removed)+len(c.inserted)+len(c.replaced) > 0, d.Changed)
			require.NoError(t, s.Check())
		})
	}
}

// A page that stays the same may still be the last one no more.
func TestPagesTellWhatIsAroundThem(t *testing.T) {
	tb := table.New()
	numbered(tb, 10, 20)
	_, v := openByNumber(t, tb, obj{"page": obj{"mode": "offset", "limit": 2, "includeTotal": true}})
	set(tb, "b", "n", 100)
	var d view.Delta
	v.Pull(&d)
	require.True(t, d.Changed && d.Page.HasNext)
	require.Equal(t, 3, d.Page.Total)
	require.Empty(t, slices.Concat(d.Removed, d.Inserted, d.Replaced))
}

func TestCountsAreDirtyWhenTheyDiffer(t *testing.T) {
	tb := table.New()
	numbered(tb, 1, 2, 3)
	s := view.NewSet(query.Source{Table: tb})
	odd := s.OpenCount(parse(t, obj{"filter": obj{"n": obj{"in": list{1, 3, 5}}}}))
	all := s.OpenCount(parse(t, obj{}))
	dirty := func() (views []*view.View) {
		s.Sync()
		s.Dirty(func(v *view.View) { views = append(views, v) })
		return views
	}
	var d view.Delta
	require.Equal(t, []*view.View{odd, all}, dirty())
	odd.Pull(&d)
	require.True(t, d.Reset)
	require.Equal(t, 2, d.Count)
	all.Pull(&d)
	require.Equal(t, 3, d.Count)
	set(tb, "a0", "n", 2)
	require.Equal(t, []*view.View{odd}, dirty())
	set(tb, "a0", "n", 5)
	require.Empty(t, dirty())
	drop(tb, []string{"a0"})
	require.Equal(t, []*view.View{odd, all}, dirty())
	odd.Pull(&d)
	require.Equal(t, 1, d.Count)
	require.Equal(t, []*view.View{all}, dirty())
}

// Views of a value come and go, so that their field is routed, then has more groups than anybody asks for, then is not
// routed any more; each is right all the time.
func TestViewsOfValuesComeAndGo(t *testing.T) {
	source := query.Source{Table: table.New()}
	tb := source.Table
	group := func(i, step int) value.Value { return of("g" + strconv.Itoa((i*7+step)%200)) }
	write(tb, names("a", 0, 600), []string{"group", "n"}, func(i int, field string) value.Value {
		if field == "n" {
			return of(i % 3)
		}
		return group(i, 0)
	})
	s := view.NewSet(source)
	var open []*follower
	for step := range 400 {
		name := "g" + strconv.Itoa([]int{step % 200, step % 30}[step/3&1])
		f := &follower{count: step%5 == 0, what: obj{"filter": obj{"group": name, "n": obj{"gt": 0}}}}
		if step%7 == 0 {
			f.what = obj{"filter": obj{"group": obj{"in": list{name, "g7", nil}}}}
		}
		f.query = parse(t, f.what)
		if f.count {
			f.view = s.OpenCount(f.query)
		} else {
			f.view = s.OpenRows(f.query)
		}
		open = append(open, f)
		if step > 20 {
			open[0].view.Close()
			open = open[1:]
		}
		for i := range 3 {
			at := (step*31 + i*17) % 600
			set(tb, "a"+strconv.Itoa(at), "n", step%3)
			write(tb, names("a", at, 1), []string{"group"}, func(int, string) value.Value { return group(at, step) })
		}
		for i, f := range open {
			if (i+step)%3 == 0 || len(open) == i+1 {
				f.pull(t, source)
			}
		}
		require.NoError(t, s.Check())
	}
	for _, f := range open {
		f.pull(t, source)
		f.view.Close()
		require.NoError(t, s.Check())
	}
	require.Zero(t, s.Bytes())
}

// crowded opens a view of a group and so many of others that the field is routed; the view is pulled before the last of
// them is opened if rows that it has noted are to be there when that happens.
func crowded(t *testing.T, tb *table.Table, q obj, note func()) *follower {
	source := query.Source{Table: tb}
	s := view.NewSet(source)
	f := &follower{query: parse(t, q), what: q}
	f.view = s.OpenRows(f.query)
	f.pull(t, source)
	note()
	s.Sync()
	for i := range 10 {
		var d view.Delta
		s.OpenRows(parse(t, obj{"filter": obj{"group": "other" + strconv.Itoa(i)}})).Pull(&d)
	}
	return f
}

// A row whose group a view asks for, but that does not match for another reason, may do so later.
func TestRowsOfARoutedValueThatBeginToMatch(t *testing.T) {
	tb := table.New()
	set(tb, "a", "group", "g")
	set(tb, "a", "open", false)
	f := crowded(t, tb, obj{"filter": obj{"group": "g", "open": obj{"ne": false}}}, func() {})
	set(tb, "a", "open", true)
	f.pull(t, query.Source{Table: tb})
	require.Equal(t, 1, f.delta.Len)
	set(tb, "a", "group", "h")
	f.pull(t, query.Source{Table: tb})
	require.Equal(t, 0, f.delta.Len)
}

// A row that a view has noted when its field begins to be routed is told of afterwards, too.
func TestRowsThatAreNotedWhenRoutingBegins(t *testing.T) {
	tb := table.New()
	set(tb, "a", "group", "h")
	f := crowded(t, tb, obj{"filter": obj{"group": "g"}}, func() { set(tb, "a", "group", "g") })
	f.pull(t, query.Source{Table: tb})
	require.Equal(t, 1, f.delta.Len)
	set(tb, "a", "group", "h")
	f.pull(t, query.Source{Table: tb})
	require.Equal(t, 0, f.delta.Len)
}

// Slots start anew in a table that was emptied, and so do groups.
func TestRoutesOfATableThatWasEmptied(t *testing.T) {
	tb := table.New()
	ids := names("a", 0, 5000)
	fill := func(group string) {
		write(tb, ids, []string{"group", "open"}, func(_ int, field string) value.Value {
			return of(map[string]any{"group": group, "open": false}[field])
		})
	}
	fill("other1")
	f := crowded(t, tb, obj{"filter": obj{"group": "g", "open": obj{"ne": false}}}, func() {})
	drop(tb, ids)
	fill("g")
	f.pull(t, query.Source{Table: tb})
	require.Equal(t, 0, f.delta.Len)
	set(tb, "a2", "open", true)
	f.pull(t, query.Source{Table: tb})
	require.Equal(t, 1, f.delta.Len)
}

func TestAViewThatIsNotPulledIsBounded(t *testing.T) {
	source := query.Source{Table: table.New()}
	numbered(source.Table, make([]int, 3000)...)
	s := view.NewSet(source)
	f := &follower{query: parse(t, obj{"sort": list{obj{"field": "n"}}})}
	f.view = s.OpenRows(f.query)
	f.pull(t, source)
	for i := range 20000 {
		set(source.Table, "a"+strconv.Itoa(i%3000), "n", i)
		s.Sync()
	}
	require.Less(t, s.Bytes(), 200_000)
	f.pull(t, source)
	require.True(t, f.delta.Reset)
}

func TestDirtyViewsMayBePulledAndClosedWhenVisited(t *testing.T) {
	tb := table.New()
	numbered(tb, 1, 2)
	s := view.NewSet(query.Source{Table: tb})
	for range 200 {
		s.OpenRows(parse(t, obj{}))
	}
	visited := 0
	s.Dirty(func(v *view.View) {
		var d view.Delta
		v.Pull(&d)
		require.Equal(t, 2, d.Len)
		if visited++; visited != 100 {
			v.Close()
		}
	})
	require.Equal(t, 200, visited)
	require.Equal(t, 1, s.Len())
	require.NoError(t, s.Check())
	drop(tb, []string{"a0"})
	s.Sync()
	s.Dirty(func(v *view.View) { v.Close() })
	require.Zero(t, s.Bytes())
}

func TestFollowingEndsWithTheLastView(t *testing.T) {
	tb := table.New()
	numbered(tb, 1, 2)
	s, v := openByNumber(t, tb, obj{})
	v.Close()
	v.Close()
	require.Zero(t, s.Len())
	require.Zero(t, s.Bytes())
	s.Sync()
	s.Dirty(func(*view.View) { t.Fatal("there is none") })
	require.NoError(t, s.Check())
}
