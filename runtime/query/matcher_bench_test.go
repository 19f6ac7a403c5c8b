package query_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

// What a live view asks of one row.
func BenchmarkOneRow(b *testing.B) {
	tb := todos(b)
	for _, c := range []struct {
		name   string
		filter value.Value
	}{
		{"eqNumber", object("priority", number(3))},
		{"eqString", object("list", text("list-7"))},
		{"gtDate", object("createdAt", object("gt", date(1.7e12+9e7)))},
		{"inString", object("list", object("in", array(text("list-1"), text("list-2"))))},
		{"contains", object("title", object("contains", text("lemon")))},
		{"text", object("title", object("text", object("query", text("crates lemonade"))))},
		{"nested", object("meta.stars", number(7))},
		{"and", object("done", no, "priority", object("gte", number(2), "lt", number(4)))},
	} {
		b.Run("match/"+c.name, func(b *testing.B) {
			q, err := query.Parse(filtered(c.filter), nil, "")
			require.Nil(b, err)
			m, slot := q.Matcher(tb), uint32(0)
			b.ReportAllocs()
			for b.Loop() {
				m.Match(slot)
				slot = (slot + 7919) % benchRows
			}
		})
	}
	for _, field := range []string{"priority", "createdAt", "title", "list", "meta.stars", "id"} {
		b.Run("compare/"+field, func(b *testing.B) {
			q, err := query.Parse(object("sort", array(by(field, "desc"))), nil, "")
			require.Nil(b, err)
			o, slot := q.Order(tb), uint32(0)
			b.ReportAllocs()
			for b.Loop() {
				next := (slot + 7919) % benchRows
				o.Compare(slot, next)
				slot = next
			}
		})
	}
}
