package memory

import "github.com/atoma-dev/atoma/runtime/execution"

// maxKeys is how many idempotency keys are remembered, the latest: a write that is sent again is sent again soon.
const maxKeys = 10_000

// keys remembers how writes were answered, by idempotency key, in a ring whose oldest goes first.
type keys struct {
	at   map[string]int // positions in ring
	ring []former
	next int
	max  int
}

type former struct {
	key    string
	result execution.Result
}

func newKeys(most int) keys { return keys{at: map[string]int{}, max: most} }

// find gives the former answer to a write.
func (k *keys) find(key string) (execution.Result, bool) {
	i, ok := k.at[key]
	if !ok {
		return execution.Result{}, false
	}
	return k.ring[i].result, true
}

// keep remembers an answer, but not the row that was in the way.
func (k *keys) keep(key string, result execution.Result) {
	if err := result.Refused; err != nil && err.Current != nil {
		short := *err
		short.Current = nil
		result.Refused = &short
	}
	if i, ok := k.at[key]; ok {
		k.ring[i].result = result
		return
	}
	if len(k.ring) < k.max {
		k.at[key] = len(k.ring)
		k.ring = append(k.ring, former{key, result})
		return
	}
	delete(k.at, k.ring[k.next].key)
	k.ring[k.next] = former{key, result}
	k.at[key] = k.next
	k.next = (k.next + 1) % k.max
}

// repeats says which writes of a request come for the second time.
type repeats struct {
	known []bool      // by write; nil: none
	first map[int]int // of those whose first time is in the same request: which write that is
}

func (r *repeats) has(i int) bool { return r.known != nil && r.known[i] }

// recall answers the writes that were answered before.
func (b *Backend) recall(w *execution.Writes, results []execution.Result) (r repeats) {
	if w.Keys == nil {
		return r
	}
	r.known = make([]bool, len(w.Keys))
	seen := make(map[string]int, len(w.Keys))
	for i, key := range w.Keys {
		if key == "" {
			continue
		}
		if former, ok := b.keys.find(key); ok {
			r.known[i], results[i] = true, former
		} else if first, ok := seen[key]; ok {
			if r.first == nil {
				r.first = map[int]int{}
			}
			r.known[i], r.first[i] = true, first
		} else {
			seen[key] = i
		}
	}
	return r
}

// remember answers the rest of those that are repeated, and keeps the answers to the others.
func (b *Backend) remember(w *execution.Writes, results []execution.Result, r repeats) {
	for i, first := range r.first {
		results[i] = results[first]
	}
	for i, key := range w.Keys {
		if key != "" && !r.known[i] {
			b.keys.keep(key, results[i])
		}
	}
}
