package execution

import "github.com/atoma-dev/atoma/runtime/fault"

// Register puts an executor into the client's one slot, and fails with executor_conflict if it is taken.
func (p *Pipeline) Register(e Executor) *fault.Error {
	direct := p.strategies[Direct]
	if direct.executor != nil {
		return fault.New(fault.ExecutorConflict, "the executor "+quote(e.ID())+" cannot be registered: the client has "+
			quote(direct.executor.ID())+" already. Use one of the two, or both by multiplex")
	}
	direct.executor = e
	return nil
}

// Executor gives the executor, or nil.
func (p *Pipeline) Executor() Executor { return p.strategies[Direct].executor }

// Unregister empties the slot. Writes that the executor has not answered are refused with aborted; what it says later is
// not listened to.
func (p *Pipeline) Unregister() { p.drain(p.strategies[Direct]) }

// Strategy makes a name known for writes to go by, and gives the number of it. The number is never given again. A name
// that is known is already_exists; "direct" and the empty one are invalid_input.
func (p *Pipeline) Strategy(name string, e Executor) (uint32, *fault.Error) {
	if name == "" || name == directName {
		return 0, fault.New(fault.InvalidInput, "a write strategy cannot be named "+quote(name)+": direct is the executor itself, and other names must not be empty")
	}
	for _, st := range p.strategies {
		if st.name == name {
			return 0, fault.New(fault.AlreadyExists, "a write strategy "+quote(name)+" is registered already")
		}
	}
	p.last++
	p.strategies[p.last] = &strategy{number: p.last, name: name, executor: e}
	return p.last, nil
}

// Forget is Unregister for a strategy, whose name is free then. Numbers that are not known are passed over, direct too.
func (p *Pipeline) Forget(number uint32) {
	st := p.strategies[number]
	if st == nil || number == Direct {
		return
	}
	delete(p.strategies, number)
	p.drain(st)
	for _, l := range st.lanes {
		l.store.forget(l)
	}
	st.lanes = nil
}

// drain takes the executor of a strategy away, and ends what is on its way there. Answers that Pump has not taken in yet
// still count.
func (p *Pipeline) drain(st *strategy) {
	st.executor = nil
	requests := st.requests
	st.requests = nil
	for _, r := range requests {
		if r.over {
			st.requests = append(st.requests, r)
			continue
		}
		r.lane.free(r)
		r.abandon()
		r.over = true
		for _, n := range r.Writes { // those too that were taken back: the journal need not expect an answer
			p.refuse(r.lane.store, n, errGone(st))
		}
	}
	for _, l := range st.lanes {
		queue := l.queue
		l.queue = nil
		for _, s := range queue {
			p.refuseSegment(s, errGone(st))
		}
		if s := l.store.open; s != nil && s.lane == l {
			l.store.open = nil
		}
	}
	p.open = kept(p.open, func(s *segment) bool { return s.lane.strategy != st })
}

func (p *Pipeline) refuseSegment(s *segment, err *fault.Error) {
	for _, part := range s.runs {
		for n := part.first; n != part.end; n++ {
			p.refuse(s.lane.store, n, err)
		}
	}
}

// Close ends the pipeline: executors are told to end what is under way, and answers are not listened to any more.
func (p *Pipeline) Close() {
	p.stir = nil
	for _, st := range p.strategies {
		for _, r := range st.requests {
			r.abandon()
			r.over = true
		}
	}
	*p = Pipeline{outlet: p.outlet, strategies: map[uint32]*strategy{Direct: {name: directName}}}
}

func (st *strategy) drop(r *request) {
	for i, other := range st.requests {
		if other == r {
			last := len(st.requests) - 1
			st.requests[i] = st.requests[last]
			st.requests[last] = nil
			st.requests = st.requests[:last]
			return
		}
	}
}

// kept gives the items of a list that are to stay, in its memory.
func kept[T any](list []*T, stays func(*T) bool) []*T {
	n := 0
	for _, item := range list {
		if stays(item) {
			list[n] = item
			n++
		}
	}
	clear(list[n:])
	return list[:n]
}
