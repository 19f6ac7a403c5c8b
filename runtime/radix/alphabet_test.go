package radix

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Keys of an alphabet, whatever sample it was made of, never contradict the order of strings, and tell when strings of
// the same key may differ.
func TestKeysKeepTheOrderOfStrings(t *testing.T) {
	a := new(alphabet) // one for all rounds: nothing of the former may be left
	rapid.Check(t, func(rt *rapid.T) {
		one := rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{0, 1, 254, 255}), rapid.ByteRange('a', 'd'))
		few := rapid.SliceOfN(rapid.ByteRange('a', 'c'), 0, 24)
		text := rapid.OneOf(rapid.SliceOfN(one, 0, 24), few, few)
		sample := rapid.SliceOfN(text, 1, 60).Draw(rt, "sample")
		for _, s := range sample {
			a.note(s)
		}
		if rapid.Bool().Draw(rt, "dense") { // so many that only few places fit
			for b := range 256 {
				a.note(bytes.Repeat([]byte{byte(b)}, maxPlaces))
			}
		}
		a.make()
		last := a.bases[a.places-1]

		for _, s := range sample {
			key, exact := a.key(s)
			require.True(rt, exact)
			require.LessOrEqual(rt, key, a.top)
			require.Equal(rt, len(s) >= a.places, key%last != 0, "the last digit tells whether the string goes on")
		}
		x := rapid.OneOf(text, rapid.SampledFrom(sample)).Draw(rt, "x")
		y := rapid.OneOf(text, rapid.SampledFrom(sample), rapid.Just(append(bytes.Clone(x), 0))).Draw(rt, "y")
		if bytes.Compare(x, y) > 0 {
			x, y = y, x
		}
		xKey, xExact := a.key(x)
		yKey, yExact := a.key(y)
		require.LessOrEqual(rt, xKey, yKey)
		require.LessOrEqual(rt, yKey, a.top)
		require.NotZero(rt, a.top%last)
		if xKey != yKey {
			return
		}
		if xKey%last == 0 {
			require.Equal(rt, x, y)
		} else if xExact && yExact {
			require.Equal(rt, x[:a.places], y[:a.places])
		}
	})
}
