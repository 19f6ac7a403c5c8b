//go:build !js

package main

import (
	"math"
	"strings"
	"unicode"
)

// isFilter says whether matches can evaluate it.
func isFilter(filter map[string]any) bool {
	op, _ := filter["op"].(string)
	_, hasField := filter["field"].(string)
	args := list(filter["args"])
	switch op {
	case "not":
		args = []any{filter["arg"]}
	case "and", "or":
	case "eq", "ne", "in", "notIn", "gt", "gte", "lt", "lte", "startsWith", "endsWith", "contains", "has", "isNull", "exists", "text":
		return hasField
	default:
		return false
	}
	for _, arg := range args {
		inner, _ := arg.(map[string]any)
		if !isFilter(inner) {
			return false
		}
	}
	return true
}

// matches evaluates a filter expression on a row, as docs/queries.md has it.
func matches(filter map[string]any, row map[string]any) bool {
	op, _ := filter["op"].(string)
	switch op {
	case "and", "or":
		for _, arg := range list(filter["args"]) {
			if matches(arg.(map[string]any), row) == (op == "or") {
				return op == "or"
			}
		}
		return op == "and"
	case "not":
		return !matches(filter["arg"].(map[string]any), row)
	}
	name, _ := filter["field"].(string)
	return holds(op, cell(row, name), filter)
}

func holds(op string, v any, filter map[string]any) bool {
	operand := filter["value"]
	switch op {
	case "eq":
		return equal(v, operand)
	case "ne":
		return !equal(v, operand)
	case "in":
		return contains(list(filter["values"]), v)
	case "notIn":
		return !contains(list(filter["values"]), v)
	case "isNull":
		return v == nil
	case "exists":
		return v != nil
	case "has":
		return contains(list(v), operand)
	case "gt", "gte", "lt", "lte":
		return kind(v) == kind(operand) && kind(v) != last && inRange(op, compare(v, operand))
	case "startsWith", "endsWith", "contains":
		s, ok := v.(string)
		part, _ := operand.(string)
		s, part = fold(s), fold(part)
		return ok && (op == "startsWith" && strings.HasPrefix(s, part) || op == "endsWith" && strings.HasSuffix(s, part) ||
			op == "contains" && strings.Contains(s, part))
	case "text":
		return hasWords(v, filter)
	}
	return false
}

func inRange(op string, order int) bool {
	return op == "gt" && order > 0 || op == "gte" && order >= 0 || op == "lt" && order < 0 || op == "lte" && order <= 0
}

// cell walks a path of dots.
func cell(row map[string]any, path string) any {
	var v any = row
	for _, key := range strings.Split(path, ".") {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

func list(v any) []any {
	items, _ := v.([]any)
	return items
}

func contains(items []any, v any) bool {
	for _, item := range items {
		if equal(item, v) {
			return true
		}
	}
	return false
}

func equal(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && (a == b || math.IsNaN(a) && math.IsNaN(b))
	case date:
		b, ok := b.(date)
		return ok && (a == b || a != a && b != b)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key := range a {
			other, has := b[key]
			if !has || !equal(a[key], other) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// Kinds in the order in which they sort; null, absent, NaN and invalid dates come last, whatever the direction.
const (
	boolean = iota
	number
	moment
	characters
	other
	last
)

func kind(v any) int {
	switch v := v.(type) {
	case nil:
		return last
	case bool:
		return boolean
	case float64:
		if math.IsNaN(v) {
			return last
		}
		return number
	case date:
		if v != v {
			return last
		}
		return moment
	case string:
		return characters
	}
	return other
}

// compare orders cells; those of kind other tie, and so do those that come last.
func compare(a, b any) int {
	if k, l := kind(a), kind(b); k != l || k >= other {
		return k - l
	}
	switch a := a.(type) {
	case bool:
		return truth(a) - truth(b.(bool))
	case float64:
		return sign(a, b.(float64))
	case date:
		return sign(float64(a), float64(b.(date)))
	case string:
		// bytes of WTF-8 are in the order of code points
		return strings.Compare(a, b.(string))
	}
	return 0
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sign(a, b float64) int {
	return truth(a > b) - truth(a < b)
}

// fold maps characters that differ in case to one of them.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, s)
}

// hasWords is a text search good enough for tests: words are runs of letters and digits.
func hasWords(v any, filter map[string]any) bool {
	var words []string
	for _, part := range append(list(v), v) {
		if s, ok := part.(string); ok {
			words = append(words, wordsOf(s)...)
		}
	}
	query, _ := filter["query"].(string)
	distance := 0
	if filter["mode"] == "fuzzy" {
		distance = 1
		if d, ok := filter["distance"].(float64); ok {
			distance = int(d)
		}
	}
	wanted := wordsOf(query)
	for _, word := range wanted {
		found := false
		for _, has := range words {
			found = found || edits([]rune(word), []rune(has)) <= distance
		}
		if !found {
			return false
		}
	}
	return len(wanted) > 0
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// edits is the Levenshtein distance.
func edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0]++
		for j := range b {
			up := row[j+1]
			row[j+1] = min(up+1, row[j]+1, diagonal+truth(a[i] != b[j]))
			diagonal = up
		}
	}
	return row[len(b)]
}
