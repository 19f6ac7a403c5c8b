package runtime

import (
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/write"
)

// announced is what Track said of the next write.
type announced struct {
	tracked, hidden   bool
	strategy, context uint32
}

// Track has the next write to any store of the client kept as pending until it is answered: by the executor (strategy 0)
// or a strategy of the pipeline, which is unknown_write_strategy if there is none of the number. Writes with equal
// context, whatever that is, may go in one request. A hidden write shows when it is confirmed.
//
// First then gives the number of the first write it has made: each item that changes something is one, with the next
// number.
func (c *Client) Track(strategy, context uint32, hidden bool) *fault.Error {
	if c.runtime == nil {
		return fault.New(fault.Disposed, "this client has been disposed")
	}
	c.next = announced{}
	if !c.pipeline.Known(strategy) {
		return fault.New(fault.UnknownWriteStrategy, "a write names a strategy that is not registered")
	}
	c.next = announced{tracked: true, hidden: hidden, strategy: strategy, context: context}
	return nil
}

// First is the number of the first pending write that the last of the client's writes has made, 0 if none.
func (c *Client) First() write.Number { return c.first }

// Connect starts the client's pipeline: outlet hears what becomes of rows and writes, through gets the requests of
// processed stores, stir is called when an answer waits for Pump (execution.New). It is called once, before any Track.
func (c *Client) Connect(outlet execution.Outlet, through execution.Executor, stir func(), processed ...string) {
	c.pipeline = execution.New(outlet, through, stir)
	for _, name := range processed {
		c.processed[name] = true
	}
}

// Pipeline gives what carries the client's writes.
func (c *Client) Pipeline() *execution.Pipeline { return c.pipeline }

// sender gives the store as the pipeline knows it.
func (s *Store) sender() *execution.Store {
	if s.execution == nil {
		s.execution = &execution.Store{
			Name: s.name, Number: s.Number, Table: s.table, Journal: s.pending(), Processed: s.client.processed[s.name],
		}
	}
	return s.execution
}
