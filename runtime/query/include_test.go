package query_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

// blog is a schema with relations of every kind, and variants inside variants.
var blog = func() *schema.Schema {
	relation := func(kind, to, key string) value.Value {
		return object("type", text(kind), "to", text(to), "foreignKey", text(key))
	}
	variants := func(branches ...value.Value) value.Value {
		return object("type", text("variants"), "branches", array(branches...))
	}
	when := func(field, v string, r value.Value) value.Value {
		return object("when", object(field, text(v)), "relation", r)
	}
	comments := object("relations", object("author", relation("belongsTo", "User", "authorId"), "post", relation("belongsTo", "Post", "postId")))
	s, err := schema.Parse(object(
		"Post", object("relations", object(
			"author", relation("belongsTo", "User", "authorId"),
			"comments", relation("hasMany", "Comment", "postId"),
			"cover", relation("hasOne", "Photo", "postId"),
			"parent", relation("belongsTo", "Post", "parentId"),
			"subject", variants(
				when("kind", "user", relation("belongsTo", "User", "subjectId")),
				when("kind", "media", variants(
					when("form", "photo", relation("belongsTo", "Photo", "subjectId")),
					when("form", "film", relation("belongsTo", "Film", "subjectId")))),
				object("when", object(), "relation", relation("hasMany", "Comment", "subjectId"))),
			"nothing", variants(),
		), "indexes", array(object("field", text("title"), "type", text("text"), "options", object("minTokenLength", number(3))))),
		"User", object("relations", object("posts", relation("hasMany", "Post", "authorId"))),
		"Comment", comments,
		"Photo", object("relations", object("author", relation("belongsTo", "User", "authorId"))),
		"Film", object(),
	))
	if err != nil {
		panic(err)
	}
	return s
}()

func include(pairs ...any) value.Value { return object("include", object(pairs...)) }

func TestIncludesAreOfWhatTheSchemaSays(t *testing.T) {
	q, err := query.Parse(include(
		"comments", object("filter", object("spam", no), "sort", array(object("field", text("at"), "dir", text("desc"))), "limit", number(3), "include", object("author", yes)),
		"author", yes, "cover", undefined, "parent", object("include", undefined),
	), blog, "Post")
	require.Nil(t, err)
	names := []string{}
	for _, i := range q.Includes() {
		require.Len(t, i.Branches, 1)
		require.Nil(t, i.Branches[0].When)
		require.Same(t, blog.Stores["Post"].Relations[i.Name], i.Branches[0].Relation)
		names = append(names, i.Name)
	}
	require.Equal(t, []string{"comments", "author", "parent"}, names)

	comments, author := q.Includes()[0].Branches[0], q.Includes()[1].Branches[0]
	require.True(t, comments.Many())
	require.False(t, author.Many())
	require.True(t, comments.Query.HasFilter())
	require.False(t, author.Query.HasFilter())
	require.Equal(t, "author", comments.Query.Includes()[0].Name)
	require.Equal(t, "User", comments.Query.Includes()[0].Branches[0].Relation.To)
	tb := fill(t, []naiveRow{
		{"id": text("a"), "spam": no, "at": number(1)}, {"id": text("b"), "spam": no, "at": number(2)}, {"id": text("c"), "spam": yes, "at": number(3)},
		{"id": text("d"), "spam": no, "at": number(4)}, {"id": text("e"), "spam": no, "at": number(0)},
	})
	require.Equal(t, []string{"d", "b", "a"}, idsOf(tb, runAll(t, comments.Query, tb)))
	require.Len(t, runAll(t, author.Query, tb), 5)
}

func TestVariantsHaveABranchForEachRelation(t *testing.T) {
	q, err := query.Parse(include("subject", yes), blog, "Post")
	require.Nil(t, err)
	branches := q.Includes()[0].Branches
	tb := fill(t, []naiveRow{
		{"id": text("a"), "kind": text("user")},
		{"id": text("b"), "kind": text("media"), "form": text("photo")},
		{"id": text("c"), "kind": text("media"), "form": text("film")},
		{"id": text("d"), "kind": text("media"), "form": text("sound")}, // of the variant that has none for it
		{"id": text("e")},
	})
	got := map[string]string{}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		slot, _ := tb.Lookup([]byte(id))
		for _, b := range branches {
			if b.When == nil || b.When.Matcher(tb).Match(slot) {
				got[id] = b.Relation.To
				break
			}
		}
	}
	require.Equal(t, map[string]string{"a": "User", "b": "Photo", "c": "Film", "e": "Comment"}, got)
}

// Each branch has conditions of its own, also behind many that are variants themselves.
func TestManyVariants(t *testing.T) {
	var branches []value.Value
	rows, want := []naiveRow{}, map[string]string{}
	for i := range 9 {
		name := fmt.Sprint("S", i)
		r := object("type", text("belongsTo"), "to", text(name), "foreignKey", text("x"))
		if i < 6 {
			r = object("type", text("variants"), "branches", array(object("when", object("b", number(1)), "relation", r)))
		}
		branches = append(branches, object("when", object("a", number(float64(i))), "relation", r))
		rows = append(rows, naiveRow{"id": text(name), "a": number(float64(i)), "b": number(1)}, naiveRow{"id": text(name + "'"), "a": number(float64(i))})
		want[name] = name
		if i >= 6 {
			want[name+"'"] = name
		}
	}
	stores := object("A", object("relations", object("r", object("type", text("variants"), "branches", array(branches...)))))
	for i := range 9 {
		stores.Keys, stores.Items = append(stores.Keys, fmt.Append(nil, "S", i)), append(stores.Items, object())
	}
	s, err := schema.Parse(stores)
	require.Nil(t, err)
	q, err := query.Parse(include("r", yes), s, "A")
	require.Nil(t, err)
	tb := fill(t, rows)
	got := map[string]string{}
	for _, b := range q.Includes()[0].Branches {
		for _, id := range idsOf(tb, runAll(t, b.When, tb)) {
			require.Empty(t, got[id])
			got[id] = b.Relation.To
		}
	}
	require.Equal(t, want, got)
}

// A nested include under variants is of the branches that lead to a store with such a relation.
func TestNestedIncludesOfVariants(t *testing.T) {
	q, err := query.Parse(include("subject", object("include", object("author", yes))), blog, "Post")
	require.Nil(t, err)
	got := map[string]int{}
	for _, b := range q.Includes()[0].Branches {
		got[b.Relation.To] = len(b.Query.Includes())
	}
	require.Equal(t, map[string]int{"User": 0, "Photo": 1, "Film": 0, "Comment": 1}, got)
	// Both lead to User by then, from where posts lead on.
	_, err = query.Parse(include("subject", object("include", object("author", object("include", object("posts", yes))))), blog, "Post")
	require.Nil(t, err)
}

// Fields have the tokens of the store whose rows are filtered.
func TestAFilterInAnIncludeIsOfTheRelatedStore(t *testing.T) {
	tb := fill(t, []naiveRow{{"id": text("a"), "title": text("an ox")}})
	search := object("filter", object("title", object("text", object("query", text("ox")))))
	q, err := query.Parse(object("filter", search.Items[0], "include", object("author", search, "parent", search)), blog, "Post")
	require.Nil(t, err)
	require.Zero(t, q.Count(query.Source{Table: tb}), "too short a token for Post")
	require.Equal(t, 1, q.Includes()[0].Branches[0].Query.Count(query.Source{Table: tb}), "none is too short for User")
	require.Zero(t, q.Includes()[1].Branches[0].Query.Count(query.Source{Table: tb}))
}

func TestMalformedIncludesAreRefusedWithTheirPath(t *testing.T) {
	for _, c := range []struct {
		name  string
		query value.Value
		path  []any
	}{
		{"no object", object("include", yes), []any{"include"}},
		{"names", object("include", array(text("author"))), []any{"include"}},
		{"null", object("include", null), []any{"include"}},
		{"no relation", include("likes", yes), []any{"include", "likes"}},
		{"a field", include("authorId", yes), []any{"include", "authorId"}},
		{"a name that objects have", include("constructor", yes), []any{"include", "constructor"}},
		{"false", include("author", no), []any{"include", "author"}},
		{"null relation", include("author", null), []any{"include", "author"}},
		{"string", include("author", text("name")), []any{"include", "author"}},
		{"unknown key", include("author", object("where", object())), []any{"include", "author", "where"}},
		{"offset", include("comments", object("offset", number(1))), []any{"include", "comments", "offset"}},
		{"page", include("comments", object("page", object("mode", text("cursor")))), []any{"include", "comments", "page"}},
		{"filter", include("author", object("filter", object("a", undefined))), []any{"include", "author", "filter", "a"}},
		{"sort", include("author", object("sort", array(text("a")))), []any{"include", "author", "sort", 0}},
		{"nested", include("author", object("include", object("comments", yes))), []any{"include", "author", "include", "comments"}},
		{"nested in variants", include("subject", object("include", object("comments", yes))), []any{"include", "subject", "include", "comments"}},
		{"in variants without branches", include("nothing", object("include", object("author", yes))), []any{"include", "nothing", "include", "author"}},
		{"filter in variants without branches", include("nothing", object("filter", null)), []any{"include", "nothing", "filter"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := query.Parse(c.query, blog, "Post")
			require.NotNil(t, err)
			require.Equal(t, fault.InvalidQuery, err.Code, err.Message)
			require.Equal(t, c.path, err.Path, err.Message)
		})
	}
	for _, store := range []string{"", "Unlisted", "Film"} {
		_, err := query.Parse(include("author", yes), blog, store)
		require.NotNil(t, err)
		_, err = query.Parse(include("author", yes), nil, store)
		require.NotNil(t, err)
	}
	q, err := query.Parse(include("nothing", yes), blog, "Post")
	require.Nil(t, err)
	require.Empty(t, q.Includes()[0].Branches)
}

func TestIncludesCountAsLevels(t *testing.T) {
	nest := func(levels int, innermost value.Value) value.Value {
		q := innermost
		for range levels {
			q = include("parent", q)
		}
		return q
	}
	_, err := query.Parse(nest(1000, yes), blog, "Post")
	require.Nil(t, err)
	_, err = query.Parse(nest(500, filtered(levels(500))), blog, "Post")
	require.Nil(t, err)
	for _, q := range []value.Value{nest(1001, yes), nest(1000, filtered(levels(1))), nest(500, filtered(levels(501)))} {
		_, err = query.Parse(q, blog, "Post")
		require.NotNil(t, err)
		require.Equal(t, fault.InvalidQuery, err.Code)
	}
}

// levels makes a filter of so many levels of not, and, or around a leaf.
func levels(n int) value.Value {
	f := object("id", text("a"))
	for i := range n {
		switch i % 3 {
		case 0:
			f = expr("not", "arg", f)
		case 1:
			f = expr("and", "args", array(f))
		case 2:
			f = expr("or", "args", array(object(), f))
		}
	}
	return f
}

// Variants that lead to several stores, again and again, must not double the work at each level.
func TestDeepIncludesOfVariants(t *testing.T) {
	branch := func(to string) value.Value {
		return object("when", object("kind", text(to)), "relation", object("type", text("belongsTo"), "to", text(to), "foreignKey", text("x")))
	}
	store := object("relations", object("next", object("type", text("variants"), "branches", array(branch("A"), branch("B"), branch("A")))))
	s, err := schema.Parse(object("A", store, "B", store))
	require.Nil(t, err)
	q := yes
	for range 500 {
		q = include("next", q)
	}
	_, err = query.Parse(q, s, "A")
	require.Nil(t, err)
}

func TestFiltersOfRelationsAreChecked(t *testing.T) {
	require.Nil(t, query.CheckRelations(blog))
	bad := object("type", text("variants"), "branches", array(
		object("when", object(), "relation", object("type", text("variants"), "branches", array(
			object("when", object("a", object("like", text("x"))), "relation", object("type", text("hasOne"), "to", text("A"), "foreignKey", text("x"))))))))
	s, err := schema.Parse(object("A", object("relations", object("r", bad))))
	require.Nil(t, err)
	err = query.CheckRelations(s)
	require.NotNil(t, err)
	require.Equal(t, fault.InvalidSchema, err.Code)
	path := []any{"A", "relations", "r", "branches", 0, "relation", "branches", 0, "when", "a", "like"}
	require.Equal(t, path, err.Path)
	require.Contains(t, err.Message, fault.FormatPath("schema", path...), fmt.Sprint(err))
	_, err = query.Parse(include("r", yes), s, "A")
	require.NotNil(t, err)
}
