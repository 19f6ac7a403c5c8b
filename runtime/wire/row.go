package wire

import (
	"unsafe"

	"github.com/atoma-dev/atoma/runtime/value"
)

// row reads the columns of a batch of one row, which is every single write. It is one loop without calls for the
// common columns, because calls are what costs in WebAssembly: it takes a third of the time of column by column.
// Whatever is not common or not right is left to column, so the two agree on what is a batch.
func (d *decoder) row(b *Batch, columns uint32) *DecodeError {
	data := d.data
	for range columns {
		p := d.pos
		b.Columns = append(b.Columns, Column{})
		c := &b.Columns[len(b.Columns)-1]
		if len(data)-p < columnSize {
			return d.fail("columns end early")
		}
		head := value.Load64(data[p:])
		layout, tag := Layout(head>>32), value.Tag(head>>40)
		body := data[p+columnSize:]
		switch {
		case head>>48 != 0:
		case layout == Tags && tag <= value.True:
			c.Field, c.Layout, c.Tag = uint32(head), layout, tag
			d.pos = p + columnSize
			continue
		case layout == F64 && tag == value.Number && len(body) >= 8:
			c.Field, c.Layout, c.Tag = uint32(head), layout, tag
			c.F64 = unsafe.Slice((*float64)(unsafe.Pointer(&body[0])), 1)
			d.pos = p + columnSize + 8
			continue
		case layout == Var && tag == value.String && len(body) >= 4:
			end := value.Load32(body)
			span := (uint64(end) + 4 + 7) &^ 7
			if uint64(len(body)) < span || !plain(body[4:4+end]) || !zero(body[4+end:span]) {
				break
			}
			c.Field, c.Layout, c.Tag = uint32(head), layout, tag
			c.Ends = unsafe.Slice((*uint32)(unsafe.Pointer(&body[0])), 1)
			c.Bytes = body[4 : 4+end : 4+end]
			d.pos = p + columnSize + int(span)
			continue
		}
		if err := d.column(c); err != nil {
			return err
		}
	}
	return nil
}

// plain tells whether all bytes are ASCII.
func plain(b []byte) bool {
	var all byte
	for len(b) >= 8 {
		if value.Load64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		all |= c
	}
	return all < 0x80
}

func zero(b []byte) bool {
	var all byte
	for _, c := range b {
		all |= c
	}
	return all == 0
}
