//go:build js && wasm

package jsbridge

import "unsafe"

// The data plane: three exports over shared memory. A call through wasmexport
// costs about 0.02 µs where one through js.FuncOf costs 20 µs or more, so no
// data ever goes through syscall/js (docs/architecture.md has the figures).

// the one bridge of this instance; exports have no receiver
var bridge = NewBridge()

//go:wasmexport atoma_mailbox
func mailbox() uint32 { return address(&bridge.mailbox[0]) }

// inbox makes room for size bytes and gives the inbox's address. What was
// written so far is kept, so a caller may ask again in the middle of a batch.
//
//go:wasmexport atoma_inbox
func inbox(size uint32) uint32 {
	bridge.growInbox(int(size))
	return address(&bridge.inbox[0])
}

//go:wasmexport atoma_inbox_size
func inboxSize() uint32 { return uint32(len(bridge.inbox)) }

// call runs one command over the first length bytes of the inbox. It never
// calls back into JavaScript user code, and a panic comes back as StatusPanic.
//
//go:wasmexport atoma_call
func call(op, target, length, flags uint32) uint32 {
	return bridge.Call(op, target, length, flags)
}

func address[T any](p *T) uint32 { return uint32(uintptr(unsafe.Pointer(p))) }
