package value

import (
	"fmt"
	"strings"
	"testing"
)

func benchObject(keys int) []byte {
	v := object()
	for i := range keys {
		v.Keys = append(v.Keys, fmt.Appendf(nil, "key%d", i))
		v.Items = append(v.Items, text("some text"))
	}
	return AppendPayload(nil, v)
}

func BenchmarkValidateObject(b *testing.B) {
	for _, keys := range []int{4, 16, 64, 4096} {
		payload := benchObject(keys)
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for b.Loop() {
				if Validate(Object, payload) != nil {
					b.Fatal("refused")
				}
			}
		})
	}
}

func BenchmarkValidWTF8(b *testing.B) {
	for name, s := range map[string]string{"ascii": "some plain text ", "latin": "née à Zürich øæå ", "lone": "plain \xed\xa0\x80 "} {
		text := []byte(strings.Repeat(s, 64))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if !ValidWTF8(text) {
					b.Fatal("refused")
				}
			}
		})
	}
}

func BenchmarkEqualReordered(b *testing.B) {
	x := cellOf(object("a", number(1), "b", text("two"), "c", number(3)))
	y := cellOf(object("c", number(3), "b", text("two"), "a", number(1)))
	b.ReportAllocs()
	for b.Loop() {
		if !equalCells(x, y) {
			b.Fatal("differ")
		}
	}
}

func BenchmarkCompareStrings(b *testing.B) {
	x, y := []byte("todo-12345"), []byte("todo-12346")
	for b.Loop() {
		if Compare(String, x, String, y) >= 0 {
			b.Fatal("order")
		}
	}
}
