package schema

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// v makes a value of Go ones. Objects are lists of pairs, since the order of their keys decides what is found first.
func v(x any) value.Value {
	switch x := x.(type) {
	case nil:
		return value.Value{Tag: value.Null}
	case bool:
		return value.Value{Tag: value.False + map[bool]value.Tag{true: 1}[x]}
	case int:
		return value.Value{Tag: value.Number, Num: float64(x)}
	case float64:
		return value.Value{Tag: value.Number, Num: x}
	case string:
		return value.Value{Tag: value.String, Str: []byte(x)}
	case []any:
		list := value.Value{Tag: value.Array}
		for _, item := range x {
			list.Items = append(list.Items, v(item))
		}
		return list
	case o:
		object := value.Value{Tag: value.Object}
		for i := 0; i < len(x); i += 2 {
			object.Keys = append(object.Keys, []byte(x[i].(string)))
			object.Items = append(object.Items, v(x[i+1]))
		}
		return object
	}
	return x.(value.Value)
}

type (
	o = object
	a = []any
)

type object []any

var undefined = value.Value{Tag: value.Undefined}

// parse sends a schema through its encoding, as the bridge does, and clobbers the bytes afterwards.
func parse(t *testing.T, schema any) (*Schema, *fault.Error) {
	t.Helper()
	payload := value.AppendPayload([]byte{}, v(schema))
	decoded, err := value.DecodeQuery(v(schema).Tag, payload)
	require.NoError(t, err)
	s, failure := Parse(decoded)
	for i := range payload {
		payload[i] = 'X'
	}
	return s, failure
}

func TestParseGivesAllThatTheSchemaSays(t *testing.T) {
	when := o{"kind", o{"in", a{"text", "image"}}}
	got, err := parse(t, o{
		"Todo", o{
			"indexes", a{
				o{"field", "title", "type", "text", "options", o{"minTokenLength", 2, "fuzzyDistance", 0,
					"ngramSize", 3, "tokenizer", "whitespace"}},
				o{"type", "string", "field", "title"},
				o{"field", "meta.due", "type", "date", "options", o{}},
				o{"field", "priority", "type", "number", "options", undefined},
				o{"field", "title", "type", "substring"},
			},
			"relations", o{
				"author", o{"type", "belongsTo", "to", "User", "foreignKey", "authorId"},
				"comments", o{"type", "hasMany", "to", "Comment", "foreignKey", "todoKey", "primaryKey", "key"},
				"cover", o{"type", "hasOne", "to", "Todo", "foreignKey", "coverOf", "primaryKey", undefined},
				"subject", o{"type", "variants", "branches", a{
					o{"when", when, "relation", o{"type", "hasOne", "to", "User", "foreignKey", "x"}},
					o{"relation", o{"type", "variants", "branches", a{}}, "when", o{}},
				}},
			},
			"createId", true,
			"processor", o{"inbound", true, "validate", true},
			"write", o{"strategy", "queue"},
		},
		"User", o{},
		"Comment", o{"indexes", a{}, "relations", o{}, "write", o{}, "processor", true, "createId", undefined},
		"Gone", undefined,
	})
	require.Nil(t, err)

	defaults := IndexOptions{MinTokenLength: 1, FuzzyDistance: Unset, Tokenizer: UnicodeTokenizer}
	assert.Equal(t, &Schema{Stores: map[string]*Store{
		"Todo": {
			Name: "Todo",
			Indexes: []Index{
				{"title", TextIndex, IndexOptions{2, 0, 3, WhitespaceTokenizer}},
				{"title", StringIndex, defaults},
				{"meta.due", DateIndex, defaults},
				{"priority", NumberIndex, defaults},
				{"title", SubstringIndex, defaults},
			},
			Relations: map[string]*Relation{
				"author":   {Type: BelongsTo, To: "User", ForeignKey: "authorId", PrimaryKey: "id"},
				"comments": {Type: HasMany, To: "Comment", ForeignKey: "todoKey", PrimaryKey: "key"},
				"cover":    {Type: HasOne, To: "Todo", ForeignKey: "coverOf", PrimaryKey: "id"},
				"subject": {Type: Variants, Branches: []Branch{
					{v(when), &Relation{Type: HasOne, To: "User", ForeignKey: "x", PrimaryKey: "id"}},
					{value.Value{Tag: value.Object, Keys: [][]byte{}, Items: []value.Value{}},
						&Relation{Type: Variants, Branches: []Branch{}}},
				}},
			},
			Strategy: "queue",
			CreateID: true,
		},
		"User":    {Name: "User", Relations: map[string]*Relation{}},
		"Comment": {Name: "Comment", Indexes: []Index{}, Relations: map[string]*Relation{}},
	}}, got)
}

func TestNoSchemaIsAnEmptyOne(t *testing.T) {
	for _, none := range []value.Value{{}, undefined, v(o{})} {
		s, err := Parse(none)
		require.Nil(t, err)
		assert.Empty(t, s.Stores)
	}
}

// in puts a part into the schema of a store Todo, beside a store User.
func in(part ...any) o { return o{"Todo", o(part), "User", o{}} }

func index(pairs ...any) o        { return in("indexes", a{o(pairs)}) }
func options(pairs ...any) o      { return index("field", "f", "type", "text", "options", o(pairs)) }
func relation(pairs ...any) o     { return in("relations", o{"r", o(pairs)}) }
func branches(list ...any) o      { return relation("type", "variants", "branches", a(list)) }
func path(steps ...any) []any     { return append([]any{"Todo"}, steps...) }
func optionPath(key string) []any { return path("indexes", 0, "options", key) }

func TestMistakesAreNamedWithTheirPath(t *testing.T) {
	one := o{"type", "hasOne", "to", "User", "foreignKey", "x"}
	for _, c := range []struct {
		name   string
		schema any
		path   []any
		want   string // part of the message
	}{
		{"null", nil, nil, "schema: must be an object, is null"},
		{"array", a{}, nil, "must be an object, is an array"},
		{"store that is none", o{"Todo", true}, path(), "schema.Todo: must be an object, is true"},
		{"store without a name", o{"", o{}}, []any{""}, "name that is not empty"},
		{"unknown key", in("index", a{}), path("index"), `unknown key "index"; known here: indexes`},
		{"unknown key named __proto__", in("__proto__", o{}), path("__proto__"), "unknown key"},

		{"write", in("write", "queue"), path("write"), `must be an object, is "queue"`},
		{"write key", in("write", o{"policy", "x"}), path("write", "policy"), "known here: strategy"},
		{"strategy", in("write", o{"strategy", 1}), path("write", "strategy"), "string that is not empty, is 1"},
		{"empty strategy", in("write", o{"strategy", ""}), path("write", "strategy"), `is ""`},
		{"createId", in("createId", "uuid"), path("createId"), `must be a function, is "uuid"`},
		{"processor", in("processor", 1), path("processor"), "must be an object, is 1"},
		{"processor key", in("processor", o{"before", true}), path("processor", "before"), "known here: inbound"},
		{"processor part", in("processor", o{"inbound", 1}), path("processor", "inbound"), "must be a function"},

		{"indexes", in("indexes", o{}), path("indexes"), "must be an array, is an object"},
		{"indexes null", in("indexes", nil), path("indexes"), "must be an array, is null"},
		{"index", in("indexes", a{"title"}), path("indexes", 0), "schema.Todo.indexes[0]: must be an object"},
		{"index without field", index("type", "text"), path("indexes", 0, "field"), `"field" is required`},
		{"index without type", index("field", "f"), path("indexes", 0, "type"), `"type" is required`},
		{"index type", index("field", "f", "type", "nmber"), path("indexes", 0, "type"),
			`must be one of number, date, string, substring, text; is "nmber"`},
		{"index type of another kind", index("field", "f", "type", 1), path("indexes", 0, "type"), "is 1"},
		{"index field", index("field", 1, "type", "text"), path("indexes", 0, "field"), "must be a string"},
		{"index field empty", index("field", "", "type", "text"), path("indexes", 0, "field"), "not empty"},
		{"index key", index("field", "f", "type", "text", "unique", true), path("indexes", 0, "unique"), "unknown key"},
		{"two indexes", in("indexes", a{o{"field", "f", "type", "text"}, o{"field", "g", "type", "text"},
			o{"type", "text", "field", "f"}}), path("indexes", 2), `text index on "f" already, at position 0`},

		{"options", index("field", "f", "type", "text", "options", 1), path("indexes", 0, "options"), "must be an object"},
		{"option", options("stemmer", "en"), optionPath("stemmer"), "unknown key"},
		{"minTokenLength 0", options("minTokenLength", 0), optionPath("minTokenLength"), "of at least 1, is 0"},
		{"minTokenLength 1.5", options("minTokenLength", 1.5), optionPath("minTokenLength"), "is 1.5"},
		{"minTokenLength NaN", options("minTokenLength", math.NaN()), optionPath("minTokenLength"), "is NaN"},
		{"minTokenLength infinite", options("minTokenLength", math.Inf(1)), optionPath("minTokenLength"), "whole number"},
		{"minTokenLength text", options("minTokenLength", "2"), optionPath("minTokenLength"), `is "2"`},
		{"fuzzyDistance 3", options("fuzzyDistance", 3), optionPath("fuzzyDistance"), "from 0 to 2, is 3"},
		{"fuzzyDistance -1", options("fuzzyDistance", -1), optionPath("fuzzyDistance"), "is -1"},
		{"fuzzyDistance null", options("fuzzyDistance", nil), optionPath("fuzzyDistance"), "is null"},
		{"ngramSize 0", options("ngramSize", 0), optionPath("ngramSize"), "of at least 1"},
		{"ngramSize date", options("ngramSize", value.Value{Tag: value.Date, Num: 3}), optionPath("ngramSize"), "is a date"},
		{"tokenizer", options("tokenizer", "icu"), optionPath("tokenizer"), "must be one of unicode, whitespace"},

		{"relations", in("relations", a{}), path("relations"), "must be an object"},
		{"relation", in("relations", o{"r", "User"}), path("relations", "r"), "must be an object"},
		{"relation without a name", in("relations", o{"", one}), path("relations", ""), "not empty"},
		{"relation without type", relation("to", "User", "foreignKey", "x"), path("relations", "r", "type"), "required"},
		{"relation type", relation("type", "manyToMany", "to", "User", "foreignKey", "x"), path("relations", "r", "type"),
			"must be one of belongsTo, hasMany, hasOne, variants"},
		{"no to", relation("type", "hasOne", "foreignKey", "x"), path("relations", "r", "to"), "required"},
		{"to an unknown store", relation("type", "hasOne", "to", "Usr", "foreignKey", "x"), path("relations", "r", "to"),
			`the schema has no store "Usr"`},
		{"to what is no text", relation("type", "hasOne", "to", o{}, "foreignKey", "x"), path("relations", "r", "to"), "must be a string"},
		{"no foreignKey", relation("type", "belongsTo", "to", "User"), path("relations", "r", "foreignKey"), "required"},
		{"foreignKey undefined", relation("type", "belongsTo", "to", "User", "foreignKey", undefined),
			path("relations", "r", "foreignKey"), "required"},
		{"foreignKey", relation("type", "belongsTo", "to", "User", "foreignKey", ""), path("relations", "r", "foreignKey"), "not empty"},
		{"primaryKey", relation("type", "belongsTo", "to", "User", "foreignKey", "x", "primaryKey", 1),
			path("relations", "r", "primaryKey"), "is 1"},
		{"relation key", relation("type", "hasOne", "to", "User", "foreignKey", "x", "through", "y"),
			path("relations", "r", "through"), "unknown key"},
		{"branches of one that has none", relation("type", "hasOne", "to", "User", "foreignKey", "x", "branches", a{}),
			path("relations", "r", "branches"), "unknown key"},

		{"no branches", relation("type", "variants"), path("relations", "r", "branches"), "required"},
		{"branches no array", relation("type", "variants", "branches", o{}), path("relations", "r", "branches"), "must be an array"},
		{"variants key", relation("type", "variants", "branches", a{}, "to", "User"), path("relations", "r", "to"), "unknown key"},
		{"branch", branches("User"), path("relations", "r", "branches", 0), "must be an object"},
		{"branch without when", branches(o{"relation", one}), path("relations", "r", "branches", 0, "when"), "required"},
		{"branch without relation", branches(o{"when", o{}}), path("relations", "r", "branches", 0, "relation"), "required"},
		{"when", branches(o{"when", true, "relation", one}), path("relations", "r", "branches", 0, "when"), "must be an object"},
		{"branch key", branches(o{"when", o{}, "relation", one, "else", one}), path("relations", "r", "branches", 0, "else"), "unknown key"},
		{"relation in a branch", branches(o{"when", o{}, "relation", one}, o{"when", o{}, "relation", o{"type", "hasOne", "to", "No", "foreignKey", "x"}}),
			path("relations", "r", "branches", 1, "relation", "to"), `no store "No"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parse(t, c.schema)
			require.NotNil(t, err)
			assert.Nil(t, s)
			assert.Equal(t, fault.InvalidSchema, err.Code)
			assert.Equal(t, c.path, err.Path)
			assert.Contains(t, err.Message, c.want)
			assert.True(t, strings.HasPrefix(err.Message, fault.FormatPath("schema", c.path...)+": "), err.Message)
		})
	}
}

func TestLongTextIsCutInMessages(t *testing.T) {
	_, err := parse(t, index("field", "f", "type", strings.Repeat("é", 1000)))
	require.NotNil(t, err)
	assert.Less(t, len(err.Message), 200)
	assert.Contains(t, err.Message, strings.Repeat("é", 30)+`…"`)
	assert.True(t, value.ValidWTF8([]byte(err.Message)))
}

// FuzzParse checks that no value makes Parse panic, and that its errors are coded and lead to a place in the schema.
func FuzzParse(f *testing.F) {
	for _, seed := range []any{in(), options("ngramSize", 2), relation("type", "hasOne", "to", "User", "foreignKey", "x"),
		branches(o{"when", o{}, "relation", o{"type", "variants", "branches", a{}}}), in("write", o{"strategy", "s"})} {
		f.Add(value.AppendPayload(nil, v(seed)))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		decoded, err := value.DecodeQuery(value.Object, payload)
		if err != nil {
			return
		}
		s, failure := Parse(decoded)
		assert.Equal(t, s == nil, failure != nil)
		if failure != nil {
			assert.Equal(t, fault.InvalidSchema, failure.Code)
			assert.NotEmpty(t, failure.Path)
			assert.True(t, value.ValidWTF8([]byte(failure.Message)))
		}
	})
}
