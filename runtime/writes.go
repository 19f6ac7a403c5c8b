package runtime

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// The methods that write. A write that was announced by Client.Track is kept as pending; the others are nobody's concern
// but this client's, and go to the table directly as long as no row has pending writes.

// Add makes rows. See table.Table.Add.
func (s *Store) Add(batch []byte, res *table.Results) *fault.Error {
	k, err := s.begin(batch)
	switch {
	case err != nil:
	case k.direct:
		err = s.table.Add(&s.batch, res)
	default:
		k.first, err = s.journal.Add(&s.batch, k.mode, res)
	}
	return s.end(k, res, err)
}

// Update patches rows. See table.Table.Update.
func (s *Store) Update(batch []byte, res *table.Results) *fault.Error {
	k, err := s.begin(batch)
	switch {
	case err != nil:
	case k.direct:
		err = s.table.Update(&s.batch, res)
	default:
		k.first, err = s.journal.Update(&s.batch, k.mode, res)
	}
	return s.end(k, res, err)
}

// Upsert makes or changes rows. See table.Table.Upsert.
func (s *Store) Upsert(batch []byte, lww, replace bool, res *table.Results) *fault.Error {
	k, err := s.begin(batch)
	switch {
	case err != nil:
	case k.direct:
		err = s.table.Upsert(&s.batch, lww, replace, res)
	default:
		k.first, err = s.journal.Upsert(&s.batch, lww, replace, k.mode, res)
	}
	return s.end(k, res, err)
}

// Delete removes rows. See table.Table.Delete.
func (s *Store) Delete(batch []byte, res *table.Results) *fault.Error {
	k, err := s.begin(batch)
	switch {
	case err != nil:
	case k.direct:
		err = s.table.Delete(&s.batch, res)
	default:
		k.first, err = s.journal.Delete(&s.batch, k.mode, res)
	}
	return s.end(k, res, err)
}

// Writeback takes over what a backend has; pending writes stay on top of it. known says that the rows come from the
// executor. See write.Journal.Writeback.
func (s *Store) Writeback(batch []byte, known bool, res *table.Results) *fault.Error {
	if err := s.decode(batch); err != nil {
		return err
	}
	if !known && (s.journal == nil || s.journal.Empty()) {
		return s.named(s.table.Writeback(&s.batch, res))
	}
	return s.named(s.pending().Writeback(&s.batch, known, res))
}

// Rows writes to out, which is reset before, the rows as pending writes leave them. Of a deletion, and of a write that is
// not pending any more, there is the id at most.
func (s *Store) Rows(writes []write.Number, out *wire.Builder) *fault.Error {
	if s.table == nil {
		return s.disposed()
	}
	if len(writes) > wire.MaxRows {
		return s.named(fault.New(fault.InvalidInput, "more rows are read at once than a batch can hold"))
	}
	s.pending().Rows(writes, out)
	return nil
}

// Absent appends the slots of rows that a batch of ids does not name. See write.Journal.Absent.
func (s *Store) Absent(batch []byte, loose bool, dst []uint32) ([]uint32, *fault.Error) {
	if err := s.decode(batch); err != nil {
		return dst, err
	}
	dst, err := s.pending().Absent(&s.batch, loose, dst)
	return dst, s.named(err)
}

// Pending is how many writes the store remembers: those that are not answered, taken back or not.
func (s *Store) Pending() int {
	if s.journal == nil {
		return 0
	}
	return s.journal.Len()
}

// pending gives the journal.
func (s *Store) pending() *write.Journal {
	if s.journal == nil {
		s.journal = write.New(s.table, &s.client.writes)
	}
	return s.journal
}

// keeping is how one write is to be kept.
type keeping struct {
	announced
	direct bool // past the journal
	mode   write.Mode
	first  write.Number
}

// begin reads a batch, and takes what was announced.
func (s *Store) begin(batch []byte) (k keeping, err *fault.Error) {
	if s.table == nil {
		return k, s.disposed()
	}
	k.announced, s.client.next, s.client.first = s.client.next, announced{}, 0
	if err := s.decode(batch); err != nil {
		return k, err
	}
	switch {
	case k.hidden:
		k.mode = write.Hidden
	case !k.tracked:
		k.mode = write.Local
		k.direct = s.journal == nil || s.journal.Empty()
	}
	if k.tracked {
		s.pending()
	}
	return k, nil
}

// end sends what has become pending on its way.
func (s *Store) end(k keeping, res *table.Results, err *fault.Error) *fault.Error {
	if err != nil {
		return s.named(err)
	}
	if s.client.first = k.first; k.first != 0 {
		s.client.pipeline.Enqueue(s.sender(), k.strategy, k.context, k.first, made(res))
	}
	return nil
}

// made counts the items that changed something: each is a write.
func made(res *table.Results) (n int) {
	for _, status := range res.Status {
		if status == table.Added || status == table.Changed || status == table.Deleted {
			n++
		}
	}
	return n
}
