package write

// Kind is what became of a write, seen from its call.
type Kind uint8

const (
	Confirmed Kind = iota // Count writes from Write on, each as its call left it
	Current               // its row is what shows now
	Version               // the row that shows, in Slot, has this Version now and is otherwise as it was
	Row                   // Row is how it left its row, which is not what shows, or may not be for long
	Refused               // rolled back; Cause is the write that was refused or cancelled, often itself
)

// Outcome ends a write.
type Outcome struct {
	Kind    Kind
	Write   Number
	Count   uint32  // Confirmed
	Cause   Number  // Refused
	Slot    uint32  // Version, Current
	Version float64 // Version
	ID      []byte  // Version
	Row     []byte  // Row: the payload of an object with id, the fields and version
}

// Changed is a row that shows as another, or no longer.
type Changed struct {
	Slot uint32 // where it lay before, table.NoSlot if it did not show
	ID   []byte
	Late bool // by the answer to a write that was cancelled, or fell, after it had been sent
}

// Effects gathers what answers bring about; methods append to it. Its bytes are its own and stay until Reset.
type Effects struct {
	Changed  []Changed
	Outcomes []Outcome
	bytes    []byte
}

// Reset empties it and keeps its memory, unless that is much.
func (e *Effects) Reset() {
	const much = 1 << 12
	if cap(e.Outcomes) > much || cap(e.Changed) > much || cap(e.bytes) > much<<6 {
		*e = Effects{}
		return
	}
	clear(e.Changed)
	clear(e.Outcomes)
	e.Changed, e.Outcomes, e.bytes = e.Changed[:0], e.Outcomes[:0], e.bytes[:0]
}

// keep copies bytes. What was kept before stays where it is when the memory is replaced by more.
func (e *Effects) keep(p []byte) []byte {
	n := len(e.bytes)
	e.bytes = append(e.bytes, p...)
	return e.bytes[n:len(e.bytes):len(e.bytes)]
}

func (e *Effects) changed(slot uint32, id []byte) {
	e.Changed = append(e.Changed, Changed{Slot: slot, ID: e.keep(id)})
}

// late says that what changed from a place on did so by answers that nobody waited for.
func (e *Effects) late(from int) {
	for i := range e.Changed[from:] {
		e.Changed[from+i].Late = true
	}
}

func (e *Effects) outcome(o Outcome) { e.Outcomes = append(e.Outcomes, o) }

func (e *Effects) refused(n, cause Number) {
	e.outcome(Outcome{Kind: Refused, Write: n, Cause: cause})
}

// confirmed joins runs, so that a bulk load that is confirmed is one outcome.
func (e *Effects) confirmed(n Number) {
	if last := len(e.Outcomes) - 1; last >= 0 {
		if o := &e.Outcomes[last]; o.Kind == Confirmed && o.Write+o.Count == n {
			o.Count++
			return
		}
	}
	e.outcome(Outcome{Kind: Confirmed, Write: n, Count: 1})
}
