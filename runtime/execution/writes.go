package execution

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Backend is an Executor that keeps rows, and answers to JavaScript as well. Each function that it gives ends what it is
// of early, or is nil; done is called once all the same, unless the engine ends.
type Backend interface {
	Executor

	// Apply does writes. They are the backend's to read until Apply returns.
	Apply(w *Writes, done func(*Answer)) (cancel func())

	// Query answers with an object { data, pageInfo? }, encoded. So is the query: the payload of an object, or nothing.
	Query(store string, query []byte, done func(answer []byte, err *fault.Error)) (cancel func())

	// Close ends the backend and gives back its memory. Calls that follow are refused with disposed.
	Close()
}

// Writes is a request that does not come from a journal: JavaScript made it, and may make it again.
type Writes struct {
	Store    string
	Strategy string
	Entries  []Entry     // whose Write is 0
	Rows     *wire.Batch // for each entry the whole row, of a deletion its id; fields by name
	Bases    []float64   // for each entry the version that the backend is to have, NaN for any; nil: any for all
	Keys     []string    // for each entry what it is recognised by when it comes again, or ""; nil: none
}
