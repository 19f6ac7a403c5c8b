package memory

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// batch makes rows of fields, by name; a nil field is one that goes.
func batch(ids []string, field string, cells []value.Value) []byte {
	var b wire.Builder
	b.Reset(len(ids))
	b.NamedColumn("id")
	for _, id := range ids {
		b.Cell(value.String, []byte(id))
	}
	if field != "" {
		b.NamedColumn(field)
		for _, cell := range cells {
			b.Cell(cell.Tag, value.AppendPayload(nil, cell))
		}
	}
	return b.Bytes()
}

// local shows the rows of a client's store as all shows those of the backend.
func local(s *runtime.Store) (shown string) {
	t := s.Table()
	for _, slot := range t.Slots(nil) {
		fields := map[string]float64{}
		for _, name := range fieldNames {
			var scratch [8]byte
			if field, ok := t.FindField(name); ok {
				if tag, payload := t.Cell(slot, field, &scratch); tag == value.Number {
					fields[name] = value.Float(payload)
				}
			}
		}
		shown += show(string(t.ID(slot)), t.Version(slot), fields)
	}
	return shown
}

// Whatever a client writes, in however few requests, the backend then has what the client shows.
func TestABackendHasWhatItsClientShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, _ := New("memory", value.Value{})
		client, err := runtime.New().OpenClient("c", value.Value{})
		require.Nil(t, err)
		client.Connect(nil, nil, nil)
		require.Nil(t, client.Pipeline().Register(b))
		stores := []string{"Todo", "User"}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			s := client.OpenStore(rapid.SampledFrom(stores).Draw(t, "store"))
			ids := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}), 1, 4).Draw(t, "ids")
			cells := []value.Value{}
			for range ids {
				cells = append(cells, rapid.SampledFrom([]value.Value{number(1), number(2), {Tag: value.Undefined}, {}}).Draw(t, "cell"))
			}
			rows := batch(ids, rapid.SampledFrom(fieldNames).Draw(t, "field"), cells)
			require.Nil(t, client.Track(0, uint32(rapid.IntRange(0, 1).Draw(t, "context")), rapid.Bool().Draw(t, "hidden")))
			var res table.Results
			switch rapid.IntRange(0, 4).Draw(t, "action") {
			case 0:
				err = s.Add(rows, &res)
			case 1:
				err = s.Update(rows, &res)
			case 2:
				err = s.Upsert(rows, true, false, &res)
			case 3:
				err = s.Upsert(rows, true, true, &res)
			default:
				err = s.Delete(batch(ids, "", nil), &res)
			}
			require.Nil(t, err)
			if rapid.IntRange(0, 2).Draw(t, "turn over") == 0 {
				client.Pipeline().Pump(true)
				for _, name := range stores {
					require.Zero(t, client.OpenStore(name).Pending())
					require.Equal(t, all(t, b, name), local(client.OpenStore(name)), name)
				}
			}
		}
		client.Close()
	})
}

// What another client wrote in the meantime is not undone by a refusal: of a refused write nothing is left but what it met with.
func TestARefusedAddGivesWayToTheRowThatIsThere(t *testing.T) {
	b := open(t)
	client, _ := runtime.New().OpenClient("c", value.Value{})
	defer client.Close()
	client.Connect(nil, nil, nil)
	require.Nil(t, client.Pipeline().Register(b))
	do(b, "Todo", add("x", map[string]float64{"a": 1}))
	s := client.OpenStore("Todo")
	var res table.Results
	require.Nil(t, client.Track(0, 0, false))
	require.Nil(t, s.Add(batch([]string{"x", "y"}, "a", []value.Value{number(2), number(3)}), &res))
	require.Equal(t, "x@1 a=2\ny@1 a=3\n", local(s), "at once")
	client.Pipeline().Pump(true)
	require.Equal(t, "x@1 a=1\ny@1 a=3\n", local(s))
	require.Equal(t, "x@1 a=1\ny@1 a=3\n", all(t, b, "Todo"))
}

func BenchmarkWrite(b *testing.B) {
	backend, _ := New("memory", value.Value{})
	defer backend.Close()
	client, _ := runtime.New().OpenClient("c", value.Value{})
	defer client.Close()
	client.Connect(nil, nil, nil)
	_ = client.Pipeline().Register(backend)
	ids, cells := []string{}, []value.Value{}
	for i := range 1000 {
		ids, cells = append(ids, strconv.Itoa(i)), append(cells, number(float64(i)))
	}
	s := client.OpenStore("Todo")
	var res table.Results
	for b.Loop() {
		for i := range cells {
			cells[i].Num++
		}
		_ = client.Track(0, 0, false)
		_ = s.Upsert(batch(ids, "a", cells), true, false, &res)
		client.Pipeline().Pump(true)
	}
}
