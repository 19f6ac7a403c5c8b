//go:build js && wasm

package jsbridge

import "github.com/hack-pad/safejs"

// The control plane. JavaScript gives every instance a global object of its
// own (js/instance.ts) with a property "atoma": the host, whose functions Go
// may call where no data call can answer. Through safejs an exception of the
// host is an error here and not a panic.

const (
	hostName  = "atoma"
	hostReady = "ready" // (): exports may be called
	hostFail  = "fail"  // (message, stack): something failed outside a call
	hostStir  = "stir"  // (client): an answer waits for OpPump; may be called inside a call, and must not make one
	hostTake  = "take"  // (call): a backend has answered it
)

// Serve connects the bridge to its host and stays until OpExit.
func Serve() error {
	host, err := safejs.Global().Get(hostName)
	if err != nil {
		return err
	}
	report = func(message, stack string) {
		// nobody is left to tell when telling fails
		_, _ = host.Call(hostFail, message, stack)
	}
	answered = func(call uint32) {
		if _, err := host.Call(hostTake, int(call)); err != nil {
			report("an answer of a backend was not taken: "+err.Error(), "")
		}
	}
	stir = func(client uint32) {
		_, _ = host.Call(hostStir, client)
	}
	if _, err := host.Call(hostReady); err != nil {
		return err
	}
	<-bridge.done
	return nil
}
