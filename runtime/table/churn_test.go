package table_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// churn writes large batches until chunks, arenas, evacuations and dictionaries have been through everything, and
// compares with the model now and then.
type churn struct {
	t    *testing.T
	rand *rand.Rand
	tb   *table.Table
	m    *model
	res  table.Results
}

// draw makes the fields of a row: of each way in which a column can be filled, one.
func (c *churn) draw(round int) item {
	r := c.rand
	it := item{
		"id":     text(fmt.Sprintf("row-%d", r.IntN(9000))),
		"unique": text(fmt.Sprintf("%d%s", r.Uint64(), strings.Repeat("x", r.IntN(40)))),
		"shared": text(fmt.Sprintf("choice %d", r.IntN(50))),
		"many":   text(fmt.Sprintf("value %d", r.IntN(6000))), // more than a dictionary holds
		"number": number(float64(r.IntN(100))),
		"flag":   {tag: value.False + value.Tag(r.IntN(2))},
		"even":   yes,
		"tags":   array(strings.Split("a b c d e", " ")[:r.IntN(6)]...),
	}
	if round%4 == 3 {
		it["mixed"] = text(strings.Repeat("m", r.IntN(100)))
	} else {
		it["mixed"] = number(r.Float64())
	}
	if r.IntN(500) == 0 {
		it["unique"] = text(strings.Repeat("large ", 11_000+r.IntN(100)))
	}
	return it
}

func (c *churn) batch(n, round int) []item {
	items := make([]item, n)
	for i := range items {
		items[i] = c.draw(round)
	}
	return items
}

func (c *churn) step(round int) {
	n := []int{1, 3, 100, 3000}[c.rand.IntN(4)]
	items := c.batch(n, round)
	b := batchOf(c.t, c.tb, items...)
	switch c.rand.IntN(6) {
	case 0, 1:
		require.Nil(c.t, c.tb.Add(b, &c.res))
		expect(c.t, c.tb, &c.res, items, c.m.add)
	case 2:
		for _, it := range items {
			if c.rand.IntN(3) == 0 {
				it["shared"], it["number"] = undefined, undefined
			}
			delete(it, []string{"unique", "many", "mixed"}[c.rand.IntN(3)])
		}
		require.Nil(c.t, c.tb.Update(batchOf(c.t, c.tb, items...), &c.res))
		expect(c.t, c.tb, &c.res, items, c.m.update)
	case 3, 4:
		replace := c.rand.IntN(2) == 0
		require.Nil(c.t, c.tb.Upsert(b, true, replace, &c.res))
		expect(c.t, c.tb, &c.res, items, func(it item) outcome { return c.m.upsert(it, true, replace) })
	case 5:
		for _, it := range items {
			keepID(it)
		}
		require.Nil(c.t, c.tb.Delete(batchOf(c.t, c.tb, items...), &c.res))
		expect(c.t, c.tb, &c.res, items, c.m.delete)
	}
}

// keepID leaves just the id.
func keepID(it item) {
	id := it["id"]
	clear(it)
	it["id"] = id
}

func TestTableAnswersAsItsModelThroughChurn(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := &churn{t: t, rand: rand.New(rand.NewPCG(seed, 1)), tb: checked(t), m: &model{rows: map[string]*modelRow{}}}
			for round := range 80 {
				c.step(round)
				if round%4 == 0 {
					require.NoError(t, c.tb.Check())
				}
				if round%16 == 0 {
					c.m.equal(t, c.tb)
				}
			}
			c.m.equal(t, c.tb)
			c.deleteAll()
		})
	}
}

func (c *churn) deleteAll() {
	all := []item{}
	for id := range c.m.rows {
		all = append(all, item{"id": text(id)})
	}
	b := batchOf(c.t, c.tb, all...)
	require.Nil(c.t, c.tb.Delete(b, &c.res))
	require.Zero(c.t, c.tb.Len())
	require.NoError(c.t, c.tb.Check())
	require.Less(c.t, c.tb.Bytes(), 1000, "the memory of an emptied table is given back")
	require.Empty(c.t, c.tb.Slots(nil))
	require.Nil(c.t, c.tb.Add(batchOf(c.t, c.tb, c.batch(100, 0)...), &c.res))
	require.NoError(c.t, c.tb.Check())
}

// Values that come and go must not pile up, however the writes are cut into batches.
func TestGarbageIsBounded(t *testing.T) {
	tb := checked(t)
	r := rand.New(rand.NewPCG(7, 7))
	var res table.Results
	const rows = 20_000
	live := make([]int, rows)
	for round := range 15 {
		for first := 0; first < rows; first += 1000 {
			items := make([]item, 1000)
			for i := range items {
				live[first+i] = r.IntN(80)
				items[i] = item{"id": text(fmt.Sprint(first + i)), "s": text(fmt.Sprintf("%d %s", r.Uint64(), strings.Repeat("y", live[first+i])))}
			}
			require.Nil(t, tb.Upsert(batchOf(t, tb, items...), true, false, &res))
		}
		if round > 5 {
			require.Less(t, tb.Bytes(), 3*rows*(21+40)+rows*(4+1+4+8+4+12))
		}
	}
}

func TestManySmallTablesStaySmall(t *testing.T) {
	total := 0
	for range 100 {
		tb := table.New()
		var res table.Results
		for i := range 200 { // versions of one row, so that there is garbage too
			it := item{"id": text("only"), "title": text(fmt.Sprint("title ", i)), "n": number(float64(i)), "done": no}
			require.Nil(t, tb.Upsert(batchOf(t, tb, it), true, false, &res))
		}
		tb.Slots(nil)
		total += tb.Bytes()
	}
	require.Less(t, total/100, 4000)
}

func TestRefusedBatchesChangeNothing(t *testing.T) {
	tb := checked(t)
	var res table.Results
	require.Nil(t, tb.Add(batchOf(t, tb, item{"id": text("a"), "x": yes}), &res))
	noID := []item{{"id": text("b"), "x": no}, {"x": no}}
	empty := []item{{"id": text("b"), "x": no}, {"id": text("")}}
	wrongKind := []item{{"id": text("b"), "x": no}, {"id": number(1)}}
	versions := func(c cell) []item {
		return []item{{"id": text("b"), "version": number(1)}, {"id": text("a"), "version": c}}
	}
	for name, try := range map[string]struct {
		items []item
		write func(*wire.Batch, *table.Results) *fault.Error
	}{
		"add: empty id":                  {empty, tb.Add},
		"add: id of wrong kind":          {wrongKind, tb.Add},
		"update: no id":                  {noID, tb.Update},
		"update: no ids at all":          {noID[1:], tb.Update},
		"delete: empty id":               {empty, tb.Delete},
		"writeback: no version":          {versions(cell{}), tb.Writeback},
		"writeback: version of a string": {versions(text("1")), tb.Writeback},
		"writeback: fraction":            {versions(number(1.5)), tb.Writeback},
		"writeback: negative":            {versions(number(-1)), tb.Writeback},
		"writeback: too large":           {versions(number(1 << 53)), tb.Writeback},
		"upsert: id of wrong kind": {wrongKind, func(b *wire.Batch, r *table.Results) *fault.Error {
			return tb.Upsert(b, true, true, r)
		}},
		"locate: empty id": {empty, func(b *wire.Batch, r *table.Results) *fault.Error {
			_, err := tb.Locate(b, nil)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			err := try.write(batchOf(t, tb, try.items...), &res)
			require.NotNil(t, err)
			require.Equal(t, fault.InvalidInput, err.Code)
			require.Equal(t, 1, tb.Len())
			slot, _ := tb.Lookup([]byte("a"))
			require.Equal(t, 1.0, tb.Version(slot))
		})
	}
	undefinedField := new(wire.Batch)
	*undefinedField = *batchOf(t, tb, item{"id": text("c"), "x": yes})
	undefinedField.Columns[1].Field = 99
	require.NotNil(t, tb.Add(undefinedField, &res))
}

func TestBatchesWithNamesNeedNoNumbers(t *testing.T) {
	tb := checked(t)
	var out wire.Builder
	out.Reset(1)
	out.NamedColumn("done")
	out.Cell(value.True, nil)
	out.NamedColumn("version")
	out.Float(value.Number, 7)
	out.NamedColumn("id")
	out.Cell(value.String, []byte("a"))
	var res table.Results
	require.Nil(t, tb.Writeback(decoded(t, out.Bytes()), &res))
	slot, ok := tb.Lookup([]byte("a"))
	require.True(t, ok)
	require.Equal(t, 7.0, tb.Version(slot))
	field, ok := tb.FindField("done")
	require.True(t, ok)
	require.Equal(t, value.True, tb.Column(field).Tag(slot))
	require.Equal(t, 3, tb.Fields())
}

func TestEmptyBatchesAreAllowed(t *testing.T) {
	tb := checked(t)
	var out wire.Builder
	out.Reset(0)
	b := decoded(t, out.Bytes())
	res := table.Results{Status: []uint8{1, 2, 3}}
	require.Nil(t, tb.Add(b, &res))
	require.Empty(t, res.Status)
	require.Nil(t, tb.Update(b, &res))
	require.Nil(t, tb.Upsert(b, false, false, &res))
	require.Nil(t, tb.Delete(b, &res))
	require.Nil(t, tb.Writeback(b, &res))
	slots, err := tb.Locate(b, nil)
	require.Nil(t, err)
	require.Empty(t, slots)
	tb.Read(nil, &out)
	require.Zero(t, decoded(t, out.Bytes()).Rows)
}

func TestColumnsAreTypedForAsLongAsTheirValuesAre(t *testing.T) {
	tb := checked(t)
	var res table.Results
	kind := func(name string) table.Kind { return tb.Column(tb.Field(name)).Kind() }
	upsert := func(c cell) {
		require.Nil(t, tb.Upsert(batchOf(t, tb, item{"id": text("a"), "x": c}, item{"id": text("b"), "x": null}), true, false, &res))
	}
	upsert(yes)
	require.Equal(t, table.Bare, kind("x"))
	upsert(number(1))
	require.Equal(t, table.Floats, kind("x"))
	upsert(date(1))
	require.Equal(t, table.Floats, kind("x"))
	upsert(text("s"))
	require.Equal(t, table.Mixed, kind("x"))
	require.Nil(t, tb.Upsert(batchOf(t, tb, item{"id": text("a"), "x": undefined}, item{"id": text("b"), "x": undefined}), true, false, &res))
	require.Equal(t, table.Bare, kind("x"), "a column without cells starts anew")
	upsert(array("s"))
	require.Equal(t, table.Refs, kind("x"))
}

func TestFewDistinctStringsAreShared(t *testing.T) {
	tb := checked(t)
	var res table.Results
	items := make([]item, 3000)
	for i := range items {
		items[i] = item{"id": text(fmt.Sprint(i)), "few": text(fmt.Sprint(i % 300)), "unique": text(fmt.Sprint("u", i))}
	}
	require.Nil(t, tb.Add(batchOf(t, tb, items...), &res))
	few, unique := tb.Column(tb.Field("few")), tb.Column(tb.Field("unique"))
	code, all := few.Shared([]byte("17"))
	require.NotZero(t, code)
	require.True(t, all)
	code, all = few.Shared([]byte("none"))
	require.Zero(t, code)
	require.True(t, all)
	_, all = unique.Shared([]byte("u17"))
	require.False(t, all)
	require.Less(t, unique.Codes(), uint32(1), "distinct strings are not taken into a dictionary for long")
}

// Each string comes twice in a row: sharing pays, but there are more strings than codes.
func TestAFullDictionaryIsKeptAndNoLongerAsked(t *testing.T) {
	tb := checked(t)
	var res table.Results
	add := func(first, n int) {
		items := make([]item, n)
		for i := range items {
			items[i] = item{"id": text(fmt.Sprint(first + i)), "s": text(fmt.Sprint("string ", (first+i)/2))}
		}
		require.Nil(t, tb.Add(batchOf(t, tb, items...), &res))
		require.NoError(t, tb.Check())
	}
	s := tb.Column(tb.Field("s"))
	add(0, 8000)
	_, all := s.Shared(nil)
	require.True(t, all)
	add(8000, 10_000)
	code, all := s.Shared([]byte("string 17"))
	require.NotZero(t, code)
	require.False(t, all)
	add(18_000, 10_000)
	require.Equal(t, uint32(4096), s.Codes())
	gone := make([]item, 8000)
	for i := range gone {
		gone[i] = item{"id": text(fmt.Sprint(i))}
	}
	require.Nil(t, tb.Delete(batchOf(t, tb, gone...), &res))
	code, _ = s.Shared([]byte("string 17"))
	require.Zero(t, code)
}

func TestADictionaryOfAMixedColumnDissolves(t *testing.T) {
	tb := checked(t)
	m := &model{rows: map[string]*modelRow{}}
	var res table.Results
	items := make([]item, 2000)
	for i := range items {
		items[i] = item{"id": text(fmt.Sprint(i)), "x": text(fmt.Sprint("u", i))}
		if i%10 == 0 {
			items[i]["x"] = number(float64(i))
		}
		m.add(items[i])
	}
	for i := range items { // one by one, so that dissolving meets cells in each state
		require.Nil(t, tb.Add(batchOf(t, tb, items[i]), &res))
	}
	require.Equal(t, table.Mixed, tb.Column(tb.Field("x")).Kind())
	require.Zero(t, tb.Column(tb.Field("x")).Codes())
	m.equal(t, tb)
}

func TestTheHashFindsRowsAsTheyComeAndGo(t *testing.T) {
	tb := checked(t)
	r := rand.New(rand.NewPCG(3, 3))
	var res table.Results
	there := map[string]bool{}
	for round := range 60 {
		items := make([]item, 500)
		for i := range items {
			items[i] = item{"id": text(strings.Repeat("i", r.IntN(12)) + fmt.Sprint(r.IntN(4000)))}
		}
		b := batchOf(t, tb, items...)
		write := tb.Add
		if round%3 == 2 {
			write = tb.Delete
		}
		require.Nil(t, write(b, &res))
		for _, it := range items {
			there[it["id"].payload] = round%3 != 2
		}
		slots, err := tb.Locate(b, nil)
		require.Nil(t, err)
		for i, it := range items {
			require.Equal(t, there[it["id"].payload], slots[i] != table.NoSlot)
		}
	}
	for id, is := range there {
		slot, ok := tb.Lookup([]byte(id))
		require.Equal(t, is, ok)
		if ok {
			require.Equal(t, id, string(tb.ID(slot)))
		}
	}
}
