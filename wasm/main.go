//go:build js && wasm

// Command wasm is atoma.wasm: the engine behind its bridge. Wiring only.
package main

import (
	"runtime/debug"

	"github.com/atoma-dev/atoma/jsbridge"
)

// The heap holds large pointer-free blocks, so a collection is cheap and a low
// ratio keeps wasm memory, which never shrinks, close to what is in use.
const gcPercent = 25

func main() {
	debug.SetGCPercent(gcPercent)
	if err := jsbridge.Serve(); err != nil {
		panic(err)
	}
}
