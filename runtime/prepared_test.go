package runtime_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/table"
)

// Many different queries, each asked for twice in a row, and all again when the first may have been forgotten.
func TestAQueryThatIsAskedAgainAnswersTheSame(t *testing.T) {
	s := open(t, runtime.New(), "prepared", "Todo").OpenStore("Todo")
	var pairs []string
	for n := range 300 {
		pairs = append(pairs, "r"+strconv.Itoa(n), "x")
	}
	require.Nil(t, s.Add(rows(s, pairs...), new(table.Results)))
	for range 2 {
		for n := range 301 {
			id := "r" + strconv.Itoa(n)
			for range 2 {
				found := queried(t, s, object("filter", object("id", text(id))))
				if n < 300 {
					require.Equal(t, []string{id}, found)
				} else {
					require.Empty(t, found)
				}
			}
		}
	}
}
