package write

import "unsafe"

// Bytes is about how much memory a journal holds.
func (j *Journal) Bytes() int {
	n := len(j.chains)*8 + cap(j.unused)*4 + j.most*64 + len(j.late)*128
	n += cap(j.records.runs)*16 + cap(j.records.blocks)*8
	for _, b := range append(j.records.blocks, j.counter.pool.records...) {
		if b != nil {
			n += int(unsafe.Sizeof(*b))
		}
	}
	for _, b := range j.undo.blocks {
		n += cap(b.bytes)
	}
	for _, b := range j.counter.pool.undo {
		n += cap(b)
	}
	for _, p := range append(j.heads.pages, j.heads.spare) {
		if p != nil {
			n += int(unsafe.Sizeof(*p))
		}
	}
	return n + cap(j.undo.blocks)*32 + cap(j.heads.pages)*8
}
