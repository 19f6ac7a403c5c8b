package runtime

import (
	"errors"
	"strconv"

	"github.com/atoma-dev/atoma/runtime/aggregate"
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// Store is the rows of one name of one client.
//
// The methods that write take a batch (package wire) and answer each of its items in res; an error is of the whole
// batch, of which nothing is applied then. After Close of its client every method that can fail is disposed.
type Store struct {
	Number uint32 // for the use of whoever opened it, and of the Outlet; to be set before the first write

	client     *Client
	key        string
	name       string
	table      *table.Table // nil once disposed
	indexes    *index.Set
	prepared   prepared
	views      *view.Set
	aggregates *aggregate.Set
	live       map[*view.View]*View // who asked for a view
	groups     map[*aggregate.View]*View
	journal    *write.Journal   // nil until a write is pending or a row comes from an executor
	execution  *execution.Store // nil until a write is pending
	batch      wire.Batch       // kept for its memory
}

func newStore(c *Client, name string) *Store {
	s := &Store{
		client: c, prepared: prepared{},
		key:    c.id + ":" + name,
		name:   name,
		table:  table.New(),
		live:   map[*view.View]*View{},
		groups: map[*aggregate.View]*View{},
	}
	var defs []schema.Index
	if listed := c.schema.Stores[name]; listed != nil {
		defs = listed.Indexes
	}
	s.indexes = index.NewSet(s.table, defs)
	s.views = view.NewSet(s.source())
	s.aggregates = aggregate.NewSet(s.source())
	return s
}

// Key gives client id + ":" + name.
func (s *Store) Key() string { return s.key }

// Name gives the name by which its client knows the store.
func (s *Store) Name() string { return s.name }

// Table gives the rows. It is nil once the client is closed.
func (s *Store) Table() *table.Table { return s.table }

// DefineField gives the number that stands for a field in batches. Numbers are from 0 up in order of definition; 0 is
// "id", 1 is "version". After Close it is 0.
func (s *Store) DefineField(name string) uint32 {
	if s.table == nil {
		return 0
	}
	return s.table.Field(name)
}

// Reserve makes room for so many more rows, which come in several batches.
func (s *Store) Reserve(rows int) {
	if s.table != nil {
		s.table.Reserve(min(rows, wire.MaxRows))
	}
}

// Locate appends the slot of each id of a batch to dst, table.NoSlot for those without a row.
func (s *Store) Locate(batch []byte, dst []uint32) ([]uint32, *fault.Error) {
	if err := s.decode(batch); err != nil {
		return dst, err
	}
	dst, err := s.table.Locate(&s.batch, dst)
	return dst, s.named(err)
}

// Read writes rows to out, which is reset before, or their ids alone. A slot without row is invalid_input.
func (s *Store) Read(slots []uint32, idsAlone bool, out *wire.Builder) *fault.Error {
	if s.table == nil {
		return s.disposed()
	}
	if len(slots) > wire.MaxRows {
		return s.named(fault.New(fault.InvalidInput, "more rows are read at once than a batch can hold"))
	}
	for _, slot := range slots {
		if !s.table.Live(slot) {
			return s.named(fault.New(fault.InvalidInput, "slot "+strconv.FormatUint(uint64(slot), 10)+" has no row"))
		}
	}
	if !idsAlone {
		s.table.Read(slots, out)
		return nil
	}
	out.Reset(len(slots))
	out.Column(table.FieldID)
	for _, slot := range slots {
		out.Cell(value.String, s.table.ID(slot))
	}
	return nil
}

func (s *Store) decode(batch []byte) *fault.Error {
	if s.table == nil {
		return s.disposed()
	}
	err := s.batch.Decode(batch)
	if err == nil {
		return nil
	}
	code := fault.Internal
	if errors.Is(err, value.ErrDepth) || errors.Is(err, value.ErrUndefined) {
		code = fault.InvalidInput // a user's value, and no mistake of the bridge
	}
	return s.named(fault.New(code, "a batch could not be read: "+err.Error()))
}

func (s *Store) dispose() {
	for _, v := range s.live {
		v.release()
	}
	for _, v := range s.groups {
		v.release()
	}
	s.indexes.Close()
	s.table.Dispose()
	*s = Store{Number: s.Number, key: s.key, name: s.name}
}

func (s *Store) disposed() *fault.Error {
	return s.named(fault.New(fault.Disposed, "the client of this store has been disposed"))
}

// named says which store an error is of.
func (s *Store) named(err *fault.Error) *fault.Error {
	if err != nil {
		err.Store = s.name
	}
	return err
}
