// Package jsbridge is the boundary between the engine and JavaScript. Its Go
// files and the TypeScript files in js/ are written in pairs.
//
// Data goes through an inbox and an outbox in wasm memory (exports.go); the
// control plane, where one call moves a whole page or settles a promise, goes
// through safejs (control.go). This package owns the inbox, the outbox and the
// numbers that stand for clients and stores; the engine owns all state. The
// module has one thread and a command never blocks, so nothing here is locked.
package jsbridge

import (
	"runtime/debug"
	"unsafe"

	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Bridge runs commands. The zero value is not usable; see NewBridge.
type Bridge struct {
	runtime *runtime.Runtime
	clients numbered[openClient]
	stores  numbered[openStore]
	views   numbered[openView]

	mailbox [MailboxWords]uint32
	inbox   []byte
	outbox  []byte
	page    []byte // further parts of an answer
	shape   []byte
	batch   wire.Builder
	results table.Results
	found   runtime.Answer
	change  runtime.Change
	slots   []uint32 // and what else goes out as words
	tree    []uint32
	garbage collector

	requests  map[uint32]*openRequest // writes that JavaScript has to answer
	asked     uint32                  // number of the last of them
	answering *openClient             // whose request JavaScript is answering
	done      chan struct{}

	backends heldBackends
}

// openStore remembers the client whose end closes the store.
type openStore struct {
	*runtime.Store
	client uint32
}

// openView remembers the client whose end closes the view.
type openView struct {
	*runtime.View
	client uint32
}

// NewBridge makes a bridge with an engine of its own.
func NewBridge() *Bridge {
	return &Bridge{
		runtime:  runtime.New(),
		requests: map[uint32]*openRequest{},
		inbox:    make([]byte, minInboxBytes),
		done:     make(chan struct{}),
	}
}

// Call runs one command and leaves its answer in the mailbox. A panic of the
// engine is turned into an answer here and nowhere else.
func (b *Bridge) Call(op Op, target, length, flags uint32) (status uint32) {
	defer func() {
		if r := recover(); r != nil {
			b.answerError(panicError(r), string(debug.Stack()))
			status = StatusPanic
		}
	}()
	clear(b.mailbox[:])
	if int(length) > len(b.inbox) {
		b.answerError(fault.New(fault.InvalidInput, "a command is longer than the inbox"), "")
		return StatusError
	}
	err := b.run(op, target, b.inbox[:length], flags)
	if pending.Load() > 0 {
		b.mailbox[WordFlags] |= MailAsync
	}
	if err != nil {
		b.answerError(err, "")
		return StatusError
	}
	return StatusOK
}

func (b *Bridge) growInbox(size int) {
	if size <= len(b.inbox) {
		if len(b.inbox) > maxIdleBytes && size <= minInboxBytes {
			b.inbox = make([]byte, minInboxBytes)
		}
		return
	}
	grown := make([]byte, max(size, min(2*len(b.inbox), len(b.inbox)+maxIdleBytes)))
	copy(grown, b.inbox)
	b.inbox = grown
}

// answer hands bytes to JavaScript. They are read before the next command.
func (b *Bridge) answer(out []byte) {
	if len(out) == 0 {
		return
	}
	b.mailbox[WordOut] = uint32(uintptr(unsafe.Pointer(&out[0])))
	b.mailbox[WordOutLen] = uint32(len(out))
}

// answerWords is answer for numbers. Count says how many rows, slots or views they are about.
func (b *Bridge) answerWords(words []uint32, count int) {
	b.mailbox[WordCount] = uint32(count)
	if len(words) > 0 {
		b.mailbox[WordOut] = uint32(uintptr(unsafe.Pointer(&words[0])))
		b.mailbox[WordOutLen] = uint32(4 * len(words))
	}
}

func (b *Bridge) answerSlots(slots []uint32) { b.answerWords(slots, len(slots)) }

// answerAt publishes memory under two words: its address and its length.
func answerAt[T byte | uint32](b *Bridge, word int, out []T) {
	if len(out) > 0 {
		b.mailbox[word] = uint32(uintptr(unsafe.Pointer(&out[0])))
		b.mailbox[word+1] = uint32(len(out))
	}
}

// answerResults publishes the per-item results where they lie.
func (b *Bridge) answerResults() {
	r, m := &b.results, &b.mailbox
	m[WordCount] = uint32(len(r.Status))
	if len(r.Status) == 0 {
		return
	}
	m[WordStatus] = uint32(r.Status[0])
	m[WordSlot] = r.Slots[0]
	*(*float64)(unsafe.Pointer(&m[WordVersion])) = r.Versions[0]
	m[WordStatuses] = uint32(uintptr(unsafe.Pointer(&r.Status[0])))
	m[WordSlots] = uint32(uintptr(unsafe.Pointer(&r.Slots[0])))
	m[WordVersions] = uint32(uintptr(unsafe.Pointer(&r.Versions[0])))
	if len(r.IDs) > 0 {
		m[WordIDEnds] = uint32(uintptr(unsafe.Pointer(&r.IDEnds[0])))
		m[WordIDs] = uint32(uintptr(unsafe.Pointer(&r.IDs[0])))
	}
}

// answerError replaces whatever the command had answered so far.
func (b *Bridge) answerError(err *fault.Error, stack string) {
	flags := b.mailbox[WordFlags]
	clear(b.mailbox[:])
	b.mailbox[WordFlags] = flags
	b.outbox = value.AppendPayload(b.outbox[:0], errorValue(err, stack))
	b.answer(b.outbox)
}

// errorValue is an error as JavaScript reads it: {code, message, path?, store?, id?, current?, stack?}.
func errorValue(err *fault.Error, stack string) value.Value {
	properties := []property{{"code", text(string(err.Code))}, {"message", text(err.Message)}}
	put := func(key string, v value.Value) { properties = append(properties, property{key, v}) }
	if len(err.Path) > 0 {
		put("path", pathValue(err.Path))
	}
	if err.Store != "" {
		put("store", text(err.Store))
	}
	if err.ID != "" {
		put("id", text(err.ID))
	}
	if current, bad := value.Decode(value.Object, err.Current); bad == nil && err.Current != nil {
		put("current", object(property{"value", current}))
	}
	if stack != "" {
		put("stack", text(stack))
	}
	return object(properties...)
}

func pathValue(path []any) value.Value {
	items := make([]value.Value, 0, len(path))
	for _, step := range path {
		switch s := step.(type) {
		case string:
			items = append(items, text(s))
		case int:
			items = append(items, value.Value{Tag: value.Number, Num: float64(s)})
		}
	}
	return value.Value{Tag: value.Array, Items: items}
}

func text(s string) value.Value { return value.Value{Tag: value.String, Str: []byte(s)} }

func panicError(r any) *fault.Error {
	message := "the engine panicked"
	switch v := r.(type) {
	case error:
		message += ": " + v.Error()
	case string:
		message += ": " + v
	}
	return fault.New(fault.Internal, message)
}
