package query_test

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

func page(mode string, pairs ...any) value.Value {
	return object(append([]any{"mode", text(mode)}, pairs...)...)
}

func runPage(t require.TestingT, s query.Source, q value.Value) ([]string, *query.PageInfo) {
	parsed := parse(t, q)
	require.True(t, parsed.Paged())
	slots, info, err := parsed.Run(s, nil)
	require.Nil(t, err)
	require.NotNil(t, info)
	return idsOf(s.Table, slots), info
}

// Pages are what the rules say they are, with cursors of pages before, while rows move, go and come.
func TestPagesOverChangingData(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tb := newChanging(rt)
		indexes := index.NewSet(tb.table, drawIndexes(rt))
		defer indexes.Close()
		sort := array(rapid.SliceOfN(rapid.Custom(drawSort), 0, 3).Draw(rt, "sorts")...)
		filter := object()
		if rapid.IntRange(0, 2).Draw(rt, "filtered") > 0 {
			filter = drawFilter(rt, 1)
		}
		base := object("sort", sort, "filter", filter)
		known := map[string]naivePosition{}
		var cursors []string
		for range 10 {
			all := naiveAll(base, tb.rows)
			p := page("cursor")
			from, to, total := 0, min(50, len(all)), -1
			limit := rapid.SampledFrom([]int{-1, 0, 1, 2, 5, 40}).Draw(rt, "limit")
			if limit >= 0 {
				p.Keys, p.Items = append(p.Keys, []byte("limit")), append(p.Items, number(float64(limit)))
			} else {
				limit = 50
			}
			kind := rapid.SampledFrom([]string{"offset", "cursor", "after", "before", "after", "before"}).Draw(rt, "kind")
			switch {
			case kind == "offset":
				offset := rapid.SampledFrom([]int{0, 1, 5, 100}).Draw(rt, "offset")
				p = page("offset", "limit", number(float64(limit)), "offset", number(float64(offset)), "includeTotal", yes)
				from, total = min(offset, len(all)), len(all)
				to = min(from+limit, len(all))
			case kind == "cursor" || len(cursors) == 0:
				to = min(limit, len(all))
			default:
				cursor := rapid.SampledFrom(cursors).Draw(rt, "position")
				at := known[cursor]
				p.Keys, p.Items = append(p.Keys, []byte(kind)), append(p.Items, text(cursor))
				before, upTo := 0, 0
				for _, r := range all {
					order := naivePositionOf(sort, r).compare(at, sort)
					if order < 0 {
						before++
					}
					if order <= 0 {
						upTo++
					}
				}
				from, to = upTo, min(upTo+limit, len(all))
				if kind == "before" {
					from, to = max(before-limit, 0), before
				}
			}
			q := object("page", p, "sort", base.Items[0], "filter", base.Items[1])
			ids, info := runPage(rt, query.Source{Table: tb.table, Indexes: indexes}, q)
			same, sameInfo := runPage(rt, query.Source{Table: tb.table}, q)
			require.Equal(rt, naiveIDs(all[from:to]), ids, "%s", show(q))
			require.Equal(rt, ids, same, "%s", show(q))
			require.Equal(rt, info, sameInfo, "%s", show(q))
			require.Equal(rt, to < len(all), info.HasNext)
			require.Equal(rt, from > 0, info.HasPrevious)
			require.Equal(rt, total, info.Total)
			require.Equal(rt, len(ids) > 0, info.Start != nil)
			require.Equal(rt, len(ids) > 0, info.End != nil)
			if from < to {
				known[string(info.Start)] = naivePositionOf(sort, all[from])
				known[string(info.End)] = naivePositionOf(sort, all[to-1])
				cursors = append(cursors, string(info.Start), string(info.End))
			}
			tb.change(rt)
		}
	})
}

// Walking from page to page by cursors meets every row once, in order, and back again.
func TestWalkingByCursors(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := drawRows(rt)
		source := query.Source{Table: fill(rt, rows)}
		sort := array(rapid.SliceOfN(rapid.Custom(drawSort), 0, 2).Draw(rt, "sorts")...)
		limit := number(float64(rapid.IntRange(1, 40).Draw(rt, "limit")))
		want := naiveRun(object("sort", sort), rows)
		var got []string
		ids, info := runPage(rt, source, object("sort", sort, "page", page("cursor", "limit", limit)))
		require.False(rt, info.HasPrevious)
		for got = ids; info.HasNext; got = append(got, ids...) {
			ids, info = runPage(rt, source, object("sort", sort, "page", page("cursor", "limit", limit, "after", text(string(info.End)))))
			require.True(rt, info.HasPrevious)
		}
		require.Equal(rt, want, got)
		for got = ids; info.HasPrevious; got = append(ids, got...) {
			ids, info = runPage(rt, source, object("sort", sort, "page", page("cursor", "limit", limit, "before", text(string(info.Start)))))
			require.True(rt, info.HasNext)
		}
		require.Equal(rt, want, got)
	})
}

func TestMalformedPages(t *testing.T) {
	a := text("a")
	for _, c := range []struct {
		name  string
		query value.Value
		code  fault.Code
		path  []any
	}{
		{"no object", object("page", number(1)), fault.InvalidQuery, []any{"page"}},
		{"null", object("page", null), fault.InvalidQuery, []any{"page"}},
		{"without mode", object("page", object("limit", number(1))), fault.InvalidQuery, []any{"page", "mode"}},
		{"mode", object("page", page("keyset")), fault.InvalidQuery, []any{"page", "mode"}},
		{"mode of wrong kind", object("page", object("mode", yes)), fault.InvalidQuery, []any{"page", "mode"}},
		{"unknown key", object("page", page("offset", "size", number(1))), fault.InvalidQuery, []any{"page", "size"}},
		{"cursor in offset mode", object("page", page("offset", "after", a)), fault.InvalidQuery, []any{"page", "after"}},
		{"offset in cursor mode", object("page", page("cursor", "offset", number(1))), fault.InvalidQuery, []any{"page", "offset"}},
		{"total in cursor mode", object("page", page("cursor", "includeTotal", yes)), fault.InvalidQuery, []any{"page", "includeTotal"}},
		{"total of wrong kind", object("page", page("offset", "includeTotal", number(1))), fault.InvalidQuery, []any{"page", "includeTotal"}},
		{"limit beside it", object("limit", number(1), "page", page("cursor")), fault.InvalidQuery, []any{"limit"}},
		{"offset beside it", object("page", page("offset"), "offset", number(0)), fault.InvalidQuery, []any{"offset"}},
		{"both cursors", object("page", page("cursor", "after", a, "before", a)), fault.InvalidQuery, []any{"page", "before"}},
		{"after of wrong kind", object("page", page("cursor", "after", number(1))), fault.InvalidQuery, []any{"page", "after"}},
		{"before null", object("page", page("cursor", "before", null)), fault.InvalidQuery, []any{"page", "before"}},
		{"garbage", object("page", page("cursor", "after", text("garbage"))), fault.InvalidCursor, []any{"page", "after"}},
		{"empty", object("page", page("cursor", "before", text(""))), fault.InvalidCursor, []any{"page", "before"}},
		{"not ASCII", object("page", page("cursor", "before", text("\xed\xa0\x80水"))), fault.InvalidCursor, []any{"page", "before"}},
		{"long", object("page", page("cursor", "after", text(strings.Repeat("A", 1<<20)))), fault.InvalidCursor, []any{"page", "after"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := query.Parse(c.query, nil, "")
			require.NotNil(t, err)
			require.Equal(t, c.code, err.Code, err.Message)
			require.Equal(t, c.path, err.Path, err.Message)
			require.Less(t, len(err.Message), 300)
		})
	}
	for _, p := range []value.Value{
		page("cursor", "limit", undefined, "after", undefined, "before", undefined, "other", undefined),
		page("offset", "limit", number(math.Inf(1)), "offset", number(math.Inf(1)), "includeTotal", no),
	} {
		_, err := query.Parse(object("page", p, "limit", undefined, "offset", undefined), nil, "")
		require.Nil(t, err)
	}
}

// someCursor gives a cursor of a page of one row.
func someCursor(t *testing.T, row naiveRow, sort value.Value) string {
	_, info := runPage(t, query.Source{Table: fill(t, []naiveRow{row})}, object("sort", sort, "page", page("cursor")))
	require.Equal(t, info.Start, info.End)
	return string(info.Start)
}

func by(field, dir string) value.Value { return object("field", text(field), "dir", text(dir)) }

func TestACursorIsOfItsSort(t *testing.T) {
	row := naiveRow{"id": text("a"), "n": number(1), "s": text("x")}
	tb := fill(t, []naiveRow{{"id": text("a"), "n": number(1), "s": text("x")}})
	sorts := []value.Value{
		array(), array(by("n", "asc")), array(by("n", "desc")), array(by("s", "asc")), array(by("n", "asc"), by("s", "asc")),
		array(by("s", "asc"), by("n", "asc")), array(by("n.s", "asc")), array(by("id", "desc")),
	}
	for i, sort := range sorts {
		cursor := text(someCursor(t, row, sort))
		for j, other := range sorts {
			_, err := query.Parse(object("sort", other, "page", page("cursor", "after", cursor)), nil, "")
			if i == j {
				require.Nil(t, err)
				continue
			}
			require.NotNil(t, err, "%s for %s", show(sort), show(other))
			require.Equal(t, fault.InvalidCursor, err.Code)
		}
	}
	// Sorts that differ in words only are the same.
	for _, pair := range [][2]value.Value{
		{array(by("n", "asc")), array(object("field", text("n")))},
		{array(), array(by("id", "asc"))},
		{array(by("n", "desc")), array(by("n", "desc"), by("n", "asc"), by("id", "asc"), by("s", "asc"))},
	} {
		ids, _ := runPage(t, query.Source{Table: tb}, object("sort", pair[1], "page", page("cursor", "before", text(someCursor(t, row, pair[0])))))
		require.Empty(t, ids)
	}
	_, err := query.Parse(object("page", page("cursor", "after", text(someCursor(t, row, array())))), nil, "")
	require.Nil(t, err)
}

// A cursor that was altered in any place is refused.
func TestAlteredCursors(t *testing.T) {
	sort := array(by("s", "asc"), by("n", "desc"))
	cursor := someCursor(t, naiveRow{"id": text("some id"), "n": number(1), "s": text("x")}, sort)
	refused := func(c string) {
		_, err := query.Parse(object("sort", sort, "page", page("cursor", "after", text(c))), nil, "")
		require.NotNil(t, err, c)
		require.Equal(t, fault.InvalidCursor, err.Code)
	}
	for i := range cursor {
		refused(cursor[:i])
		refused(cursor[:i] + "\n" + cursor[i:])
		other := "A"
		if cursor[i] == 'A' {
			other = "B"
		}
		refused(cursor[:i] + other + cursor[i+1:])
	}
	for _, tail := range []string{"=", "\n", "\r\n", "A", "AAAA", " "} {
		refused(cursor + tail)
	}
	bytes, err := base64.RawURLEncoding.DecodeString(cursor)
	require.NoError(t, err)
	refused(base64.URLEncoding.EncodeToString(append(bytes, 0)))
}

func TestCursorsOfHugeAndStrangeValues(t *testing.T) {
	huge := strings.Repeat("水 long ", 10_000)
	rows := []naiveRow{}
	for i, v := range concat(anything, []value.Value{text(huge), text(huge + "a")}) {
		r := naiveRow{"id": text(fmt.Sprintf("id-%d", i)), "v": v}
		if v.Tag == value.Absent {
			delete(r, "v")
		}
		rows = append(rows, r)
	}
	rows = append(rows, naiveRow{"id": text("\xed\xa0\x80" + huge), "v": text(huge)})
	tb := fill(t, rows)
	for _, dir := range []string{"asc", "desc"} {
		sort := array(by("v", dir))
		want := naiveRun(object("sort", sort), rows)
		var got []string
		ids, info := runPage(t, query.Source{Table: tb}, object("sort", sort, "page", page("cursor", "limit", number(1))))
		for got = ids; info.HasNext; got = append(got, ids...) {
			ids, info = runPage(t, query.Source{Table: tb}, object("sort", sort, "page", page("cursor", "limit", number(1), "after", text(string(info.End)))))
		}
		require.True(t, slices.Equal(want, got))
	}
}

// A page without rows has no cursors, and says whether there are rows on either side of where it would be.
func TestEmptyPages(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a")}, {"id": text("b")}})
	first := someCursor(t, naiveRow{"id": text("a")}, array())
	for _, c := range []struct {
		page           value.Value
		next, previous bool
		total          int
	}{
		{page("cursor", "limit", number(0)), true, false, -1},
		{page("cursor", "limit", number(0), "after", text(first)), true, true, -1},
		{page("cursor", "before", text(first)), true, false, -1},
		{page("offset", "offset", number(5), "includeTotal", yes), false, true, 2},
		{page("offset", "offset", number(math.Inf(1))), false, true, -1},
		{page("offset", "limit", number(0), "includeTotal", yes), true, false, 2},
	} {
		ids, info := runPage(t, query.Source{Table: tb}, object("page", c.page))
		require.Empty(t, ids)
		require.Equal(t, &query.PageInfo{HasNext: c.next, HasPrevious: c.previous, Total: c.total}, info, show(c.page))
	}
	q, err := query.Parse(object("limit", number(1)), nil, "")
	require.Nil(t, err)
	require.False(t, q.Paged())
	require.Nil(t, q.Info(0, 1, 2, nil, tb))
	_, info, err := q.Run(query.Source{Table: tb}, nil)
	require.Nil(t, err)
	require.Nil(t, info)
}

func TestTheDefaultPageHasFiftyRows(t *testing.T) {
	rows := []naiveRow{}
	for i := range 120 {
		rows = append(rows, naiveRow{"id": text(fmt.Sprintf("%03d", i))})
	}
	tb := fill(t, rows)
	ids, info := runPage(t, query.Source{Table: tb}, object("page", page("cursor")))
	require.Len(t, ids, 50)
	ids, _ = runPage(t, query.Source{Table: tb}, object("page", page("cursor", "after", text(string(info.End)))))
	require.Len(t, ids, 50)
	require.Equal(t, "050", ids[0])
	ids, _ = runPage(t, query.Source{Table: tb}, object("page", page("offset")))
	require.Len(t, ids, 120)
	ids, _ = runPage(t, query.Source{Table: tb}, object("page", page("cursor", "limit", number(math.Inf(1)))))
	require.Len(t, ids, 120)
}

// Pages of many rows are parts of all rows in order, however few they are and whatever is sorted by, with and without indexes.
func TestPagesOfManyRows(t *testing.T) {
	rows := make([]naiveRow, 6000)
	for i := range rows {
		rows[i] = naiveRow{"id": text(fmt.Sprintf("id-%d", i)), "number": number(float64(i % 3)), "mixed": number(float64(i * 7919 % 6007)),
			"unique": text(fmt.Sprintf("a common beginning %d", i*31%6007)), "tag": text(fmt.Sprintf("tag %d", i%40)),
			"body": text(strings.Repeat("lemon ", i%9) + "tea")}
	}
	tb := fill(t, rows)
	indexes := index.NewSet(tb, indexesBut(0))
	defer indexes.Close()
	search := object("op", text("or"), "args", array(object("op", text("text"), "field", text("body"), "query", text("lemon")),
		object("number", object("gte", number(0)))))
	for _, sort := range []value.Value{
		array(by("number", "asc"), by("mixed", "desc")), array(by("number", "desc")), array(by("mixed", "asc")), array(by("unique", "desc")),
		array(by("tag", "desc"), by("unique", "asc")), array(by("tag", "asc")), array(by("$score", "desc"), by("number", "asc")), array(by("$score", "asc")),
		array(), array(by("id", "desc")), array(by("never", "asc"), by("mixed", "asc")),
	} {
		for _, filter := range []value.Value{object(), search, object("number", object("gte", number(1))), object("tag", text("tag 7"))} {
			base := []any{"filter", filter, "sort", sort}
			all := runAll(t, parse(t, object(base...)), tb)
			for _, s := range []query.Source{{Table: tb}, {Table: tb, Indexes: indexes}} {
				for _, at := range []int{0, 1, 40, len(all) / 2, len(all) - 3, len(all) - 1} {
					_, info := runPage(t, s, object(append(base, "page", page("offset", "offset", number(float64(at)), "limit", number(1)))...))
					for limit, l := range []value.Value{number(0), number(1), number(2)} {
						ids, after := runPage(t, s, object(append(base, "page", page("cursor", "after", text(string(info.Start)), "limit", l))...))
						to := min(at+1+limit, len(all))
						require.Equal(t, idsOf(tb, all[at+1:to]), ids)
						require.True(t, after.HasPrevious)
						require.Equal(t, to < len(all), after.HasNext)
						ids, before := runPage(t, s, object(append(base, "page", page("cursor", "before", text(string(info.Start)), "limit", l))...))
						from := max(at-limit, 0)
						require.Equal(t, idsOf(tb, all[from:at]), ids)
						require.True(t, before.HasNext)
						require.Equal(t, from > 0, before.HasPrevious)
					}
				}
			}
		}
	}
}
