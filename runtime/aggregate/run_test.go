package aggregate

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/value"
)

func parse(t require.TestingT, v value.Value) *Spec {
	spec, err := Parse(v, nil, "Todo")
	require.Nil(t, err)
	return spec
}

// The law of this package: an aggregate gives what the rules say, to the bit.
func TestAggregatesAreAsTheRulesSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newStore()
		for range rapid.IntRange(0, 6).Draw(rt, "writes") {
			s.put(rt, drawRows(rt, 40))
			if rapid.Bool().Draw(rt, "delete") {
				s.remove(rt, []string{"r1", "r2", "r3"})
			}
		}
		for range 5 {
			spec, holds := drawSpec(rt)
			require.Equal(rt, naiveRun(spec, holds, s.rows), shown(Run(parse(rt, spec), s.source())), showValue(spec))
		}
	})
}

// Groups stand in the total order, and what ties there has an order of its own, whichever row came first.
func TestGroupsHaveOneOrder(t *testing.T) {
	spec := object("groupBy", array(text("any"), text("done")), "metrics", object("least", object("min", text("any")), "greatest", object("max", text("any"))))
	rapid.Check(t, func(rt *rapid.T) {
		s := newStore()
		cells := rapid.Permutation(all).Draw(rt, "cells")
		for i := range 3 {
			rows := map[string]row{}
			for k := i; k < len(cells); k += 3 {
				rows[fmt.Sprint("r", k)] = row{"any": cells[k], "done": bare[k%len(bare)]}
			}
			s.put(rt, rows)
		}
		want := naiveRun(spec, filters[0].holds, s.rows)
		require.Equal(rt, want, shown(Run(parse(rt, spec), s.source())))
		view := NewSet(s.source()).Open(parse(rt, spec))
		var d Delta
		view.Pull(&d)
		require.Equal(rt, want, shown(d.Groups))
	})
}
