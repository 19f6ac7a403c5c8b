package write_test

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// world is a journal beside its model, and a mirror: what somebody believes who read every row and is told only what
// the journal tells.
type world struct {
	t      require.TestingT
	table  *table.Table
	j      *write.Journal
	m      *model
	mirror map[uint32]mirrored
	last   write.Number
	calls  map[write.Number]*row // as each call left its row

	reader *table.Reader   // of the table's log
	shadow map[uint32]*row // what the log says that there is

	answered string            // the id whose write is being answered
	slots    map[string]uint32 // where rows lie in the mirror
	trusting bool              // compare only when told to
}

type mirrored struct {
	id string
	*row
}

// item is one row of a batch.
type item struct {
	id      string
	fields  map[string]string
	version float64 // NaN: none
	gone    bool    // in a writeback: deleted
}

func newWorld(t require.TestingT) *world {
	tb := table.New()
	return &world{
		reader: tb.Follow(), shadow: map[uint32]*row{},
		t: t, table: tb, j: write.New(tb, new(write.Counter)), mirror: map[uint32]mirrored{}, slots: map[string]uint32{}, calls: map[write.Number]*row{},
		m: &model{rows: map[string]*modelChain{}, late: map[write.Number]*lateWrite{}, ids: map[write.Number]string{}},
	}
}

func (w *world) batch(items []item) *wire.Batch {
	names := map[string]bool{}
	versions := false
	for _, it := range items {
		for name := range it.fields {
			names[name] = true
		}
		versions = versions || it.version == it.version || it.gone
	}
	var out wire.Builder
	out.Reset(len(items))
	out.Column(table.FieldID)
	for _, it := range items {
		out.Cell(value.String, []byte(it.id))
	}
	if versions {
		out.Column(table.FieldVersion)
		for _, it := range items {
			switch {
			case it.gone:
				out.Cell(value.Undefined, nil)
			case it.version == it.version:
				out.Float(value.Number, it.version)
			default:
				out.Cell(value.Absent, nil)
			}
		}
	}
	sorted := slices.Sorted(maps.Keys(names))
	slices.Reverse(sorted)
	for _, name := range sorted {
		out.Column(w.table.Field(name))
		for _, it := range items {
			switch text, ok := it.fields[name]; {
			case !ok:
				out.Cell(value.Absent, nil)
			case text == removed:
				out.Cell(value.Undefined, nil)
			default:
				out.Cell(value.String, []byte(text))
			}
		}
	}
	b := new(wire.Batch)
	require.NoError(w.t, b.Decode(out.Bytes()))
	return b
}

// read gives the row of a slot.
func (w *world) read(slot uint32) *row {
	r := &row{w.table.Version(slot), map[string]string{}}
	var scratch [8]byte
	for field := uint32(2); field < uint32(w.table.Fields()); field++ {
		if tag, payload := w.table.Cell(slot, field, &scratch); tag != value.Absent {
			require.Equal(w.t, value.String, tag)
			r.fields[w.table.FieldName(field)] = string(payload)
		}
	}
	return r
}

func (w *world) readID(id string) *row {
	if slot, ok := w.table.Lookup([]byte(id)); ok {
		return w.read(slot)
	}
	return nil
}

// call makes one call and gives the numbers of its writes.
func (w *world) call(action write.Action, lww, replace bool, mode write.Mode, items ...item) (made []write.Number) {
	if action == write.Delete {
		for i := range items {
			items[i].fields, items[i].version = nil, nan
		}
	}
	var res table.Results
	b := w.batch(items)
	var first write.Number
	var err *fault.Error
	switch action {
	case write.Add:
		first, err = w.j.Add(b, mode, &res)
	case write.Update:
		first, err = w.j.Update(b, mode, &res)
	case write.Upsert:
		first, err = w.j.Upsert(b, lww, replace, mode, &res)
	case write.Delete:
		first, err = w.j.Delete(b, mode, &res)
	}
	require.Nil(w.t, err)
	next := first
	for i, it := range items {
		mw := &modelWrite{action: action, replace: action == write.Upsert && replace, patch: maps.Clone(it.fields), version: nan}
		status, version := w.m.call(it.id, mw, lww, it.version, func() write.Number { next++; return next - 1 }, mode)
		require.Equal(w.t, status, res.Status[i], "item %d, %q", i, it.id)
		require.Equal(w.t, version, res.Versions[i], "item %d, %q", i, it.id)
		if status == table.Added || status == table.Changed || status == table.Deleted {
			if mode != write.Local {
				made = append(made, mw.number)
				w.calls[mw.number] = mw.called
			}
		}
		if mode != write.Hidden { // who calls changes his mirror by what he wrote
			w.remember(it.id)
		}
	}
	if mode == write.Local || len(made) == 0 {
		require.Zero(w.t, first)
	} else {
		require.Greater(w.t, first, w.last)
		require.Equal(w.t, first, made[0])
		w.last = made[len(made)-1]
	}
	w.check()
	return made
}

// remember puts a row into the mirror as the caller of a write knows it.
func (w *world) remember(id string) {
	if slot, ok := w.slots[id]; ok && w.mirror[slot].id == id {
		delete(w.mirror, slot)
	}
	delete(w.slots, id)
	if slot, ok := w.table.Lookup([]byte(id)); ok {
		w.mirror[slot] = mirrored{id, w.read(slot)}
		w.slots[id] = slot
	}
}

func (w *world) sent(n write.Number, direct bool) {
	_, c, k := w.m.find(n)
	require.Equal(w.t, c != nil, w.j.Sent(n, direct))
	if c != nil {
		c.writes[k].sent = true
		c.writes[k].direct = c.writes[k].direct || direct
	}
}

// told takes in what the journal says, and gives the refused writes but n.
func (w *world) told(e *write.Effects, n write.Number, left *row) (fallen []write.Number) {
	for _, c := range e.Changed {
		if c.Slot != table.NoSlot {
			require.Equal(w.t, string(c.ID), w.mirror[c.Slot].id, "a row is said to have lain elsewhere")
			delete(w.mirror, c.Slot)
		}
	}
	for _, c := range e.Changed {
		w.remember(string(c.ID))
	}
	for _, o := range e.Outcomes {
		switch o.Kind {
		case write.Refused:
			require.Equal(w.t, n, o.Cause)
			if o.Write != n {
				fallen = append(fallen, o.Write)
			}
			continue
		case write.Confirmed:
			require.Equal(w.t, n, o.Write)
			require.EqualValues(w.t, 1, o.Count)
			if left != nil && w.calls[n] != nil {
				require.Equal(w.t, left, w.calls[n], "write %d is not as its call left it", n)
			}
		case write.Version:
			require.Equal(w.t, n, o.Write)
			m := w.mirror[o.Slot]
			require.Equal(w.t, string(o.ID), m.id)
			w.mirror[o.Slot] = mirrored{m.id, &row{o.Version, m.fields}}
			require.Equal(w.t, left, w.mirror[o.Slot].row)
		case write.Current:
			require.Equal(w.t, n, o.Write)
			require.Equal(w.t, left, w.readID(w.answered), "write %d is not what shows", n)
		case write.Row:
			require.Equal(w.t, n, o.Write)
			_, got := w.object(o.Row)
			require.Equal(w.t, left, got)
		}
		require.NotContains(w.t, w.ended(e, n), n, "a write that was rolled back has an outcome")
	}
	slices.Sort(fallen)
	return fallen
}

// ended gives writes that are refused beside others.
func (w *world) ended(e *write.Effects, but write.Number) (numbers []write.Number) {
	for _, o := range e.Outcomes {
		if o.Kind == write.Refused && o.Write != but {
			numbers = append(numbers, o.Write)
		}
	}
	return numbers
}

// object decodes the payload of a row.
func (w *world) object(payload []byte) (id string, r *row) {
	r = &row{fields: map[string]string{}}
	v, err := value.Decode(value.Object, payload)
	require.NoError(w.t, err)
	for i, key := range v.Keys {
		switch string(key) {
		case "id":
			id = string(v.Items[i].Str)
		case "version":
			r.version = v.Items[i].Num
		default:
			r.fields[string(key)] = string(v.Items[i].Str)
		}
	}
	return id, r
}

func (w *world) confirm(n write.Number, version float64) {
	w.settle(n, func(e *write.Effects) *row {
		w.j.Confirm(n, version, e)
		return w.m.confirm(n, version)
	})
}

func (w *world) confirmRow(n write.Number, r *row) {
	w.settle(n, func(e *write.Effects) *row {
		id, _, _ := w.m.find(n)
		if l := w.m.late[n]; l != nil {
			id = l.id
		}
		w.j.ConfirmRow(n, w.batch([]item{{id: "another", fields: map[string]string{"z": "z"}, version: 1}, {id: id, fields: r.fields, version: r.version}}), 1, e)
		return w.m.confirmRow(n, r)
	})
}

func (w *world) settle(n write.Number, answer func(*write.Effects) *row) {
	var e write.Effects
	late := w.m.late[n] != nil
	w.answered, _, _ = w.m.find(n)
	left := answer(&e)
	require.Empty(w.t, w.told(&e, n, left))
	if late {
		require.Empty(w.t, e.Outcomes)
	} else {
		require.Len(w.t, e.Outcomes, 1)
	}
	w.check()
}

func (w *world) refuse(n write.Number) {
	var e write.Effects
	late := w.m.late[n] != nil
	w.j.Refuse(n, &e)
	fallen := w.m.back(n, false)
	slices.Sort(fallen)
	require.Equal(w.t, fallen, w.told(&e, n, nil))
	if !late {
		require.Len(w.t, e.Outcomes, len(fallen)+1)
	}
	w.check()
}

// overrule refuses a write, as the backend has another row; nil is none.
func (w *world) overrule(n write.Number, r *row) {
	var e write.Effects
	late := w.m.late[n] != nil
	id, at := w.m.ids[n], -1
	b := w.batch(nil)
	if r != nil {
		b, at = w.batch([]item{{id: "another", version: 1}, {id: id, fields: r.fields, version: r.version}}), 1
	}
	w.j.Overrule(n, b, at, &e)
	fallen := w.m.overrule(n, r)
	slices.Sort(fallen)
	require.Equal(w.t, fallen, w.told(&e, n, nil))
	if !late {
		require.Len(w.t, e.Outcomes, len(fallen)+1)
	}
	for _, c := range e.Changed {
		require.Equal(w.t, late, c.Late)
	}
	w.check()
}

func (w *world) cancel(n write.Number) {
	var e write.Effects
	w.j.Cancel(n, &e)
	if w.m.late[n] == nil {
		fallen := w.m.back(n, true)
		slices.Sort(fallen)
		require.Equal(w.t, fallen, w.told(&e, n, nil))
		require.Len(w.t, e.Outcomes, len(fallen))
	}
	w.check()
}

// remote writes rows back.
func (w *world) remote(known bool, items ...item) {
	var res table.Results
	require.Nil(w.t, w.j.Writeback(w.batch(items), known, &res))
	for i, it := range items {
		c := w.m.chain(it.id)
		before := c.shown()
		r := &row{it.version, it.fields}
		if it.gone {
			r = nil
		}
		c.remote(r)
		if r != nil && known {
			c.known = true
		}
		after := c.shown()
		want := table.Changed
		switch {
		case before == nil && after == nil:
			want = table.Missing
		case before == nil:
			want = table.Added
		case after == nil:
			want = table.Deleted
		case before.equal(after):
			want = table.Same
		}
		require.Equal(w.t, want, res.Status[i], "%q", it.id)
		if after != nil {
			require.Equal(w.t, after.version, res.Versions[i])
		}
		if before != nil && after == nil {
			require.Equal(w.t, it.id, w.mirror[res.Slots[i]].id)
		}
		if want != table.Same {
			w.remember(it.id)
		}
	}
	w.check()
}
