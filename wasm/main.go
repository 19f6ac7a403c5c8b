//go:build js && wasm

// Command wasm is atoma.wasm: the engine behind its bridge. Wiring only.
package main

import (
	"runtime/debug"

	"github.com/atoma-dev/atoma/backends/memory"
	"github.com/atoma-dev/atoma/jsbridge"
)

func main() {
	debug.SetGCPercent(-1) // the bridge collects between commands: see jsbridge/collector.go
	jsbridge.RegisterBackend("memory", memory.Open)
	if err := jsbridge.Serve(); err != nil {
		panic(err)
	}
}
