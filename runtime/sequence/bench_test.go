package sequence_test

import (
	"cmp"
	"fmt"
	"testing"

	"github.com/atoma-dev/atoma/runtime/sequence"
)

func BenchmarkList(b *testing.B) {
	for _, n := range []int{100, 50_000} {
		keys := make([]float64, n)
		for i := range keys {
			keys[i] = float64(i * 7919 % n)
		}
		l := sequence.New(func(x, y uint32) int {
			if order := cmp.Compare(keys[x], keys[y]); order != 0 {
				return order
			}
			return cmp.Compare(x, y)
		})
		for i := range n {
			l.Insert(uint32(i))
		}
		b.Run(fmt.Sprintf("move/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				slot := uint32(i * 31 % n)
				l.Remove(slot)
				keys[slot] = float64(i * 104729 % n)
				l.Insert(slot)
			}
		})
		b.Run(fmt.Sprintf("remove+insert/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				l.Remove(uint32(i * 31 % n))
				l.Insert(uint32(i * 31 % n))
			}
		})
		b.Run(fmt.Sprintf("rank/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				l.Rank(uint32(i * 31 % n))
			}
		})
		b.Run(fmt.Sprintf("at/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				l.At(i * 31 % n)
			}
		})
		all := l.Append(nil, 0, n)
		b.Run(fmt.Sprintf("build/%d", n), func(b *testing.B) {
			for b.Loop() {
				l.Build(all)
			}
		})
		b.Run(fmt.Sprintf("append/%d", n), func(b *testing.B) {
			for b.Loop() {
				all = l.Append(all[:0], 0, n)
			}
		})
		b.ReportMetric(float64(l.Bytes())/float64(n), "B/slot")
	}
}
