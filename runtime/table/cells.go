package table

import (
	"encoding/binary"
	"math/bits"

	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Cell is a field of a row apart from any table: a value in top-level form. Absent, or Undefined, is none.
type Cell struct {
	Field   uint32
	Tag     value.Tag
	Payload []byte
}

// Cells of a row can be put aside as bytes, which is faster than as Cells:
//
//	uvarint field | u8 tag | nothing, 8 bytes, or uvarint n | n bytes, by tag
//
// What a write gives and leaves as it was is there as Undefined, a tag that no row has: all fields of this kind as one
// cell of field 0, with a bit for each.

// AppendBefore puts the cells of a row aside that an item gives, as they are before it is applied; with all, the others
// as well. Those that Together has found to stay are but named.
func (x *Items) AppendBefore(i int, slot uint32, all bool, dst []byte) []byte {
	changed, stay := AllFields, uint64(0)
	if i < len(x.r.fields) {
		changed = x.r.fields[i]
	}
	if changed != AllFields && x.r.given != 0 && changed>>63 == 0 {
		for rest := changed; rest != 0; rest &= rest - 1 {
			number := uint32(bits.TrailingZeros64(rest))
			dst = x.t.cols[number].appendCell(dst, number, slot)
		}
		return appendStay(dst, x.r.given&^changed)
	}
	for k := range x.v.fields {
		f := &x.v.fields[k]
		if tag := f.from.Tag; tag == value.Absent || tag == wire.PerRow && f.from.Tags[i] == byte(value.Absent) {
			continue
		}
		if bit := FieldBit(f.number); changed&bit == 0 && f.number < 63 {
			stay |= bit
			continue
		}
		dst = f.column.appendCell(dst, f.number, slot)
	}
	dst = appendStay(dst, stay)
	if !all {
		return dst
	}
	for number := uint32(firstField); number < uint32(len(x.t.cols)); number++ {
		if k := x.v.given[number]; k >= 0 && x.v.fields[k].from.TagAt(i) != value.Absent {
			continue
		}
		if c := x.t.cols[number]; c.Tag(slot) != value.Absent {
			dst = c.appendCell(dst, number, slot)
		}
	}
	return dst
}

func appendStay(dst []byte, stay uint64) []byte {
	if stay != 0 {
		dst = append(dst, 0, byte(value.Undefined), 0, 0, 0, 0, 0, 0, 0, 0)
		value.Store64(dst[len(dst)-8:], stay)
	}
	return dst
}

// AppendRow puts a whole row aside.
func (t *Table) AppendRow(slot uint32, dst []byte) []byte {
	for number := uint32(firstField); number < uint32(len(t.cols)); number++ {
		if c := t.cols[number]; c.Tag(slot) != value.Absent {
			dst = c.appendCell(dst, number, slot)
		}
	}
	return dst
}

// AppendRemoved puts those fields aside, as absent, that an item removes.
func (x *Items) AppendRemoved(i int, dst []byte) []byte {
	for k := range x.v.fields {
		if f := &x.v.fields[k]; f.from.TagAt(i) == value.Undefined {
			dst = append(binary.AppendUvarint(dst, uint64(f.number)), byte(value.Absent))
		}
	}
	return dst
}

func (c *Column) appendCell(dst []byte, field, slot uint32) []byte {
	tag := c.Tag(slot)
	if tag.Numeric() && field < 0x80 {
		dst = append(dst, byte(field), byte(tag), 0, 0, 0, 0, 0, 0, 0, 0)
		value.Store64(dst[len(dst)-8:], value.FloatBits(c.float(slot)))
		return dst
	}
	if field < 0x80 {
		dst = append(dst, byte(field), byte(tag))
	} else {
		dst = append(binary.AppendUvarint(dst, uint64(field)), byte(tag))
	}
	switch {
	case tag < value.Number:
		return dst
	case tag <= value.Date:
		dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
		value.Store64(dst[len(dst)-8:], value.FloatBits(c.float(slot)))
		return dst
	}
	payload := c.String(c.ref(slot))
	if len(payload) < 0x80 {
		dst = append(dst, byte(len(payload)))
	} else {
		dst = binary.AppendUvarint(dst, uint64(len(payload)))
	}
	return append(dst, payload...)
}

// ReadCells appends cells that were put aside to dst. They alias p.
func ReadCells(p []byte, dst []Cell) []Cell {
	for len(p) > 0 {
		field, k := binary.Uvarint(p)
		tag, n := value.Tag(p[k]), 0
		p = p[k+1:]
		switch {
		case tag == value.Undefined:
			for stay := value.Load64(p); stay != 0; stay &= stay - 1 {
				dst = append(dst, Cell{Field: uint32(bits.TrailingZeros64(stay)), Tag: tag})
			}
			p = p[8:]
			continue
		case tag < value.Number:
		case tag <= value.Date:
			n = 8
		default:
			size, k := binary.Uvarint(p)
			p, n = p[k:], int(size)
		}
		dst = append(dst, Cell{uint32(field), tag, p[:n:n]})
		p = p[n:]
	}
	return dst
}
