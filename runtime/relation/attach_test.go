package relation_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/atoma-dev/atoma/runtime/relation"
)

func TestAttachDoesWhatTheRulesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSchema(t)
		w := genWorld(t, s)
		store := genStore(t)
		wanted := genQuery(t, s, []string{store}, 3)
		q := w.parse(t, store, wanted)
		for range 2 {
			parents, _, err := q.Run(w.Source(store), nil)
			require.Nil(t, err)
			r := w.read(q, relation.Attach(w, store, q, parents, nil))
			for _, slot := range parents {
				id := string(w.table(store).ID(slot))
				require.Equal(t, w.tree(store, wanted, w.model[store][id]), r.tree(q), id)
			}
			require.Empty(t, r.stream)
			name := genStore(t)
			w.put(t, name, w.genRow(t, name), row{"id": text("fresh"), "k": w.genKey(t)})
		}
	})
}

// By relevance to a search, among all rows of the store.
func TestRelatedRowsAreSortedByScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		indexes := list()
		if rapid.Bool().Draw(t, "index") {
			indexes.Items = append(indexes.Items, object("field", text("s"), "type", text("text")))
		}
		w := newWorld(t, object(
			"a", object("relations", object(
				"bs", object("type", text("hasMany"), "to", text("b"), "foreignKey", text("r")))),
			"b", object("indexes", indexes)))
		w.put(t, "a", row{"id": text("a0")}, row{"id": text("a1")})
		search := object(
			"filter", object("op", text("or"), "args", list(
				object("op", text("text"), "field", text("s"), "query", text("x")),
				object("op", text("text"), "field", text("s"), "query", text("y")))),
			"sort", list(object("field", text("$score"), "dir", text("desc"))))
		found := w.parse(t, "b", search)
		f := newFollower(t, w, "a", object("include", object("bs", search)))
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 4)
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			for range rapid.IntRange(0, 4).Draw(t, "changes") {
				w.put(t, "b", row{
					"id": text("b" + strconv.Itoa(rapid.IntRange(0, 9).Draw(t, "id"))),
					"r":  text("a" + strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "r"))),
					"s":  text(strings.Join(words.Draw(t, "s"), " ")),
				})
			}
			expected := [2][]uint32{}
			for _, slot := range found.All(w.Source("b"), nil) {
				if r := w.model["b"][string(w.table("b").ID(slot))]["r"]; string(r.Str) < "a2" {
					i := r.Str[1] - '0'
					expected[i] = append(expected[i], slot)
				}
			}
			stream := []uint32{}
			for _, slots := range expected {
				stream = append(append(stream, relation.KindMany, uint32(len(slots))), slots...)
			}
			require.Equal(t, stream, relation.Attach(w, "a", f.query, []uint32{0, 1}, nil))
			f.pull(t, f.delta(t, []uint32{0, 1}), []uint32{0, 1})
		}
	})
}
