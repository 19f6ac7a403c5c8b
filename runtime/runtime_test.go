package runtime_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

func text(s string) value.Value { return value.Value{Tag: value.String, Str: []byte(s)} }

// object makes an object of keys and values in turn.
func object(pairs ...any) value.Value {
	o := value.Value{Tag: value.Object}
	for i := 0; i < len(pairs); i += 2 {
		o.Keys = append(o.Keys, []byte(pairs[i].(string)))
		o.Items = append(o.Items, pairs[i+1].(value.Value))
	}
	return o
}

func open(t *testing.T, r *runtime.Runtime, id string, stores ...string) *runtime.Client {
	schema := object()
	for _, name := range stores {
		schema.Keys, schema.Items = append(schema.Keys, []byte(name)), append(schema.Items, object())
	}
	c, err := r.OpenClient(id, schema)
	require.Nil(t, err)
	t.Cleanup(func() {
		for _, name := range stores {
			if tb := c.OpenStore(name).Table(); tb != nil {
				require.NoError(t, tb.Check())
			}
		}
		c.Close()
	})
	return c
}

// rows encodes rows of an id and a title.
func rows(s *runtime.Store, pairs ...string) []byte {
	var out wire.Builder
	out.Reset(len(pairs) / 2)
	for k, name := range []string{"id", "title"} {
		out.Column(s.DefineField(name))
		for i := k; i < len(pairs); i += 2 {
			out.Cell(value.String, []byte(pairs[i]))
		}
	}
	return out.Bytes()
}

func ids(s *runtime.Store, names ...string) []byte {
	var out wire.Builder
	out.Reset(len(names))
	out.Column(table.FieldID)
	for _, name := range names {
		out.Cell(value.String, []byte(name))
	}
	return out.Bytes()
}

func queried(t *testing.T, s *runtime.Store, q value.Value) (found []string) {
	var a runtime.Answer
	require.Nil(t, s.Query(value.AppendPayload(nil, q), &a))
	for _, slot := range a.Slots {
		found = append(found, string(s.Table().ID(slot)))
	}
	return found
}

func TestAStoreIsWhatItsKeySays(t *testing.T) {
	r := runtime.New()
	a, b := open(t, r, "a", "Todo"), open(t, r, "b", "Todo")
	require.Same(t, a.OpenStore("Todo"), a.OpenStore("Todo"))
	require.Equal(t, "a:Todo", a.OpenStore("Todo").Key())
	require.Equal(t, "Todo", a.OpenStore("Todo").Name())
	require.Equal(t, "a", a.ID())
	require.NotSame(t, a.OpenStore("Todo"), b.OpenStore("Todo"))
	require.Equal(t, "a:x:y", a.OpenStore("x:y").Key())

	var res table.Results
	s := a.OpenStore("Todo")
	require.Nil(t, s.Add(rows(s, "1", "x"), &res))
	require.Equal(t, 1, a.OpenStore("Todo").Stats().Rows)
	require.Zero(t, b.OpenStore("Todo").Stats().Rows)
	require.Zero(t, a.OpenStore("Other").Stats().Rows)
}

func TestClientIDs(t *testing.T) {
	r := runtime.New()
	for _, id := range []string{"", "a:b", ":"} {
		_, err := r.OpenClient(id, value.Value{})
		require.NotNil(t, err)
		require.Equal(t, fault.InvalidInput, err.Code)
	}
	c := open(t, r, "a")
	_, err := r.OpenClient("a", value.Value{})
	require.NotNil(t, err)
	require.Equal(t, fault.AlreadyExists, err.Code)
	c.Close()
	open(t, r, "a")
}

func TestABadSchemaOpensNothing(t *testing.T) {
	r := runtime.New()
	_, err := r.OpenClient("a", object("Todo", object("indexes", text("x"))))
	require.NotNil(t, err)
	require.Equal(t, fault.InvalidSchema, err.Code)
	open(t, r, "a")
}

// What is wrong with a filter of the schema is said when the schema is given, not when the relation is first included.
func TestAMalformedFilterOfARelationOpensNothing(t *testing.T) {
	r := runtime.New()
	variants := func(when value.Value) value.Value {
		branch := object("when", when, "relation", object("type", text("hasOne"), "to", text("Todo"), "foreignKey", text("x")))
		return object("Todo", object("relations", object("next", object("type", text("variants"),
			"branches", value.Value{Tag: value.Array, Items: []value.Value{branch}}))))
	}
	_, err := r.OpenClient("a", variants(object("title", object("like", text("x")))))
	require.NotNil(t, err)
	require.Equal(t, fault.InvalidSchema, err.Code)
	require.Equal(t, []any{"Todo", "relations", "next", "branches", 0, "when", "title", "like"}, err.Path)
	c, err := r.OpenClient("a", variants(object("title", text("x"))))
	require.Nil(t, err)
	c.Close()
}

func TestCloseGivesEverythingBack(t *testing.T) {
	r := runtime.New()
	c := open(t, r, "a")
	s := c.OpenStore("Todo")
	var res table.Results
	require.Nil(t, s.Add(rows(s, "1", "x"), &res))
	c.Close()
	c.Close()
	require.Nil(t, s.Table())
	require.Zero(t, s.Stats())
	require.Zero(t, s.DefineField("title"))
	require.Empty(t, c.Suggest("Tod"))
	var out wire.Builder
	for name, call := range map[string]func() *fault.Error{
		"add":       func() *fault.Error { return s.Add(ids(s, "1"), &res) },
		"update":    func() *fault.Error { return s.Update(ids(s, "1"), &res) },
		"upsert":    func() *fault.Error { return s.Upsert(ids(s, "1"), false, false, &res) },
		"delete":    func() *fault.Error { return s.Delete(ids(s, "1"), &res) },
		"writeback": func() *fault.Error { return s.Writeback(ids(s, "1"), false, &res) },
		"written":   func() *fault.Error { return s.Rows(nil, &out) },
		"absent":    func() *fault.Error { _, err := s.Absent(ids(s), false, nil); return err },
		"locate":    func() *fault.Error { _, err := s.Locate(ids(s, "1"), nil); return err },
		"read":      func() *fault.Error { return s.Read(nil, false, &out) },
		"query":     func() *fault.Error { return s.Query(nil, &runtime.Answer{}) },
		"count":     func() *fault.Error { _, err := s.Count(nil); return err },
		"explain":   func() *fault.Error { _, err := s.Explain(nil); return err },
		"aggregate": func() *fault.Error { _, err := s.Aggregate(nil); return err },
		"rows":      func() *fault.Error { _, err := s.OpenRows(nil); return err },
		"how many":  func() *fault.Error { _, err := s.OpenCount(nil); return err },
		"groups":    func() *fault.Error { _, err := s.OpenGroups(nil); return err },
	} {
		err := call()
		require.NotNil(t, err, name)
		require.Equal(t, fault.Disposed, err.Code, name)
		require.Equal(t, "Todo", err.Store)
	}
	require.Equal(t, fault.Disposed, c.Track(0, 0, false).Code)
	again := open(t, r, "a").OpenStore("Todo")
	require.NotSame(t, s, again)
	require.Zero(t, again.Stats().Rows)
}

func TestSuggestions(t *testing.T) {
	c := open(t, runtime.New(), "a", "Todo", "Comment", "Kommentar", "日本語日本語")
	for name, want := range map[string]string{
		"Todo": "", "Tood": "Todo", "todo": "Todo", "Todos": "Todo", "T": "", "Tasks": "", "Coment": "Comment",
		"comments": "Comment", "日本語日本": "日本語日本語", "日本": "", "": "",
	} {
		require.Equal(t, want, c.Suggest(name), "%q", name)
	}
	several := open(t, runtime.New(), "b", "cat", "car", "cab")
	require.Equal(t, "cab", several.Suggest("caz"), "the first by alphabet, whatever the order of the map")
}

func TestReadGivesRowsAndRefusesOthers(t *testing.T) {
	s := open(t, runtime.New(), "a").OpenStore("Todo")
	var res table.Results
	require.Nil(t, s.Add(rows(s, "1", "x", "2", "y", "3", "z"), &res))
	require.Nil(t, s.Delete(ids(s, "2"), &res))
	require.Equal(t, []uint8{table.Deleted}, res.Status)

	slots, err := s.Locate(ids(s, "3", "2", "1"), nil)
	require.Nil(t, err)
	require.Equal(t, []uint32{2, table.NoSlot, 0}, slots)
	var out wire.Builder
	require.Nil(t, s.Read([]uint32{2, 0}, false, &out))
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var scratch [8]byte
	require.Equal(t, "z", string(b.Find(s.DefineField("title")).PayloadAt(0, &scratch)))

	require.Nil(t, s.Read([]uint32{2, 0}, true, &out))
	require.NoError(t, b.Decode(out.Bytes()))
	require.Nil(t, b.Find(s.DefineField("title")), "ids alone")
	require.Equal(t, "3", string(b.Find(table.FieldID).PayloadAt(0, &scratch)))

	for _, slot := range []uint32{1, 3, 1 << 20, table.NoSlot} {
		err := s.Read([]uint32{0, slot}, true, &out)
		require.NotNil(t, err)
		require.Equal(t, fault.InvalidInput, err.Code)
	}
}

func TestQueriesComeEncoded(t *testing.T) {
	s := open(t, runtime.New(), "a").OpenStore("Todo")
	var res table.Results
	require.Nil(t, s.Add(rows(s, "2", "x", "1", "y", "3", "x"), &res))
	var a runtime.Answer
	require.Nil(t, s.Query(nil, &a))
	require.Equal(t, []uint32{1, 0, 2}, a.Slots)
	require.Equal(t, []string{"2", "3"}, queried(t, s, object("filter", object("title", text("x")))))
	n, err := s.Count(value.AppendPayload(nil, object("filter", object("title", text("x")), "limit", value.Value{Tag: value.Number, Num: 1})))
	require.Nil(t, err)
	require.Equal(t, 2, n, "limits do not matter to count")
	n, err = s.Count(nil)
	require.Nil(t, err)
	require.Equal(t, 3, n)

	err = s.Query(value.AppendPayload(nil, object("filter", object("title", value.Value{Tag: value.Undefined}))), &a)
	require.NotNil(t, err)
	require.Equal(t, fault.InvalidQuery, err.Code)
	require.Equal(t, []any{"filter", "title"}, err.Path)
	require.Equal(t, "Todo", err.Store)
	_, err = s.Count([]byte{1, 2, 3})
	require.NotNil(t, err)
	require.Equal(t, fault.Internal, err.Code)

	deep := value.Value{Tag: value.Array}
	for range value.MaxQueryDepth {
		deep = value.Value{Tag: value.Array, Items: []value.Value{deep}}
	}
	err = s.Query(value.AppendPayload(nil, object("filter", deep)), &a)
	require.NotNil(t, err)
	require.Equal(t, fault.InvalidQuery, err.Code)
}

func TestBytesThatAreNoBatchAreRefused(t *testing.T) {
	s := open(t, runtime.New(), "a").OpenStore("Todo")
	var res table.Results
	err := s.Add([]byte("not a batch"), &res)
	require.NotNil(t, err)
	require.Equal(t, fault.Internal, err.Code)

	deep := value.Value{Tag: value.Array}
	for range value.MaxDepth {
		deep = value.Value{Tag: value.Array, Items: []value.Value{deep}}
	}
	var out wire.Builder
	out.Reset(1)
	out.Column(s.DefineField("deep"))
	out.Cell(deep.Tag, value.AppendPayload(nil, deep))
	err = s.Add(out.Bytes(), &res)
	require.NotNil(t, err)
	require.Equal(t, fault.InvalidInput, err.Code)
	require.Zero(t, s.Stats().Rows)
}

func TestStatsCountMemory(t *testing.T) {
	s := open(t, runtime.New(), "a").OpenStore("Todo")
	var res table.Results
	before := s.Stats().Bytes
	for i := range 1000 {
		require.Nil(t, s.Upsert(rows(s, fmt.Sprint(i), "a title of some length"), true, false, &res))
	}
	stats := s.Stats()
	require.Equal(t, 1000, stats.Rows)
	require.Greater(t, stats.Bytes-before, 1000*12)
	require.Less(t, stats.Bytes, 1000*100)
}
