package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/value"
)

var genCell = rapid.OneOf(
	rapid.SampledFrom([]cell{absent, null, no, yes, undefined, text(""), text("a"), text("née"), text(highSurrogate),
		raw(), raw(0xff), array(), array(number(1), text("x")), object("a", null), number(math.NaN()), date(math.NaN())}),
	rapid.Map(rapid.Float64(), number),
	rapid.Map(rapid.Float64(), date),
	rapid.Map(rapid.String(), text),
)

// genColumn makes columns that prefer one kind, as real ones do.
func genColumn(rows int) *rapid.Generator[[]cell] {
	return rapid.Custom(func(t *rapid.T) []cell {
		few := rapid.SliceOfN(genCell, 1, 3).Draw(t, "few")
		gen := rapid.OneOf(rapid.SampledFrom(few), genCell)
		if rapid.Bool().Draw(t, "only these") {
			gen = rapid.SampledFrom(few)
		}
		return rapid.SliceOfN(gen, rows, rows).Draw(t, "cells")
	})
}

func TestDecodeReversesBuild(t *testing.T) {
	var builder Builder
	var batch Batch
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(0, 20).Draw(t, "rows")
		fields := rapid.SliceOfNDistinct(rapid.Uint32Range(0, 200), 0, 5, rapid.ID[uint32]).Draw(t, "fields")
		var columns [][]cell
		builder.Reset(rows)
		for _, field := range fields {
			cells := genColumn(rows).Draw(t, "column")
			columns = append(columns, cells)
			builder.Column(field)
			for _, c := range cells {
				builder.Cell(c.Tag, value.AppendPayload(nil, c.Value))
			}
		}
		data := builder.Bytes()
		require.NoError(t, batch.Decode(data))
		require.Equal(t, rows, batch.Rows)
		require.Len(t, batch.Columns, len(fields))
		for i, field := range fields {
			c := &batch.Columns[i]
			assert.Equal(t, field, c.Field)
			assert.Same(t, c, batch.Find(field))
			cells, err := cellsOf(c, rows)
			require.NoError(t, err)
			for j := range cells {
				a, b := columns[i][j], cells[j]
				assert.True(t, value.Same(a.Tag, value.AppendPayload(nil, a.Value), b.Tag, value.AppendPayload(nil, b.Value)))
			}
			assertCanonical(t, c, columns[i])
		}
		assert.Equal(t, data, rebuild(&batch))
	})
}

// assertCanonical states the canonical form once more, from the cells alone.
func assertCanonical(t *rapid.T, c *Column, cells []cell) {
	layout, uniform := Tags, true
	for _, cell := range cells {
		switch {
		case cell.Tag.Bare():
		case cell.Tag.Numeric():
			layout = max(layout, F64)
		default:
			layout = Var
		}
		uniform = uniform && cell.Tag == cells[0].Tag
	}
	assert.Equal(t, layout, c.Layout)
	switch {
	case len(cells) == 0:
		assert.Equal(t, value.Absent, c.Tag)
	case uniform:
		assert.Equal(t, cells[0].Tag, c.Tag)
	default:
		assert.Equal(t, PerRow, c.Tag)
	}
}

// rebuild writes a decoded batch anew.
func rebuild(b *Batch) []byte {
	var out Builder
	out.Reset(b.Rows)
	for i := range b.Columns {
		c := &b.Columns[i]
		if len(b.Names) > 0 {
			out.NamedColumn(string(b.Names[c.Field]))
		} else {
			out.Column(c.Field)
		}
		for row := range b.Rows {
			var scratch [8]byte
			if tag := c.TagAt(row); tag.Numeric() {
				out.Float(tag, c.NumberAt(row))
			} else {
				out.Cell(tag, c.PayloadAt(row, &scratch))
			}
		}
	}
	return out.Bytes()
}

// sample is a batch with all that a batch can have: each layout, with one tag and with tags of each row.
func sample() []byte {
	var b Builder
	b.Reset(3)
	cells := func(field uint32, cells ...cell) {
		b.Column(field)
		for _, c := range cells {
			b.Cell(c.Tag, value.AppendPayload(nil, c.Value))
		}
	}
	cells(0, text("a"), text("née"), text("c"))
	cells(1, number(1), number(2), number(3))
	cells(2, yes, no, null)
	cells(3, date(1), null, number(math.NaN()))
	cells(70, text("x"), array(object("k", text("水"))), number(5))
	cells(65, undefined, undefined, undefined)
	return bytes.Clone(b.Bytes())
}

func TestDecodeTakesInputAtAnyAddress(t *testing.T) {
	want := sample()
	room := make([]byte, len(want)+8)
	var batch Batch
	for shift := range 8 {
		data := room[shift : shift+len(want)]
		copy(data, want)
		require.NoError(t, batch.Decode(data))
		assert.Equal(t, want, rebuild(&batch))
	}
}

func TestDecodeViewsItsInput(t *testing.T) {
	data := sample()
	var batch Batch
	require.NoError(t, batch.Decode(data))
	at := func(p unsafe.Pointer) int { return int(uintptr(p) - uintptr(unsafe.Pointer(&data[0]))) }
	assert.Less(t, at(unsafe.Pointer(&batch.Columns[0].Bytes[0])), len(data))
	assert.Less(t, at(unsafe.Pointer(&batch.Columns[0].Ends[0])), len(data))
	assert.Less(t, at(unsafe.Pointer(&batch.Columns[1].F64[0])), len(data))
	assert.Nil(t, batch.Find(4711))
}

func TestDecodeAndBuildReuseTheirMemory(t *testing.T) {
	data := sample()
	var batch Batch
	var builder Builder
	allocs := testing.AllocsPerRun(100, func() {
		if batch.Decode(data) != nil {
			panic("refused")
		}
		builder.Reset(batch.Rows)
		for i := range batch.Columns {
			c := &batch.Columns[i]
			builder.Column(c.Field)
			for row := range batch.Rows {
				var scratch [8]byte
				builder.Cell(c.TagAt(row), c.PayloadAt(row, &scratch))
			}
		}
		builder.Bytes()
	})
	assert.Zero(t, allocs)
}

func TestBuiltBatchesAreAligned(t *testing.T) {
	for range 100 {
		var b Builder
		b.Reset(0)
		assert.Zero(t, uintptr(unsafe.Pointer(&b.Bytes()[0]))%8)
	}
}

func TestNaNIsWrittenInOneForm(t *testing.T) {
	odd := math.Float64frombits(0xfff8dead_beef0001)
	var b Builder
	b.Reset(2)
	b.Column(0)
	b.Float(value.Number, odd)
	b.Float(value.Number, 1)
	b.Column(1)
	b.Float(value.Date, odd)
	b.Cell(value.String, []byte("x"))
	want := value.AppendFloat(nil, math.NaN())
	assert.Equal(t, 2, bytes.Count(b.Bytes(), want))
	assert.NotContains(t, hex.EncodeToString(b.Bytes()), "dead"+"beef")
}

func TestMalformedBatchesAreRefused(t *testing.T) {
	good := sample()
	// col gives the start of the column of a field.
	layouts := map[byte]Layout{1: F64, 2: Tags, 3: F64, 70: Var, 65: Tags}
	col := func(field byte) int {
		at := bytes.Index(good[headerSize:], []byte{field, 0, 0, 0, byte(layouts[field])}) + headerSize
		require.Zero(t, at%8)
		return at
	}
	first := headerSize // strings: ends 1, 5, 6, and 6 bytes
	for _, c := range []struct {
		name string
		at   int
		put  []byte
		want string
	}{
		{"magic", 0, []byte{'X'}, "not a batch"},
		{"version", 2, []byte{2}, "version 2"},
		{"flags", 3, []byte{2}, "unknown flags"},
		{"rows beyond all bounds", 4, []byte{0, 0, 0, 2}, "too many rows"},
		{"more rows", 4, []byte{200}, "end early"},
		{"more columns", 8, []byte{7}, "columns end early"},
		{"columns without end", 8, []byte{255, 255, 255, 255}, "columns end early"},
		{"fewer columns", 8, []byte{5}, "bytes after the last column"},
		{"size", 12, []byte{8}, "its size"},
		{"layout", first + 4, []byte{3}, "unknown layout"},
		{"reserved bytes", first + 6, []byte{1}, "unknown layout"},
		{"tag", first + 5, []byte{11}, "tag that its layout does not hold"},
		{"string in layout tags", first + 4, []byte{0}, "tag that its layout does not hold"},
		{"string in layout f64", first + 4, []byte{1}, "tag that its layout does not hold"},
		{"number in a row of layout tags", col(2) + 8, []byte{4}, "tag that its layout does not hold"},
		{"unknown tag in a row", col(70) + 8, []byte{11}, "tag that its layout does not hold"},
		{"no tag of its own in a row", col(70) + 8, []byte{255}, "tag that its layout does not hold"},
		{"ends that run backwards", first + 8, []byte{6}, "ends run backwards"},
		{"bytes beyond the batch", first + 16, []byte{0, 0, 0, 16}, "bytes end early"},
		{"string that ends inside a character", first + 8, []byte{3}, "inside a character"},
		{"string not UTF-8", first + 20, []byte{0xff}, "not WTF-8"},
		{"padding", first + 26, []byte{1}, "padding is not zero"},
		{"tags padding", col(2) + 12, []byte{1}, "padding is not zero"},
		{"number where there is none", col(3) + 24, []byte{1}, "number in a row of another kind"},
		{"payload where there is none", col(70) + 8, []byte{1}, "row 0 of field 70"},
		{"number of 1 byte", col(70) + 8, []byte{4}, "row 0 of field 70"},
		{"nested value malformed", col(70) + 9, []byte{9}, "row 1 of field 70"},
		{"a field twice", col(1), []byte{3}, "two columns of one field"},
		{"a big field twice", col(65), []byte{70}, "two columns of one field"},
	} {
		data := bytes.Clone(good)
		copy(data[c.at:], c.put)
		var b Batch
		require.NoError(t, b.Decode(good))
		err := b.Decode(data)
		var malformed *DecodeError
		require.ErrorAs(t, err, &malformed, c.name)
		assert.ErrorContains(t, err, c.want, c.name)
		assert.Empty(t, b.Columns, c.name)
		assert.Zero(t, b.Rows, c.name)
	}
}

func TestMalformedNamesAreRefused(t *testing.T) {
	var b Builder
	b.Reset(0)
	b.NamedColumn("ab")
	b.NamedColumn("cd")
	good := bytes.Clone(b.Bytes())
	const names = headerSize
	for _, c := range []struct {
		name string
		at   int
		put  []byte
		want string
	}{
		{"huge count", names, []byte{255, 255, 255, 255}, "end early"},
		{"ends that run backwards", names + 4, []byte{9}, "run backwards"},
		{"a name that is not UTF-8", names + 12, []byte{0x80}, "not WTF-8"},
		{"a name twice", names + 12, []byte("cd"), "two names are the same"},
		{"a field without a name", names + 16, []byte{2}, "a field without a name"},
	} {
		data := bytes.Clone(good)
		copy(data[c.at:], c.put)
		var batch Batch
		assert.ErrorContains(t, batch.Decode(data), c.want, c.name)
		assert.Empty(t, batch.Names, c.name)
	}
}

func TestTooDeepNestingCanBeToldFromTheError(t *testing.T) {
	deep := append(bytes.Repeat([]byte{1, byte(value.Array)}, value.MaxDepth), 0)
	var b Builder
	b.Reset(1)
	b.Column(2)
	b.Cell(value.Array, deep)
	var batch Batch
	assert.ErrorIs(t, batch.Decode(b.Bytes()), value.ErrDepth)
}

func TestNoCutAndNoFlippedByteDoesHarm(t *testing.T) {
	good := sample()
	var batch Batch
	for n := range good {
		assert.Error(t, batch.Decode(good[:n]))
		cut := bytes.Clone(good[:n&^7])
		if len(cut) >= headerSize {
			binary.LittleEndian.PutUint32(cut[12:], uint32(len(cut)))
			assert.Error(t, batch.Decode(cut))
		}
		for _, flip := range []byte{1, 0x80, 0xff} {
			data := bytes.Clone(good)
			data[n] ^= flip
			if batch.Decode(data) == nil {
				rebuild(&batch)
			}
		}
	}
}

func TestMisuseOfTheBuilderPanics(t *testing.T) {
	for name, f := range map[string]func(b *Builder){
		"too few cells":     func(b *Builder) { b.Column(0); b.Bytes() },
		"too many cells":    func(b *Builder) { b.Column(0); b.Float(value.Number, 1); b.Float(value.Number, 1); b.Bytes() },
		"too many rows":     func(b *Builder) { b.Reset(MaxRows + 1) },
		"number, then name": func(b *Builder) { b.Column(0); b.NamedColumn("a") },
		"name, then number": func(b *Builder) { b.NamedColumn("a"); b.Column(0) },
	} {
		var b Builder
		b.Reset(1)
		assert.Panics(t, func() { f(&b) }, name)
	}
}

// FuzzBatch checks that hostile bytes do no harm wherever they lie, and that what is accepted can be written again.
func FuzzBatch(f *testing.F) {
	f.Add(sample())
	for _, v := range readGolden(f) {
		data, _ := hex.DecodeString(v.Hex)
		f.Add(data)
	}
	var batch, again Batch
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) >= headerSize { // what the fuzzer can hardly guess
			binary.LittleEndian.PutUint32(data[12:], uint32(len(data)))
		}
		err := batch.Decode(data)
		shifted := append(make([]byte, 1, len(data)+1), data...)[1:]
		assert.Equal(t, err == nil, again.Decode(shifted) == nil)
		if err != nil || batch.Rows*len(batch.Columns) > 1<<12 {
			return
		}
		written := rebuild(&batch)
		require.NoError(t, again.Decode(written))
		require.Len(t, again.Columns, len(batch.Columns))
		for i := range batch.Columns {
			for row := range batch.Rows {
				var x, y [8]byte
				a, b := &batch.Columns[i], &again.Columns[i]
				assert.True(t, value.Same(a.TagAt(row), a.PayloadAt(row, &x), b.TagAt(row), b.PayloadAt(row, &y)))
			}
		}
		assert.Equal(t, written, rebuild(&again), "canonical form is a fixed point")
	})
}
