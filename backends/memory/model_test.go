package memory

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// entry is a write as a test states it. Fields are numbers; NaN as base is none.
type entry struct {
	action write.Action
	id     string
	fields map[string]float64
	base   float64
	key    string
}

var anyBase = math.NaN()

func add(id string, fields map[string]float64) entry {
	return entry{write.Add, id, fields, anyBase, ""}
}

func update(id string, fields map[string]float64) entry {
	return entry{write.Update, id, fields, anyBase, ""}
}

func upsert(id string, fields map[string]float64) entry {
	return entry{write.Upsert, id, fields, anyBase, ""}
}

func remove(id string) entry { return entry{write.Delete, id, nil, anyBase, ""} }

func (e entry) at(base float64) entry  { e.base = base; return e }
func (e entry) keyed(key string) entry { e.key = key; return e }

var fieldNames = []string{"a", "b", "c"}

// request makes what JavaScript would: bases and keys only where an entry has one.
func request(store string, entries []entry) *execution.Writes {
	w := &execution.Writes{Store: store, Rows: new(wire.Batch)}
	var b wire.Builder
	b.Reset(len(entries))
	b.NamedColumn("id")
	for i, e := range entries {
		w.Entries = append(w.Entries, execution.Entry{Action: e.action, ID: []byte(e.id)})
		b.Cell(value.String, []byte(e.id))
		if e.base == e.base && w.Bases == nil {
			w.Bases = slices.Repeat([]float64{anyBase}, len(entries))
		}
		if e.base == e.base {
			w.Bases[i] = e.base
		}
		if e.key != "" && w.Keys == nil {
			w.Keys = make([]string, len(entries))
		}
		if e.key != "" {
			w.Keys[i] = e.key
		}
	}
	b.NamedColumn("version")
	for range entries {
		b.Float(value.Number, 77) // what a client says of it does not matter
	}
	for _, name := range fieldNames {
		b.NamedColumn(name)
		for _, e := range entries {
			if f, ok := e.fields[name]; ok {
				b.Float(value.Number, f)
			} else {
				b.Cell(value.Absent, nil)
			}
		}
	}
	if err := w.Rows.Decode(b.Bytes()); err != nil {
		panic(err)
	}
	return w
}

func do(b *Backend, store string, entries ...entry) (a *execution.Answer) {
	b.Apply(request(store, entries), func(answer *execution.Answer) { a = answer })
	return a
}

// modelRow is a row in the model.
type modelRow struct {
	version float64
	fields  map[string]float64
}

type outcome struct {
	code    fault.Code
	version float64 // 0: none
}

// model does by the letter of the package's description, one write after another.
type model struct {
	stores map[string]map[string]modelRow
	keys   map[string]outcome

	notAdded map[string]bool // by id, in the present request
}

func (m *model) do(store string, e entry) (o outcome) {
	if e.key != "" {
		if former, ok := m.keys[e.key]; ok {
			return former
		}
		defer func() { m.keys[e.key] = o }()
	}
	rows := m.stores[store]
	if rows == nil {
		rows = map[string]modelRow{}
		m.stores[store] = rows
	}
	row, there := rows[e.id]
	switch {
	case e.action == write.Add && there:
		m.notAdded[e.id] = true
		return outcome{code: fault.AlreadyExists}
	case m.notAdded[e.id] && (e.action == write.Update || e.action == write.Delete):
		return outcome{code: fault.AlreadyExists}
	case e.action == write.Update && !there:
		return outcome{code: fault.NotFound}
	case e.action != write.Add && e.base == e.base && (!there || row.version != e.base):
		return outcome{code: fault.Conflict}
	case e.action == write.Delete:
		delete(rows, e.id)
		return outcome{}
	case !there:
		row.version = 1
	case !maps.Equal(row.fields, e.fields):
		row.version++
	}
	delete(m.notAdded, e.id)
	row.fields = maps.Clone(e.fields)
	rows[e.id] = row
	return outcome{version: row.version}
}

func (m *model) rows(store string) string {
	s := ""
	for _, id := range slices.Sorted(maps.Keys(m.stores[store])) {
		row := m.stores[store][id]
		s += show(id, row.version, row.fields)
	}
	return s
}

func show(id string, version float64, fields map[string]float64) string {
	s := id + "@" + strconv.FormatFloat(version, 'g', -1, 64)
	for _, name := range fieldNames {
		if f, ok := fields[name]; ok {
			s += " " + name + "=" + strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	return s + "\n"
}

// all reads every row through a query, and shows it as the model does.
func all(t require.TestingT, b *Backend, store string) (s string) {
	answer := ask(t, b, store, value.Value{Tag: value.Object})
	data, _ := answer.Get("data")
	for _, row := range data.Items {
		id, _ := row.Get("id")
		version, _ := row.Get("version")
		fields := map[string]float64{}
		for _, name := range fieldNames {
			if f, ok := row.Get(name); ok {
				fields[name] = f.Num
			}
		}
		s += show(string(id.Str), version.Num, fields)
	}
	return s
}

func ask(t require.TestingT, b *Backend, store string, query value.Value) (answer value.Value) {
	answered := 0
	b.Query(store, value.AppendPayload(nil, query), func(out []byte, err *fault.Error) {
		require.Nil(t, err)
		v, bad := value.Decode(value.Object, out)
		require.NoError(t, bad)
		answer, answered = v, answered+1
	})
	require.Equal(t, 1, answered)
	return answer
}

func check(t require.TestingT, r execution.Result, o outcome) {
	if o.code != "" {
		require.NotNil(t, r.Refused)
		require.Equal(t, o.code, r.Refused.Code)
		return
	}
	require.Nil(t, r.Refused)
	if o.version == 0 {
		require.True(t, math.IsNaN(r.Version))
	} else {
		require.Equal(t, o.version, r.Version)
	}
}

// Whatever the requests, the rows and all answers are those of writing one after another.
func TestRequestsAreWritesOneAfterAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, err := New("memory", value.Value{})
		require.Nil(t, err)
		m := &model{stores: map[string]map[string]modelRow{}, keys: map[string]outcome{}}
		draw := rapid.Custom(func(t *rapid.T) entry {
			e := entry{action: write.Action(rapid.IntRange(0, 3).Draw(t, "action")), id: rapid.SampledFrom([]string{"x", "y", "z", "é"}).Draw(t, "id"), base: anyBase}
			if e.action != write.Delete {
				e.fields = map[string]float64{}
				for _, name := range fieldNames {
					if rapid.Bool().Draw(t, name) {
						e.fields[name] = float64(rapid.IntRange(0, 1).Draw(t, "value"))
					}
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "has base") == 0 {
				e.base = float64(rapid.IntRange(1, 4).Draw(t, "base"))
			}
			if rapid.IntRange(0, 3).Draw(t, "has key") == 0 {
				e.key = rapid.SampledFrom([]string{"k1", "k2", "k3", "k4", "k5"}).Draw(t, "key")
			}
			return e
		})
		for range rapid.IntRange(1, 12).Draw(t, "requests") {
			store := rapid.SampledFrom([]string{"Todo", "User"}).Draw(t, "store")
			entries := rapid.SliceOfN(draw, 0, 8).Draw(t, "entries")
			a := do(b, store, entries...)
			m.notAdded = map[string]bool{}
			require.Nil(t, a.Err)
			require.Len(t, a.Results, len(entries))
			for i, e := range entries {
				check(t, a.Results[i], m.do(store, e))
			}
			require.Equal(t, m.rows("Todo"), all(t, b, "Todo"))
			require.Equal(t, m.rows("User"), all(t, b, "User"))
		}
		b.Close()
	})
}
