package execution

import (
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// Journal keeps the pending writes of a store: what to roll back, what to replay. *write.Journal is one; its methods
// say what they do.
type Journal interface {
	Entry(n write.Number) (action write.Action, id []byte, lww, replace, ok bool)
	Rows(writes []write.Number, out *wire.Builder)
	Sent(n write.Number, direct bool) (pending bool)
	Moved(n write.Number) bool
	Confirm(n write.Number, version float64, e *write.Effects)
	ConfirmRow(n write.Number, b *wire.Batch, row int, e *write.Effects)
	Refuse(n write.Number, e *write.Effects)
	Overrule(n write.Number, b *wire.Batch, row int, e *write.Effects)
	Cancel(n write.Number, e *write.Effects)
	Spell(e *write.Effects)
}

// Store is what a Pipeline knows of a store: who has one fills in the exported fields and keeps it as long as the store.
type Store struct {
	Name      string
	Number    uint32       // for the use of the Outlet
	Table     *table.Table // for the names of its fields
	Journal   Journal
	Processed bool // its rows have to go through JavaScript on their way

	open  *segment // of the turn that is not over
	lanes []*lane  // one a strategy that has been used
}

// names appends the names of all fields, at the positions that are their numbers.
func (s *Store) names(dst [][]byte) [][]byte {
	for i := range s.Table.Fields() {
		dst = append(dst, []byte(s.Table.FieldName(uint32(i))))
	}
	return dst
}

// lane gives the lane of a strategy.
func (s *Store) lane(st *strategy) *lane {
	for _, l := range s.lanes {
		if l.strategy == st {
			return l
		}
	}
	l := &lane{store: s, strategy: st}
	s.lanes = append(s.lanes, l)
	st.lanes = append(st.lanes, l)
	return l
}

func (s *Store) forget(l *lane) {
	s.lanes = kept(s.lanes, func(other *lane) bool { return other != l })
}
