package relation_test

import (
	"math"
	"slices"
	"strconv"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/index"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

func number(f float64) value.Value { return value.Value{Tag: value.Number, Num: f} }
func text(s string) value.Value    { return value.Value{Tag: value.String, Str: []byte(s)} }
func list(items ...value.Value) value.Value {
	return value.Value{Tag: value.Array, Items: items}
}

// object takes keys and values in turn.
func object(pairs ...any) value.Value {
	v := value.Value{Tag: value.Object}
	for i := 0; i < len(pairs); i += 2 {
		v.Keys = append(v.Keys, []byte(pairs[i].(string)))
		v.Items = append(v.Items, pairs[i+1].(value.Value))
	}
	return v
}

var yes = value.Value{Tag: value.True}

// world is the stores of a client, with what a map would have of them beside.
type world struct {
	schema *schema.Schema
	stores map[string]query.Source
	model  map[string]map[string]row
	ids    int // that rows are drawn from, for each store
	before int // fields that each table has before those of rows, so that these may share a bit of the log
}

// row is the fields of a row with its id.
type row map[string]value.Value

func newWorld(t require.TestingT, s value.Value) *world {
	parsed, err := schema.Parse(s)
	require.Nil(t, err)
	w := &world{schema: parsed, stores: map[string]query.Source{}, model: map[string]map[string]row{}}
	for name := range parsed.Stores {
		w.model[name] = map[string]row{}
	}
	return w
}

// Source opens a store.
func (w *world) Source(name string) query.Source {
	if s, ok := w.stores[name]; ok {
		return s
	}
	t := table.New()
	for i := range w.before {
		t.Field("before " + strconv.Itoa(i))
	}
	w.stores[name] = query.Source{Table: t, Indexes: index.NewSet(t, w.schema.Stores[name].Indexes)}
	return w.stores[name]
}

func (w *world) table(name string) *table.Table { return w.Source(name).Table }

func (w *world) parse(t require.TestingT, store string, q value.Value) *query.Query {
	parsed, err := query.Parse(q, w.schema, store)
	require.Nil(t, err)
	return parsed
}

// put makes rows or patches them.
func (w *world) put(t require.TestingT, store string, rows ...row) {
	tb := w.table(store)
	var out wire.Builder
	out.Reset(len(rows))
	names := []string{}
	for _, r := range rows {
		for name := range r {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		out.Column(tb.Field(name))
		for _, r := range rows {
			v := r[name]
			out.Cell(v.Tag, value.AppendPayload(nil, v))
		}
	}
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var res table.Results
	require.Nil(t, tb.Upsert(&b, true, false, &res))
	for _, r := range rows {
		id := string(r["id"].Str)
		if w.model[store][id] == nil {
			w.model[store][id] = row{}
		}
		for name, v := range r {
			if v.Tag != value.Absent {
				w.model[store][id][name] = v
			}
		}
	}
}

func (w *world) remove(t require.TestingT, store string, ids ...string) {
	tb := w.table(store)
	var out wire.Builder
	out.Reset(len(ids))
	out.Column(table.FieldID)
	for _, id := range ids {
		out.Cell(value.String, []byte(id))
		delete(w.model[store], id)
	}
	var b wire.Batch
	require.NoError(t, b.Decode(out.Bytes()))
	var res table.Results
	require.Nil(t, tb.Delete(&b, &res))
}

// Generators: fields are few and values collide.

var storeNames = []string{"a", "b", "c"}

var keyPaths = []string{"id", "r", "k", "n", "o.k", "never"}

// genWorld makes a world with some rows.
func genWorld(t *rapid.T, s value.Value) *world {
	w := newWorld(t, s)
	w.ids = rapid.SampledFrom([]int{8, 8, 8, 60}).Draw(t, "ids")
	w.before = rapid.SampledFrom([]int{0, 0, 60, 70}).Draw(t, "fields before")
	for range rapid.IntRange(0, 3*w.ids).Draw(t, "rows") {
		name := genStore(t)
		w.put(t, name, w.genRow(t, name))
	}
	return w
}

func (w *world) genID(t *rapid.T, store string) string {
	return store + strconv.Itoa(rapid.IntRange(0, w.ids-1).Draw(t, "id"))
}

// genKey makes what keys are compared with: ids of some store, and all kinds of other things.
func (w *world) genKey(t *rapid.T) value.Value {
	switch rapid.IntRange(0, 13).Draw(t, "kind of key") {
	case 0:
		return value.Value{Tag: value.Null}
	case 1:
		return number(math.NaN())
	case 2:
		return number(math.Copysign(0, -1))
	case 3:
		return list(number(float64(rapid.IntRange(0, 1).Draw(t, "element"))))
	case 4:
		return value.Value{Tag: value.Bytes, Str: []byte{byte(rapid.IntRange(0, 1).Draw(t, "byte"))}}
	case 5:
		return value.Value{Tag: value.Date, Num: float64(rapid.IntRange(0, 1).Draw(t, "date"))}
	case 6, 7:
		return number(float64(rapid.IntRange(0, 2).Draw(t, "number")))
	case 8:
		return value.Value{Tag: value.Absent}
	}
	return text(w.genID(t, rapid.SampledFrom(storeNames).Draw(t, "store")))
}

func (w *world) genRow(t *rapid.T, store string) row {
	r := row{"id": text(w.genID(t, store))}
	if rapid.Bool().Draw(t, "r?") {
		r["r"] = w.genKey(t)
	}
	if rapid.Bool().Draw(t, "k?") {
		r["k"] = w.genKey(t)
	}
	if rapid.Bool().Draw(t, "n?") {
		r["n"] = number(float64(rapid.IntRange(0, 2).Draw(t, "n")))
	}
	if rapid.IntRange(0, 3).Draw(t, "o?") == 0 {
		r["o"] = object("k", w.genKey(t))
		if r["o"].Items[0].Tag == value.Absent {
			r["o"] = object()
		}
	}
	if rapid.Bool().Draw(t, "s?") {
		r["s"] = text(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "s"))
	}
	return r
}

func genRelation(t *rapid.T, depth int) value.Value {
	kind := rapid.SampledFrom([]string{"belongsTo", "hasMany", "hasOne", "hasMany", "variants"}).Draw(t, "type")
	if kind == "variants" && depth > 0 {
		branches := list()
		for range rapid.IntRange(0, 3).Draw(t, "branches") {
			branches.Items = append(branches.Items, object("when", genFilter(t), "relation", genRelation(t, depth-1)))
		}
		return object("type", text("variants"), "branches", branches)
	}
	if kind == "variants" {
		kind = "hasMany"
	}
	own := rapid.SampledFrom(keyPaths).Draw(t, "foreign key")
	if rapid.Bool().Draw(t, "plain") { // most relations are of this kind
		return object("type", text(kind), "to", text(genStore(t)), "foreignKey", text("r"))
	}
	return object("type", text(kind), "to", text(genStore(t)), "foreignKey", text(own),
		"primaryKey", text(rapid.SampledFrom(keyPaths).Draw(t, "primary key")))
}

func genStore(t *rapid.T) string { return rapid.SampledFrom(storeNames).Draw(t, "store") }

func genSchema(t *rapid.T) value.Value {
	s := object()
	for _, name := range storeNames {
		relations := object()
		for i := range rapid.IntRange(1, 3).Draw(t, "relations") {
			relations.Keys = append(relations.Keys, []byte("rel"+strconv.Itoa(i)))
			relations.Items = append(relations.Items, genRelation(t, 2))
		}
		s.Keys = append(s.Keys, []byte(name))
		s.Items = append(s.Items, object("relations", relations))
	}
	return s
}

// genFilter makes filters that the naive evaluator knows.
func genFilter(t *rapid.T) value.Value {
	switch rapid.IntRange(0, 5).Draw(t, "filter") {
	case 5: // which never changes, but slots are used again
		return object("id", text(rapid.SampledFrom(storeNames).Draw(t, "of")+strconv.Itoa(rapid.IntRange(0, 7).Draw(t, "id"))))
	case 0:
		return object("n", number(float64(rapid.IntRange(0, 2).Draw(t, "n"))))
	case 1:
		return object("s", text(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "s")))
	case 2:
		return object("op", text("not"), "arg", genFilter(t))
	case 3:
		return object("r", value.Value{Tag: value.Null})
	}
	return object()
}

func genSort(t *rapid.T) value.Value {
	keys := list()
	for range rapid.IntRange(0, 2).Draw(t, "sorts") {
		keys.Items = append(keys.Items, object(
			"field", text(rapid.SampledFrom([]string{"n", "s", "r", "id", "o.k", "version"}).Draw(t, "field")),
			"dir", text(rapid.SampledFrom([]string{"asc", "desc"}).Draw(t, "dir"))))
	}
	return keys
}

// genQuery makes a query with includes of the relations of some stores, which they have a name of.
func genQuery(t *rapid.T, s value.Value, stores []string, depth int) value.Value {
	q := object()
	set := func(key string, v value.Value) {
		q.Keys, q.Items = append(q.Keys, []byte(key)), append(q.Items, v)
	}
	if rapid.IntRange(0, 2).Draw(t, "filter?") == 0 {
		set("filter", genFilter(t))
	}
	if rapid.Bool().Draw(t, "sort?") {
		set("sort", genSort(t))
	}
	if rapid.Bool().Draw(t, "limit?") {
		set("limit", number(float64(rapid.SampledFrom([]int{0, 1, 1, 2, 2, 3, 6}).Draw(t, "limit"))))
	}
	if depth == 0 {
		return q
	}
	includes := object()
	for _, store := range stores {
		of, _ := s.Get(store)
		relations, _ := of.Get("relations")
		for i, name := range relations.Keys {
			if _, there := includes.Get(string(name)); there || rapid.IntRange(0, 2).Draw(t, "include?") == 0 {
				continue
			}
			targets := []string{}
			for _, other := range stores {
				of, _ := s.Get(other)
				relations, _ := of.Get("relations")
				if r, ok := relations.Get(string(relations.Keys[min(i, len(relations.Keys)-1)])); ok {
					targets = appendTargets(targets, r)
				}
			}
			wanted := yes
			if rapid.Bool().Draw(t, "plain include") {
				wanted = genQuery(t, s, appendTargets(nil, relations.Items[i]), depth-1)
			}
			includes.Keys, includes.Items = append(includes.Keys, name), append(includes.Items, wanted)
		}
	}
	if len(includes.Keys) > 0 {
		set("include", includes)
	}
	return q
}

func appendTargets(dst []string, relation value.Value) []string {
	if to, ok := relation.Get("to"); ok {
		if !slices.Contains(dst, string(to.Str)) {
			dst = append(dst, string(to.Str))
		}
		return dst
	}
	branches, _ := relation.Get("branches")
	for _, b := range branches.Items {
		r, _ := b.Get("relation")
		dst = appendTargets(dst, r)
	}
	return dst
}
