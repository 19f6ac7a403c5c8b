package write_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

func TestTenThousandWritesInFlightLeaveTheModelsRowsAndNoMemory(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(quick{t})
	w.trusting = true
	idle := 0
	for round := range 3 {
		var numbers []write.Number
		for len(numbers) < 10_000 {
			action := []write.Action{write.Add, write.Update, write.Update, write.Upsert, write.Delete}[rng.IntN(5)]
			mode := write.Tracked
			if round == 2 && rng.IntN(2) == 0 {
				mode = write.Hidden
			}
			fields := map[string]string{"p": strconv.Itoa(rng.IntN(100)), "q": strings.Repeat("q", rng.IntN(50))}
			if rng.IntN(5) == 0 {
				fields["q"] = removed
			}
			id := "row-" + strconv.Itoa(rng.IntN(5000))
			made := w.call(action, true, rng.IntN(4) == 0, mode, item{id: id, fields: fields, version: nan})
			for _, n := range made {
				if rng.IntN(2) == 0 {
					w.sent(n, true)
				}
			}
			numbers = append(numbers, made...)
		}
		rng.Shuffle(len(numbers), func(i, k int) { numbers[i], numbers[k] = numbers[k], numbers[i] })
		for _, n := range numbers {
			_, c, k := w.m.find(n)
			if c == nil && w.m.late[n] == nil {
				continue
			}
			switch rng.IntN(10) {
			case 0:
				w.refuse(n)
			case 1:
				w.cancel(n)
			case 4:
				w.overrule(n, &row{float64(rng.IntN(100)), map[string]string{"q": "current"}})
			case 5:
				w.overrule(n, nil)
			case 2:
				w.confirm(n, float64(rng.IntN(100)))
			case 3:
				r := &row{float64(rng.IntN(100)), map[string]string{"p": "the backend's"}}
				if c != nil {
					if left := c.after(k + 1); left != nil && rng.IntN(2) == 0 {
						r = left
					}
				}
				w.confirmRow(n, r)
			default:
				w.confirm(n, nan)
			}
		}
		w.compare()
		for n := range w.m.late {
			w.confirm(n, nan)
		}
		w.compare()
		require.True(t, w.j.Empty())
		require.Zero(t, w.j.Len())
		idle = max(idle, w.j.Bytes())
	}
	require.Less(t, idle, 64<<10)
}

// A write that is never answered must not keep what other writes took.
func TestAHungWriteHoldsNextToNothing(t *testing.T) {
	tb := table.New()
	j := write.New(tb, new(write.Counter))
	var res table.Results
	var e write.Effects
	tb.Add(todos(t, tb, 0, 2000, 0, todoFields...), &res)
	hung, err := j.Update(todos(t, tb, 0, 1, 1, "title"), write.Tracked, &res)
	require.Nil(t, err)
	for i := range 300 {
		first, err := j.Update(todos(t, tb, 100, 1000, i+1, todoFields...), write.Tracked, &res)
		require.Nil(t, err)
		confirmAll(j, first, 1000, &e)
		require.Len(t, e.Outcomes, 1)
		require.EqualValues(t, 1000, e.Outcomes[0].Count)
	}
	require.NoError(t, j.Check())
	require.Equal(t, 1, j.Len())
	require.Less(t, j.Bytes(), 100<<10)
	j.Refuse(hung, &e)
	require.True(t, j.Empty())
}

func TestAFullLoadTakesNumbersInOrderAndOneOutcome(t *testing.T) {
	tb := table.New()
	counter := new(write.Counter)
	j, other := write.New(tb, counter), write.New(table.New(), counter)
	var res table.Results
	var e write.Effects
	first, err := j.Add(todos(t, tb, 0, 2048, 0, todoFields...), write.Tracked, &res)
	require.Nil(t, err)
	require.EqualValues(t, 1, first)
	require.NoError(t, j.Check())
	batch := todos(t, table.New(), 0, 1, 0)
	next, _ := other.Add(batch, write.Tracked, &res)
	require.EqualValues(t, 2049, next)
	again, _ := j.Add(todos(t, tb, 0, 2048, 0, todoFields...), write.Tracked, &res)
	require.Zero(t, again, "all of them exist")
	confirmAll(j, first, 2048, &e)
	require.Len(t, e.Outcomes, 1)
	require.Empty(t, e.Changed)
	require.True(t, j.Empty())
	require.False(t, other.Empty())
	require.Equal(t, 2048, tb.Len())
	j.Confirm(first, 7, &e) // again: nobody asked
	j.Refuse(first, &e)
	require.Len(t, e.Outcomes, 1)
	require.Equal(t, 2048, tb.Len())
}

// kinds is a cell of every kind.
func kinds() []value.Value {
	text := value.Value{Tag: value.String, Str: []byte("née \xed\xa0\x80")}
	return []value.Value{
		{Tag: value.Null}, {Tag: value.False}, {Tag: value.True}, {Tag: value.Number, Num: math.Copysign(0, -1)},
		{Tag: value.Number, Num: math.NaN()}, {Tag: value.Date, Num: 1.7e12}, {Tag: value.Date, Num: math.NaN()}, text,
		{Tag: value.String, Str: bytes.Repeat([]byte("long "), 5000)}, {Tag: value.Bytes, Str: []byte{0, 255}},
		{Tag: value.Array, Items: []value.Value{text, {Tag: value.Null}}},
		{Tag: value.Object, Keys: [][]byte{[]byte("__proto__")}, Items: []value.Value{text}},
	}
}

// every makes a batch of one row whose field i holds the kind i+shift, and none where that is no kind.
func every(t *testing.T, tb *table.Table, shift int) *wire.Batch {
	var out wire.Builder
	out.Reset(1)
	out.Column(table.FieldID)
	out.Cell(value.String, []byte("a"))
	all := kinds()
	for i := range 200 {
		out.Column(tb.Field("field " + strconv.Itoa(i)))
		switch k := i + shift; {
		case i >= len(all) && i < 199:
			out.Cell(value.Absent, nil)
		case k < len(all):
			out.Cell(all[k].Tag, value.AppendPayload(nil, all[k]))
		default:
			out.Cell(value.Undefined, nil)
		}
	}
	b := new(wire.Batch)
	require.NoError(t, b.Decode(out.Bytes()))
	return b
}

func rowBytes(tb *table.Table) []byte {
	var out wire.Builder
	tb.Read(tb.Slots(nil), &out)
	return bytes.Clone(out.Bytes())
}

func TestValuesOfEveryKindComeBack(t *testing.T) {
	for _, replace := range []bool{false, true} {
		tb := table.New()
		j := write.New(tb, new(write.Counter))
		var res table.Results
		var e write.Effects
		require.Nil(t, tb.Add(every(t, tb, 0), &res))
		before := rowBytes(tb)
		first, err := j.Upsert(every(t, tb, 1), true, replace, write.Tracked, &res)
		require.Nil(t, err)
		require.NotEqual(t, before, rowBytes(tb))
		j.Refuse(first, &e)
		require.Equal(t, before, rowBytes(tb), "an update that was refused")

		first, err = j.Delete(every(t, tb, 0), write.Tracked, &res)
		require.Nil(t, err)
		require.Zero(t, tb.Len())
		j.Refuse(first, &e)
		require.Equal(t, before, rowBytes(tb), "a delete that was refused")

		first, _ = j.Upsert(every(t, tb, 1), true, replace, write.Tracked, &res)
		between := rowBytes(tb)
		second, _ := j.Upsert(every(t, tb, 2), true, replace, write.Tracked, &res)
		j.Refuse(second, &e)
		require.Equal(t, between, rowBytes(tb), "the second of two")
		second, _ = j.Upsert(every(t, tb, 2), true, replace, write.Tracked, &res)
		var out wire.Builder
		j.Rows([]write.Number{first, second}, &out)
		var sent wire.Batch
		require.NoError(t, sent.Decode(out.Bytes()))
		require.Equal(t, 2, sent.Rows)
		e.Reset()
		third, _ := j.Update(todos(t, tb, 0, 1, 0), write.Tracked, &res) // of another row, which there is not
		require.Zero(t, third)
		j.ConfirmRow(first, every(t, tb, 3), 0, &e)
		require.Equal(t, write.Row, e.Outcomes[0].Kind)
		v, decodeErr := value.Decode(value.Object, e.Outcomes[0].Row)
		require.NoError(t, decodeErr)
		require.Equal(t, "id", string(v.Keys[0]))
		require.Equal(t, "version", string(v.Keys[len(v.Keys)-1]))
		require.Len(t, v.Keys, len(kinds())-3+2)
		j.Confirm(second, nan, &e)
		require.NoError(t, j.Check())
		require.NoError(t, tb.Check())
		require.True(t, j.Empty())
		require.Less(t, j.Bytes(), 64<<10)
	}
}
