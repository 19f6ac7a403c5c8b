package view_test

import (
	"strconv"
	"testing"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
	"github.com/atoma-dev/atoma/runtime/wire"
)

const benchRows = 100_000

// benchTable has rows of which half are flagged, a thousand groups of a hundred, and a number and a title to sort by.
func benchTable() *table.Table {
	t := table.New()
	write(t, names("todo-", 0, benchRows), []string{"flag", "wide", "group", "title", "note"}, func(i int, field string) value.Value {
		switch field {
		case "flag":
			return of(i&1 == 0)
		case "wide":
			return of(float64(i * 7919 % benchRows))
		case "group":
			return of("group-" + strconv.Itoa(i%1000))
		case "title":
			return of("Buy " + strconv.Itoa(i*7919%9999991) + " crates of lemonade")
		}
		return of(0)
	})
	return t
}

// changes are batches that each change one field of some rows, again and again: the rows of the first half of the batches
// get other values from the second half.
type changes struct {
	t       *table.Table
	batches []*wire.Batch
	next    int
	r       table.Results
}

func prepare(t *table.Table, field string, rows, stride int) *changes {
	c := &changes{t: t}
	for n := range 128 {
		var b wire.Builder
		b.Reset(rows)
		b.Column(table.FieldID)
		for i := range rows {
			b.Cell(value.String, []byte("todo-"+strconv.Itoa((n%64*7919+i)*stride%benchRows)))
		}
		b.Column(t.Field(field))
		for i := range rows {
			b.Float(value.Number, float64((n*31337+i*271)%benchRows)+0.5)
		}
		c.batches = append(c.batches, decode(&b))
	}
	return c
}

func (c *changes) write() {
	if c.next == len(c.batches) {
		c.next = 0
	}
	if err := c.t.Update(c.batches[c.next], &c.r); err != nil {
		panic(err)
	}
	c.next++
}

func benchViews(b *testing.B, t *table.Table, c *changes, queries ...obj) {
	set := view.NewSet(query.Source{Table: t})
	var views []*view.View
	var d view.Delta
	for _, q := range queries {
		v := set.OpenRows(parse(b, q))
		v.Pull(&d)
		views = append(views, v)
	}
	pull := func(v *view.View) { v.Pull(&d) }
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		c.write()
		set.Sync()
		set.Dirty(pull)
	}
	b.StopTimer()
	b.ReportMetric(float64(set.Bytes())/1024, "KB")
	for _, v := range views {
		v.Close()
	}
}

// Each includes the write, whose own cost is that of the benchmark without views.
func BenchmarkChange100k(b *testing.B) {
	t := benchTable()
	half := obj{"filter": obj{"flag": true}, "sort": list{obj{"field": "wide"}}}
	limited := obj{"filter": obj{"flag": true}, "sort": list{obj{"field": "wide"}}, "limit": 50}
	page := obj{"filter": obj{"flag": true}, "sort": list{obj{"field": "wide"}}, "page": obj{"mode": "cursor"}}
	titles := obj{"filter": obj{"flag": true}, "sort": list{obj{"field": "title"}}}
	var groups []obj
	for i := range 1000 {
		groups = append(groups, obj{"filter": obj{"group": "group-" + strconv.Itoa(i)}})
	}
	one, inPlace := prepare(t, "wide", 1, 2), prepare(t, "note", 1, 2)
	thousand, many := prepare(t, "wide", 1000, 2), prepare(t, "wide", 20000, 2)
	for _, c := range []struct {
		name    string
		changes *changes
		queries []obj
	}{
		{"one/noViews", one, nil},
		{"one/half", one, []obj{half}},
		{"one/limit50", one, []obj{limited}},
		{"one/page", one, []obj{page}},
		{"one/inPlace", inPlace, []obj{half}},
		{"one/inPlaceOfTitles", inPlace, []obj{titles}},
		{"one/equality", one, groups[:1]},
		{"one/equality1000", one, groups},
		{"thousand/noViews", thousand, nil},
		{"thousand/half", thousand, []obj{half}},
		{"thousand/limit50", thousand, []obj{limited}},
		{"thousand/equality1000", thousand, groups},
		{"20000/noViews", many, nil},
		{"20000/half", many, []obj{half}},
	} {
		b.Run(c.name, func(b *testing.B) { benchViews(b, t, c.changes, c.queries...) })
	}
}

func BenchmarkOpen100k(b *testing.B) {
	t := benchTable()
	source := query.Source{Table: t}
	for name, q := range map[string]obj{
		"half":     {"filter": obj{"flag": true}, "sort": list{obj{"field": "wide"}}},
		"equality": {"filter": obj{"group": "group-7"}},
	} {
		parsed := parse(b, q)
		b.Run("query/"+name, func(b *testing.B) {
			var slots []uint32
			for b.Loop() {
				slots, _, _ = parsed.Run(source, slots[:0])
			}
		})
		b.Run("view/"+name, func(b *testing.B) {
			b.ReportAllocs()
			set := view.NewSet(source)
			var d view.Delta
			keep := set.OpenCount(parse(b, obj{}))
			for b.Loop() {
				v := set.OpenRows(parsed)
				v.Pull(&d)
				v.Close()
			}
			keep.Close()
		})
	}
}
