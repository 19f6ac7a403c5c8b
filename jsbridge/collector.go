package jsbridge

import "runtime"

// collector decides when garbage is collected. The Go runtime's own pacing does
// not fit a module that is called: a cycle that begins inside a call is carried
// on by goroutines, which run only when the event loop is resumed, and until
// then every store of a pointer pays for the write barrier (measured: updates
// took three times as long). So the automatic collector is off (wasm/main.go),
// and whole cycles run between two commands, after so much work. Tables leave
// next to no garbage, and the bulk of the heap holds no pointers: a cycle takes
// about a millisecond for 100,000 rows.
type collector struct {
	work int // since the last cycle
}

const (
	workToCollect = 1 << 16
	queryWork     = 1 << 6 // what a query counts as: it may take working memory
	bytesOfWork   = 1 << 8 // so many bytes of a command count as one row more
)

// did counts rows or the like and bytes of a command, and collects when enough has come together.
func (c *collector) did(work, bytes int) {
	c.work += 1 + work + bytes/bytesOfWork
	if c.work >= workToCollect {
		c.collect()
	}
}

func (c *collector) collect() {
	c.work = 0
	runtime.GC()
}
