package index

import "math/bits"

// pool is memory for runs of 16-bit words, which come and go. A reference is page number << 16 | offset. Runs come in
// sizes (classes) of 4, 6, 8, 12, 16, 24, … words; a freed one is kept for the next of its class, and leads to the one
// freed before it by its first two words. Runs larger than maxPooled have a page each. There are no pointers but those
// of the pages.
type pool struct {
	pages   [][]uint16
	free    [pooledClasses]uint32 // the run freed last, by class; noRun: none
	fill    uint32                // words of the last page of runs that are taken
	current uint32                // number of that page; noPage: there is none yet
	unused  []uint32              // numbers of pages without memory
	words   int                   // in all pages
	idle    int                   // of them in freed runs
}

const (
	noRun         = 0xFFFFFFFF
	noPage        = 0xFFFFFFFF
	pageWords     = 1 << 16
	firstPage     = 256 // words of a pool's first page, which doubles: small tables have small indexes
	pooledClasses = 21
	maxPooled     = 4096 // the size of the last of these
)

func (p *pool) reset() {
	*p = pool{current: noPage}
	for class := range p.free {
		p.free[class] = noRun
	}
}

// classOf gives the least class that has room for n words.
func classOf(n int) uint8 {
	if n <= 4 {
		return 0
	}
	k := uint8(bits.Len(uint(n-1))) - 3 // 4<<k < n ≤ 8<<k
	if n <= 6<<k {
		return 2*k + 1
	}
	return 2*k + 2
}

// classSize is how many words a run of a class has.
func classSize(class uint8) int { return (4 + 2*int(class&1)) << (class >> 1) }

// at gives the first n words of a run.
func (p *pool) at(run uint32, n int) []uint16 {
	return p.pages[run>>16][run&0xFFFF:][:n:n]
}

// take gives a run. What it holds has no meaning.
func (p *pool) take(class uint8) uint32 {
	if class >= pooledClasses {
		return p.page(classSize(class)) << 16
	}
	if run := p.free[class]; run != noRun {
		link := p.at(run, 2)
		p.free[class] = uint32(link[0]) | uint32(link[1])<<16
		p.idle -= classSize(class)
		return run
	}
	size := uint32(classSize(class))
	if p.current == noPage || int(p.fill+size) > len(p.pages[p.current]) {
		p.grow(size)
	}
	run := p.current<<16 | p.fill
	p.fill += size
	return run
}

// give takes a run back.
func (p *pool) give(run uint32, class uint8) {
	if class >= pooledClasses {
		n := run >> 16
		p.words -= len(p.pages[n])
		p.pages[n] = nil
		p.unused = append(p.unused, n)
		return
	}
	link := p.at(run, 2)
	link[0], link[1] = uint16(p.free[class]), uint16(p.free[class]>>16)
	p.free[class] = run
	p.idle += classSize(class)
}

// wasteful tells whether most of the memory is in freed runs, and it is much: then the owner had better begin anew.
func (p *pool) wasteful() bool { return p.idle > p.words/2 && p.idle > pageWords }

// grow makes room for a run of size words, and cuts what is left of the page before into runs.
func (p *pool) grow(size uint32) {
	if p.current == noPage {
		p.current = p.page(max(firstPage, classSize(classOf(int(size)))))
		return
	}
	old := p.pages[p.current]
	if len(old) < pageWords {
		n := 2 * len(old)
		for n < int(p.fill+size) {
			n *= 2
		}
		grown := make([]uint16, min(n, pageWords))
		copy(grown, old)
		p.words += len(grown) - len(old)
		p.pages[p.current] = grown
		if int(p.fill+size) <= len(grown) {
			return
		}
	}
	for left := pageWords - int(p.fill); left >= 4; left = pageWords - int(p.fill) {
		class := classOf(left)
		if classSize(class) > left {
			class--
		}
		run := p.current<<16 | p.fill
		p.fill += uint32(classSize(class))
		p.give(run, class)
	}
	p.current, p.fill = p.page(pageWords), 0
}

func (p *pool) page(words int) uint32 {
	p.words += words
	memory := make([]uint16, words)
	if n := len(p.unused); n > 0 {
		number := p.unused[n-1]
		p.unused = p.unused[:n-1]
		p.pages[number] = memory
		return number
	}
	p.pages = append(p.pages, memory)
	return uint32(len(p.pages) - 1)
}

func (p *pool) bytes() int { return 2*p.words + 24*cap(p.pages) }
