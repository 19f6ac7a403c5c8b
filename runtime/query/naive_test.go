package query_test

import (
	"bytes"
	"math"
	"slices"
	"strings"

	"github.com/atoma-dev/atoma/runtime/value"
)

// The rules of the query language once more, as plainly as can be, over trees of values and one row at a time.

// naiveRow is a row with its id and version among its fields.
type naiveRow map[string]value.Value

func (r naiveRow) get(path string) value.Value {
	keys := strings.Split(path, ".")
	v := r[keys[0]] // absent if there is none
	for _, key := range keys[1:] {
		next := value.Value{}
		if v.Tag == value.Object {
			next, _ = v.Get(key)
		}
		v = next
	}
	return v
}

func naiveMatches(f value.Value, r naiveRow) bool {
	if op, _ := f.Get("op"); op.Tag == value.String {
		return naiveExpression(f, string(op.Str), r)
	}
	for i, key := range f.Keys {
		operand := f.Items[i]
		if operand.Tag != value.Object {
			if !naiveHolds("eq", string(key), r, operand) {
				return false
			}
			continue
		}
		for k, op := range operand.Keys {
			if !naiveHolds(string(op), string(key), r, operand.Items[k]) {
				return false
			}
		}
	}
	return true
}

func naiveExpression(f value.Value, op string, r naiveRow) bool {
	args, _ := f.Get("args")
	switch op {
	case "and":
		return !slices.ContainsFunc(args.Items, func(a value.Value) bool { return !naiveMatches(a, r) })
	case "or":
		return slices.ContainsFunc(args.Items, func(a value.Value) bool { return naiveMatches(a, r) })
	case "not":
		arg, _ := f.Get("arg")
		return !naiveMatches(arg, r)
	}
	field, _ := f.Get("field")
	operand, _ := f.Get("value")
	switch op {
	case "in", "notIn":
		operand, _ = f.Get("values")
	case "text":
		operand = f
	}
	return naiveHolds(op, string(field.Str), r, operand)
}

func naiveHolds(op, path string, r naiveRow, operand value.Value) bool {
	v := r.get(path)
	equal := func(o value.Value) bool { return naiveEqual(v, o) }
	switch op {
	case "eq":
		return equal(operand)
	case "ne":
		return !equal(operand)
	case "in":
		return slices.ContainsFunc(operand.Items, equal)
	case "notIn":
		return !slices.ContainsFunc(operand.Items, equal)
	case "isNull":
		return v.Tag <= value.Null
	case "exists":
		return v.Tag > value.Null
	case "has":
		return v.Tag == value.Array && slices.ContainsFunc(v.Items, func(e value.Value) bool { return naiveEqual(e, operand) })
	case "startsWith":
		return v.Tag == value.String && strings.HasPrefix(naiveFold(v.Str), naiveFold(operand.Str))
	case "endsWith":
		return v.Tag == value.String && strings.HasSuffix(naiveFold(v.Str), naiveFold(operand.Str))
	case "contains":
		return v.Tag == value.String && strings.Contains(naiveFold(v.Str), naiveFold(operand.Str))
	case "text":
		return naiveText(v, operand, path)
	}
	if v.Tag != operand.Tag || naiveRank(v) == last || naiveRank(operand) == last {
		return false
	}
	order := naiveCompare(v, operand)
	switch op {
	case "gt":
		return order > 0
	case "gte":
		return order >= 0
	case "lt":
		return order < 0
	}
	return order <= 0
}

func naiveEqual(a, b value.Value) bool {
	if a.Tag <= value.Null && b.Tag <= value.Null {
		return true
	}
	if a.Tag != b.Tag || len(a.Items) != len(b.Items) {
		return false
	}
	switch a.Tag {
	case value.Number, value.Date:
		return a.Num == b.Num || a.Num != a.Num && b.Num != b.Num
	case value.Array:
		for i := range a.Items {
			if !naiveEqual(a.Items[i], b.Items[i]) {
				return false
			}
		}
	case value.Object:
		for i, key := range a.Keys {
			if other, ok := b.Get(string(key)); !ok || !naiveEqual(a.Items[i], other) {
				return false
			}
		}
	}
	return bytes.Equal(a.Str, b.Str)
}

const last = 5

func naiveRank(v value.Value) int {
	switch v.Tag {
	case value.False, value.True:
		return 0
	case value.Number, value.Date:
		if math.IsNaN(v.Num) {
			return last
		}
		return 1 + int(v.Tag-value.Number)
	case value.String:
		return 3
	case value.Bytes, value.Array, value.Object:
		return 4
	}
	return last
}

func naiveCompare(a, b value.Value) int {
	if ranks := naiveRank(a) - naiveRank(b); ranks != 0 {
		return ranks
	}
	switch naiveRank(a) {
	case 0:
		return int(a.Tag) - int(b.Tag)
	case 1, 2:
		switch {
		case a.Num < b.Num:
			return -1
		case a.Num > b.Num:
			return 1
		}
	case 3:
		return bytes.Compare(a.Str, b.Str)
	}
	return 0
}

// naivePosition is where a row stands in an order: what it is sorted by, and its id.
type naivePosition struct {
	values []value.Value
	id     []byte
}

func naivePositionOf(sort value.Value, r naiveRow) naivePosition {
	p := naivePosition{id: r["id"].Str}
	for _, s := range sort.Items {
		field, _ := s.Get("field")
		p.values = append(p.values, r.get(string(field.Str)))
	}
	return p
}

func (a naivePosition) compare(b naivePosition, sort value.Value) int {
	for i, s := range sort.Items {
		dir, _ := s.Get("dir")
		x, y := a.values[i], b.values[i]
		order := naiveCompare(x, y)
		if string(dir.Str) == "desc" && naiveRank(x) != last && naiveRank(y) != last {
			order = -order
		}
		if field, _ := s.Get("field"); order != 0 || string(field.Str) == "id" {
			return order // behind the id nothing matters, also where a row stood before it changed
		}
	}
	return bytes.Compare(a.id, b.id)
}

// naiveAll gives all rows that match, in order.
func naiveAll(q value.Value, rows []naiveRow) []naiveRow {
	found := []naiveRow{}
	filter, filtered := q.Get("filter")
	for _, r := range rows {
		if !filtered || naiveMatches(filter, r) {
			found = append(found, r)
		}
	}
	sort, _ := q.Get("sort")
	slices.SortFunc(found, func(a, b naiveRow) int { return naivePositionOf(sort, a).compare(naivePositionOf(sort, b), sort) })
	return found
}

// naiveRun gives the ids that a query without page asks for.
func naiveRun(q value.Value, rows []naiveRow) []string {
	found := naiveAll(q, rows)
	if offset, ok := q.Get("offset"); ok {
		found = found[min(int(offset.Num), len(found)):]
	}
	if limit, ok := q.Get("limit"); ok {
		found = found[:min(int(limit.Num), len(found))]
	}
	return naiveIDs(found)
}

func naiveIDs(rows []naiveRow) []string {
	ids := []string{}
	for _, r := range rows {
		ids = append(ids, string(r["id"].Str))
	}
	return ids
}
