//go:build js && wasm

// Command empty is the least that a Go module can be: the yardstick for the
// size and the start-up time of atoma.wasm.
package main

func main() { select {} }
