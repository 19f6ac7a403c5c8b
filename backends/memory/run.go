package memory

import (
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// run is a run of writes of one action, which the table does as one batch, and what became of all writes so far.
type run struct {
	backend *Backend
	table   *table.Table
	writes  *execution.Writes
	results []execution.Result

	action   write.Action
	entries  []int // positions of the run's writes, ascending
	statuses table.Results

	notAdded map[string]*fault.Error // why, by id: rows whose addition the request asked for in vain
}

// gather makes a run of the writes from i on, and says where the next one starts.
func (r *run) gather(i int, repeated *repeats) int {
	r.entries, r.action = r.entries[:0], r.writes.Entries[i].Action
	alone := r.action == write.Delete && r.writes.Bases != nil // the table does not compare versions then
	for ; i < len(r.writes.Entries) && r.writes.Entries[i].Action == r.action; i++ {
		if alone && len(r.entries) == 1 {
			break
		}
		if !repeated.has(i) {
			r.entries = append(r.entries, i)
		}
	}
	return i
}

func (r *run) do() {
	if len(r.notAdded) > 0 && (r.action == write.Update || r.action == write.Delete) {
		r.refuse(func(i int, _ uint32) *fault.Error { return r.notAdded[string(r.writes.Entries[i].ID)] })
	}
	if r.action == write.Update {
		r.refuse(func(i int, slot uint32) *fault.Error {
			if slot == table.NoSlot {
				return r.fault(i, slot, fault.NotFound, "there is no row of this id to update: it may have been deleted, so read it again")
			}
			return nil
		})
	}
	if r.action == write.Delete && r.writes.Bases != nil {
		r.refuse(func(i int, slot uint32) *fault.Error {
			if base := r.writes.Bases[i]; base == base && (slot == table.NoSlot || r.table.Version(slot) != base) {
				return r.conflict(i, slot)
			}
			return nil
		})
	}
	if len(r.entries) == 0 {
		return
	}
	rows, err := r.rows()
	if err == nil {
		err = r.apply(rows)
	}
	for at, i := range r.entries {
		if err != nil {
			r.results[i] = execution.Refused(err)
		} else {
			r.results[i] = r.result(i, at)
		}
		r.noteAdded(i)
	}
}

// noteAdded remembers whether there is the row that later writes of the request build on.
func (r *run) noteAdded(i int) {
	id, err := r.writes.Entries[i].ID, r.results[i].Refused
	switch {
	case err == nil:
		delete(r.notAdded, string(id))
	case r.action == write.Add:
		if r.notAdded == nil {
			r.notAdded = map[string]*fault.Error{}
		}
		r.notAdded[string(id)] = err
	}
}

// refuse takes writes out of the run, by the rows that there are before it.
func (r *run) refuse(why func(i int, slot uint32) *fault.Error) {
	left := r.entries[:0]
	for _, i := range r.entries {
		slot, _ := r.table.Lookup(r.writes.Entries[i].ID)
		if err := why(i, slot); err == nil {
			left = append(left, i)
		} else {
			r.results[i] = execution.Refused(err)
		}
	}
	r.entries = left
}

// rows gives the rows of the run as a batch; if versions are expected they are in its version column.
func (r *run) rows() (*wire.Batch, *fault.Error) {
	all := r.writes.Rows
	if len(r.entries) == all.Rows && r.writes.Bases == nil {
		return all, nil
	}
	b := &r.backend.builder
	b.Reset(len(r.entries))
	for k := range all.Columns {
		c := &all.Columns[k]
		name := string(all.Names[c.Field])
		if name == "version" {
			continue
		}
		b.NamedColumn(name)
		var scratch [8]byte
		for _, i := range r.entries {
			b.Cell(c.TagAt(i), c.PayloadAt(i, &scratch))
		}
	}
	if r.writes.Bases != nil {
		b.NamedColumn("version")
		for _, i := range r.entries {
			if base := r.writes.Bases[i]; base == base {
				b.Float(value.Number, base)
			} else {
				b.Cell(value.Absent, nil)
			}
		}
	}
	return r.backend.decode(b)
}

func (b *Backend) decode(rows *wire.Builder) (*wire.Batch, *fault.Error) {
	if err := b.part.Decode(rows.Bytes()); err != nil {
		return nil, fault.New(fault.Internal, "the rows of a write could not be read: "+err.Error())
	}
	return &b.part, nil
}

func (r *run) apply(rows *wire.Batch) *fault.Error {
	switch r.action {
	case write.Add:
		return r.table.Add(rows, &r.statuses)
	case write.Delete:
		return r.table.Delete(rows, &r.statuses)
	default:
		return r.table.Upsert(rows, r.writes.Bases == nil, true, &r.statuses)
	}
}

// result says what became of write i, item at of the batch.
func (r *run) result(i, at int) execution.Result {
	switch r.statuses.Status[at] {
	case table.AlreadyExists:
		return execution.Refused(r.fault(i, r.statuses.Slots[at], fault.AlreadyExists, "there is a row of this id already: choose another id, or update it"))
	case table.Conflict:
		return execution.Refused(r.conflict(i, r.statuses.Slots[at]))
	case table.Deleted, table.Missing:
		return execution.Done()
	}
	return execution.Versioned(r.statuses.Versions[at])
}

func (r *run) conflict(i int, slot uint32) *fault.Error {
	return r.fault(i, slot, fault.Conflict, "the row is at another version than expected: read it again and repeat the change")
}

// fault is an error of write i, with the row that is in the slot. Rows do not leave their slots during a run that can meet
// with them.
func (r *run) fault(i int, slot uint32, code fault.Code, message string) *fault.Error {
	err := fault.New(code, message)
	err.Store, err.ID = r.writes.Store, string(r.writes.Entries[i].ID)
	if slot != table.NoSlot {
		err.Current = appendRow(nil, r.table, slot)
	}
	return err
}
