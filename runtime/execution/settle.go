package execution

import (
	"bytes"
	"math"
	"strconv"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// unknown is the version of a write whose answer gave none.
var unknown = math.NaN()

const maxVersion = 1<<53 - 1

// settle takes in the answer of a request, of which the lane is free then.
func (p *Pipeline) settle(r *request, a *Answer) {
	l := r.lane
	l.strategy.drop(r)
	l.free(r)
	p.look(l)
	j := l.store.Journal
	late := r.waiting < len(r.Writes) // what is said of a write that was taken back may change a row that was just confirmed
	p.rows.begin(a.Rows)
	for i, n := range r.Writes {
		switch {
		case a.Err != nil:
			p.refuse(l.store, n, a.Err)
		case a.All:
			j.Confirm(n, unknown, &p.effects)
		case i >= len(a.Results):
			p.refuse(l.store, n, errShort(len(a.Results), len(r.Writes)))
		default:
			p.result(l.store, n, &a.Results[i])
		}
		if late {
			j.Spell(&p.effects)
		}
		p.tellUnlessPlain(l.store)
	}
	p.tell(l.store, nil)
	p.rows.end()
}

// result takes in what became of one write.
func (p *Pipeline) result(s *Store, n write.Number, result *Result) {
	switch v := result.Version; {
	case result.Refused != nil:
		p.overrule(s, n, result)
	case result.Row >= 0:
		b, row, err := p.rows.at(result.Row)
		if err == nil {
			err = sameID(s, n, b, row)
		}
		if err != nil {
			p.refuse(s, n, err)
			return
		}
		s.Journal.ConfirmRow(n, b, row, &p.effects)
	case v == v && (v < 0 || v > maxVersion || v != math.Trunc(v)):
		p.refuse(s, n, fault.New(fault.Internal, "the backend confirmed a write with a version that is no whole number from 0 to 2⁵³-1"))
	default:
		s.Journal.Confirm(n, v, &p.effects)
	}
}

// overrule ends a write that was refused, with what the backend has in place of it if it told.
func (p *Pipeline) overrule(s *Store, n write.Number, result *Result) {
	var b *wire.Batch
	row := -1
	var err *fault.Error
	switch refused := result.Refused; {
	case result.Gone:
	case result.Row >= 0:
		b, row, err = p.rows.at(result.Row)
	case refused.Current != nil:
		b, row, err = batchOf(refused.Current)
	default:
		p.refuse(s, n, refused)
		return
	}
	if err == nil && row >= 0 {
		err = sameID(s, n, b, row)
	}
	if err != nil {
		p.refuse(s, n, err)
		return
	}
	s.Journal.Overrule(n, b, row, &p.effects)
	p.tell(s, result.Refused)
}

// batchOf makes a batch of a row that is the payload of an object.
func batchOf(payload []byte) (*wire.Batch, int, *fault.Error) {
	object, bad := value.Decode(value.Object, payload)
	if bad != nil {
		return nil, 0, fault.New(fault.Internal, "the row that a backend has in place of a write could not be read")
	}
	var out wire.Builder
	out.Reset(1)
	for i, key := range object.Keys {
		out.NamedColumn(string(key))
		out.Cell(object.Items[i].Tag, value.AppendPayload(nil, object.Items[i]))
	}
	b := new(wire.Batch)
	if err := b.Decode(out.Bytes()); err != nil {
		return nil, 0, fault.New(fault.Internal, "the row that a backend has in place of a write could not be read: "+err.Error())
	}
	return b, 0, nil
}

// refuse ends a write, and tells at once: the error is that of its outcomes, and of no others.
func (p *Pipeline) refuse(s *Store, n write.Number, err *fault.Error) {
	s.Journal.Refuse(n, &p.effects)
	p.tell(s, err)
}

// tell hands what has gathered to the outlet.
func (p *Pipeline) tell(s *Store, err *fault.Error) {
	for i := range p.effects.Changed {
		if p.outlet == nil {
			break
		}
		p.outlet.Changed(s, &p.effects.Changed[i])
	}
	for i := range p.effects.Outcomes {
		o := &p.effects.Outcomes[i]
		if p.outlet != nil {
			p.outlet.Settled(s, o, err)
		}
		if o.Kind == write.Refused {
			p.unwaited(s, o.Write)
		}
	}
	p.effects.Reset()
}

// tellUnlessPlain leaves what has gathered if it is one run of confirmed writes, which the next may lengthen. All else is
// told write by write: what one did to a row and what the next did must come in this order.
func (p *Pipeline) tellUnlessPlain(s *Store) {
	e := &p.effects
	if len(e.Changed) > 0 || len(e.Outcomes) > 1 || len(e.Outcomes) == 1 && e.Outcomes[0].Kind != write.Confirmed {
		p.tell(s, nil)
	}
}

// unwaited notes that nobody waits for a write any more. A request of such writes only is abandoned: its lane goes on.
func (p *Pipeline) unwaited(s *Store, n write.Number) {
	for _, l := range s.lanes {
		r := l.sent
		if r == nil || !r.has(n) {
			continue
		}
		if r.waiting--; r.waiting == 0 {
			l.free(r)
			p.look(l)
			r.abandon()
		}
		return
	}
}

// Cancel takes writes back that nobody waits for any more. Those that had been sent are answered all the same, and what
// the answer says is news of the backend then. Writes that are settled are passed over.
func (p *Pipeline) Cancel(writes []write.Number) {
	var l *lane // numbers often come in runs of one lane
	for _, n := range writes {
		if l == nil || !l.holds(n) {
			if l = p.find(n); l == nil {
				continue
			}
		}
		s := l.store
		if _, _, _, _, pending := s.Journal.Entry(n); !pending {
			continue
		}
		s.Journal.Cancel(n, &p.effects)
		p.tell(s, nil)
		p.unwaited(s, n)
	}
}

// find gives the lane that a write waits in, or is under way from.
func (p *Pipeline) find(n write.Number) *lane {
	for _, st := range p.strategies {
		for _, l := range st.lanes {
			if l.holds(n) {
				return l
			}
		}
	}
	return nil
}

// rows finds rows by their position among all of an answer's batches.
type rows struct {
	batches [][]byte
	batch   wire.Batch
	next    int // batch to decode
	start   int // position of the decoded batch's first row
}

func (r *rows) begin(batches [][]byte) {
	r.batches, r.next, r.start = batches, 0, 0
	r.batch.Rows = 0
}

// end lets go of the answer.
func (r *rows) end() {
	r.batches = nil
	_ = r.batch.Decode(nil)
}

func (r *rows) at(i int) (*wire.Batch, int, *fault.Error) {
	if i < r.start {
		r.begin(r.batches)
	}
	for i >= r.start+r.batch.Rows {
		if r.next == len(r.batches) {
			return nil, 0, fault.New(fault.Internal, "a backend's answer names a row that it does not have")
		}
		r.start += r.batch.Rows
		if err := r.batch.Decode(r.batches[r.next]); err != nil {
			r.begin(r.batches)
			return nil, 0, fault.New(fault.Internal, "the rows of a backend's answer could not be read: "+err.Error())
		}
		r.next++
	}
	return &r.batch, i - r.start, nil
}

// sameID makes sure that a row is the one that was written. Of a write that was taken back it is not known any more.
func sameID(s *Store, n write.Number, b *wire.Batch, row int) *fault.Error {
	_, id, _, _, pending := s.Journal.Entry(n)
	if !pending {
		return nil
	}
	for i := range b.Columns {
		c := &b.Columns[i]
		if len(b.Names) > 0 && string(b.Names[c.Field]) != "id" || len(b.Names) == 0 && c.Field != 0 {
			continue
		}
		if c.TagAt(row) == value.String && bytes.Equal(c.PayloadAt(row, nil), id) {
			return nil
		}
		break
	}
	return fault.New(fault.Internal, "the backend answered the write of "+quote(string(id))+" with a row of another id")
}

func errShort(results, writes int) *fault.Error {
	return fault.New(fault.Internal, "the backend answered "+strconv.Itoa(results)+" of "+strconv.Itoa(writes)+" writes: this one was not confirmed")
}
