package runtime_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// A client, its user and its backend on a virtual clock. The backend does what it is asked when it answers, late, in
// parts, or never; it also has other users. What is checked:
//
//   - who follows the tidings alone, as the row mirror does, has the rows of the table after every step;
//   - each write is settled exactly once, or taken back by its user;
//   - when everything is answered, the client has what the backend has, and its journals are empty.

// image is a row: its fields as text, and its version.
type image struct {
	fields  string
	version float64
}

// tick is something that happens at a time.
type tick struct {
	at int
	do func()
}

// scene is one run.
type scene struct {
	t       *rapid.T
	client  *runtime.Client
	stores  []*runtime.Store
	now     int
	ticks   []tick
	backend map[string]map[string]image // by store and id
	changes map[string]int              // of a store of the backend
	shown   map[string]map[string]image // what tidings lead to
	waiting map[write.Number]bool       // not settled yet
	queue   uint32
	// The stores' writes go on two lanes each. Then every answer has the rows: a plain one does not say which of the
	// writes under way on the other lane the backend has seen.
	crossing bool

	// What the backend does is not drawn, since rapid's own panics are not to be taken for those of an executor.
	chance   *rand.Rand
	unwanted []write.Number // sent although nobody waited for them
}

func (w *scene) ID() string { return "backend" }

// Write answers after a while, or never.
func (w *scene) Write(r *execution.Request, done func(*execution.Answer)) func() {
	for _, n := range r.Writes {
		if !w.waiting[n] {
			w.unwanted = append(w.unwanted, n)
		}
	}
	entries, rows, name := r.Entries(), imagesOf(r.Rows()), r.Store.Name
	for i := range entries {
		entries[i].ID = slices.Clone(entries[i].ID)
	}
	since := w.changes[name]
	w.t.Logf("%d: %s %s sends %v", w.now, name, r.Name, r.Writes)
	switch w.chance.IntN(10) {
	case 0:
		done(w.process(name, entries, rows, since))
		done(&execution.Answer{Err: fault.New(fault.Network, "said twice")})
	case 1: // hangs until it is given up
		return func() { w.in(3, func() { done(&execution.Answer{Err: fault.New(fault.Aborted, "ended")}) }) }
	case 2:
		panic("a backend that panics")
	default:
		w.in(w.chance.IntN(13), func() { done(w.process(name, entries, rows, since)) })
	}
	return nil
}

// process does what a request asks. The answer has the rows, unless the client must know them: nothing has changed since
// it sent its own, all of them are taken, and they build on no write that is under way on another lane.
func (w *scene) process(store string, entries []execution.Entry, rows []image, since int) *execution.Answer {
	plain := !w.crossing && since == w.changes[store] && w.chance.IntN(2) == 0
	for _, e := range entries {
		plain = plain && w.waiting[e.Write]
	}
	have := w.backend[store]
	answer := &execution.Answer{}
	var stored wire.Builder
	defer func() { w.t.Logf("%d: %s answers %v with %v and has %v", w.now, store, entries, answer.Results, have) }()
	for i, e := range entries {
		id := string(e.ID)
		before, there := have[id]
		refused := w.chance.IntN(5) == 0
		switch {
		case refused, e.Action == write.Add && there, e.Action == write.Update && !there:
			plain = false
			answer.Results = append(answer.Results, execution.Refused(fault.New(fault.Conflict, "refused")))
			continue
		case e.Action == write.Delete:
			delete(have, id)
			w.changes[store]++
			answer.Results = append(answer.Results, execution.Done())
			continue
		}
		w.changes[store]++
		have[id] = image{rows[i].fields, before.version + float64(1+w.chance.IntN(3))}
		if plain {
			if have[id].version == rows[i].version {
				answer.Results = append(answer.Results, execution.Done())
			} else {
				answer.Results = append(answer.Results, execution.Versioned(have[id].version))
			}
			continue
		}
		batchOf(&stored, id, have[id])
		answer.Results = append(answer.Results, execution.Stored(len(answer.Rows)))
		answer.Rows = append(answer.Rows, slices.Clone(stored.Bytes()))
	}
	return answer
}

// in does something later.
func (w *scene) in(delay int, do func()) { w.ticks = append(w.ticks, tick{w.now + delay, do}) }

// pass lets the next thing happen.
func (w *scene) pass() bool {
	if len(w.ticks) == 0 {
		return false
	}
	next := 0
	for i := range w.ticks {
		if w.ticks[i].at < w.ticks[next].at {
			next = i
		}
	}
	t := w.ticks[next]
	w.ticks = slices.Delete(w.ticks, next, next+1)
	w.now = max(w.now, t.at)
	t.do()
	w.pump(false)
	return true
}

func (w *scene) pump(turn bool) {
	w.client.Pipeline().Pump(turn)
	w.check()
}

// Changed looks at a row anew, as the mirror does.
func (w *scene) Changed(s *execution.Store, c *write.Changed) { w.look(s.Name, s.Table, string(c.ID)) }

func (w *scene) look(store string, t *table.Table, id string) {
	if slot, ok := t.Lookup([]byte(id)); ok {
		w.shown[store][id] = imageAt(t, slot)
	} else {
		delete(w.shown[store], id)
	}
}

func (w *scene) Settled(s *execution.Store, o *write.Outcome, err *fault.Error) {
	for n := range max(o.Count, 1) {
		require.True(w.t, w.waiting[o.Write+n], "write %d is settled, and nobody waits for it", o.Write+n)
		delete(w.waiting, o.Write+n)
	}
	w.t.Logf("%d: settled %+v", w.now, *o)
	if o.Kind == write.Version {
		row := w.shown[s.Name][string(o.ID)]
		row.version = o.Version
		w.shown[s.Name][string(o.ID)] = row
	}
}

// check compares what the tidings led to with the rows.
func (w *scene) check() {
	require.Empty(w.t, w.unwanted, "writes were sent that nobody waits for")
	for _, s := range w.stores {
		require.NoError(w.t, s.Table().Check())
		require.Equal(w.t, w.shown[s.Name()], imagesIn(s.Table()), "tidings and rows of %s differ", s.Name())
	}
}

// act is one call of the user.
func (w *scene) act() {
	s := w.stores[rapid.IntRange(0, 2).Draw(w.t, "store")]
	var strategy uint32
	if w.crossing && rapid.Bool().Draw(w.t, "queued") {
		strategy = w.queue
	}
	hidden := s.Name() == "hidden"
	require.Nil(w.t, w.client.Track(strategy, uint32(rapid.IntRange(0, 1).Draw(w.t, "context")), hidden))
	var batch wire.Builder
	touched := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"p", "q", "r"}), 1, 3, rapid.ID).Draw(w.t, "ids")
	var res table.Results
	switch rapid.IntRange(0, 4).Draw(w.t, "action") {
	case 0:
		w.batch(&batch, touched)
		require.Nil(w.t, s.Add(batch.Bytes(), &res))
	case 1:
		w.batch(&batch, touched)
		require.Nil(w.t, s.Upsert(batch.Bytes(), true, rapid.Bool().Draw(w.t, "replace"), &res))
	case 2:
		require.Nil(w.t, s.Delete(ids(s, touched...), &res))
	default:
		w.batch(&batch, touched)
		require.Nil(w.t, s.Update(batch.Bytes(), &res))
	}
	for _, id := range touched {
		w.look(s.Name(), s.Table(), id)
	}
	made := []write.Number{}
	n := w.client.First()
	for _, status := range res.Status {
		if status == table.Added || status == table.Changed || status == table.Deleted {
			require.NotZero(w.t, n, "a change made no write")
			w.waiting[n] = true
			made = append(made, n)
			n++
		}
	}
	if len(made) > 0 && rapid.IntRange(0, 2).Draw(w.t, "limited") == 0 {
		w.in(rapid.IntRange(0, 15).Draw(w.t, "timeout"), func() { w.giveUp(made) })
	}
}

// giveUp takes back what is not settled of a call, as a timeout does.
func (w *scene) giveUp(writes []write.Number) {
	left := []write.Number{}
	for _, n := range writes {
		if w.waiting[n] {
			left = append(left, n)
		}
	}
	w.t.Logf("%d: %v are taken back", w.now, left)
	w.client.Pipeline().Cancel(left)
	for _, n := range left {
		delete(w.waiting, n) // unless it fell with one before it
	}
}

// elsewhere is what another user of the backend does, of which the client hears at once.
func (w *scene) elsewhere() {
	s := w.stores[rapid.IntRange(0, 2).Draw(w.t, "store")]
	id := rapid.SampledFrom([]string{"p", "q", "r"}).Draw(w.t, "id")
	have := w.backend[s.Name()]
	w.changes[s.Name()]++
	var batch wire.Builder
	if _, there := have[id]; there && rapid.Bool().Draw(w.t, "delete") {
		delete(have, id)
		batch.Reset(1)
		batch.Column(table.FieldID)
		batch.Cell(value.String, []byte(id))
		batch.Column(table.FieldVersion)
		batch.Cell(value.Undefined, nil)
	} else {
		have[id] = image{"a=theirs;", have[id].version + 10}
		batchOf(&batch, id, have[id])
	}
	var res table.Results
	require.Nil(w.t, s.Writeback(batch.Bytes(), rapid.Bool().Draw(w.t, "known"), &res))
	w.look(s.Name(), s.Table(), id)
}

// batch writes rows of one field or two.
func (w *scene) batch(b *wire.Builder, ids []string) {
	b.Reset(len(ids))
	b.NamedColumn("id")
	for _, id := range ids {
		b.Cell(value.String, []byte(id))
	}
	for _, field := range []string{"a", "b"} {
		b.NamedColumn(field)
		for range ids {
			switch n := rapid.IntRange(-1, 4).Draw(w.t, field); n {
			case -1:
				b.Cell(value.Undefined, nil)
			case 0:
				b.Cell(value.Absent, nil)
			default:
				b.Cell(value.String, fmt.Append(nil, n))
			}
		}
	}
}

// batchOf writes one row.
func batchOf(b *wire.Builder, id string, row image) {
	b.Reset(1)
	b.NamedColumn("id")
	b.Cell(value.String, []byte(id))
	b.NamedColumn("version")
	b.Float(value.Number, row.version)
	for rest := row.fields; rest != ""; {
		var name, cell string
		name, rest = rest[:1], rest[2:]
		for i := range rest {
			if rest[i] == ';' {
				cell, rest = rest[:i], rest[i+1:]
				break
			}
		}
		b.NamedColumn(name)
		b.Cell(value.String, []byte(cell))
	}
}

func imageAt(t *table.Table, slot uint32) image {
	row := image{version: t.Version(slot)}
	for _, name := range []string{"a", "b"} {
		field, ok := t.FindField(name)
		if !ok {
			continue
		}
		var scratch [8]byte
		if tag, payload := t.Cell(slot, field, &scratch); tag == value.String {
			row.fields += name + "=" + string(payload) + ";"
		}
	}
	return row
}

func imagesIn(t *table.Table) map[string]image {
	all := map[string]image{}
	for _, slot := range t.Slots(nil) {
		all[string(t.ID(slot))] = imageAt(t, slot)
	}
	return all
}

// imagesOf reads a batch with names.
func imagesOf(b *wire.Batch) []image {
	rows := make([]image, b.Rows)
	for _, name := range []string{"version", "a", "b"} {
		for i := range b.Columns {
			c := &b.Columns[i]
			if string(b.Names[c.Field]) != name {
				continue
			}
			for row := range rows {
				switch c.TagAt(row) {
				case value.Number:
					rows[row].version = c.NumberAt(row)
				case value.String:
					rows[row].fields += name + "=" + string(c.PayloadAt(row, nil)) + ";"
				}
			}
		}
	}
	return rows
}

func newScene(t *rapid.T) *scene {
	w := &scene{
		t: t, crossing: rapid.Bool().Draw(t, "crossing"),
		chance: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "chance"), 0)), waiting: map[write.Number]bool{},
		changes: map[string]int{}, backend: map[string]map[string]image{}, shown: map[string]map[string]image{},
	}
	c, err := runtime.New().OpenClient("a", object())
	require.Nil(t, err)
	w.client = c
	c.Connect(w, nil, nil)
	require.Nil(t, c.Pipeline().Register(w))
	w.queue, err = c.Pipeline().Strategy("queue", w)
	require.Nil(t, err)
	for _, name := range []string{"one", "two", "hidden"} {
		w.stores = append(w.stores, c.OpenStore(name))
		w.backend[name], w.shown[name] = map[string]image{}, map[string]image{}
	}
	return w
}

func TestSchedulesEndWithWhatTheBackendHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newScene(t)
		defer w.client.Close()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				w.pump(true)
			case 1:
				w.pass()
			case 2:
				w.elsewhere()
			default:
				w.act()
			}
			w.check()
		}
		w.pump(true)
		for w.pass() {
		}
		// what hangs is given up at last
		w.giveUp(slices.Collect(func(yield func(write.Number) bool) {
			for n := write.Number(1); n < 1000; n++ {
				if w.waiting[n] && !yield(n) {
					return
				}
			}
		}))
		for w.pump(true); w.pass(); {
		}
		require.Empty(t, w.waiting)
		for _, s := range w.stores {
			require.Equal(t, w.backend[s.Name()], imagesIn(s.Table()), "%s is not what the backend has", s.Name())
			require.Zero(t, s.Pending(), "pending writes of %s are left behind", s.Name())
		}
	})
}
