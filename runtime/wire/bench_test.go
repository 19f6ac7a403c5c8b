package wire

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/atoma-dev/atoma/runtime/value"
)

// todos writes rows as the demo has them; up to 8 columns.
func todos(b *Builder, rows, columns int, title string) []byte {
	b.Reset(rows)
	for field := range uint32(columns) {
		b.Column(field)
		for i := range rows {
			switch field {
			case 0:
				b.Cell(value.String, fmt.Appendf(nil, "todo-%d", i))
			case 1:
				b.Cell(value.String, []byte(title))
			case 2:
				b.Cell(value.False+value.Tag(i%2), nil)
			case 3:
				b.Float(value.Number, float64(i%5))
			case 4:
				b.Float(value.Date, float64(1700000000000+i))
			case 5:
				b.Cell(value.String, fmt.Appendf(nil, "list-%d", i%20))
			case 6:
				b.Cell(value.Null, nil)
			case 7:
				b.Float(value.Number, float64(i)/3)
			}
		}
	}
	return bytes.Clone(b.Bytes())
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		name          string
		rows, columns int
		title         string
	}{
		{"1x3", 1, 3, "buy milk and some bread, too"},
		{"1x8", 1, 8, "buy milk and some bread, too"},
		{"1x8-latin", 1, 8, "køb mælk og lidt brød også"},
		{"1024x8", 1024, 8, "buy milk and some bread, too"},
		{"1024x8-latin", 1024, 8, "køb mælk og lidt brød også"},
		{"1024x8-lone-surrogate", 1024, 8, "buy milk \xed\xa0\x80 and some bread"},
	} {
		b.Run(c.name, func(b *testing.B) {
			data := todos(new(Builder), c.rows, c.columns, c.title)
			var batch Batch
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := batch.Decode(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, rows := range []int{1, 1024} {
		b.Run(fmt.Sprintf("%dx8", rows), func(b *testing.B) {
			var batch Batch
			if err := batch.Decode(todos(new(Builder), rows, 8, "buy milk and some bread, too")); err != nil {
				b.Fatal(err)
			}
			var out Builder
			b.ReportAllocs()
			for b.Loop() {
				out.Reset(rows)
				for i := range batch.Columns {
					c := &batch.Columns[i]
					out.Column(c.Field)
					var scratch [8]byte
					for row := range rows {
						out.Cell(c.TagAt(row), c.PayloadAt(row, &scratch))
					}
				}
				out.Bytes()
			}
		})
	}
}
