package runtime_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// atOnce is an executor that confirms everything at once.
type atOnce struct{}

func (atOnce) ID() string { return "at once" }

func (atOnce) Write(_ *execution.Request, done func(*execution.Answer)) func() {
	done(&execution.Answer{All: true})
	return nil
}

// What a row costs on its way through journal and pipeline, against the table alone.
func BenchmarkUpsert(b *testing.B) {
	for _, rows := range []int{1, 1200} {
		for _, tracked := range []bool{false, true} {
			name := strconv.Itoa(rows) + "/local"
			if tracked {
				name = strconv.Itoa(rows) + "/confirmed at once"
			}
			b.Run(name, func(b *testing.B) {
				c, err := runtime.New().OpenClient("a", object())
				require.Nil(b, err)
				defer c.Close()
				require.Nil(b, c.Pipeline().Register(atOnce{}))
				s := c.OpenStore("Todo")
				batches := [2][]byte{upserts(s, rows, "one"), upserts(s, rows, "two")}
				var res table.Results
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if tracked {
						_ = c.Track(execution.Direct, 0, false)
					}
					if err := s.Upsert(batches[i%2], true, true, &res); err != nil {
						b.Fatal(err)
					}
					c.Pipeline().Pump(true)
				}
				require.Zero(b, s.Pending())
			})
		}
	}
}

func upserts(s *runtime.Store, rows int, title string) []byte {
	var out wire.Builder
	out.Reset(rows)
	out.Column(table.FieldID)
	for i := range rows {
		out.Cell(value.String, strconv.AppendInt(nil, int64(i), 10))
	}
	for _, field := range []string{"title", "notes", "list"} {
		out.Column(s.DefineField(field))
		for range rows {
			out.Cell(value.String, []byte(title))
		}
	}
	return append([]byte(nil), out.Bytes()...)
}
