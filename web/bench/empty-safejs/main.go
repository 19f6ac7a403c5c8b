//go:build js && wasm

// Command empty-safejs is the empty module with a door to JavaScript, as wide
// as the one that atoma.wasm has: exceptions become errors.
package main

import "github.com/hack-pad/safejs"

func main() {
	if _, err := safejs.Global().Get("none"); err != nil {
		panic(err)
	}
	select {}
}
