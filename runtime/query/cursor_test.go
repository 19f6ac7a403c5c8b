package query

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// seal makes the text of a cursor of what stands behind its head.
func seal(body []byte, sort []sortField) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{cursorFormat}, hashSort(sort))
	b = append(b, body...)
	b = binary.LittleEndian.AppendUint32(b, fnv(fnvStart, b))
	return base64.RawURLEncoding.AppendEncode(nil, b)
}

// FuzzCursor reads bytes from anywhere that somebody has given a head and a checksum that are right: they are refused,
// or are a position that agrees with the order of all rows.
func FuzzCursor(f *testing.F) {
	q := &Query{limit: noLimit, sort: []sortField{{field: parseField([]byte("a"))}, {field: parseField([]byte("b")), desc: true}}}
	var out wire.Builder
	out.Reset(3)
	tb := table.New()
	cells := map[string][]value.Value{
		"id": {{Tag: value.String, Str: []byte("x")}, {Tag: value.String, Str: []byte("y")}, {Tag: value.String, Str: []byte("z")}},
		"a":  {{Tag: value.Number, Num: 1}, {Tag: value.String, Str: []byte("s")}, {Tag: value.Array}},
		"b":  {{Tag: value.Date, Num: 1}, {}, {Tag: value.True}},
	}
	for _, name := range []string{"id", "a", "b"} {
		out.Column(tb.Field(name))
		for _, v := range cells[name] {
			out.Cell(v.Tag, value.AppendPayload(nil, v))
		}
	}
	var b wire.Batch
	require.NoError(f, b.Decode(out.Bytes()))
	require.Nil(f, tb.Add(&b, new(table.Results)))
	o := q.Order(tb)
	for slot := range uint32(3) {
		text := o.cursorOf(slot)
		at := readCursor(text, q.sort)
		require.NotNil(f, at)
		require.Zero(f, o.position(slot, at))
		raw, err := base64.RawURLEncoding.AppendDecode(nil, text)
		require.NoError(f, err)
		f.Add(raw[cursorHead : len(raw)-4])
	}
	for _, refused := range []string{
		"", "\x01", "\x01\x01", "\x00\x01id", "\x0a\x01id", "\x07\x00\x01id", "\x09\x00\x01id", "\x08\x01\x01\x01id", "\x04\x00\x01id",
		"\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01id", "\x06\x80", "\x06\x01\xff\x01id", "\x01\x01\xff",
	} {
		require.Nil(f, readCursor(seal([]byte(refused), q.sort), q.sort), "%q", refused)
		f.Add([]byte(refused))
	}
	slots := []uint32{0, 1, 2}
	slices.SortFunc(slots, o.Compare)
	f.Fuzz(func(t *testing.T, body []byte) {
		readCursor(body, q.sort)
		at := readCursor(seal(body, q.sort), q.sort)
		if at == nil {
			return
		}
		for i := range slots {
			here := o.position(slots[i], at)
			require.True(t, i == 0 || o.position(slots[i-1], at) <= here)
			require.True(t, i == 0 || o.position(slots[i-1], at) < here || here != 0)
		}
	})
}
