//go:build !race

// The race detector allocates on its own, so this file is not part of its build; make test runs it in another.
package view_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
)

// A change that views follow leaves no garbage once their memory is there.
func TestFollowingAChangeAllocatesNothing(t *testing.T) {
	tb := table.New()
	write(tb, names("todo-", 0, 20_000), []string{"flag", "wide", "group"}, func(i int, field string) value.Value {
		return of(map[string]any{"flag": i&1 == 0, "wide": float64(i * 7919 % 20_000), "group": i % 100}[field])
	})
	set := view.NewSet(query.Source{Table: tb})
	var d view.Delta
	open := func(q obj) { set.OpenRows(parse(t, q)).Pull(&d) }
	open(obj{"filter": obj{"flag": true}, "sort": list{obj{"field": "wide"}}})
	open(obj{"filter": obj{"flag": true}, "sort": list{obj{"field": "wide"}}, "limit": 50})
	open(obj{"sort": list{obj{"field": "group"}, obj{"field": "wide", "dir": "desc"}}, "offset": 1000, "limit": 50})
	set.OpenCount(parse(t, obj{"filter": obj{"wide": obj{"lt": 10_000}}})).Pull(&d)
	for i := range 20 {
		open(obj{"filter": obj{"group": i}})
	}
	for _, rows := range []int{1, 5} {
		c := prepare(tb, "wide", rows, 2)
		change := func() {
			c.write()
			set.Sync()
			set.Dirty(func(v *view.View) { v.Pull(&d) })
		}
		for range 2000 {
			change() // until blocks have split
		}
		require.Less(t, testing.AllocsPerRun(1000, change), 1.0)
	}
}
