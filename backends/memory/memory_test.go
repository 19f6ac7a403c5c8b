package memory

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

func open(t *testing.T) *Backend {
	b, err := New("memory", value.Value{})
	require.Nil(t, err)
	t.Cleanup(b.Close)
	return b
}

func text(s string) value.Value { return value.Value{Tag: value.String, Str: []byte(s)} }

func number(f float64) value.Value { return value.Value{Tag: value.Number, Num: f} }

// object takes keys and values in turn.
func object(parts ...any) value.Value {
	v := value.Value{Tag: value.Object}
	for i := 0; i < len(parts); i += 2 {
		v.Keys, v.Items = append(v.Keys, []byte(parts[i].(string))), append(v.Items, parts[i+1].(value.Value))
	}
	return v
}

func array(items ...value.Value) value.Value { return value.Value{Tag: value.Array, Items: items} }

func TestRefusedWritesTellTheRowThatIsThere(t *testing.T) {
	b := open(t)
	do(b, "Todo", add("x", map[string]float64{"a": 1}), add("y", map[string]float64{"b": 2}))
	a := do(b, "Todo", add("y", nil), update("none", nil), remove("x").at(9), upsert("x", nil).at(5), remove("none").at(1))
	codes := []fault.Code{}
	for _, r := range a.Results {
		require.NotNil(t, r.Refused)
		require.Equal(t, "Todo", r.Refused.Store)
		codes = append(codes, r.Refused.Code)
	}
	require.Equal(t, []fault.Code{fault.AlreadyExists, fault.NotFound, fault.Conflict, fault.Conflict, fault.Conflict}, codes)
	require.Equal(t, "y", a.Results[0].Refused.ID)

	current := func(i int) value.Value {
		v, err := value.Decode(value.Object, a.Results[i].Refused.Current)
		require.NoError(t, err)
		return v
	}
	require.Equal(t, object("id", text("y"), "version", number(1), "b", number(2)), current(0))
	require.Equal(t, object("id", text("x"), "version", number(1), "a", number(1)), current(2))
	require.Equal(t, current(2), current(3))
	require.Nil(t, a.Results[1].Refused.Current)
	require.Nil(t, a.Results[4].Refused.Current)
}

func TestOnlyTheLatestKeysAreRemembered(t *testing.T) {
	b := open(t)
	b.keys = newKeys(3)
	for i := range 5 {
		k := strconv.Itoa(i)
		do(b, "Todo", add("row "+k, nil).keyed("key "+k))
	}
	require.Len(t, b.keys.at, 3)
	for i := 4; i >= 0; i-- { // what is done again takes the places of others
		k := strconv.Itoa(i)
		refused := do(b, "Todo", add("row "+k, nil).keyed("key "+k)).Results[0].Refused
		if i >= 2 {
			require.Nil(t, refused, "remembered: answered as before")
		} else {
			require.Equal(t, fault.AlreadyExists, refused.Code, "forgotten: done again")
		}
	}
}

func TestAnswersHavePagesAndNoRelatedRows(t *testing.T) {
	b := open(t)
	entries := []entry{}
	for i := range 10 {
		entries = append(entries, add(strconv.Itoa(i), map[string]float64{"a": float64(i)}))
	}
	do(b, "Todo", entries...)
	yes := value.Value{Tag: value.True}
	answer := ask(t, b, "Todo", object(
		"filter", object("a", object("gte", number(3))),
		"sort", array(object("field", text("a"), "dir", text("desc"))),
		"page", object("mode", text("offset"), "limit", number(2), "offset", number(1), "includeTotal", yes),
		"include", object("author", yes),
	))
	data, _ := answer.Get("data")
	ids := ""
	for _, row := range data.Items {
		id, _ := row.Get("id")
		ids += string(id.Str)
	}
	require.Equal(t, "87", ids)
	info, _ := answer.Get("pageInfo")
	total, _ := info.Get("total")
	require.Equal(t, 7.0, total.Num)
	next, _ := info.Get("hasNextPage")
	require.Equal(t, value.True, next.Tag)
}

func TestMalformedQueriesAreRefused(t *testing.T) {
	b := open(t)
	for _, query := range []value.Value{
		object("filter", object("op", text("near"), "field", text("a"))),
		object("limit", number(-1)),
	} {
		var failed *fault.Error
		b.Query("Todo", value.AppendPayload(nil, query), func(_ []byte, err *fault.Error) { failed = err })
		require.NotNil(t, failed)
	}
}

func TestAClosedBackendRefuses(t *testing.T) {
	b := open(t)
	do(b, "Todo", add("x", nil))
	b.Close()
	b.Close()
	require.Equal(t, fault.Disposed, do(b, "Todo", add("y", nil)).Err.Code)
	b.Query("Todo", nil, func(_ []byte, err *fault.Error) { require.Equal(t, fault.Disposed, err.Code) })
}

func BenchmarkApply(b *testing.B) {
	backend, _ := New("memory", value.Value{})
	defer backend.Close()
	entries := []entry{}
	for i := range 1000 {
		entries = append(entries, upsert(strconv.Itoa(i), map[string]float64{"a": float64(i)}))
	}
	w := request("Todo", entries)
	for b.Loop() {
		backend.Apply(w, func(*execution.Answer) {})
	}
}
