package relation_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/relation"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// The rules of includes once more, as plainly as can be: over maps, rows and the text of a query.

// cell is a value as functions on cells want it.
func cell(v value.Value) (value.Tag, []byte) { return v.Tag, value.AppendPayload([]byte{}, v) }

func (w *world) get(store string, r row, path string) value.Value {
	if path == "version" {
		slot, _ := w.table(store).Lookup(r["id"].Str)
		return number(w.table(store).Version(slot))
	}
	keys := strings.Split(path, ".")
	v := r[keys[0]]
	for _, key := range keys[1:] {
		next := value.Value{}
		if v.Tag == value.Object {
			next, _ = v.Get(key)
		}
		v = next
	}
	return v
}

func equal(a, b value.Value) bool {
	aTag, aPayload := cell(a)
	bTag, bPayload := cell(b)
	return value.Equal(aTag, aPayload, bTag, bPayload)
}

func (w *world) matches(store string, filter value.Value, r row) bool {
	if op, ok := filter.Get("op"); ok && op.Tag == value.String {
		arg, _ := filter.Get("arg")
		return !w.matches(store, arg, r)
	}
	for i, key := range filter.Keys {
		if !equal(w.get(store, r, string(key)), filter.Items[i]) {
			return false
		}
	}
	return true
}

// choose gives the rows of a store that keep allows and a query wants, in order.
func (w *world) choose(store string, q value.Value, keep func(r row) bool) []row {
	found := []row{}
	filter, _ := q.Get("filter")
	for _, r := range w.model[store] {
		if keep(r) && w.matches(store, filter, r) {
			found = append(found, r)
		}
	}
	sort, _ := q.Get("sort")
	slices.SortFunc(found, func(a, b row) int {
		for _, s := range sort.Items {
			field, _ := s.Get("field")
			dir, _ := s.Get("dir")
			xTag, x := cell(w.get(store, a, string(field.Str)))
			yTag, y := cell(w.get(store, b, string(field.Str)))
			order := value.Compare(xTag, x, yTag, y)
			if string(dir.Str) == "desc" && !value.SortsLast(xTag, x) && !value.SortsLast(yTag, y) {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return bytes.Compare(a["id"].Str, b["id"].Str)
	})
	if limit, ok := q.Get("limit"); ok {
		found = found[:min(int(limit.Num), len(found))]
	}
	return found
}

// resolve gives the relation that holds for a row, nil if none does.
func (w *world) resolve(store string, r row, of *schema.Relation) *schema.Relation {
	if of.Type != schema.Variants {
		return of
	}
	for _, b := range of.Branches {
		if w.matches(store, b.When, r) {
			return w.resolve(store, r, b.Relation)
		}
	}
	return nil
}

// tree describes what a query attaches to a row: {name:[id@version{…},…],other:null}.
func (w *world) tree(store string, q value.Value, r row) string {
	includes, _ := q.Get("include")
	parts := []string{}
	for i, name := range includes.Keys {
		of := w.schema.Stores[store].Relations[string(name)]
		if of == nil { // of another branch's store
			continue
		}
		wanted := includes.Items[i]
		parts = append(parts, string(name)+":"+w.attached(store, w.resolve(store, r, of), wanted, r))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (w *world) attached(store string, of *schema.Relation, wanted value.Value, r row) string {
	if of == nil {
		return "null"
	}
	own, other := of.ForeignKey, of.PrimaryKey
	if of.Type != schema.BelongsTo {
		own, other = other, own
	}
	key := w.get(store, r, own)
	rows := w.choose(of.To, wanted, func(r row) bool { return key.Tag > value.Null && equal(key, w.get(of.To, r, other)) })
	parts := []string{}
	for _, related := range rows {
		slot, _ := w.table(of.To).Lookup(related["id"].Str)
		parts = append(parts, describe(w.table(of.To), slot)+w.tree(of.To, wanted, related))
	}
	switch {
	case of.Type == schema.HasMany:
		return "[" + strings.Join(parts, ",") + "]"
	case len(parts) == 0:
		return "null"
	}
	return parts[0]
}

func describe(t *table.Table, slot uint32) string {
	return string(t.ID(slot)) + "@" + strconv.FormatFloat(t.Version(slot), 'f', -1, 64)
}

// reader reads a stream as its format says.
type reader struct {
	world   *world
	targets []string
	stream  []uint32
}

func (w *world) read(q *query.Query, stream []uint32) *reader {
	return &reader{w, relation.Targets(q), stream}
}

func (r *reader) next() uint32 {
	word := r.stream[0]
	r.stream = r.stream[1:]
	return word
}

// tree reads one tree and describes it as world.tree does.
func (r *reader) tree(q *query.Query) string {
	parts := []string{}
	for _, n := range q.Includes() {
		parts = append(parts, n.Name+":"+r.include(n))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (r *reader) include(n *query.Include) string {
	head := r.next()
	if head == relation.KindNull {
		return "null"
	}
	store := r.targets[head>>8]
	var inside *query.Query
	for i := range n.Branches {
		if n.Branches[i].Relation.To == store {
			inside = n.Branches[i].Query
		}
	}
	if head&0xFF == relation.KindOne {
		return r.row(store, inside)
	}
	parts := []string{}
	for range r.next() {
		parts = append(parts, r.row(store, inside))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func (r *reader) row(store string, inside *query.Query) string {
	return describe(r.world.table(store), r.next()) + r.tree(inside)
}
