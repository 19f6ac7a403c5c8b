package write_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/atoma-dev/atoma/runtime/write"
)

// Batches that are long enough to be applied by column, on rows with and without pending writes, some of which come twice.
func TestLongBatchesAgreeWithTheModel(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 40 {
		w := newWorld(quick{t})
		for range 60 {
			action := []write.Action{write.Add, write.Update, write.Update, write.Upsert, write.Upsert, write.Upsert, write.Delete}[rng.IntN(7)]
			mode := []write.Mode{write.Tracked, write.Tracked, write.Tracked, write.Local, write.Hidden}[rng.IntN(5)]
			if rng.IntN(4) > 0 && mode == write.Hidden {
				mode = write.Tracked
			}
			made := w.call(action, rng.IntN(2) == 0, rng.IntN(3) == 0, mode, longBatch(rng)...)
			for _, n := range made {
				if rng.IntN(2) == 0 {
					w.sent(n, true)
				}
			}
			pending := w.m.pending()
			rng.Shuffle(len(pending), func(i, k int) { pending[i], pending[k] = pending[k], pending[i] })
			// now and then all are answered: then nothing is in the way of whole batches
			answers := rng.IntN(len(pending) + 1)
			if rng.IntN(2) == 0 {
				answers = len(pending)
			}
			for _, n := range pending[:answers] {
				if _, c, _ := w.m.find(n); c == nil {
					continue // it fell with another
				}
				switch rng.IntN(6) {
				case 0, 1:
					w.refuse(n)
				case 2:
					w.cancel(n)
				case 3:
					w.confirm(n, float64(rng.IntN(100)))
				default:
					w.confirm(n, nan)
				}
			}
			if rng.IntN(4) == 0 {
				w.remote(true, item{id: "row-" + strconv.Itoa(rng.IntN(30)), fields: map[string]string{"p": "the backend's"}, version: float64(rng.IntN(100))})
			}
		}
		for n := range w.m.late {
			w.confirm(n, nan)
		}
	}
}

func longBatch(rng *rand.Rand) []item {
	alike := rng.IntN(2) == 0
	ids := rng.Perm(30)[:5+rng.IntN(20)]
	items := make([]item, len(ids))
	for i, id := range ids {
		if rng.IntN(60) == 0 {
			id = ids[0]
		}
		fields := map[string]string{"p": strconv.Itoa(rng.IntN(2)), "q": "a string of " + strconv.Itoa(rng.IntN(3))}
		if !alike {
			for _, name := range []string{"p", "q", "r"} {
				switch rng.IntN(5) {
				case 0:
					fields[name] = removed
				case 1:
					delete(fields, name)
				}
			}
		}
		items[i] = item{id: "row-" + strconv.Itoa(id), fields: fields, version: nan}
		if rng.IntN(10) == 0 {
			items[i].version = float64(rng.IntN(4))
		}
	}
	return items
}
