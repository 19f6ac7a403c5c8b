package jsbridge

import (
	"encoding/binary"
	"math"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/write"
)

// tidings is what JavaScript is to hear of a client's writes, in the order in which it came about: Tide… in protocol.go.
// It gathers between two OpPump. What OpPump gave stays where it is until the next OpPump, OpCancel, OpUnregister or
// OpForget of the client, so that it can be read while rows are asked for. Records are in the order in which things came
// about, but for the changes that one write made, which come before its outcome: a row that several records name is in
// the end as the last of them says, and as the store has it.
type tidings struct {
	words []uint32
	items []byte // the values, each in nested form
	count uint32 // of them
	out   []byte // items as an array
	taken bool   // JavaScript has it: what comes next begins anew
	last  int    // where the last record began

	err    *fault.Error // the last one that was written
	errors uint32       // its value
}

// begin forgets what JavaScript has been given.
func (t *tidings) begin() {
	if !t.taken {
		return
	}
	if cap(t.words) > maxIdleBytes/16 || cap(t.items) > maxIdleBytes/4 {
		*t = tidings{}
		return
	}
	t.words, t.items, t.count, t.last, t.err, t.taken = t.words[:0], t.items[:0], 0, 0, nil, false
}

// answerTidings hands over what has gathered.
func (b *Bridge) answerTidings(t *tidings) {
	t.taken = true
	b.garbage.did(len(t.words), 2*len(t.items))
	b.answerWords(t.words, len(t.words))
	if t.count > 0 {
		t.out = append(binary.AppendUvarint(t.out[:0], uint64(t.count)), t.items...)
		answerAt(b, WordShape, t.out)
	}
}

func (t *tidings) put(words ...uint32) {
	t.begin()
	t.last = len(t.words)
	t.words = append(t.words, words...)
}

func (t *tidings) value(v value.Value) uint32 {
	t.begin()
	t.items = value.AppendNested(t.items, v)
	t.count++
	return t.count - 1
}

func (t *tidings) id(id []byte) uint32 { return t.value(value.Value{Tag: value.String, Str: id}) }

// Changed tells of a row that shows otherwise than before.
func (t *tidings) Changed(s *execution.Store, c *write.Changed) {
	kind := TideChanged
	if c.Late {
		kind = TideRemote
	}
	t.put(kind, s.Number, c.Slot, t.id(c.ID))
}

// Settled tells what became of a write.
func (t *tidings) Settled(s *execution.Store, o *write.Outcome, err *fault.Error) {
	switch o.Kind {
	case write.Confirmed:
		t.run(TideConfirmed, o.Write, o.Count)
	case write.Current:
		t.put(TideCurrent, o.Write)
	case write.Version:
		bits := math.Float64bits(o.Version)
		t.put(TideVersion, s.Number, o.Slot, t.id(o.ID), o.Write, 0, uint32(bits), uint32(bits>>32))
	case write.Row:
		t.begin()
		t.items = append(append(t.items, byte(value.Object)), o.Row...)
		t.count++
		t.put(TideRow, o.Write, t.count-1)
	default:
		t.put(TideRefused, o.Write, o.Cause, t.failure(err))
	}
}

// failure gives the value of an error. Many writes of a request often have the same.
func (t *tidings) failure(err *fault.Error) uint32 {
	if err == nil || err == execution.Untold {
		return NoSlot
	}
	t.begin()
	if t.err != err {
		t.err, t.errors = err, t.value(errorValue(err, ""))
	}
	return t.errors
}

// run tells of writes with consecutive numbers, in one record with those before them if that can be.
func (t *tidings) run(kind, first, count uint32) {
	t.begin()
	if last := t.words[t.last:]; len(last) == 3 && last[0] == kind && last[1]+last[2] == first {
		last[2] += count
		return
	}
	t.put(kind, first, count)
}

func (t *tidings) sent(writes []write.Number) {
	for _, n := range writes {
		t.run(TideSent, n, 1)
	}
}

func (t *tidings) request(number uint32, r *execution.Request) {
	t.put(TideRequest, number, r.Store.Number, r.Strategy, r.Context, uint32(len(r.Writes)))
	for _, n := range r.Writes {
		moved := uint32(0)
		if r.Store.Journal.Moved(n) {
			moved = 1
		}
		t.words = append(t.words, n, moved)
	}
}

func (t *tidings) abandoned(number uint32) { t.put(TideAbandoned, number) }
