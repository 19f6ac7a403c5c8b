package jsbridge

import (
	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Commands of the write path. js/write/pipeline.ts is their caller.
//
// A write is kept as pending if OpTrack came before it, once for each write command: the next one of the client, on
// whatever store, takes it, also when it fails. WordWrite gives the number of its first write, and OpPump everything
// that came of it. OpAnswer only leaves an answer for the next OpPump; OpCancel, OpUnregister and OpForget act at once,
// and what they have done stands in the tidings of the next OpPump, which is therefore to follow before a row is looked
// at.

// openClient is a client with what JavaScript is to be told of it.
type openClient struct {
	*runtime.Client
	number  uint32
	tidings tidings
}

// stir tells JavaScript that an answer waits for OpPump; control.go sets it.
var stir = func(client uint32) {}

// connect gives a client its number, and a pipeline that leads here. processed is the names of stores for which
// JavaScript has outbound or writeback processors: their requests come as TideRequest whatever the executor.
func (b *Bridge) connect(client *runtime.Client, processed value.Value) uint32 {
	c := &openClient{Client: client}
	c.number = b.clients.add(c)
	names := make([]string, len(processed.Items))
	for i, name := range processed.Items {
		names[i] = string(name.Str)
	}
	client.Connect(&c.tidings, &remote{b, c, ""}, func() {
		if b.answering != c {
			stir(c.number)
		}
	}, names...)
	return c.number
}

func (b *Bridge) runExecution(op Op, client *openClient, in []byte, flags uint32) *fault.Error {
	p := client.Pipeline()
	switch op {
	case OpTrack:
		words := slotsIn(in)
		if len(words) != 2 {
			return fault.New(fault.Internal, "a write was announced without strategy and context")
		}
		return client.Track(words[0], words[1], flags&TrackHidden != 0)
	case OpPump:
		client.tidings.begin()
		p.Pump(flags&PumpTurn != 0)
		b.answerTidings(&client.tidings)
	case OpCancel:
		client.tidings.begin()
		p.Cancel(slotsIn(in))
	case OpRegister:
		return b.register(client, in, flags)
	case OpUnregister:
		client.tidings.begin()
		p.Unregister()
	case OpStrategy:
		number, err := p.Strategy(string(in), &remote{b, client, string(in)})
		b.mailbox[WordNumber] = number
		return err
	case OpForget:
		client.tidings.begin()
		p.Forget(flags)
	}
	return nil
}

// register fills the client's executor slot: with JavaScript, or with one of the backends that are open here.
func (b *Bridge) register(client *openClient, in []byte, backend uint32) *fault.Error {
	if backend != 0 {
		found := b.backends.at(backend)
		if found == nil {
			return fault.New(fault.Disposed, "this backend has been disposed: create a new one")
		}
		return client.Pipeline().Register(&local{found, client})
	}
	options, err := value.Decode(value.Object, in)
	if err != nil {
		return fault.New(fault.Internal, "an executor's description could not be read: "+err.Error())
	}
	id, _ := options.Get("id")
	return client.Pipeline().Register(&remote{b, client, string(id.Str)})
}

// remote is an executor or strategy in JavaScript. Its requests are tidings, answered by OpAnswer.
type remote struct {
	bridge *Bridge
	client *openClient
	id     string
}

// openRequest is a request that JavaScript is to answer.
type openRequest struct {
	client *openClient
	done   func(*execution.Answer)
	rows   [][]byte // of the answer, as far as they have come
}

func (r *remote) ID() string { return r.id }

// Write tells JavaScript of a request. Numbers of requests are not used again, so that an answer that comes twice is
// not taken for that of another.
func (r *remote) Write(request *execution.Request, done func(*execution.Answer)) func() {
	b, t := r.bridge, &r.client.tidings
	b.asked++
	number := b.asked
	b.requests[number] = &openRequest{client: r.client, done: done}
	t.request(number, request)
	return func() { t.abandoned(number) }
}

// local is an executor in Go. JavaScript hears that it has been given the writes.
type local struct {
	execution.Backend
	client *openClient
}

func (l *local) Write(request *execution.Request, done func(*execution.Answer)) func() {
	l.client.tidings.sent(request.Writes)
	return l.Backend.Write(request, done)
}
