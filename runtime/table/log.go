package table

// Entry is a row that changed: it was added, deleted or differs in some fields. What it is now, the table says; its
// slot may have another row by then, or none.
type Entry struct {
	Slot   uint32
	Fields uint64 // FieldBit of each field that differs; AllFields for a row that was added or deleted
}

// AllFields is the Fields of an entry that may concern any field.
const AllFields = ^uint64(0)

// FieldBit is what a field is in the Fields of an entry. Fields from 63 on share a bit.
func FieldBit(field uint32) uint64 {
	if field > 63 {
		field = 63
	}
	return 1 << field
}

// changeLog is the entries that some reader has not read yet. Readers catch up when they need to, so that writing costs
// next to nothing, and one that is never read costs a bounded amount: a log that has grown longer than half of the rows
// is given up, and all readers are told to look at every row, which is then also the faster way.
type changeLog struct {
	readers []*Reader
	entries []Entry
	first   uint64 // number of entries[0]; entries are numbered from 0 on, for ever
}

// Reader is one part of the engine that follows the table: an index, a live view.
type Reader struct {
	table *Table
	next  uint64 // the entry to read next
	all   bool   // entries were given up that this reader had not read
}

// minLog is up to how many entries a log may have in any case.
const minLog = 1024

// Follow makes a reader of changes from now on. Close it: until then the table keeps what it has not read.
func (t *Table) Follow() *Reader {
	r := &Reader{table: t, next: t.log.end()}
	t.log.readers = append(t.log.readers, r)
	return r
}

// Pending tells whether anything changed since the last Read.
func (r *Reader) Pending() bool { return r.all || r.next < r.table.log.end() }

// Read gives the entries since the last Read, oldest first; a row may occur several times. all says that entries are
// missing, and every row, and every slot that had one, may have changed. The entries are valid until the next write or
// Read of any reader.
func (r *Reader) Read() (entries []Entry, all bool) {
	l := &r.table.log
	all, r.all = r.all, false
	if all {
		r.next = l.end()
		l.trim()
		return nil, true
	}
	entries = l.entries[r.next-l.first:]
	r.next = l.end()
	l.trim()
	return entries, false
}

// Close ends the reader. It may be called again, and after the table was disposed.
func (r *Reader) Close() {
	l := &r.table.log
	for i, other := range l.readers {
		if other == r {
			l.readers = append(l.readers[:i], l.readers[i+1:]...)
			l.trim()
			return
		}
	}
}

func (l *changeLog) end() uint64 { return l.first + uint64(len(l.entries)) }

// trim forgets entries that all have read. What Read has just given stays as it is until the next append.
func (l *changeLog) trim() {
	least := l.end()
	for _, r := range l.readers {
		if r.next < least {
			least = r.next
		}
	}
	switch {
	case least == l.end() && cap(l.entries) > 4*minLog:
		l.entries = nil
	case least == l.end():
		l.entries = l.entries[:0]
	default:
		l.entries = l.entries[least-l.first:]
	}
	l.first = least
}

// expect comes before so many notes: where they are too many to be kept, none of them is.
func (l *changeLog) expect(notes, rows int) {
	if notes += len(l.entries); notes > minLog && notes > rows/2 {
		l.moved()
	}
}

func (l *changeLog) note(slot uint32, fields uint64, rows int) {
	if len(l.entries) > minLog && len(l.entries) > rows/2 {
		l.giveUp()
	}
	if l.first == l.end() && l.allBehind() {
		return // nobody would read it
	}
	l.entries = append(l.entries, Entry{slot, fields})
}

// allBehind tells whether every reader has been told to look at every row anyway.
func (l *changeLog) allBehind() bool {
	for _, r := range l.readers {
		if !r.all {
			return false
		}
	}
	return true
}

// giveUp has every reader that is behind look at every row.
func (l *changeLog) giveUp() {
	end := l.end()
	for _, r := range l.readers {
		r.all = r.all || r.next < end
		r.next = end
	}
	l.first, l.entries = end, nil
}

// moved has every reader look at every row, as it must where slots are numbered anew.
func (l *changeLog) moved() {
	l.giveUp()
	for _, r := range l.readers {
		r.all = true
	}
}
