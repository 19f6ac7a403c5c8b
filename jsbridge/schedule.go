package jsbridge

import (
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/atoma-dev/atoma/runtime/fault"
)

// pending counts goroutines that have work left. A goroutine that an export
// starts or wakes does not run before Go's event loop is resumed, so a call
// that leaves some behind says so (MailAsync) and JavaScript resumes the
// module in a microtask.
var pending atomic.Int32

// report tells JavaScript of a failure outside any call; control.go sets it.
var report = func(message, stack string) {}

// Go runs f after the current command, in a goroutine of its own. A panic in f
// is reported and ends f alone.
func Go(f func()) {
	pending.Add(1)
	go func() {
		defer pending.Add(-1)
		defer func() {
			if r := recover(); r != nil {
				report(panicError(r).Message, string(debug.Stack()))
			}
		}()
		f()
	}()
}

// fail goes wrong on purpose. The three ways are all that the runtime has, and
// the tests of what the page sees of them need the real thing.
func (b *Bridge) fail(how uint32) *fault.Error {
	switch how {
	case FaultGoroutine:
		Go(func() { panic("a fault was asked for in a goroutine") })
	case FaultExit:
		var never sync.Mutex
		never.Unlock() // the Go runtime cannot recover from this
	default:
		panic("a fault was asked for")
	}
	return nil
}
