package execution

import "github.com/atoma-dev/atoma/runtime/write"

// lane is the way of the writes of one store and strategy: one request at a time, in the order of the calls.
type lane struct {
	store    *Store
	strategy *strategy
	queue    []*segment // not sent yet, oldest first; the last may be open
	sent     *request   // not answered yet, and somebody waits for it
	listed   bool       // in the pipeline's list of lanes to look at
}

// segment is what becomes one request.
type segment struct {
	lane    *lane
	context uint32
	closed  bool // its turn is over
	runs    []run
}

// run is writes with consecutive numbers.
type run struct{ first, end write.Number }

// request is a Request with what the pipeline keeps of it.
type request struct {
	Request
	lane    *lane
	waiting int    // writes that somebody waits for
	cancel  func() // may be nil
	over    bool   // answered, or its executor is gone: nothing more is listened to
}

// add puts writes at the end of a segment.
func (s *segment) add(first write.Number, count int) {
	end := first + write.Number(count)
	if last := len(s.runs) - 1; last >= 0 && s.runs[last].end == first {
		s.runs[last].end = end
		return
	}
	s.runs = append(s.runs, run{first, end})
}

// first is the number of the oldest write.
func (s *segment) first() write.Number { return s.runs[0].first }

// next takes the next segment whose turn is over off the queue.
func (l *lane) next() *segment {
	if len(l.queue) == 0 || !l.queue[0].closed {
		return nil
	}
	s := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	if len(l.queue) == 0 {
		l.queue = nil
	}
	return s
}

// idle tells whether the lane could send now.
func (l *lane) idle() bool { return l.sent == nil && len(l.queue) > 0 && l.queue[0].closed }

// queued tells whether a write waits in the lane. Numbers rise along the queue.
func (l *lane) queued(n write.Number) bool {
	low, high := 0, len(l.queue)
	for low < high { // the first segment that begins behind n
		if mid := (low + high) / 2; l.queue[mid].first() <= n {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low == 0 {
		return false
	}
	for _, r := range l.queue[low-1].runs {
		if r.first <= n && n < r.end {
			return true
		}
	}
	return false
}

// has tells whether a write is in the request.
func (r *request) has(n write.Number) bool {
	low, high := 0, len(r.Writes)
	for low < high {
		if mid := (low + high) / 2; r.Writes[mid] < n {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low < len(r.Writes) && r.Writes[low] == n
}

// holds tells whether a write waits in the lane or is under way from it.
func (l *lane) holds(n write.Number) bool { return l.sent != nil && l.sent.has(n) || l.queued(n) }

// free ends the time of a request.
func (l *lane) free(r *request) {
	if l.sent == r {
		l.sent = nil
	}
}

// abandon ends a request early. What its executor makes of that, a panic included, is its own affair.
func (r *request) abandon() {
	cancel := r.cancel
	r.cancel = nil
	if r.over || cancel == nil {
		return
	}
	defer func() { _ = recover() }()
	cancel()
}
