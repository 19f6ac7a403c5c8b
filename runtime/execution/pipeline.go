// Package execution carries pending writes to whoever confirms them: the client's one executor, or a strategy.
//
// Writes go in by Enqueue, in call order, and are cut into segments: those of one store that were made one after another
// in one turn with equal context and strategy. When the turn is over, each lane (a store and a strategy) sends its
// oldest segment as a Request, and the next one when that is answered; lanes never wait for each other. Answers are
// taken in by Pump and by nothing else, so that whoever shows rows knows when they change; what becomes of rows and
// writes is the journals' to say (package write) and goes to an Outlet.
//
// A Pipeline is for one goroutine at a time, as the engine is. It keeps nothing of a write that has been answered.
package execution

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/write"
)

// Outlet is told what becomes of rows and writes, during the call of the Pipeline that brings it about. It must not call
// the Pipeline, and what it is given is valid during the call only.
type Outlet interface {
	// Changed says that a row shows otherwise than before.
	Changed(s *Store, c *write.Changed)

	// Settled says what became of a write; the changes it made come before it. err is why it was refused: nil for one
	// that fell with a write that Cancel took back (its cause), Untold when the answer said so.
	Settled(s *Store, o *write.Outcome, err *fault.Error)
}

// Direct is the number of the strategy that is the executor itself.
const Direct uint32 = 0

const directName = "direct"

// strategy is a way for writes to go.
type strategy struct {
	number   uint32
	name     string
	executor Executor // nil: there is none now
	lanes    []*lane
	requests []*request // not answered yet, abandoned ones too
}

// Pipeline carries the writes of one client.
type Pipeline struct {
	outlet     Outlet
	through    Executor // for stores that are processed
	stir       func()
	strategies map[uint32]*strategy
	last       uint32 // number of a strategy
	open       []*segment
	lanes      []*lane // that may have something to send
	spare      []*lane // the memory of such a list
	arrived    []arrival
	pumping    bool
	effects    write.Effects
	rows       rows
}

// arrival is an answer that was given and not taken in yet.
type arrival struct {
	request *request
	answer  *Answer
}

// New makes a Pipeline without executor. outlet may be nil. through gets the requests of processed stores in place of whatever executor
// they are for. stir is called when an answer has come outside of Pump, and Pump is to be called soon;
// it may be nil. Both are called on the goroutine that calls the Pipeline, or an executor's done.
func New(outlet Outlet, through Executor, stir func()) *Pipeline {
	p := &Pipeline{outlet: outlet, through: through, stir: stir, strategies: map[uint32]*strategy{}}
	p.strategies[Direct] = &strategy{name: directName}
	return p
}

// Known tells whether writes may go by a strategy. There is always direct, if only to have its writes refused.
func (p *Pipeline) Known(strategy uint32) bool { return p.strategies[strategy] != nil }

// Enqueue puts pending writes with consecutive numbers behind all others of their store. Numbers rise from call to call.
// With a strategy that is not Known they are refused at once.
func (p *Pipeline) Enqueue(s *Store, strategy, context uint32, first write.Number, count int) {
	if count == 0 {
		return
	}
	st := p.strategies[strategy]
	if st == nil {
		for n := range count {
			p.refuse(s, first+write.Number(n), errUnknown)
		}
		return
	}
	l := s.lane(st)
	if o := s.open; o == nil || o.lane != l || o.context != context {
		s.open = &segment{lane: l, context: context}
		p.open = append(p.open, s.open)
		l.queue = append(l.queue, s.open)
	}
	s.open.add(first, count)
}

// Pump takes in the answers that have come, and sends what can be sent. turn says that the current turn is over: its
// segments are complete.
func (p *Pipeline) Pump(turn bool) {
	if p.pumping {
		return // an executor must not, and it is all the same
	}
	p.pumping = true
	defer func() { p.pumping = false }()
	if turn {
		p.endTurn()
	}
	for len(p.arrived) > 0 || len(p.lanes) > 0 {
		for i := 0; i < len(p.arrived); i++ {
			a := p.arrived[i]
			p.arrived[i] = arrival{}
			p.settle(a.request, a.answer)
		}
		p.arrived = p.arrived[:0]
		// lanes that come up meanwhile are for the next round, behind the answers that are there by then
		lanes := p.lanes
		p.lanes = p.spare[:0]
		for i, l := range lanes {
			lanes[i] = nil
			l.listed = false
			p.send(l)
		}
		p.spare = lanes
	}
}

func (p *Pipeline) endTurn() {
	for i, s := range p.open {
		s.closed = true
		s.lane.store.open = nil
		p.look(s.lane)
		p.open[i] = nil
	}
	p.open = p.open[:0]
}

// look makes Pump look at a lane.
func (p *Pipeline) look(l *lane) {
	if !l.listed && l.idle() {
		l.listed = true
		p.lanes = append(p.lanes, l)
	}
}

// send hands the lane's next segment to its executor. A segment that was taken back whole is none.
func (p *Pipeline) send(l *lane) {
	for l.sent == nil {
		s := l.next()
		if s == nil {
			return
		}
		r := l.request(s)
		if r == nil {
			continue
		}
		executor := l.strategy.executor
		switch {
		case executor == nil:
			for _, n := range r.Writes {
				p.refuse(l.store, n, errGone(l.strategy))
			}
			continue
		case l.store.Processed && p.through != nil:
			executor = p.through
		}
		l.sent = r
		l.strategy.requests = append(l.strategy.requests, r)
		p.hand(executor, r)
	}
}

// request makes a request of what is left of a segment, or nil. Its writes count as sent from now on.
func (l *lane) request(s *segment) *request {
	total := 0
	for _, part := range s.runs {
		total += int(part.end - part.first)
	}
	writes := make([]write.Number, 0, total)
	for _, part := range s.runs {
		for n := part.first; n != part.end; n++ {
			if l.store.Journal.Sent(n, l.strategy.number == Direct) {
				writes = append(writes, n)
			}
		}
	}
	if len(writes) == 0 {
		return nil
	}
	st := l.strategy
	return &request{
		Request: Request{Store: l.store, Strategy: st.number, Name: st.name, Context: s.context, Writes: writes},
		lane:    l, waiting: len(writes),
	}
}

// hand calls an executor. Its panic is the answer.
func (p *Pipeline) hand(executor Executor, r *request) {
	done := func(a *Answer) { p.answered(r, a) }
	defer func() {
		if recover() != nil {
			done(&Answer{Err: fault.New(fault.Internal, "the executor "+quote(executor.ID())+" panicked")})
		}
	}()
	if cancel := executor.Write(&r.Request, done); !r.over {
		r.cancel = cancel
	}
}

// answered notes an answer for the next Pump, which is to come soon.
func (p *Pipeline) answered(r *request, a *Answer) {
	if r.over {
		return
	}
	r.over, r.cancel = true, nil
	p.arrived = append(p.arrived, arrival{r, a})
	if !p.pumping && p.stir != nil {
		p.stir()
	}
}

func errGone(st *strategy) *fault.Error {
	if st.number == Direct {
		return fault.New(fault.Aborted, "the write was not confirmed: the executor it was for is registered no more")
	}
	return fault.New(fault.Aborted, "the write was not confirmed: the strategy "+quote(st.name)+" it was for is registered no more")
}

var errUnknown = fault.New(fault.UnknownWriteStrategy, "a write names a strategy that is not registered")

func quote(s string) string { return `"` + s + `"` }
