package intmap

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAMapIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m Map
		if rapid.Bool().Draw(t, "reserve") {
			m.Reserve(rapid.IntRange(0, 200).Draw(t, "room"))
		}
		model := map[uint32]uint32{}
		few := rapid.SampledFrom([]uint32{20, 5000}).Draw(t, "keys")
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			// Keys that are far apart and share a home now and then.
			key := rapid.Uint32Range(0, few).Draw(t, "key") << 20
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1, 2:
				m.Remove(key)
				delete(model, key)
			case 3:
				if rapid.IntRange(0, 20).Draw(t, "clear") == 0 {
					m.Clear()
					clear(model)
				}
			default:
				value := rapid.Uint32Range(0, 1<<32-2).Draw(t, "value")
				m.Put(key, value)
				model[key] = value
			}
			require.Equal(t, len(model), m.Len())
		}
		keys := m.AppendKeys(nil)
		require.Len(t, keys, len(model))
		for _, key := range keys {
			require.Contains(t, model, key)
		}
		for i := range few + 1 {
			value, ok := m.Get(i << 20)
			want, there := model[i<<20]
			require.Equal(t, there, ok)
			require.Equal(t, want, value)
		}
	})
}
