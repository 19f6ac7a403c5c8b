package execution

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// Executor carries writes to a backend.
//
// Write is called with one request of a lane at a time, in the order of its writes; requests of other lanes (stores,
// strategies) may be under way meanwhile. done is to be called once, during Write or any time later, on whatever
// goroutine has the engine then; what is said after the first time is ignored. The request and what it leads to is
// Write's to read until it returns, and no longer: rows change.
//
// Write gives a function that ends the request early, or nil if it cannot be ended. It is called at most once, when
// nobody waits for any of the request's writes any more. done may still be called: what it says is then taken as news
// of the backend.
type Executor interface {
	ID() string
	Write(r *Request, done func(*Answer)) (cancel func())
}

// Entry is one write, as a backend is to do it.
type Entry struct {
	Write   write.Number
	Action  write.Action
	ID      []byte
	LWW     bool // an upsert that does not care which version is there
	Replace bool // an upsert of the whole row, not of the fields given
}

// Request is a segment of writes on its way: those of one store that were made one after another in one turn with equal
// context and strategy, less those that were taken back before it was sent.
type Request struct {
	Store    *Store
	Strategy uint32 // number; 0 is direct
	Name     string // of the strategy
	Context  uint32 // whatever Enqueue was given
	Writes   []write.Number

	batch   wire.Batch
	builder wire.Builder
}

// Entries describes the writes, in their order. The ids are views of the journal's memory.
func (r *Request) Entries() []Entry {
	entries := make([]Entry, len(r.Writes))
	for i, n := range r.Writes {
		e := &entries[i]
		e.Write = n
		e.Action, e.ID, e.LWW, e.Replace, _ = r.Store.Journal.Entry(n)
	}
	return entries
}

// Rows gives, for each write, the row as it leaves it: id, version and all fields. A deletion has its id and nothing
// else. Fields go by names. The batch is overwritten by the next call.
func (r *Request) Rows() *wire.Batch {
	r.Store.Journal.Rows(r.Writes, &r.builder)
	if err := r.batch.Decode(r.builder.Bytes()); err != nil {
		panic("execution: a journal's rows do not decode")
	}
	// A column names its field by position in the names, and numbers of fields are such positions.
	r.batch.Names = r.Store.names(r.batch.Names[:0])
	return &r.batch
}

// Answer says what became of the writes of a request, which it answers in their order.
type Answer struct {
	All     bool         // every write is done, and there is nothing more to say of it
	Err     *fault.Error // unless nil, every write is refused
	Results []Result     // writes without one are refused with internal
	Rows    [][]byte     // batches with versions of the rows that results name, fields by name or by number of the store
}

// Result is what became of one write.
type Result struct {
	Refused *fault.Error // unless nil, it was not done
	Version float64      // that the row has now; NaN: not known
	Row     int          // what the backend has now, also in place of a write that was not done: the position among all rows of Answer.Rows; -1: not known
	Gone    bool         // it was not done, and the backend has no such row
}

// Done is the result of a write of which no more is known than that it was done.
func Done() Result { return Result{Version: math.NaN(), Row: -1} }

// Versioned is the result of a write that left its row at a version.
func Versioned(version float64) Result { return Result{Version: version, Row: -1} }

// Stored is the result of a write after which the backend has row i of those that come with the answer.
func Stored(i int) Result { return Result{Version: math.NaN(), Row: i} }

// Refused is the result of a write that was not done.
func Refused(err *fault.Error) Result { return Result{Refused: err, Row: -1} }

// Overruled is the result of a write that was not done, as the backend has row i of those that come with the answer.
func Overruled(err *fault.Error, i int) Result { return Result{Refused: err, Row: i} }

// Gone is the result of a write that was not done, as the backend has no such row.
func Gone(err *fault.Error) Result { return Result{Refused: err, Row: -1, Gone: true} }

// Untold stands for the error of a write whose caller knows it better: it is in JavaScript.
var Untold = fault.New(fault.Internal, "a write was refused")
