package write

import (
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// leftRow is a row as a write leaves it: the one that shows in slot or, if that is NoSlot, an image.
type leftRow struct {
	id   []byte
	slot uint32
	image
}

// replay is how far the last image of Rows has come, for the next write of the same row to go on from.
type replay struct {
	chain  *chain
	writes int
	image  image
}

func (j *Journal) left(n Number, at *replay) leftRow {
	row := leftRow{slot: table.NoSlot}
	place, ok := j.records.find(n)
	if !ok {
		if l := j.late[n]; l != nil {
			row.id = l.id
		}
		return row
	}
	rec := j.records.at(place)
	row.id = j.id(rec)
	if !rec.flags.has(chained) {
		row.slot = rec.slot
		return row
	}
	c := j.chains[rec.ref]
	k := c.index(n)
	if k == len(c.writes)-1 && c.hidden == 0 {
		row.slot = c.slot
		return row
	}
	if at.chain != c || at.writes > k+1 {
		*at = replay{chain: c, image: c.base.clone()}
	}
	for ; at.writes <= k; at.writes++ {
		at.image.apply(&c.writes[at.writes])
	}
	row.image = at.image.clone()
	return row
}

// build writes rows column by column, as table.Read does.
func (j *Journal) build(rows []leftRow, out *wire.Builder) {
	out.Reset(len(rows))
	out.Column(table.FieldID)
	for i := range rows {
		if rows[i].id == nil {
			out.Cell(value.Absent, nil)
		} else {
			out.Cell(value.String, rows[i].id)
		}
	}
	for field := uint32(table.FieldVersion); field < uint32(j.table.Fields()); field++ {
		if !j.any(rows, field) {
			continue
		}
		out.Column(field)
		var number [8]byte
		for i := range rows {
			out.Cell(j.cell(&rows[i], field, &number))
		}
	}
}

func (j *Journal) any(rows []leftRow, field uint32) bool {
	var number [8]byte
	for i := range rows {
		if tag, _ := j.cell(&rows[i], field, &number); tag != value.Absent {
			return true
		}
	}
	return false
}

func (j *Journal) cell(row *leftRow, field uint32, number *[8]byte) (value.Tag, []byte) {
	switch {
	case row.slot != table.NoSlot:
		return j.table.Cell(row.slot, field, number)
	case !row.there:
	case field == table.FieldVersion:
		return value.Number, value.AppendFloat(number[:0], row.version)
	default:
		if at, ok := row.find(field); ok {
			return row.cells[at].Tag, row.cells[at].Payload
		}
	}
	return value.Absent, nil
}
