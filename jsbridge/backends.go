package jsbridge

import (
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Backends in Go that JavaScript may call: where rows have to go through functions of JavaScript on their way, or the
// backend is one of several behind an executor. A call is answered by its result, which JavaScript takes as soon as the
// mailbox (or, later, the host) says that it is there.

// OpenBackend makes a backend of the options that JavaScript gave, which are an object.
type OpenBackend func(options value.Value) (execution.Backend, *fault.Error)

var backendKinds = map[string]OpenBackend{}

// RegisterBackend makes a kind of backend known, before any command runs. The program does it (wasm/main.go), so that the
// bridge depends on no backend.
func RegisterBackend(kind string, open OpenBackend) { backendKinds[kind] = open }

// answered tells JavaScript that a call it waits for can be taken; control.go sets it.
var answered = func(call uint32) {}

// heldBackends are the backends that are open and the calls that have not been taken. Numbers of backends are from 1 up.
type heldBackends struct {
	open  numbered[execution.Backend]
	calls numbered[backendCall]
}

type backendCall struct {
	number  uint32
	backend uint32
	cancel  func() // may be nil
	awaited bool   // JavaScript has gone on without the answer and is to be told of it
	done    bool
	out     []byte // once done: an object, encoded
	err     *fault.Error
}

// at gives a backend by its number, nil if there is none.
func (h *heldBackends) at(number uint32) execution.Backend {
	if found := h.open.at(number - 1); found != nil {
		return *found
	}
	return nil
}

func (b *Bridge) runBackend(op Op, target uint32, in []byte) *fault.Error {
	switch op {
	case OpBackendOpen:
		return b.openBackend(in)
	case OpBackendTake, OpBackendCancel:
		call := b.backends.calls.at(target)
		if call == nil || op == OpBackendTake && !call.done {
			return fault.New(fault.Internal, "an answer of a backend was asked for that is not there")
		}
		b.backends.calls.remove(target)
		if op == OpBackendCancel {
			call.awaited = false
			call.end(nil)
			return nil
		}
		b.answer(call.out)
		return call.err
	}
	backend := b.backends.at(target)
	if backend == nil {
		return fault.New(fault.Disposed, "this backend has been disposed: create a new one")
	}
	if op == OpBackendClose {
		b.closeBackend(target, backend)
		return nil
	}
	return b.askBackend(op, target, backend, in)
}

func (b *Bridge) openBackend(in []byte) *fault.Error {
	options, err := value.DecodeQuery(value.Object, in)
	if err != nil {
		return fault.New(fault.Internal, "the options of a backend could not be read: "+err.Error())
	}
	kind, _ := options.Get("kind")
	open := backendKinds[string(kind.Str)]
	if open == nil {
		return fault.New(fault.Internal, "this build of atoma.wasm has no backend of the kind "+string(kind.Str))
	}
	backend, fail := open(options.Clone())
	if fail != nil {
		return fail
	}
	b.mailbox[WordNumber] = b.backends.open.add(&backend) + 1
	return nil
}

func (b *Bridge) closeBackend(number uint32, backend execution.Backend) {
	for _, call := range b.backends.calls.items {
		if call != nil && call.backend == number {
			call.end(fault.New(fault.Disposed, "the backend was disposed before it had answered"))
		}
	}
	b.backends.open.remove(number - 1)
	backend.Close()
	Go(b.garbage.collect) // its rows
}

func (b *Bridge) askBackend(op Op, number uint32, backend execution.Backend, in []byte) *fault.Error {
	request, err := value.DecodeQuery(value.Object, in)
	if err != nil {
		return fault.New(fault.Internal, "a request to a backend could not be read: "+err.Error())
	}
	call := &backendCall{backend: number}
	call.number = b.backends.calls.add(call)
	if op == OpBackendQuery {
		store, _ := request.Get("storeName")
		var query []byte
		if tag, payload, _ := value.Member(in, []byte("query")); tag == value.Object {
			query = payload
		}
		call.cancel = backend.Query(string(store.Str), query, call.finish)
	} else {
		writes, err := b.writesIn(request)
		if err != nil {
			b.backends.calls.remove(call.number)
			return err
		}
		call.cancel = backend.Apply(writes, func(a *execution.Answer) {
			call.finish(appendAnswer(nil, len(writes.Entries), a), a.Err)
		})
	}
	b.garbage.did(queryWork, len(in)+len(call.out))
	b.mailbox[WordNumber] = call.number
	if call.done {
		b.mailbox[WordCount] = 1
	} else {
		call.awaited = true
	}
	return nil
}

// finish notes the answer. Only the first one counts.
func (c *backendCall) finish(out []byte, err *fault.Error) {
	if c.done {
		return
	}
	c.done, c.out, c.err = true, out, err
	if c.awaited {
		answered(c.number)
	}
}

// end is finish for a call that the backend need not answer any more.
func (c *backendCall) end(err *fault.Error) {
	if c.done {
		return
	}
	c.finish(nil, err)
	if c.cancel != nil {
		c.cancel()
	}
}
