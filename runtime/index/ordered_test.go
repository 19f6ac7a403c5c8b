package index_test

import (
	"bytes"
	"slices"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

type cell struct {
	id      string
	tag     value.Tag
	payload []byte
}

// inOrder gives the cells of a path, sorted by the total order and id.
func (r *rows) inOrder(inside bool) []cell {
	cells := []cell{}
	for id, v := range r.values {
		if inside {
			if v.Tag == value.Object {
				v, _ = v.Get("a")
			} else {
				v = value.Value{}
			}
		}
		cells = append(cells, cell{id, v.Tag, value.AppendPayload(nil, v)})
	}
	slices.SortFunc(cells, func(a, b cell) int {
		if order := value.Compare(a.tag, a.payload, b.tag, b.payload); order != 0 {
			return order
		}
		return bytes.Compare([]byte(a.id), []byte(b.id))
	})
	return cells
}

// within gives the ids at positions, sorted.
func within(t *table.Table, o *index.Ordered, from, to int) []string {
	ids := []string{}
	for _, slot := range o.Append(nil, from, max(from, to)) {
		ids = append(ids, string(t.ID(slot)))
	}
	slices.Sort(ids)
	return ids
}

func idsOf(cells []cell, keep func(c cell) bool) []string {
	ids := []string{}
	for _, c := range cells {
		if keep(c) {
			ids = append(ids, c.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// class is the kind by which a range tells cells apart.
func class(tag value.Tag) value.Tag {
	switch tag {
	case value.True:
		return value.False
	case value.Array, value.Object:
		return value.Bytes
	}
	return tag
}

// fold is simple case folding as plainly as can be: the least of a character's variants.
func fold(s []byte) string {
	folded := []rune{}
	for _, r := range string(s) {
		least := r
		for v := unicode.SimpleFold(r); v != r; v = unicode.SimpleFold(v) {
			least = min(least, v)
		}
		folded = append(folded, least)
	}
	return string(folded)
}

func TestAnOrderedIndexIsASort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRows(t)
		inside := rapid.Bool().Draw(t, "inside")
		path := "f"
		if inside {
			path = "f.a"
		}
		gen := genAny.Draw(t, "generator")
		set := index.NewSet(r.table, []schema.Index{{Field: path, Type: schema.NumberIndex}})
		defer set.Close()
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			for range rapid.IntRange(0, 3).Draw(t, "writes") {
				r.churn(t, gen)
			}
			o := set.Ordered(path)
			require.NoError(t, o.Check())
			cells := r.inOrder(inside)
			require.Equal(t, len(cells), o.Len())
			for i, c := range cells {
				require.Equal(t, c.id, string(r.table.ID(o.At(i))), "position %d", i)
			}
			if len(cells) == 0 {
				continue
			}
			i := rapid.IntRange(0, len(cells)-1).Draw(t, "position")
			verifyGroup(t, o, cells, i)
			x := cells[i]
			if rapid.Bool().Draw(t, "other operand") {
				v := genMixed.Draw(t, "operand")
				x = cell{"", v.Tag, value.AppendPayload(nil, v)}
			}
			verifyEqual(t, r, o, cells, x)
			verifyRange(t, r, o, cells, x, rapid.Bool().Draw(t, "lower"), rapid.Bool().Draw(t, "inclusive"))
			if x.tag == value.String {
				verifyPrefix(t, r, o, cells, x.payload)
			}
		}
	})
}

func verifyGroup(t *rapid.T, o *index.Ordered, cells []cell, i int) {
	tie := func(c cell) bool { return value.Compare(c.tag, c.payload, cells[i].tag, cells[i].payload) == 0 }
	from := slices.IndexFunc(cells, tie)
	to := from
	for to < len(cells) && tie(cells[to]) {
		to++
	}
	require.Equal(t, from, o.GroupStart(i))
	require.Equal(t, to, o.GroupEnd(i))
	require.Equal(t, i, o.Rank(o.At(i)))
}

func verifyEqual(t *rapid.T, r *rows, o *index.Ordered, cells []cell, x cell) {
	from, to, exact := o.Equal(x.tag, x.payload)
	got := within(r.table, o, from, to)
	want := idsOf(cells, func(c cell) bool { return value.Equal(c.tag, c.payload, x.tag, x.payload) })
	if exact {
		require.Equal(t, want, got)
	}
	require.Subset(t, got, want)
}

func verifyRange(t *rapid.T, r *rows, o *index.Ordered, cells []cell, x cell, lower, inclusive bool) {
	from, to := o.Range(x.tag, x.payload, lower, inclusive)
	want := idsOf(cells, func(c cell) bool {
		if class(c.tag) != class(x.tag) || value.SortsLast(c.tag, c.payload) || value.SortsLast(x.tag, x.payload) {
			return false
		}
		order := value.Compare(c.tag, c.payload, x.tag, x.payload)
		return inclusive && order == 0 || order != 0 && lower == (order < 0)
	})
	require.Equal(t, want, within(r.table, o, from, to))
}

func verifyPrefix(t *rapid.T, r *rows, o *index.Ordered, cells []cell, s []byte) {
	prefix := s[:rapid.SampledFrom(cuts(s)).Draw(t, "cut")]
	got := []string{}
	o.Prefix(prefix, func(from, to int) { got = append(got, within(r.table, o, from, to)...) })
	slices.Sort(got)
	want := idsOf(cells, func(c cell) bool {
		if c.tag != value.String {
			return false
		}
		for _, n := range cuts(c.payload) {
			if n <= len(c.payload) && fold(c.payload[:n]) == fold(prefix) && sameSurrogates(c.payload[:n], prefix) {
				return true
			}
		}
		return false
	})
	require.Equal(t, want, got)
}

// cuts gives where a string may be cut without cutting a character.
func cuts(s []byte) []int {
	at := []int{}
	for i := range s {
		if s[i]&0xC0 != 0x80 {
			at = append(at, i)
		}
	}
	return append(at, len(s))
}

// sameSurrogates tells lone surrogates apart, which fold does not.
func sameSurrogates(a, b []byte) bool {
	return bytes.Contains(a, []byte("\xed\xa0\x80")) == bytes.Contains(b, []byte("\xed\xa0\x80"))
}

func TestASetMakesWhatIsAskedFor(t *testing.T) {
	r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
	set := index.NewSet(r.table, []schema.Index{
		{Field: "f", Type: schema.StringIndex}, {Field: "f", Type: schema.NumberIndex}, {Field: "g", Type: schema.DateIndex},
	})
	defer set.Close()
	r.put(t, []string{"a", "b", "c", "d"}, []value.Value{number(1), number(1), str("x"), bare(value.Null)})
	require.Nil(t, set.Ordered("h"))
	require.Nil(t, set.Substring("f"))
	require.Nil(t, set.Text("f"))
	require.NotNil(t, set.EnsureOrdered("h"))
	require.NotNil(t, set.Ordered("h"))
	require.Same(t, set.Ordered("f"), set.EnsureOrdered("f"))

	stats := set.Stats()
	require.Greater(t, stats[0].Bytes, 0)
	stats[0].Bytes, stats[2].Bytes = 0, 0
	require.Equal(t, []index.Stats{
		{Field: "f", Type: "string", Documents: 1, Distinct: 1},
		{Field: "f", Type: "number", Documents: 2, Distinct: 1},
		{Field: "g", Type: "date"},
	}, stats)
}

func TestRanksArePlacesInOrderOfID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &rows{table: table.New(), name: "f", values: map[string]value.Value{}}
		set := index.NewSet(r.table, nil)
		defer set.Close()
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "write") {
				r.churn(t, genNumber)
			}
			if ranks := set.Ranks(); ranks != nil {
				for rank, slot := range r.table.Sorted() {
					require.Equal(t, uint32(rank), ranks[slot])
				}
			}
		}
		r.put(t, []string{"one more"}, []value.Value{number(1)})
		require.Nil(t, set.Ranks(), "made only if they are asked for again")
		require.Len(t, set.Ranks(), 64*len(r.table.LiveWords()))
	})
}
