package wire

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Builder writes a batch in canonical form. Use it as
//
//	b.Reset(rows)
//	b.Column(field)   // or b.NamedColumn(name) for all of them
//	b.Cell(tag, payload) or b.Float(tag, f), once a row
//	…
//	batch := b.Bytes()
//
// It owns its memory and reuses it, so that batches no bigger than earlier ones are built without allocating. A call
// out of this order, a column of too few or too many cells, or a field given twice is a mistake of the calling code:
// the former panic, the latter makes a batch that does not decode. Its zero value is ready for Reset.
type Builder struct {
	rows    int
	columns int
	open    bool // a column is being filled

	body []byte // the header, and all finished columns
	out  []byte // the batch, if names had to go between the two

	nameEnds []uint32
	names    []byte

	// The column being filled. A column starts in layout Tags, and moves on to the next when a cell needs it.
	field  uint32
	layout Layout
	tags   []byte
	mixed  bool // tags differ
	f64    []float64
	ends   []uint32
	bytes  []byte
}

// Reset starts a batch of so many rows. Bytes of the batch before are no longer valid.
func (b *Builder) Reset(rows int) {
	if rows < 0 || rows > MaxRows {
		panic("wire: too many rows for a batch")
	}
	b.rows, b.columns, b.open = rows, 0, false
	b.body = append(b.body[:0], make([]byte, headerSize)...)
	b.nameEnds, b.names = b.nameEnds[:0], b.names[:0]
}

// Column starts the column of a field, in a batch without names.
func (b *Builder) Column(field uint32) {
	if len(b.nameEnds) > 0 {
		panic("wire: column without a name in a batch with names")
	}
	b.start(field)
}

// NamedColumn starts the column of a name, in a batch with names. A name that a column before it had is a field given
// twice.
func (b *Builder) NamedColumn(name string) {
	field := len(b.nameEnds)
	if b.columns > 0 && field == 0 {
		panic("wire: column with a name in a batch without names")
	}
	b.start(uint32(field))
	b.names = append(b.names, name...)
	b.nameEnds = append(b.nameEnds, uint32(len(b.names)))
}

func (b *Builder) start(field uint32) {
	b.finish()
	b.columns++
	b.open = true
	b.field, b.layout, b.mixed = field, Tags, false
	b.tags, b.f64, b.ends, b.bytes = b.tags[:0], b.f64[:0], b.ends[:0], b.bytes[:0]
}

// Cell gives the next row of the column: its kind, and its payload in top-level form, which is copied.
func (b *Builder) Cell(tag value.Tag, payload []byte) {
	if tag.Numeric() {
		b.Float(tag, value.Float(payload))
		return
	}
	if !tag.Bare() {
		if b.layout != Var {
			b.toVar()
		}
		b.bytes = append(b.bytes, payload...)
	}
	b.push(tag)
	switch b.layout {
	case F64:
		b.f64 = append(b.f64, 0)
	case Var:
		b.ends = append(b.ends, uint32(len(b.bytes)))
	}
}

// Float gives the next row of the column as a Number or Date.
func (b *Builder) Float(tag value.Tag, f float64) {
	if b.layout == Var {
		b.push(tag)
		b.bytes = value.AppendFloat(b.bytes, f)
		b.ends = append(b.ends, uint32(len(b.bytes)))
		return
	}
	if b.layout == Tags {
		b.layout = F64
		b.f64 = append(b.f64, make([]float64, len(b.tags))...)
	}
	b.push(tag)
	b.f64 = append(b.f64, f)
}

func (b *Builder) push(tag value.Tag) {
	if len(b.tags) > 0 && b.tags[len(b.tags)-1] != byte(tag) {
		b.mixed = true
	}
	b.tags = append(b.tags, byte(tag))
}

// toVar rewrites the rows so far as bytes.
func (b *Builder) toVar() {
	for i, tag := range b.tags {
		if value.Tag(tag).Numeric() {
			b.bytes = value.AppendFloat(b.bytes, b.f64[i])
		}
		b.ends = append(b.ends, uint32(len(b.bytes)))
	}
	b.layout = Var
}

// finish writes the column that is being filled, if there is one.
func (b *Builder) finish() {
	if !b.open {
		return
	}
	b.open = false
	if len(b.tags) != b.rows {
		panic("wire: column whose cells are not as many as the rows of the batch")
	}
	tag := value.Absent
	if b.mixed {
		tag = PerRow
	} else if b.rows > 0 {
		tag = value.Tag(b.tags[0])
	}
	out := binary.LittleEndian.AppendUint32(b.body, b.field)
	out = append(out, byte(b.layout), byte(tag), 0, 0)
	if b.mixed {
		out = pad(append(out, b.tags...))
	}
	switch b.layout {
	case F64:
		for i, f := range b.f64 {
			if f != f {
				b.f64[i] = math.Float64frombits(value.FloatBits(f))
			}
		}
		out = append(out, bytesOf(b.f64)...)
	case Var:
		if uint64(len(b.bytes)) > math.MaxUint32 {
			panic("wire: column of more than 4 GiB")
		}
		out = append(out, bytesOf(b.ends)...)
		out = pad(append(out, b.bytes...))
	}
	b.body = out
}

// Bytes finishes the batch. What it gives is valid until the next Reset and starts at a multiple of 8, as all memory
// that Go allocates for 16 bytes or more does.
func (b *Builder) Bytes() []byte {
	b.finish()
	out := b.body
	flags := byte(0)
	if len(b.nameEnds) > 0 {
		flags = flagNames
		out = slices.Grow(b.out[:0], len(b.body)+8+4*len(b.nameEnds)+len(b.names)+8)
		out = append(out, b.body[:headerSize]...)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(b.nameEnds)))
		out = append(out, bytesOf(b.nameEnds)...)
		out = pad(append(out, b.names...))
		out = append(out, b.body[headerSize:]...)
		b.out = out
	}
	if uint64(len(out)) > math.MaxUint32 {
		panic("wire: batch of more than 4 GiB")
	}
	head := out[:headerSize]
	head[0], head[1], head[2], head[3] = 'A', 'T', version, flags
	binary.LittleEndian.PutUint32(head[4:], uint32(b.rows))
	binary.LittleEndian.PutUint32(head[8:], uint32(b.columns))
	binary.LittleEndian.PutUint32(head[12:], uint32(len(out)))
	return out
}

// bytesOf views numbers as the bytes they are on a little-endian host.
func bytesOf[T float64 | uint32](s []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(zero)))
}

func pad(b []byte) []byte {
	var zeroes [8]byte
	return append(b, zeroes[:-len(b)&7]...)
}
