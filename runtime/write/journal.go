package write

import (
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Number names a pending write, for as long as its client lives. 0 is none.
type Number = uint32

// Counter gives numbers, consecutive ones from 1 on. The journals of a client share one.
type Counter struct {
	last Number
	pool pool
}

// Action is what a write does.
type Action uint8

const (
	Add Action = iota
	Update
	Upsert
	Delete
)

// Mode says how a write is to be kept.
type Mode uint8

const (
	Tracked Mode = iota // shows at once and waits for an answer
	Hidden              // shows when it is confirmed
	Local               // is nobody's concern: has no number and is confirmed at once
)

// Journal is the pending writes of one store. See the package's description.
type Journal struct {
	table   *table.Table
	counter *Counter

	records records
	undo    undoLog
	heads   heads             // by slot, for rows that show
	absent  map[string]uint32 // heads by id, for those that do not
	most    int               // that absent has had, as a map does not shrink
	chains  []*chain
	unused  []uint32 // numbers of chains that are nil
	hidden  int      // writes that are hidden

	late map[Number]*late

	cells []table.Cell // room for undoing
}

// late is a write that was rolled back after it had been sent, and may still be answered.
type late struct {
	id []byte
	write
}

// New makes the journal of a table that shares its client's counter.
func New(t *table.Table, c *Counter) *Journal {
	return &Journal{table: t, counter: c, records: records{pool: &c.pool}, undo: undoLog{pool: &c.pool}}
}

// Empty tells that no row has pending writes: local writes may go to the table directly.
func (j *Journal) Empty() bool { return j.records.live == 0 }

// Len is how many writes are remembered: those that are pending, and those that were cancelled and may still be
// answered.
func (j *Journal) Len() int { return j.records.live + len(j.late) }

// Sent notes that a write is handed over, and tells whether it is still pending: one that is not must not be sent.
// direct says that it goes to the executor, so that its confirmation makes the row known.
func (j *Journal) Sent(n Number, toExecutor bool) bool {
	f := j.flags(n)
	if f == nil {
		return false
	}
	*f |= sent
	if toExecutor {
		*f |= direct
	}
	return true
}

// Moved tells whether the row of a pending write may no longer be as the call left it.
func (j *Journal) Moved(n Number) bool {
	f := j.flags(n)
	return f != nil && f.has(moved)
}

// Entry tells what a pending write does to which row; ok is false if it is not pending. The id is valid until the next
// write.
func (j *Journal) Entry(n Number) (action Action, id []byte, isLWW, isReplace, ok bool) {
	place, ok := j.records.find(n)
	if !ok {
		return 0, nil, false, false, false
	}
	f := *j.flags(n)
	return f.action(), j.id(j.records.at(place)), f.has(lww), f.has(replace), true
}

// flags gives those of a pending write, wherever they are, or nil.
func (j *Journal) flags(n Number) *flags {
	place, ok := j.records.find(n)
	if !ok {
		return nil
	}
	rec := j.records.at(place)
	if !rec.flags.has(chained) {
		return &rec.flags
	}
	c := j.chains[rec.ref]
	return &c.writes[c.index(n)].flags
}

// id gives the id of a record's row.
func (j *Journal) id(rec *record) []byte {
	switch {
	case rec.flags.has(chained):
		return j.chains[rec.ref].id
	case rec.slot != table.NoSlot:
		return j.table.ID(rec.slot)
	}
	id, _, _ := j.undo.read(rec.ref, nil)
	return id
}

// head finds the pending writes of a row.
func (j *Journal) head(id []byte, slot uint32) uint32 {
	if slot != table.NoSlot {
		return j.heads.get(slot)
	}
	return j.absent[string(id)]
}

func (j *Journal) setHead(id []byte, slot, head uint32) {
	if slot != table.NoSlot {
		j.heads.set(slot, head)
		return
	}
	if j.absent == nil {
		j.absent = map[string]uint32{}
	}
	j.absent[string(id)] = head
	j.most = max(j.most, len(j.absent))
}

func (j *Journal) unsetHead(id []byte, slot uint32) {
	if slot != table.NoSlot {
		j.heads.unset(slot)
		return
	}
	const little = 64
	if delete(j.absent, string(id)); len(j.absent) == 0 && j.most > little {
		j.absent, j.most = nil, 0
	}
}

// number gives the next number.
func (j *Journal) number() Number {
	j.counter.last++
	return j.counter.last
}

// settle ends a write that is the only one of its row: id and slot are the row's, as it lies now.
func (j *Journal) settle(rec *record) {
	j.undo.drop(rec.ref)
	j.records.settle(rec.number)
}

// Rows writes rows as these writes leave them, one a write, with their versions; the id alone of a delete, and where
// there is no row. A write that is not known has no id either.
func (j *Journal) Rows(writes []Number, out *wire.Builder) {
	rows := make([]leftRow, len(writes))
	var at replay
	for i, n := range writes {
		rows[i] = j.left(n, &at)
	}
	j.build(rows, out)
}
