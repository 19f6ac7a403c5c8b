package view_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
)

// world is a table under random writes, with views that are opened, pulled and closed at random moments.
type world struct {
	rt     *rapid.T
	source query.Source // of the views
	plain  query.Source // without indexes, to compare with
	set    *view.Set
	views  []*follower
	opened int
	ids    int
	seed   uint64
	late   bool // fields that are defined late have been
}

func newWorld(rt *rapid.T) *world {
	w := &world{rt: rt, plain: query.Source{Table: table.New()}, ids: rapid.SampledFrom([]int{8, 20, 60, 60, 400, 400, 3000, 6000}).Draw(rt, "ids")}
	w.source = w.plain
	for _, name := range names("before ", 0, rapid.SampledFrom([]int{0, 0, 58, 61, 70}).Draw(rt, "fields before")) {
		w.plain.Table.Field(name) // so that later ones share a bit of the log
	}
	if rapid.IntRange(0, 2).Draw(rt, "indexes") == 0 {
		w.source.Indexes = index.NewSet(w.plain.Table, []schema.Index{
			{Field: "wide", Type: schema.NumberIndex}, {Field: "group", Type: schema.StringIndex}, {Field: "title", Type: schema.TextIndex},
			{Field: "title", Type: schema.SubstringIndex}, {Field: "tree.a", Type: schema.NumberIndex},
		})
	}
	w.set = view.NewSet(w.source)
	w.seed = rapid.Uint64().Draw(rt, "seed")
	return w
}

// random gives a number below n, far more cheaply than a draw of rapid's.
func (w *world) random(n int) int {
	w.seed = w.seed*6364136223846793005 + 1442695040888963407
	return int(w.seed>>33) % n
}

func (w *world) cell(field string) value.Value {
	if w.random(12) == 0 {
		return []value.Value{{}, {Tag: value.Undefined}, of(nil), of("x"), of(math.NaN()), of(-1)}[w.random(6)]
	}
	switch field {
	case "n":
		return of(w.random(20))
	case "wide":
		return of(float64(w.random(1 << 30)))
	case "group":
		return of([]string{"a", "b", "c", "d", "e"}[w.random(5)])
	case "flag":
		return of(w.random(2) == 0)
	case "title":
		return of([]string{"buy", "the", "milk"}[w.random(3)] + " " + []string{"and", "or", "milk"}[w.random(3)])
	case "tree":
		return of(obj{"a": w.random(4), "b": obj{"c": w.random(3)}})
	}
	return of(w.random(3)) // late
}

var fields = []string{"n", "wide", "group", "flag", "title", "tree"}

// change writes a random changeset.
func (w *world) change() {
	rt, t := w.rt, w.source.Table
	rows := rapid.SampledFrom([]int{1, 1, 1, 2, 7, 40, 300, 5000}).Draw(rt, "rows")
	ids := make([]string, min(rows, w.ids))
	from, step := w.random(w.ids), 1
	if w.random(2) == 0 {
		step = 7
	}
	for i := range ids {
		ids[i] = names("r", (from+i*step)%w.ids, 1)[0]
	}
	switch rapid.IntRange(0, 9).Draw(rt, "write") {
	case 0, 1:
		drop(t, ids)
	case 2:
		drop(t, ids)
		write(t, ids[:(len(ids)+1)/2], fields, func(_ int, f string) value.Value { return w.cell(f) })
	case 3:
		if w.random(4) == 0 {
			drop(t, names("r", 0, w.ids))
		}
	case 4:
		w.late = true
		write(t, ids, []string{"late", "n"}, func(_ int, f string) value.Value { return w.cell(f) })
	case 5, 6, 7:
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(fields), 1, 3, rapid.ID).Draw(rt, "fields")
		write(t, ids, some, func(_ int, f string) value.Value { return w.cell(f) })
	default:
		write(t, ids, fields, func(_ int, f string) value.Value { return w.cell(f) })
	}
}

func drawFilter(rt *rapid.T) any {
	return rapid.SampledFrom([]any{
		obj{}, obj{"flag": true}, obj{"group": "a"}, obj{"group": "b"}, obj{"group": "c", "n": obj{"gte": 5}}, obj{"group": obj{"in": list{"a", "d"}}},
		obj{"group": nil}, obj{"n": obj{"gt": 3, "lte": 12}}, obj{"n": 7}, obj{"n": obj{"in": list{1, 2, 3, nil}}}, obj{"wide": obj{"lt": 1e8}},
		obj{"op": "or", "args": list{obj{"group": "e"}, obj{"group": "d"}}}, obj{"op": "not", "arg": obj{"flag": false}},
		obj{"tree.a": 1}, obj{"tree.b.c": obj{"ne": 2}}, obj{"late": 1}, obj{"late": nil}, obj{"late": obj{"exists": true}},
		obj{"id": obj{"in": list{"r1", "r2", "r3", "r5"}}}, obj{"title": obj{"contains": "milk"}}, obj{"version": obj{"gt": 2}},
		obj{"op": "and", "args": list{obj{"flag": true}, obj{"op": "or", "args": list{obj{"n": 1}, obj{"wide": obj{"gt": 5e8}}}}}},
		obj{"op": "in", "field": "group", "values": list{}}, obj{"title": obj{"text": obj{"query": "buy milk"}}},
		obj{"flag": true, "title": obj{"text": obj{"query": "milc", "mode": "fuzzy"}}},
	}).Draw(rt, "filter")
}

func drawSort(rt *rapid.T) list {
	return rapid.SampledFrom([]list{
		{}, {obj{"field": "n"}}, {obj{"field": "n", "dir": "desc"}}, {obj{"field": "wide"}}, {obj{"field": "group"}, obj{"field": "wide", "dir": "desc"}},
		{obj{"field": "title"}}, {obj{"field": "late"}, obj{"field": "n"}}, {obj{"field": "tree.a", "dir": "desc"}}, {obj{"field": "id", "dir": "desc"}},
		{obj{"field": "version", "dir": "desc"}}, {obj{"field": "tree"}},
		{obj{"field": "$score", "dir": "desc"}}, {obj{"field": "$score", "dir": "desc"}, obj{"field": "n"}}, {obj{"field": "group"}, obj{"field": "$score"}},
	}).Draw(rt, "sort")
}

// drawQuery draws a query, of which pages with cursors have them from rows that are, or were, there.
func (w *world) drawQuery() obj {
	rt := w.rt
	q := obj{"filter": drawFilter(rt)}
	if sort := drawSort(rt); len(sort) > 0 {
		q["sort"] = sort
	}
	sizes := rapid.SampledFrom([]int{0, 1, 2, 5, 50, 1000})
	switch rapid.IntRange(0, 5).Draw(rt, "part") {
	case 0:
		q["limit"] = sizes.Draw(rt, "limit")
	case 1:
		q["limit"], q["offset"] = sizes.Draw(rt, "limit"), sizes.Draw(rt, "offset")
	case 2:
		q["offset"] = sizes.Draw(rt, "offset")
	case 3:
		q["page"] = obj{"mode": "offset", "limit": sizes.Draw(rt, "limit"), "offset": sizes.Draw(rt, "offset"), "includeTotal": true}
	case 4:
		page := obj{"mode": "cursor", "limit": sizes.Draw(rt, "limit")}
		w.addCursor(page, q)
		q["page"] = page
	}
	return q
}

func (w *world) addCursor(page, q obj) {
	from := obj{"mode": "offset", "limit": 1, "offset": rapid.IntRange(0, 60).Draw(w.rt, "cursor")}
	whole := obj{"page": from}
	if q["sort"] != nil {
		whole["sort"] = q["sort"]
	}
	_, info, err := parse(w.rt, whole).Run(w.source, nil)
	require.Nil(w.rt, err)
	if info.Start != nil {
		page[rapid.SampledFrom([]string{"after", "before"}).Draw(w.rt, "side")] = string(info.Start)
	}
}

func (w *world) open() {
	if rapid.IntRange(0, 4).Draw(w.rt, "count") == 0 {
		w.openOne(true, obj{"filter": drawFilter(w.rt)})
	} else {
		w.openOne(false, w.drawQuery())
	}
}

func (w *world) openOne(count bool, what obj) {
	f := &follower{number: w.opened, count: count, what: what, query: parse(w.rt, what)}
	w.opened++
	if count {
		f.view = w.set.OpenCount(f.query)
	} else {
		f.view = w.set.OpenRows(f.query)
	}
	w.views = append(w.views, f)
}

// crowd opens so many views of values of one field that they are routed.
func (w *world) crowd() {
	values := map[string]list{
		"group": {"a", "b", "c", nil, list{"a", "d"}, list{"e", "b", "c"}, "none"}, "n": {1, 2, 3, -1, nil, list{4, 5, 6, 7, 8}, list{1, "x"}, math.NaN()},
		"tree.a": {0, 1, 2, nil, list{1, 3}}, "late": {0, 1, nil, list{1, nil}}, "id": {"r1", "r2", list{"r3", "r4", "r5"}},
	}
	field := rapid.SampledFrom([]string{"group", "n", "tree.a", "late", "id"}).Draw(w.rt, "field")
	for range rapid.IntRange(6, 14).Draw(w.rt, "crowd") {
		operand := values[field][w.random(len(values[field]))]
		if in, ok := operand.(list); ok {
			operand = obj{"in": in}
		}
		filter := obj{field: operand}
		if w.random(3) == 0 {
			filter["wide"] = obj{"lt": 5e8}
		}
		w.openOne(w.random(4) == 0, obj{"filter": filter})
	}
}

// sync syncs, and checks that views that are not marked have nothing to pull.
func (w *world) sync() {
	w.set.Sync()
	require.NoError(w.rt, w.set.Check())
	marked := map[*view.View]bool{}
	last := -1
	w.set.Dirty(func(v *view.View) {
		marked[v] = true
		for _, f := range w.views {
			if f.view == v {
				require.Greater(w.rt, f.number, last, "views are visited in order of opening")
				last = f.number
				if w.random(3) == 0 {
					f.pull(w.rt, w.plain)
				}
			}
		}
	})
	for _, f := range w.views {
		if !marked[f.view] {
			f.pull(w.rt, w.plain)
			require.False(w.rt, f.delta.Changed, "%v", f.what)
		}
	}
}

// The law of live views: whatever is written, and whenever views are looked at, each tells what a fresh run of its query
// gives, and how it came to be.
func TestViewsEqualFreshRuns(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		if rapid.Bool().Draw(rt, "filled") {
			write(w.source.Table, names("r", 0, w.ids), fields, func(_ int, f string) value.Value { return w.cell(f) })
		}
		for range rapid.IntRange(0, 14).Draw(rt, "views") {
			w.open()
		}
		if rapid.Bool().Draw(rt, "crowded") {
			w.crowd()
		}
		for range rapid.IntRange(1, 14).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0:
				w.open()
			case 1:
				if n := len(w.views); n > 0 {
					i := rapid.IntRange(0, n-1).Draw(rt, "close")
					w.views[i].view.Close()
					w.views[i].view.Close()
					w.views = append(w.views[:i], w.views[i+1:]...)
				}
			case 2:
				w.sync()
			default:
				w.change()
			}
			for _, f := range w.views {
				if w.random(3) > 0 {
					f.pull(rt, w.plain)
					require.NoError(rt, w.set.Check())
				}
			}
		}
		w.sync()
		for _, f := range w.views {
			f.pull(rt, w.plain)
			f.pull(rt, w.plain)
			require.False(rt, f.delta.Changed)
		}
		require.NoError(rt, w.set.Check())
		for _, f := range w.views {
			f.view.Close()
		}
		require.NoError(rt, w.set.Check())
		require.Zero(rt, w.set.Len())
	})
}
