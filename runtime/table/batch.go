package table

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// batchView is a batch with its columns matched to those of the table.
type batchView struct {
	rows     int
	ids      *wire.Column
	versions *wire.Column // nil: not given
	fields   []batchField
	given    []int32 // by field of the table: index into fields, -1 for none; filled on demand
}

type batchField struct {
	number uint32
	column *Column
	from   *wire.Column
}

// view checks a batch against the table, down to the ids of its rows, and defines new fields that it names. anonymous
// allows rows without id.
func (t *Table) view(b *wire.Batch, anonymous bool) (*batchView, *fault.Error) {
	v := &t.batch
	v.rows, v.ids, v.versions, v.fields = b.Rows, nil, nil, v.fields[:0]
	for i := range b.Columns {
		from := &b.Columns[i]
		number := from.Field
		if len(b.Names) > 0 {
			number = t.Field(string(b.Names[number]))
		} else if number >= uint32(len(t.cols)) {
			return nil, fault.New(fault.InvalidInput, "a batch has a column of a field that was not defined")
		}
		switch number {
		case FieldID:
			v.ids = from
		case FieldVersion:
			v.versions = from
		default:
			v.fields = append(v.fields, batchField{number, t.cols[number], from})
		}
	}
	if b.Rows == 0 {
		return v, nil
	}
	if uint64(t.high)+uint64(b.Rows) >= NoSlot {
		return nil, errFull()
	}
	if err := v.checkIDs(anonymous); err != nil {
		return nil, err
	}
	return v, t.checkRoom(v)
}

func (v *batchView) checkIDs(anonymous bool) *fault.Error {
	if v.ids == nil {
		if anonymous {
			return nil
		}
		return fault.New(fault.InvalidInput, "a batch needs a column of ids")
	}
	for i := range v.rows {
		switch tag := v.ids.TagAt(i); {
		case tag == value.String:
			if len(v.id(i)) == 0 {
				return fault.New(fault.InvalidInput, "an id must not be the empty string", i, "id")
			}
		case anonymous && (tag == value.Absent || tag == value.Undefined):
		default:
			return fault.New(fault.InvalidInput, "an id must be a non-empty string, not "+tag.String(), i, "id")
		}
	}
	return nil
}

// checkRoom makes sure that no arena can overflow while the batch is applied.
func (t *Table) checkRoom(v *batchView) *fault.Error {
	bytes := v.rows * uuidLen
	if v.ids != nil {
		bytes += len(v.ids.Bytes)
	}
	if !t.ids.arena.room(v.rows, bytes) {
		return errFull()
	}
	for i := range v.fields {
		f := &v.fields[i]
		if f.from.Layout == wire.Var && !f.column.arena.room(v.rows, len(f.from.Bytes)) {
			return errFull()
		}
	}
	return nil
}

// cover fills given, for writes that have to know which columns are not in the batch.
func (v *batchView) cover(fields int) {
	v.given = v.given[:0]
	for range fields {
		v.given = append(v.given, -1)
	}
	for i := range v.fields {
		v.given[v.fields[i].number] = int32(i)
	}
}

// forget lets go of the batch.
func (v *batchView) forget() {
	v.ids, v.versions = nil, nil
	clear(v.fields)
}

// id gives the id of a row that has one.
func (v *batchView) id(i int) []byte {
	from := v.ids
	start := uint32(0)
	if i > 0 {
		start = from.Ends[i-1]
	}
	return from.Bytes[start:from.Ends[i]:from.Ends[i]]
}

func (v *batchView) hasID(i int) bool {
	return v.ids != nil && v.ids.TagAt(i) == value.String
}
