package execution_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

type numbers = []write.Number

func TestASegmentIsTheAdjacentWritesOfAStoreInATurn(t *testing.T) {
	w := newWorld(t)
	a, b := newStore("a"), newStore("b")
	queue := &backend{id: "queue"}
	number, err := w.Strategy("queue", queue)
	require.Nil(t, err)
	w.write(a, execution.Direct, 1, 2)
	w.write(b, execution.Direct, 1, 1) // of another store: it does not cut
	w.write(a, execution.Direct, 1, 1)
	w.write(a, execution.Direct, 2, 1) // another context
	w.write(a, number, 2, 1)           // another strategy
	w.write(a, execution.Direct, 2, 1)
	w.Pump(false)
	assert.Empty(t, w.backend.requests, "the turn is not over")
	w.Pump(true)
	w.write(a, execution.Direct, 2, 1) // another turn
	w.Pump(true)
	for i := 0; i < len(w.backend.requests); i++ { // each answer brings the next
		w.backend.requests[i].done(all)
		w.Pump(false)
	}
	assert.ElementsMatch(t, []numbers{{1, 2, 4}, {3}, {5}, {7}, {8}}, w.backend.sent())
	assert.Equal(t, []numbers{{6}}, queue.sent())
	assert.Equal(t, "queue", queue.requests[0].Name)
	assert.Len(t, w.outcomes, 7, "all but the one that is not answered")
}

func TestALaneSendsOneRequestAtATimeAndWaitsForNoOther(t *testing.T) {
	w := newWorld(t)
	hung, fine := newStore("hung"), newStore("fine")
	for range 3 {
		w.write(hung, execution.Direct, 0, 1)
		w.write(fine, execution.Direct, 0, 1)
		w.Pump(true)
		last := w.backend.requests[len(w.backend.requests)-1]
		require.Equal(t, fine, last.Store)
		last.done(all)
		w.Pump(false)
	}
	assert.ElementsMatch(t, []numbers{{1}, {2}, {4}, {6}}, w.backend.sent(), "of the hung store, only the first")
	other := &backend{id: "other"}
	number, err := w.Strategy("other", other)
	require.Nil(t, err)
	w.write(hung, number, 0, 1)
	w.Pump(true)
	assert.Equal(t, []numbers{{7}}, other.sent(), "another strategy of the store is another lane")
}

func TestAnExecutorMayAnswerDuringWrite(t *testing.T) {
	w := newWorld(t)
	w.backend.at = func(a *asked) { a.done(all) }
	s := newStore("a")
	for range 3 {
		w.write(s, execution.Direct, 0, 1)
		w.write(s, execution.Direct, 1, 1)
		w.Pump(true)
	}
	assert.Len(t, w.backend.requests, 6)
	assert.Len(t, w.outcomes, 6)
	assert.Zero(t, w.stirs, "Pump was running")
}

func TestAnAnswerWaitsForPumpAndStirs(t *testing.T) {
	w := newWorld(t)
	s := newStore("a")
	w.write(s, execution.Direct, 0, 1)
	w.Pump(true)
	w.backend.requests[0].done(all)
	assert.Equal(t, 1, w.stirs)
	assert.Empty(t, w.outcomes)
	w.Pump(false)
	assert.Len(t, w.outcomes, 1)
}

func TestOnlyTheFirstAnswerCounts(t *testing.T) {
	w := newWorld(t)
	s := newStore("a")
	w.write(s, execution.Direct, 0, 1)
	w.Pump(true)
	r := w.backend.requests[0]
	r.done(&execution.Answer{Err: fault.New(fault.Network, "gone")})
	r.done(all)
	w.Pump(false)
	r.done(all)
	w.Pump(false)
	assert.Equal(t, map[write.Number]outcome{1: {write.Refused, 1, fault.Network}}, w.outcomes)
}

func TestAnswersThatAreNoneAreRefusals(t *testing.T) {
	row := func(id string) []byte {
		var b wire.Builder
		b.Reset(1)
		b.NamedColumn("id")
		b.Cell(value.String, []byte(id))
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		answer execution.Answer
		want   outcome
	}{
		"too short":           {execution.Answer{}, outcome{write.Refused, 1, fault.Internal}},
		"half a version":      {execution.Answer{Results: []execution.Result{execution.Versioned(1.5)}}, outcome{write.Refused, 1, fault.Internal}},
		"a version below 0":   {execution.Answer{Results: []execution.Result{execution.Versioned(-1)}}, outcome{write.Refused, 1, fault.Internal}},
		"an endless version":  {execution.Answer{Results: []execution.Result{execution.Versioned(math.Inf(1))}}, outcome{write.Refused, 1, fault.Internal}},
		"a row that is not":   {execution.Answer{Results: []execution.Result{execution.Stored(0)}}, outcome{write.Refused, 1, fault.Internal}},
		"rows that are none":  {execution.Answer{Results: []execution.Result{execution.Stored(0)}, Rows: [][]byte{{1, 2}}}, outcome{write.Refused, 1, fault.Internal}},
		"a row of another id": {execution.Answer{Results: []execution.Result{execution.Stored(0)}, Rows: [][]byte{row("y")}}, outcome{write.Refused, 1, fault.Internal}},
		"the row":             {execution.Answer{Results: []execution.Result{execution.Stored(0)}, Rows: [][]byte{row("x")}}, outcome{kind: write.Current}},
		"the second batch":    {execution.Answer{Results: []execution.Result{execution.Stored(1)}, Rows: [][]byte{row("y"), row("x")}}, outcome{kind: write.Current}},
		"a version":           {execution.Answer{Results: []execution.Result{execution.Versioned(7)}}, outcome{kind: write.Confirmed}},
		"done":                {execution.Answer{Results: []execution.Result{execution.Done()}}, outcome{kind: write.Confirmed}},
		"untold":              {execution.Answer{Results: []execution.Result{execution.Refused(execution.Untold)}}, outcome{write.Refused, 1, fault.Internal}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.write(newStore("a"), execution.Direct, 0, 1)
			w.Pump(true)
			w.backend.requests[0].done(&c.answer)
			w.Pump(false)
			assert.Equal(t, map[write.Number]outcome{1: c.want}, w.outcomes)
		})
	}
}

func TestARefusalMayComeWithWhatTheBackendHas(t *testing.T) {
	row := func(id string) []byte {
		var b wire.Builder
		b.Reset(1)
		b.NamedColumn("id")
		b.Cell(value.String, []byte(id))
		return b.Bytes()
	}
	object := func(id string) []byte {
		v := value.Value{Tag: value.Object, Keys: [][]byte{[]byte("id")}, Items: []value.Value{{Tag: value.String, Str: []byte(id)}}}
		return value.AppendPayload(nil, v)
	}
	refused := func(current []byte) *fault.Error {
		err := fault.New(fault.Conflict, "no")
		err.Current = current
		return err
	}
	for name, c := range map[string]struct {
		result execution.Result
		rows   [][]byte
		code   fault.Code
		want   []int
	}{
		"nothing":             {execution.Refused(refused(nil)), nil, fault.Conflict, nil},
		"a row":               {execution.Overruled(refused(nil), 1), [][]byte{row("y"), row("x")}, fault.Conflict, []int{0}},
		"no row":              {execution.Gone(refused(nil)), nil, fault.Conflict, []int{-1}},
		"a row of the error":  {execution.Refused(refused(object("x"))), nil, fault.Conflict, []int{0}},
		"a row of another id": {execution.Overruled(refused(nil), 0), [][]byte{row("y")}, fault.Internal, nil},
		"an error's other id": {execution.Refused(refused(object("y"))), nil, fault.Internal, nil},
		"a row that is not":   {execution.Overruled(refused(nil), 0), nil, fault.Internal, nil},
		"no row at all":       {execution.Refused(refused([]byte{9})), nil, fault.Internal, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := newStore("a")
			w.write(s, execution.Direct, 0, 1)
			w.Pump(true)
			w.backend.requests[0].done(&execution.Answer{Results: []execution.Result{c.result}, Rows: c.rows})
			w.Pump(false)
			assert.Equal(t, map[write.Number]outcome{1: {write.Refused, 1, c.code}}, w.outcomes)
			assert.Equal(t, c.want, s.Journal.(*journal).currents)
		})
	}
}

func TestAPanicOfAnExecutorRefusesItsRequest(t *testing.T) {
	w := newWorld(t)
	s := newStore("a")
	w.backend.at = func(*asked) { panic("oh") }
	w.write(s, execution.Direct, 0, 2)
	w.Pump(true)
	assert.Equal(t, outcome{write.Refused, 1, fault.Internal}, w.outcomes[1])
	assert.Equal(t, outcome{write.Refused, 2, fault.Internal}, w.outcomes[2])
	w.backend.at = nil
	w.write(s, execution.Direct, 0, 1)
	w.Pump(true)
	assert.Len(t, w.backend.requests, 2, "the lane goes on")
}

func TestWritesTakenBackBeforeTheyWereSentAreNot(t *testing.T) {
	w := newWorld(t)
	s := newStore("a")
	w.write(s, execution.Direct, 0, 3)
	w.write(s, execution.Direct, 1, 1)
	w.write(s, execution.Direct, 2, 1)
	w.Cancel(numbers{2, 4, 99})
	w.Pump(true)
	w.backend.requests[0].done(all)
	w.Pump(false)
	assert.Equal(t, []numbers{{1, 3}, {5}}, w.backend.sent(), "nothing is left of the second segment")
}

func TestARequestThatNobodyWaitsForIsAbandonedAndItsLaneGoesOn(t *testing.T) {
	w := newWorld(t)
	s := newStore("a")
	j := s.Journal.(*journal)
	w.write(s, execution.Direct, 0, 3)
	j.falls[2] = 1 // as an update falls with the add before it
	w.write(s, execution.Direct, 1, 1)
	w.Pump(true)
	w.Cancel(numbers{1})
	assert.Equal(t, map[write.Number]outcome{2: {write.Refused, 1, ""}}, w.outcomes)
	assert.False(t, w.backend.requests[0].ended, "the third write is waited for")
	w.Cancel(numbers{1, 2}) // nothing new
	assert.False(t, w.backend.requests[0].ended)
	w.Cancel(numbers{3})
	assert.True(t, w.backend.requests[0].ended)
	w.Pump(false)
	require.Len(t, w.backend.requests, 2)
	w.backend.requests[0].done(all)
	w.Pump(false)
	assert.Equal(t, numbers{1, 2, 3}, j.news, "what comes late is news")
	assert.Len(t, w.outcomes, 1)
	w.backend.requests[1].done(all)
	w.Pump(false)
	assert.Equal(t, outcome{kind: write.Confirmed}, w.outcomes[4])
}

func TestARefusalThatEndsAnotherLanesRequestAbandonsIt(t *testing.T) {
	w := newWorld(t)
	s := newStore("a")
	other := &backend{id: "other"}
	number, err := w.Strategy("other", other)
	require.Nil(t, err)
	w.write(s, execution.Direct, 0, 1)
	w.write(s, number, 0, 1)
	s.Journal.(*journal).falls[2] = 1
	w.Pump(true)
	w.backend.requests[0].done(&execution.Answer{Err: fault.New(fault.Conflict, "no")})
	w.Pump(false)
	assert.True(t, other.requests[0].ended)
	assert.Equal(t, outcome{write.Refused, 1, fault.Conflict}, w.outcomes[2])
}

func TestOneExecutorAClient(t *testing.T) {
	w := newWorld(t)
	err := w.Register(&backend{id: "second"})
	require.NotNil(t, err)
	assert.Equal(t, fault.ExecutorConflict, err.Code)
	assert.Contains(t, err.Message, `"first"`)
	assert.Contains(t, err.Message, `"second"`)
	w.Unregister()
	w.Unregister()
	assert.Nil(t, w.Register(&backend{id: "second"}))
}

func TestStrategiesHaveNamesOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"", "direct"} {
		_, err := w.Strategy(name, w.backend)
		require.NotNil(t, err)
		assert.Equal(t, fault.InvalidInput, err.Code)
	}
	first, err := w.Strategy("queue", w.backend)
	require.Nil(t, err)
	_, err = w.Strategy("queue", w.backend)
	require.NotNil(t, err)
	assert.Equal(t, fault.AlreadyExists, err.Code)
	w.Forget(first)
	w.Forget(first)
	w.Forget(execution.Direct)
	assert.False(t, w.Known(first))
	second, err := w.Strategy("queue", w.backend)
	require.Nil(t, err)
	assert.NotEqual(t, first, second)
	assert.NotNil(t, w.Executor(), "direct cannot be forgotten")
}

func TestWhatAnExecutorLeavesUnansweredIsAborted(t *testing.T) {
	w := newWorld(t)
	s := newStore("a")
	w.write(s, execution.Direct, 0, 2) // under way
	w.Pump(true)
	w.write(s, execution.Direct, 1, 1) // waits for it
	w.Pump(true)
	w.write(s, execution.Direct, 2, 1) // its turn is not over
	w.Cancel(numbers{2})
	w.Unregister()
	first := w.backend.requests[0]
	assert.True(t, first.ended)
	for _, n := range []write.Number{1, 3, 4} {
		assert.Equal(t, outcome{write.Refused, n, fault.Aborted}, w.outcomes[n])
	}
	assert.Empty(t, s.Journal.(*journal).late, "no answer is expected")
	first.done(all)
	assert.Zero(t, w.stirs)

	second := &backend{id: "second"}
	require.Nil(t, w.Register(second))
	w.write(s, execution.Direct, 2, 1)
	w.Pump(true)
	assert.Equal(t, []numbers{{5}}, second.sent())
	assert.Len(t, w.backend.requests, 1)
}

func TestAForgottenStrategyTakesItsWritesAlong(t *testing.T) {
	w := newWorld(t)
	queue := &backend{id: "queue"}
	number, err := w.Strategy("queue", queue)
	require.Nil(t, err)
	a, b, c := newStore("a"), newStore("b"), newStore("c")
	for _, s := range []*execution.Store{a, b, c} {
		w.write(s, number, 0, 1) // 1, 2, 3: under way
	}
	w.Pump(true)
	queue.requests[0].done(all)        // 1 is answered, and not taken in yet
	w.write(a, number, 0, 1)           // 4 waits
	w.write(b, execution.Direct, 0, 1) // 5 goes its own way
	w.write(c, number, 0, 1)           // 6 waits
	w.Forget(number)
	for _, n := range []write.Number{2, 3, 4, 6} {
		assert.Equal(t, outcome{write.Refused, n, fault.Aborted}, w.outcomes[n])
	}
	queue.requests[1].done(all)
	w.Pump(true)
	assert.Equal(t, outcome{kind: write.Confirmed}, w.outcomes[1])
	assert.Equal(t, []numbers{{5}}, w.backend.sent())
	assert.Len(t, queue.requests, 3)
	assert.Len(t, w.outcomes, 5)
}

func TestRowsGoToABackendByName(t *testing.T) {
	w := newWorld(t)
	tab := table.New()
	tab.Field("title")
	s := newStore("a")
	s.Table = tab
	s.Journal = &rowsOf{s.Journal.(*journal)}
	w.Enqueue(s, execution.Direct, 0, 1, 1)
	s.Journal.(*rowsOf).pending[1] = true
	w.Pump(true)
	rows := w.backend.requests[0].Rows()
	require.Equal(t, 1, rows.Rows)
	title := rows.Columns[1]
	assert.Equal(t, "title", string(rows.Names[title.Field]))
	assert.Equal(t, "one", string(title.PayloadAt(0, nil)))
	assert.Equal(t, []execution.Entry{{Write: 1, Action: write.Add, ID: []byte("x")}}, w.backend.requests[0].Entries())
}

// rowsOf is a journal whose rows have a title.
type rowsOf struct{ *journal }

func (*rowsOf) Rows(writes []write.Number, out *wire.Builder) {
	out.Reset(len(writes))
	out.Column(table.FieldID)
	out.Cell(value.String, []byte("x"))
	out.Column(2)
	out.Cell(value.String, []byte("one"))
}

func TestWritesWithoutExecutorAreAborted(t *testing.T) {
	w := newWorld(t)
	w.Unregister()
	s := newStore("a")
	w.write(s, execution.Direct, 0, 1)
	w.write(s, 7, 0, 1)
	w.Pump(true)
	assert.Equal(t, outcome{write.Refused, 1, fault.Aborted}, w.outcomes[1])
	assert.Equal(t, outcome{write.Refused, 2, fault.UnknownWriteStrategy}, w.outcomes[2])
}

func TestStoresThatAreProcessedGoThrough(t *testing.T) {
	through := &backend{id: "through"}
	own := &backend{id: "own"}
	p := execution.New(nil, through, nil)
	require.Nil(t, p.Register(own))
	w := &world{Pipeline: p}
	processed, plain := newStore("processed"), newStore("plain")
	processed.Processed = true
	w.write(processed, execution.Direct, 0, 1)
	w.write(plain, execution.Direct, 0, 1)
	p.Pump(true)
	assert.Equal(t, []numbers{{1}}, through.sent())
	assert.Equal(t, []numbers{{2}}, own.sent())
	through.requests[0].done(all)
	p.Pump(false)
}

func TestAClosedPipelineEndsWhatIsUnderWayAndHearsNothing(t *testing.T) {
	w := newWorld(t)
	s := newStore("a")
	w.write(s, execution.Direct, 0, 1)
	w.Pump(true)
	w.Close()
	assert.True(t, w.backend.requests[0].ended)
	w.backend.requests[0].done(all)
	w.Pump(true)
	assert.Zero(t, w.stirs)
	assert.Empty(t, w.outcomes)
	w.Close()
}
