package value

import "unsafe"

// Numbers lie in memory as they do in payloads and batches: lowest byte first, on every platform that the engine is
// built for. Package binary says the same in portable terms, but the compiler does not merge its eight loads of a byte
// into one for WebAssembly.

// Load64 reads the first 8 bytes of b.
func Load64(b []byte) uint64 {
	_ = b[7]
	return *(*uint64)(unsafe.Pointer(&b[0]))
}

// Load32 reads the first 4 bytes of b.
func Load32(b []byte) uint32 {
	_ = b[3]
	return *(*uint32)(unsafe.Pointer(&b[0]))
}

// Store64 writes the first 8 bytes of b.
func Store64(b []byte, n uint64) {
	_ = b[7]
	*(*uint64)(unsafe.Pointer(&b[0])) = n
}
