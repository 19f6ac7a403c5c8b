// Package memory is a backend that keeps its rows in memory, in an engine of its own: for tests and prototypes, and as
// the measure of what a backend has to do.
//
// A Backend may serve several clients; what one has written the others find. It answers during the call. Of each row
// it keeps a version: 1 when the row is made, one more at every write that changes it.
//
//   - add makes a row; where there is one it is already_exists.
//   - update puts the whole row in the place of what is there; nothing there is not_found.
//   - upsert does either. What an entry brings is the whole row as its client sees it, so that fields which it does not
//     have are gone, whatever the options of the call were.
//   - delete removes a row; nothing there is fine, since that is what was asked for.
//   - An update or deletion that follows a refused add of the same row in one request fails with it: its client made it
//     on top of a row that never came to be, and it is not for the row that was in the way.
//   - A write that carries the version it expects is a conflict if there is another one, or no row at all.
//   - A write whose idempotency key was seen before changes nothing and is answered as it was then.
//
// Like the engine, a Backend is for one goroutine at a time.
package memory

import (
	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Backend is the rows of any number of stores.
type Backend struct {
	id     string
	client *runtime.Client
	keys   keys

	// What a call works with, kept for its memory.
	builder wire.Builder
	part    wire.Batch
	found   runtime.Answer
}

// Open makes a Backend of the options { id, schema? } that JavaScript gives.
func Open(options value.Value) (execution.Backend, *fault.Error) {
	id, _ := options.Get("id")
	schema, _ := options.Get("schema")
	b, err := New(string(id.Str), schema)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// New makes a Backend without rows. The id is what the executor is called in messages, schema what is known of the
// stores (runtime.OpenClient): indexes make queries fast. What is wrong with it is invalid_schema.
func New(id string, schema value.Value) (*Backend, *fault.Error) {
	client, err := runtime.New().OpenClient("memory", schema)
	if err != nil {
		return nil, err
	}
	return &Backend{id: id, client: client, keys: newKeys(maxKeys)}, nil
}

// ID is what the executor is called.
func (b *Backend) ID() string { return b.id }

// Close gives back all rows. Calls that follow are disposed.
func (b *Backend) Close() {
	if b.client != nil {
		b.client.Close()
	}
	*b = Backend{id: b.id}
}

func (b *Backend) closed() *fault.Error {
	return fault.New(fault.Disposed, "the backend "+b.id+" has been disposed: create a new one")
}

var _ execution.Backend = (*Backend)(nil)
