package value_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/value"
)

func TestNumbersLieLowestByteFirstAtAnyAddress(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 16, 24).Draw(rt, "bytes")
		at := b[rapid.IntRange(0, 8).Draw(rt, "from"):]
		require.Equal(rt, binary.LittleEndian.Uint64(at), value.Load64(at))
		require.Equal(rt, binary.LittleEndian.Uint32(at), value.Load32(at))
		n := rapid.Uint64().Draw(rt, "n")
		value.Store64(at, n)
		require.Equal(rt, n, binary.LittleEndian.Uint64(at))
	})
	for n := range 8 {
		require.Panics(t, func() { value.Load64(make([]byte, n)) })
		require.Panics(t, func() { value.Store64(make([]byte, n), 1) })
	}
}
