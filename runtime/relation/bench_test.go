package relation_test

import (
	"strconv"
	"testing"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/relation"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
)

// bigWorld has 10,000 posts and 100,000 comments, ten of each post, of 1,000 people.
func bigWorld(b *testing.B) *world {
	w := newWorld(b, object(
		"post", object("relations", object(
			"comments", object("type", text("hasMany"), "to", text("comment"), "foreignKey", text("post")))),
		"comment", object("relations", object(
			"author", object("type", text("belongsTo"), "to", text("person"), "foreignKey", text("author")))),
		"person", object()))
	rows := func(store string, n int, make func(i int) row) {
		all := []row{}
		for i := range n {
			r := make(i)
			r["id"] = text(store + strconv.Itoa(i))
			all = append(all, r)
		}
		w.put(b, store, all...)
	}
	rows("post", 10000, func(i int) row { return row{"n": number(float64(i))} })
	rows("comment", 100000, func(i int) row {
		return row{
			"post":   text("post" + strconv.Itoa(i*7919%10000)),
			"author": text("person" + strconv.Itoa(i*31%1000)),
			"n":      number(float64(i * 7907 % 100000)),
		}
	})
	rows("person", 1000, func(i int) row { return row{"n": number(float64(i))} })
	return w
}

var byNumber = list(object("field", text("n"), "dir", text("desc")))

var includes = []struct {
	name    string
	include value.Value
}{
	{"all", object("comments", yes)},
	{"sorted", object("comments", object("sort", byNumber))},
	{"first3", object("comments", object("sort", byNumber, "limit", number(3)))},
	{"nested", object("comments", object("include", object("author", yes)))},
}

// Of 1,000 parents, each with 10 children among 100,000.
func BenchmarkAttach(b *testing.B) {
	w := bigWorld(b)
	for _, kind := range includes {
		b.Run(kind.name, func(b *testing.B) {
			q := w.parse(b, "post", object("include", kind.include))
			parents := w.table("post").Slots(nil)[:1000]
			out := relation.Attach(w, "post", q, parents, nil)
			b.ReportAllocs()
			for b.Loop() {
				out = relation.Attach(w, "post", q, parents, out[:0])
			}
		})
	}
}

// Of 10,000 rows, each with one of 1,000.
func BenchmarkAttachOne(b *testing.B) {
	w := bigWorld(b)
	q := w.parse(b, "comment", object("include", object("author", yes)))
	parents := w.table("comment").Slots(nil)[:10000]
	out := relation.Attach(w, "comment", q, parents, nil)
	b.ReportAllocs()
	for b.Loop() {
		out = relation.Attach(w, "comment", q, parents, out[:0])
	}
}

func openLive(b *testing.B, w *world, q *query.Query) (*relation.Live, *relation.Trees) {
	live, trees := relation.NewLive(w, "post", q), new(relation.Trees)
	live.Update(&view.Delta{Changed: true, Reset: true, Slots: w.table("post").Slots(nil)[:1000]}, trees)
	b.ReportMetric(float64(live.Bytes()), "B/live")
	return live, trees
}

// The first trees of 1,000 parents.
func BenchmarkLiveOpen(b *testing.B) {
	w := bigWorld(b)
	for _, kind := range includes {
		b.Run(kind.name, func(b *testing.B) {
			q := w.parse(b, "post", object("include", kind.include))
			for b.Loop() {
				live, _ := openLive(b, w, q)
				live.Close()
			}
		})
	}
}

// One child of one of 1,000 parents changes: in a field that decides about its place, and in one that does not.
func BenchmarkLiveChange(b *testing.B) {
	w := bigWorld(b)
	comment := w.table("comment")
	i := 0
	for _, field := range []string{"n", "other"} {
		for _, kind := range includes {
			b.Run(kind.name+"/"+field, func(b *testing.B) {
				q := w.parse(b, "post", object("include", kind.include))
				live, trees := openLive(b, w, q)
				defer live.Close()
				write := func() {
					slot := trees.Stream[2]
					i++
					w.put(b, "comment", row{"id": text(string(comment.ID(slot))), field: number(float64(i % 100000))})
				}
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					if len(trees.Stream) == 0 {
						b.Fatal("nothing changed")
					}
					write()
					b.StartTimer()
					live.Update(&view.Delta{Len: 1000}, trees)
				}
			})
		}
	}
}

// One parent with 10,000 children in order, one of which changes its place.
func BenchmarkLiveLongList(b *testing.B) {
	for _, limit := range []int{10, 10000} {
		b.Run(strconv.Itoa(limit), func(b *testing.B) {
			w := newWorld(b, object(
				"post", object("relations", object(
					"comments", object("type", text("hasMany"), "to", text("comment"), "foreignKey", text("post")))),
				"comment", object()))
			w.put(b, "post", row{"id": text("post")})
			rows := []row{}
			for i := range 10000 {
				rows = append(rows, row{"id": text(strconv.Itoa(i)), "post": text("post"), "n": number(float64(i * 7907 % 10000))})
			}
			w.put(b, "comment", rows...)
			q := w.parse(b, "post", object("include", object(
				"comments", object("sort", byNumber, "limit", number(float64(limit))))))
			live, trees := relation.NewLive(w, "post", q), new(relation.Trees)
			defer live.Close()
			live.Update(&view.Delta{Changed: true, Reset: true, Slots: []uint32{0}}, trees)
			i := 0
			for b.Loop() {
				b.StopTimer()
				i++
				w.put(b, "comment", row{"id": text(strconv.Itoa(i * 31 % 10000)), "n": number(float64(i * 17 % 10001))})
				b.StartTimer()
				live.Update(&view.Delta{Len: 1}, trees)
			}
		})
	}
}
