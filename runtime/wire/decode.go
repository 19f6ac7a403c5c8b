package wire

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/atoma-dev/atoma/runtime/value"
)

// DecodeError says why bytes are not a batch, and about where.
type DecodeError struct {
	Offset int // into the batch
	Reason string
	Cause  error // of package value, if a cell's payload is at fault
}

func (e *DecodeError) Error() string {
	s := "wire: malformed batch at byte " + strconv.Itoa(e.Offset) + ": " + e.Reason
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *DecodeError) Unwrap() error { return e.Cause }

// Decode makes b a view of data, which must be exactly one batch. Everything is checked before it returns: whoever
// holds a decoded batch can rely on all that the format promises. The error is a *DecodeError, and b is empty then.
func (b *Batch) Decode(data []byte) error {
	b.Rows, b.Names, b.Columns = 0, b.Names[:0], b.Columns[:0]
	if uintptr(unsafe.Pointer(unsafe.SliceData(data)))%8 != 0 {
		data = b.align(data)
	}
	d := decoder{data: data}
	if err := d.batch(b); err != nil {
		b.Rows, b.Names, b.Columns = 0, b.Names[:0], b.Columns[:0]
		return err
	}
	return nil
}

// align copies data to where numbers can be viewed in place. Only tests and odd slices of files come here.
func (b *Batch) align(data []byte) []byte {
	words := (len(data) + 7) / 8
	b.aligned = slices.Grow(b.aligned[:0], words)[:words]
	if words == 0 {
		return nil
	}
	room := unsafe.Slice((*byte)(unsafe.Pointer(&b.aligned[0])), words*8)
	return room[:copy(room, data)]
}

// decoder reads a batch from front to back; pos is a multiple of 8 between parts.
type decoder struct {
	data []byte
	pos  int
	rows int
}

func (d *decoder) fail(reason string) *DecodeError {
	return &DecodeError{Offset: d.pos, Reason: reason}
}

// batch returns *DecodeError, not error, as all of the decoder does: Decode makes it an error in one place.
func (d *decoder) batch(b *Batch) *DecodeError {
	if len(d.data) < headerSize {
		return d.fail("shorter than its header")
	}
	head := d.data[:headerSize]
	flags := head[3]
	switch {
	case head[0] != 'A' || head[1] != 'T':
		return d.fail("not a batch")
	case head[2] != version:
		return d.fail("version " + strconv.Itoa(int(head[2])) + " is not known")
	case flags&^flagNames != 0:
		return d.fail("unknown flags")
	case uint64(binary.LittleEndian.Uint32(head[12:])) != uint64(len(d.data)) || len(d.data)%8 != 0:
		return d.fail("its size is not that of the input")
	}
	rows, columns := binary.LittleEndian.Uint32(head[4:]), binary.LittleEndian.Uint32(head[8:])
	if rows > MaxRows {
		return d.fail("too many rows")
	}
	d.rows, d.pos = int(rows), headerSize
	if flags&flagNames != 0 {
		if err := d.names(b); err != nil {
			return err
		}
	}
	if rows == 1 {
		if err := d.row(b, columns); err != nil {
			return err
		}
		columns = 0
	}
	for range columns { // each takes room, so that a false count fails before it costs anything
		b.Columns = append(b.Columns, Column{})
		if err := d.column(&b.Columns[len(b.Columns)-1]); err != nil {
			return err
		}
	}
	if d.pos != len(d.data) {
		return d.fail("bytes after the last column")
	}
	if flags&flagNames != 0 {
		if err := d.fieldsAreNames(b); err != nil {
			return err
		}
	}
	if !b.fieldsDistinct() {
		return d.fail("two columns of one field")
	}
	b.Rows = d.rows
	return nil
}

// names reads the table of names. Batches with one are read once in a while, not for each write.
func (d *decoder) names(b *Batch) *DecodeError {
	if d.left() < 4 {
		return d.fail("names end early")
	}
	count := binary.LittleEndian.Uint32(d.data[d.pos:])
	d.pos += 4
	ends, err := d.words(uint64(count))
	if err != nil {
		return err
	}
	text, err := d.spans(ends)
	if err != nil {
		return err
	}
	start := uint32(0)
	for _, end := range ends {
		name := text[start:end:end]
		if !value.ValidWTF8(name) {
			return d.fail("a name is not WTF-8")
		}
		b.Names = append(b.Names, name)
		start = end
	}
	if !value.Distinct(b.Names) {
		return d.fail("two names are the same")
	}
	return nil
}

func (d *decoder) column(c *Column) *DecodeError {
	if d.left() < columnSize {
		return d.fail("columns end early")
	}
	head := d.data[d.pos : d.pos+columnSize]
	c.Field = binary.LittleEndian.Uint32(head)
	c.Layout = Layout(head[4])
	c.Tag = value.Tag(head[5])
	if c.Layout > Var || head[6]|head[7] != 0 {
		return d.fail("unknown layout")
	}
	if c.Tag != PerRow && !allowed(c.Layout, c.Tag) {
		return d.fail("tag that its layout does not hold")
	}
	d.pos += columnSize
	if c.Tag == PerRow {
		if err := d.tags(c); err != nil {
			return err
		}
	}
	switch c.Layout {
	case F64:
		return d.floats(c)
	case Var:
		return d.payloads(c)
	}
	return nil
}

// layoutTags[layout] has bit t set if the layout holds tag t.
var layoutTags = [...]uint16{
	Tags: bareTags,
	F64:  bareTags | 1<<value.Number | 1<<value.Date,
	Var:  1<<(value.Undefined+1) - 1,
}

const bareTags = 1<<value.Absent | 1<<value.Null | 1<<value.False | 1<<value.True | 1<<value.Undefined

func allowed(layout Layout, tag value.Tag) bool {
	return tag <= value.Undefined && layoutTags[layout]>>tag&1 != 0
}

func (d *decoder) tags(c *Column) *DecodeError {
	if d.left() < d.rows {
		return d.fail("tags end early")
	}
	c.Tags = d.data[d.pos : d.pos+d.rows : d.pos+d.rows]
	bits := layoutTags[c.Layout]
	ok := uint16(1)
	for _, tag := range c.Tags {
		ok &= bits >> min(tag, 15)
	}
	if ok == 0 {
		return d.fail("tag that its layout does not hold")
	}
	d.pos += d.rows
	return d.pad()
}

func (d *decoder) floats(c *Column) *DecodeError {
	if uint64(d.left()) < uint64(d.rows)*8 {
		return d.fail("numbers end early")
	}
	if d.rows > 0 {
		c.F64 = unsafe.Slice((*float64)(unsafe.Pointer(&d.data[d.pos])), d.rows)
	}
	if !c.Tag.Numeric() {
		for i, f := range c.F64 {
			if math.Float64bits(f) != 0 && !c.TagAt(i).Numeric() {
				return d.fail("number in a row of another kind")
			}
		}
	}
	d.pos += d.rows * 8
	return nil
}

func (d *decoder) payloads(c *Column) *DecodeError {
	var err *DecodeError
	if c.Ends, err = d.words(uint64(d.rows)); err != nil {
		return err
	}
	if c.Bytes, err = d.spans(c.Ends); err != nil {
		return err
	}
	if c.Tag == value.String {
		return d.strings(c)
	}
	if c.Tag == value.Bytes {
		return nil
	}
	ascii := value.IsASCII(c.Bytes)
	start := uint32(0)
	for i, end := range c.Ends {
		payload := c.Bytes[start:end]
		start = end
		tag := c.TagAt(i)
		if tag == value.String && ascii || tag == value.Bytes || tag.Bare() && len(payload) == 0 ||
			tag.Numeric() && len(payload) == 8 {
			continue
		}
		if err := value.Validate(tag, payload); err != nil {
			return &DecodeError{Offset: d.pos, Reason: "row " + strconv.Itoa(i) + " of field " +
				strconv.FormatUint(uint64(c.Field), 10), Cause: err}
		}
	}
	return nil
}

// words views n numbers of 4 bytes.
func (d *decoder) words(n uint64) ([]uint32, *DecodeError) {
	if uint64(d.left()) < n*4 {
		return nil, d.fail("ends end early")
	}
	if n == 0 {
		return nil, nil
	}
	words := unsafe.Slice((*uint32)(unsafe.Pointer(&d.data[d.pos])), int(n))
	d.pos += int(n) * 4
	return words, nil
}

// spans reads the bytes that ends divide, and their padding.
func (d *decoder) spans(ends []uint32) ([]byte, *DecodeError) {
	size := uint32(0)
	for _, end := range ends {
		if end < size {
			return nil, d.fail("ends run backwards")
		}
		size = end
	}
	if uint64(d.left()) < uint64(size) {
		return nil, d.fail("bytes end early")
	}
	end := d.pos + int(size)
	b := d.data[d.pos:end:end]
	d.pos = end
	return b, d.pad()
}

// strings checks a column of nothing but strings, as a whole where it can be: if all bytes are ASCII every string is
// valid wherever it starts, and if they are UTF-8 every string is that starts at no continuation byte.
func (d *decoder) strings(c *Column) *DecodeError {
	if value.IsASCII(c.Bytes) {
		return nil
	}
	if utf8.Valid(c.Bytes) {
		for _, end := range c.Ends {
			if int(end) < len(c.Bytes) && c.Bytes[end]&0xC0 == 0x80 {
				return d.fail("string ends inside a character")
			}
		}
		return nil
	}
	start := uint32(0)
	for _, end := range c.Ends {
		if !value.ValidWTF8(c.Bytes[start:end]) {
			return d.fail("string is not WTF-8")
		}
		start = end
	}
	return nil
}

func (d *decoder) left() int { return len(d.data) - d.pos }

// pad moves to the next multiple of 8. There is one: the size of the input is a multiple.
func (d *decoder) pad() *DecodeError {
	for ; d.pos%8 != 0; d.pos++ {
		if d.data[d.pos] != 0 {
			return d.fail("padding is not zero")
		}
	}
	return nil
}

func (d *decoder) fieldsAreNames(b *Batch) *DecodeError {
	for i := range b.Columns {
		if uint64(b.Columns[i].Field) >= uint64(len(b.Names)) {
			return d.fail("a field without a name")
		}
	}
	return nil
}

// fieldsDistinct tells whether no two columns are of one field. Most batches have fields below 64, and all the
// others are sorted.
func (b *Batch) fieldsDistinct() bool {
	seen := uint64(0)
	for i := range b.Columns {
		field := b.Columns[i].Field
		if field >= 64 {
			return b.sortedFieldsDistinct()
		}
		if seen>>field&1 != 0 {
			return false
		}
		seen |= 1 << field
	}
	return true
}

func (b *Batch) sortedFieldsDistinct() bool {
	b.fields = b.fields[:0]
	for i := range b.Columns {
		b.fields = append(b.fields, b.Columns[i].Field)
	}
	slices.SortFunc(b.fields, func(x, y uint32) int { return int(int64(x) - int64(y)) })
	for i := 1; i < len(b.fields); i++ {
		if b.fields[i-1] == b.fields[i] {
			return false
		}
	}
	return true
}
