package value

import "runtime"

// Deep is called by what calls itself once a level, with the level: so that depth costs memory of the engine and not the
// stack of the page, which differs between browsers and ends the engine when it is full. In WebAssembly each Go call is
// one of the page; to yield, now and then, ends them all, and Go goes on where it was with what it has in memory.
func Deep(level int) {
	if level&63 == 0 && level > 0 {
		runtime.Gosched()
	}
}
