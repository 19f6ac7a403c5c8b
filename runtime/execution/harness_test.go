package execution_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// journal is a naive one: writes without rows, of which some fall with others.
type journal struct {
	write.Journal // for what a test does not reach
	pending       map[write.Number]bool
	sent          map[write.Number]bool
	late          map[write.Number]bool // cancelled after they were sent
	falls         map[write.Number]write.Number
	news          []write.Number // answers to late writes
	currents      []int          // rows in place of refused writes
}

func (j *journal) Entry(n write.Number) (write.Action, []byte, bool, bool, bool) {
	return write.Add, []byte("x"), false, false, j.pending[n]
}

func (j *journal) Sent(n write.Number, direct bool) bool {
	j.sent[n] = j.pending[n]
	return j.pending[n]
}

func (j *journal) Moved(write.Number) bool { return false }

// Spell has nothing to do: this journal has no rows.
func (j *journal) Spell(*write.Effects) {}

func (j *journal) Confirm(n write.Number, version float64, e *write.Effects) {
	if j.ends(n) {
		e.Outcomes = append(e.Outcomes, write.Outcome{Kind: write.Confirmed, Write: n, Count: 1})
	}
}

func (j *journal) ConfirmRow(n write.Number, b *wire.Batch, row int, e *write.Effects) {
	if j.ends(n) {
		e.Outcomes = append(e.Outcomes, write.Outcome{Kind: write.Current, Write: n})
	}
}

func (j *journal) Refuse(n write.Number, e *write.Effects) {
	if j.ends(n) {
		e.Outcomes = append(e.Outcomes, write.Outcome{Kind: write.Refused, Write: n, Cause: n})
		j.fell(n, e)
	}
}

func (j *journal) Overrule(n write.Number, b *wire.Batch, row int, e *write.Effects) {
	j.Refuse(n, e)
	j.currents = append(j.currents, row)
}

func (j *journal) Cancel(n write.Number, e *write.Effects) {
	if j.pending[n] {
		j.takeBack(n)
		j.fell(n, e)
	}
}

func (j *journal) takeBack(n write.Number) {
	delete(j.pending, n)
	if j.sent[n] {
		j.late[n] = true
	}
}

func (j *journal) fell(cause write.Number, e *write.Effects) {
	for n, on := range j.falls {
		if on == cause && j.pending[n] {
			j.takeBack(n)
			e.Outcomes = append(e.Outcomes, write.Outcome{Kind: write.Refused, Write: n, Cause: cause})
		}
	}
}

// ends tells whether a write was pending until now.
func (j *journal) ends(n write.Number) bool {
	if j.late[n] {
		delete(j.late, n)
		j.news = append(j.news, n)
	}
	was := j.pending[n]
	delete(j.pending, n)
	return was
}

// backend is an executor that answers when the test says so.
type backend struct {
	id       string
	requests []*asked
	at       func(a *asked) // during Write
}

type asked struct {
	*execution.Request
	writes []write.Number
	done   func(*execution.Answer)
	ended  bool
}

func (b *backend) ID() string { return b.id }

func (b *backend) Write(r *execution.Request, done func(*execution.Answer)) func() {
	a := &asked{Request: r, writes: r.Writes, done: done}
	b.requests = append(b.requests, a)
	if b.at != nil {
		b.at(a)
	}
	return func() { a.ended = true }
}

// sent lists the writes of every request so far.
func (b *backend) sent() (writes [][]write.Number) {
	for _, a := range b.requests {
		writes = append(writes, a.writes)
	}
	return writes
}

// outcome is what the outlet heard of a write.
type outcome struct {
	kind  write.Kind
	cause write.Number
	code  fault.Code
}

// world is a pipeline with one executor and what it said.
type world struct {
	*execution.Pipeline
	backend  *backend
	outcomes map[write.Number]outcome
	last     write.Number
	stirs    int
}

func (w *world) Changed(*execution.Store, *write.Changed) {}

func (w *world) Settled(s *execution.Store, o *write.Outcome, err *fault.Error) {
	for n := range max(o.Count, 1) {
		said := outcome{kind: o.Kind, cause: o.Cause}
		if err != nil && o.Kind == write.Refused {
			said.code = err.Code
		}
		w.outcomes[o.Write+n] = said
	}
}

func newWorld(t testing.TB) *world {
	w := &world{backend: &backend{id: "first"}, outcomes: map[write.Number]outcome{}}
	w.Pipeline = execution.New(w, nil, func() { w.stirs++ })
	require.Nil(t, w.Register(w.backend))
	return w
}

func newStore(name string) *execution.Store {
	j := &journal{
		pending: map[write.Number]bool{}, sent: map[write.Number]bool{}, late: map[write.Number]bool{}, falls: map[write.Number]write.Number{},
	}
	return &execution.Store{Name: name, Table: table.New(), Journal: j}
}

// write makes pending writes.
func (w *world) write(s *execution.Store, strategy, context uint32, count int) {
	first := w.last + 1
	for range count {
		w.last++
		s.Journal.(*journal).pending[w.last] = true
	}
	w.Enqueue(s, strategy, context, first, count)
}

var all = &execution.Answer{All: true}
