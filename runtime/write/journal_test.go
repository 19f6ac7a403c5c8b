package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/write"
)

// drawItem makes an item of a call.
func drawItem(rt *rapid.T, expecting bool) item {
	it := item{id: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "id"), fields: drawFields(rt, removed), version: nan}
	if expecting && rapid.IntRange(0, 3).Draw(rt, "expects") == 0 {
		it.version = float64(rapid.IntRange(1, 4).Draw(rt, "version"))
	}
	return it
}

func drawFields(rt *rapid.T, more ...string) map[string]string {
	texts := append([]string{"1", "2", "a longer text than others"}, more...)
	return rapid.MapOfN(rapid.SampledFrom([]string{"p", "q", "r"}), rapid.SampledFrom(texts), 0, 3).Draw(rt, "fields")
}

func drawVersion(rt *rapid.T) float64 {
	if rapid.Bool().Draw(rt, "versioned") {
		return float64(rapid.IntRange(0, 9).Draw(rt, "version"))
	}
	return nan
}

// The law of this package: whatever is called, answered, cancelled and written back, in any order, what shows is what
// the model says, and who is told of changes only has it right.
func TestJournalAgreesWithItsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt)
		hides := rapid.IntRange(0, 2).Draw(rt, "hides") == 0
		numbers := []write.Number{}
		number := func() write.Number {
			if len(numbers) == 0 {
				return 0 // no write has this number
			}
			at := rapid.IntRange(0, len(numbers)-1).Draw(rt, "which")
			return numbers[at]
		}
		end := func(n write.Number) bool {
			_, c, _ := w.m.find(n)
			return c != nil || w.m.late[n] != nil
		}
		call := func(rt *rapid.T) {
			action := rapid.SampledFrom([]write.Action{write.Add, write.Update, write.Update, write.Upsert, write.Delete}).Draw(rt, "action")
			mode := write.Tracked
			switch n := rapid.IntRange(0, 5).Draw(rt, "mode"); {
			case n == 5:
				mode = write.Local
			case n > 2 && hides:
				mode = write.Hidden
			}
			lww, replace := rapid.Bool().Draw(rt, "lww"), rapid.Bool().Draw(rt, "replace")
			var items []item
			for range rapid.IntRange(1, 4).Draw(rt, "items") {
				items = append(items, drawItem(rt, action == write.Upsert))
			}
			numbers = append(numbers, w.call(action, lww, replace, mode, items...)...)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"call": call,
			"more": call,
			"sent": func(rt *rapid.T) {
				for _, n := range numbers {
					if rapid.Bool().Draw(rt, "this") {
						w.sent(n, rapid.Bool().Draw(rt, "direct"))
					}
				}
			},
			"confirm": func(rt *rapid.T) {
				if n := number(); end(n) {
					w.confirm(n, drawVersion(rt))
				}
			},
			"confirm row": func(rt *rapid.T) {
				n := number()
				if !end(n) {
					return
				}
				r := &row{drawVersion(rt), drawFields(rt)}
				if _, c, k := w.m.find(n); c != nil && rapid.Bool().Draw(rt, "as it is") {
					if left := c.after(k + 1); left != nil {
						r.fields = left.fields
					}
				}
				w.confirmRow(n, r)
			},
			"refuse": func(rt *rapid.T) {
				if n := number(); end(n) {
					w.refuse(n)
				}
			},
			"cancel": func(rt *rapid.T) {
				if n := number(); end(n) {
					w.cancel(n)
				}
			},
			"remote": func(rt *rapid.T) {
				known := rapid.Bool().Draw(rt, "known")
				var items []item
				for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3, rapid.ID).Draw(rt, "ids") {
					it := item{id: id, fields: drawFields(rt)}
					if it.version = drawVersion(rt); it.version != it.version && !known {
						it.version = 5
					}
					if it.gone = rapid.IntRange(0, 3).Draw(rt, "gone") == 0; it.gone {
						it.fields = nil
					}
					items = append(items, it)
				}
				w.remote(known, items...)
			},
		})
		for _, n := range numbers {
			if end(n) {
				w.confirm(n, nan)
			}
		}
		require.True(rt, w.j.Empty())
		require.Zero(rt, w.j.Len())
	})
}
