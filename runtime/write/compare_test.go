package write_test

import (
	"maps"
	"slices"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

func (w *world) check() {
	if !w.trusting {
		w.compare()
	}
}

// compare looks at all there is.
func (w *world) compare() {
	require.NoError(w.t, w.table.Check())
	require.NoError(w.t, w.j.Check())
	pending := w.m.pending()
	require.Equal(w.t, len(pending)+len(w.m.late), w.j.Len())
	require.Equal(w.t, len(pending) == 0, w.j.Empty())
	shown := 0
	for _, id := range slices.Sorted(maps.Keys(w.m.rows)) {
		want := w.m.rows[id].shown()
		got := w.readID(id)
		require.Equal(w.t, want, got, "%q", id)
		if want != nil {
			shown++
			slot, _ := w.table.Lookup([]byte(id))
			require.Equal(w.t, want, w.mirror[slot].row, "the mirror of %q", id)
		}
	}
	require.Equal(w.t, shown, w.table.Len())
	require.Len(w.t, w.mirror, shown, "the mirror")
	w.checkRows(pending)
	w.checkAbsent()
	w.checkLog()
}

// checkLog compares what those know who follow the table, as indexes and views do.
func (w *world) checkLog() {
	entries, all := w.reader.Read()
	if all {
		clear(w.shadow)
		for _, slot := range w.table.Slots(nil) {
			w.shadow[slot] = w.read(slot)
		}
	}
	for _, entry := range entries {
		old, now := w.shadow[entry.Slot], (*row)(nil)
		if w.table.Live(entry.Slot) {
			now = w.read(entry.Slot)
		}
		switch {
		case now == nil:
			delete(w.shadow, entry.Slot)
		case entry.Fields == table.AllFields || old == nil:
			w.shadow[entry.Slot] = now
		default:
			if entry.Fields&table.FieldBit(table.FieldVersion) != 0 {
				old.version = now.version
			}
			for field := uint32(2); field < uint32(w.table.Fields()); field++ {
				if entry.Fields&table.FieldBit(field) == 0 {
					continue
				}
				name := w.table.FieldName(field)
				if text, ok := now.fields[name]; ok {
					old.fields[name] = text
				} else {
					delete(old.fields, name)
				}
			}
		}
	}
	require.Len(w.t, w.shadow, w.table.Len())
	for slot, r := range w.shadow {
		require.True(w.t, w.table.Live(slot))
		if now := w.read(slot); !r.equal(now) {
			require.Equal(w.t, now, r, "what the log says of slot %d", slot)
		}
	}
}

// checkRows compares what is sent.
func (w *world) checkRows(pending []write.Number) {
	var out wire.Builder
	w.j.Rows(pending, &out)
	var b wire.Batch
	require.NoError(w.t, b.Decode(out.Bytes()))
	require.Equal(w.t, len(pending), b.Rows)
	var scratch [8]byte
	for i, n := range pending {
		id, c, k := w.m.find(n)
		mw := c.writes[k]
		action, gotID, _, replace, ok := w.j.Entry(n)
		require.True(w.t, ok)
		require.Equal(w.t, id, string(gotID))
		require.Equal(w.t, mw.action, action)
		require.Equal(w.t, mw.replace, replace)
		want := c.after(k + 1)
		if !w.j.Moved(n) && mw.action != write.Delete {
			require.Equal(w.t, mw.called, want, "write %d has moved", n)
		}
		var got *row
		for _, column := range b.Columns {
			tag := column.TagAt(i)
			switch {
			case column.Field == table.FieldID:
				require.Equal(w.t, id, string(column.PayloadAt(i, &scratch)))
			case tag == value.Absent:
			case column.Field == table.FieldVersion:
				got = &row{column.NumberAt(i), map[string]string{}}
			default:
				got.fields[w.table.FieldName(column.Field)] = string(column.PayloadAt(i, &scratch))
			}
		}
		require.Equal(w.t, want, got, "what write %d sends", n)
	}
}

// checkAbsent compares which rows the executor is known to have.
func (w *world) checkAbsent() {
	named := ""
	for _, loose := range []bool{false, true} {
		want := []string{}
		for _, id := range slices.Sorted(maps.Keys(w.m.rows)) {
			c := w.m.rows[id]
			if c.shown() == nil {
				continue
			}
			if named == "" {
				named = id
			}
			if settled := c.known && len(c.writes) == 0; settled != loose && id != named {
				want = append(want, id)
			}
		}
		batch := w.batch([]item{{id: "no row of this id", version: nan}, {id: "a" + named, version: nan}, {id: or(named, "b"), version: nan}})
		if _, ok := w.m.rows["a"+named]; ok {
			want = slices.DeleteFunc(want, func(id string) bool { return id == "a"+named })
		}
		slots, err := w.j.Absent(batch, loose, nil)
		require.Nil(w.t, err)
		got := []string{}
		for _, slot := range slots {
			got = append(got, string(w.table.ID(slot)))
		}
		slices.Sort(want)
		slices.Sort(got)
		require.Equal(w.t, want, got, "loose: "+strconv.FormatBool(loose))
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
