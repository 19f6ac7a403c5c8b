package table

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Writes to rows that are there go row by row where later items of a batch may have to see what earlier ones did; see
// together for the others.

// Update patches rows: an absent cell leaves its field, Undefined removes it, any other sets it. A row that this
// leaves as it was is Same and keeps its version; any other is Changed and one version on.
func (t *Table) Update(b *wire.Batch, r *Results) *fault.Error {
	v, err := t.view(b, false)
	if err != nil {
		return err
	}
	t.write(v, Rules{LWW: true}, r)
	return nil
}

// Upsert adds rows that are missing, at version 1, and patches others as Update does; with replace, fields that an item
// does not give are removed. Unless lww, a number in the version column is the version that the row must have: another
// one, or no row, is a Conflict. So is a version that is no number; null counts as none.
func (t *Table) Upsert(b *wire.Batch, lww, replace bool, r *Results) *fault.Error {
	v, err := t.view(b, false)
	if err != nil {
		return err
	}
	t.write(v, Rules{Adds: true, LWW: lww, Replace: replace}, r)
	return nil
}

func (t *Table) write(v *batchView, rules Rules, r *Results) {
	if rules.Replace {
		v.cover(len(t.cols))
	}
	r.reset(v.rows)
	n := t.together(v, rules, nil, r)
	if n > 0 {
		t.apply(v, n, rules, r)
	}
	for i := n; i < v.rows; i++ {
		id := v.id(i)
		hash := t.ids.hash(id)
		slot := t.ids.find(id, hash)
		switch {
		case !rules.LWW && !t.expected(v, i, slot):
			r.put(i, Conflict, slot, t.versionOf(slot))
		case slot != NoSlot:
			t.patch(v, i, slot, rules.Replace, r)
		case rules.Adds:
			r.put(i, Added, t.addRow(v, i, id, hash, 1), 1)
		default:
			r.put(i, NotFound, NoSlot, 0)
		}
	}
	v.forget()
	t.settle(v.rows)
}

// expected tells whether the version that item i asks for, if any, is that of the row.
func (t *Table) expected(v *batchView, i int, slot uint32) bool {
	if v.versions == nil {
		return true
	}
	switch v.versions.TagAt(i) {
	case value.Absent, value.Undefined, value.Null:
		return true
	case value.Number:
		return slot != NoSlot && v.versions.NumberAt(i) == t.versions.at(slot)
	}
	return false
}

func (t *Table) versionOf(slot uint32) float64 {
	if slot == NoSlot {
		return 0
	}
	return t.versions.at(slot)
}

// addRow makes a row of item i.
func (t *Table) addRow(v *batchView, i int, id []byte, hash uint32, version float64) uint32 {
	slot := t.insert(id, hash, version)
	for k := range v.fields {
		v.fields[k].column.place(v.fields[k].from, i, slot)
	}
	if len(t.log.readers) > 0 {
		t.log.note(slot, AllFields, t.rows)
	}
	if t.observer != nil {
		t.emitAdded(v, i, slot)
	}
	return slot
}

// patch applies item i to a row and counts its version on if that changed anything.
func (t *Table) patch(v *batchView, i int, slot uint32, replace bool, r *Results) {
	before := t.versions.at(slot)
	if !t.merge(v, i, slot, replace) {
		r.put(i, Same, slot, before)
		return
	}
	after := Next(before)
	t.versions.set(slot, after)
	r.put(i, Changed, slot, after)
	if len(t.log.readers) > 0 {
		t.log.note(slot, t.changed, t.rows)
	}
	if t.observer != nil {
		t.emit(before, after)
	}
}

// merge applies item i to the fields of a row and tells whether any changed. Which, and the version, is left in
// t.changed; if there is an observer, the change is left for emit.
func (t *Table) merge(v *batchView, i int, slot uint32, replace bool) (changed bool) {
	t.changed = FieldBit(FieldVersion)
	if t.observer != nil {
		t.change.start(OpChange, slot, t.ids.id(slot))
	}
	for k := range v.fields {
		f := &v.fields[k]
		if !f.column.differs(f.from, i, slot) {
			continue
		}
		changed = true
		t.changed |= FieldBit(f.number)
		if t.observer != nil {
			t.noteAssign(f, i, slot)
		}
		f.column.assign(f.from, i, slot)
	}
	if replace {
		changed = t.removeOthers(v, i, slot) || changed
	}
	return changed
}

// removeOthers removes the fields of a row that item i does not give.
func (t *Table) removeOthers(v *batchView, i int, slot uint32) (changed bool) {
	for number := uint32(firstField); number < uint32(len(t.cols)); number++ {
		c := t.cols[number]
		if c.Tag(slot) == value.Absent {
			continue
		}
		if k := v.given[number]; k >= 0 {
			if tag := v.fields[k].from.TagAt(i); tag != value.Absent {
				continue // Undefined has been removed
			}
		}
		if t.observer != nil {
			t.change.removed(number, c, slot)
		}
		c.clear(slot)
		changed = true
		t.changed |= FieldBit(number)
	}
	return changed
}

func (t *Table) noteAssign(f *batchField, i int, slot uint32) {
	var oldScratch, newScratch [8]byte
	oldTag, old := f.column.Cell(slot, &oldScratch)
	newTag := f.from.TagAt(i)
	if newTag == value.Undefined {
		newTag = value.Absent
	}
	t.change.field(f.number, oldTag, old, newTag, f.from.PayloadAt(i, &newScratch))
}

// differs tells whether assign would change a cell.
func (c *Column) differs(from *wire.Column, i int, slot uint32) bool {
	tag := from.TagAt(i)
	if tag == value.Absent {
		return false
	}
	old := c.Tag(slot)
	switch {
	case tag == value.Undefined:
		return old != value.Absent
	case tag != old:
		return true
	case tag < value.Number:
		return false
	case tag == value.Number:
		return value.FloatBits(from.NumberAt(i)) != value.FloatBits(c.float(slot))
	case tag == value.Date: // of which 0 and -0 are the same
		x, y := from.NumberAt(i), c.float(slot)
		return x != y && (x == x || y == y)
	}
	return !value.Same(tag, c.Payload(slot), tag, from.PayloadAt(i, noScratch))
}

// noScratch is for payloads that are no numbers, and need none.
var noScratch *[8]byte

// assign writes a cell of a batch: absent leaves the stored one, Undefined removes it.
func (c *Column) assign(from *wire.Column, i int, slot uint32) {
	switch tag := from.TagAt(i); tag {
	case value.Absent:
	case value.Undefined:
		c.clear(slot)
	case value.Number, value.Date:
		c.setNumber(slot, tag, from.NumberAt(i))
	default:
		c.set(slot, tag, from.PayloadAt(i, noScratch))
	}
}

// Writeback puts rows in as a backend has them: an item replaces the whole row at the version that it gives, or makes
// it; Same if that changes neither fields nor version. An item whose version is Undefined deletes.
func (t *Table) Writeback(b *wire.Batch, r *Results) *fault.Error {
	v, err := t.view(b, false)
	if err != nil {
		return err
	}
	if err := v.checkVersions(false); err != nil {
		return err
	}
	v.cover(len(t.cols))
	r.reset(v.rows)
	for i := range v.rows {
		id := v.id(i)
		hash := t.ids.hash(id)
		t.writebackOne(v, i, id, hash, t.ids.find(id, hash), r)
	}
	v.forget()
	t.settle(v.rows)
	return nil
}

func (t *Table) writebackOne(v *batchView, i int, id []byte, hash, slot uint32, r *Results) {
	if v.versions != nil && v.versions.TagAt(i) == value.Undefined {
		t.deleteOne(slot, i, r)
		return
	}
	version, given := v.versionAt(i)
	if slot == NoSlot {
		if !given {
			version = 1
		}
		r.put(i, Added, t.addRow(v, i, id, hash, version), version)
		return
	}
	before := t.versions.at(slot)
	changed := t.merge(v, i, slot, true)
	if !given {
		version = before
		if changed {
			version = Next(before)
		}
	}
	if !changed && before == version {
		r.put(i, Same, slot, version)
		return
	}
	t.versions.set(slot, version)
	r.put(i, Changed, slot, version)
	if len(t.log.readers) > 0 {
		t.log.note(slot, t.changed, t.rows)
	}
	if t.observer != nil {
		t.emit(before, version)
	}
}

// Next gives the version after a local change.
func Next(version float64) float64 {
	if version >= maxVersion {
		return maxVersion
	}
	return version + 1
}

// versionAt gives the version of item i of a writeback, if it has one.
func (v *batchView) versionAt(i int) (version float64, given bool) {
	if v.versions == nil || v.versions.TagAt(i) != value.Number {
		return 0, false
	}
	return v.versions.NumberAt(i), true
}

// checkVersions makes sure that every row has a version that can be one, or is to be deleted. loose allows rows without.
func (v *batchView) checkVersions(loose bool) *fault.Error {
	if v.versions == nil {
		if v.rows > 0 && !loose {
			return fault.New(fault.InvalidInput, "a writeback needs the versions of its rows")
		}
		return nil
	}
	for i := range v.rows {
		switch tag := v.versions.TagAt(i); tag {
		case value.Undefined:
			continue
		case value.Absent:
			if loose {
				continue
			}
		case value.Number:
			if IsVersion(v.versions.NumberAt(i)) {
				continue
			}
		}
		return fault.New(fault.InvalidInput, "the version of a row that is written back must be a whole number from 0 to 2⁵³-1", i, "version")
	}
	return nil
}

// IsVersion tells whether a number can be a version.
func IsVersion(f float64) bool { return f >= 0 && f <= maxVersion && f == math.Trunc(f) }
