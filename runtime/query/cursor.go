package query

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/atoma-dev/atoma/runtime/value"
)

// A cursor is a position in the order of a query: what a row is sorted by, and its id. It stays where it is when its row
// moves or goes. As text, it is the base64url, without padding, of
//
//	byte     format, 1
//	u32      FNV-1a of the sort that it belongs to, little-endian
//	cells    one for each field of the sort, in nested form (package value)
//	id       WTF-8, up to
//	u32      FNV-1a of all bytes before it, little-endian
//
// Of cells only what orders them is kept: null stands for all that come last, an empty array for those of the kinds that
// tie.
type cursor struct {
	cells []operand // by field of the sort
	id    []byte
}

const (
	cursorFormat = 1
	cursorHead   = 5 // bytes before the cells
)

// cursorOf writes the position of a row.
func (o *Order) cursorOf(slot uint32) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{cursorFormat}, hashSort(o.query.sort))
	var scratch [8]byte
	for i := range o.keys {
		tag, payload := o.cell(&o.keys[i], slot, &scratch)
		b = appendSortCell(b, tag, payload)
	}
	b = append(b, o.table.ID(slot)...)
	b = binary.LittleEndian.AppendUint32(b, fnv(fnvStart, b))
	return base64.RawURLEncoding.AppendEncode(nil, b)
}

func appendSortCell(b []byte, tag value.Tag, payload []byte) []byte {
	switch {
	case value.SortsLast(tag, payload):
		return append(b, byte(value.Null))
	case tag.Bare() || tag.Numeric():
		return append(append(b, byte(tag)), payload...)
	case tag == value.String:
		b = binary.AppendUvarint(append(b, byte(tag)), uint64(len(payload)))
		return append(b, payload...)
	}
	return append(b, byte(value.Array), 0)
}

// readCursor reads the text of a cursor. It is nil if that is none, or one of another sort.
func readCursor(text []byte, sort []sortField) *cursor {
	b, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	// A decoder of base64 skips line breaks, but the text of a cursor has none.
	if err != nil || base64.RawURLEncoding.EncodedLen(len(b)) != len(text) || len(b) < cursorHead+4 {
		return nil
	}
	b, sum := b[:len(b)-4], b[len(b)-4:]
	if b[0] != cursorFormat || binary.LittleEndian.Uint32(sum) != fnv(fnvStart, b) ||
		binary.LittleEndian.Uint32(b[1:]) != hashSort(sort) {
		return nil
	}
	at := &cursor{cells: make([]operand, len(sort))}
	rest, ok := b[cursorHead:], true
	for i := range at.cells {
		if at.cells[i], rest, ok = readSortCell(rest); !ok {
			return nil
		}
	}
	if len(rest) == 0 || !value.ValidWTF8(rest) {
		return nil
	}
	at.id = rest
	return at
}

// readSortCell reads what appendSortCell wrote, and refuses all else.
func readSortCell(b []byte) (cell operand, rest []byte, ok bool) {
	if len(b) == 0 {
		return cell, nil, false
	}
	cell.tag, b = value.Tag(b[0]), b[1:]
	size := 0
	switch {
	case cell.tag.Numeric():
		size = 8
	case cell.tag == value.Array:
		size = 1
	case cell.tag == value.String:
		n, read := binary.Uvarint(b)
		if read <= 0 || n > uint64(len(b)-read) {
			return cell, nil, false
		}
		b, size = b[read:], int(n)
	case cell.tag != value.Null && cell.tag != value.False && cell.tag != value.True:
		return cell, nil, false
	}
	if size > len(b) {
		return cell, nil, false
	}
	cell.payload, rest = b[:size:size], b[size:]
	return cell, rest, value.Validate(cell.tag, cell.payload) == nil
}

// hashSort tells sorts apart.
func hashSort(sort []sortField) uint32 {
	h := uint32(fnvStart)
	for _, f := range sort {
		kind := byte(0)
		if f.desc {
			kind |= 1
		}
		if f.score {
			kind |= 2
		}
		h = fnv(h, binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(f.field.path))))
		h = fnv(h, []byte(f.field.path))
	}
	return h
}

const fnvStart = 2166136261

// fnv goes on with the 32-bit FNV-1a hash of bytes.
func fnv(h uint32, b []byte) uint32 {
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
