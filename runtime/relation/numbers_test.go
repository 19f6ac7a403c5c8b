package relation

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNumbersAreAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m numbers
		model := map[uint32]uint32{}
		few := rapid.SampledFrom([]uint32{20, 5000}).Draw(t, "keys")
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			// Keys that are far apart and share a home now and then.
			key := rapid.Uint32Range(0, few).Draw(t, "key") << 20
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1, 2:
				m.remove(key)
				delete(model, key)
			case 3:
				if rapid.IntRange(0, 20).Draw(t, "clear") == 0 {
					m.clear()
					clear(model)
				}
			default:
				value := rapid.Uint32Range(0, none-1).Draw(t, "value")
				m.put(key, value)
				model[key] = value
			}
			require.Equal(t, len(model), m.len)
		}
		for i := range few + 1 {
			value, ok := m.get(i << 20)
			want, there := model[i<<20]
			require.Equal(t, there, ok)
			require.Equal(t, want, value)
		}
	})
}
