//go:build !js

package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

type pageInfo struct {
	HasNextPage     bool   `json:"hasNextPage"`
	HasPreviousPage bool   `json:"hasPreviousPage"`
	StartCursor     string `json:"startCursor,omitempty"`
	EndCursor       string `json:"endCursor,omitempty"`
	Total           *int   `json:"total,omitempty"`
}

// query is what a query says beside its filter, which is a value.
type query struct {
	Sort []struct {
		Field text   `json:"field"`
		Dir   string `json:"dir"`
	} `json:"sort"`
	Limit  *int `json:"limit"`
	Offset int  `json:"offset"`
	Page   *struct {
		Mode         string `json:"mode"`
		Limit        *int   `json:"limit"`
		Offset       int    `json:"offset"`
		IncludeTotal bool   `json:"includeTotal"`
		After        string `json:"after"`
		Before       string `json:"before"`
	} `json:"page"`
	Filter json.RawMessage `json:"filter"`
}

// found is a row that matches: its values by field, and what it is sorted by.
type found struct {
	id   string
	keys []any
	row  *row
}

// find answers a query by looking at every row.
func (sp *space) find(store string, asked json.RawMessage) *result {
	var q query
	if err := json.Unmarshal(asked, &q); err != nil {
		return refused(http.StatusBadRequest, "invalid_query", err.Error())
	}
	if q.isNegative() {
		return refused(http.StatusBadRequest, "invalid_input", "limits and offsets are 0 or more")
	}
	all, err := q.match(sp.stores[store])
	if err != nil {
		return refused(http.StatusBadRequest, "invalid_query", err.Error())
	}
	slices.SortFunc(all, q.compare)
	from, to, refusal := q.window(all)
	if refusal != nil {
		return refusal
	}
	data := []json.RawMessage{}
	for _, f := range all[from:to] {
		data = append(data, f.row.json())
	}
	r := &result{Status: http.StatusOK}
	r.Data, _ = json.Marshal(data)
	if q.Page != nil {
		r.PageInfo = &pageInfo{HasNextPage: to < len(all), HasPreviousPage: from > 0}
		if from < to {
			r.PageInfo.StartCursor, r.PageInfo.EndCursor = all[from].cursor(), all[to-1].cursor()
		}
		if total := len(all); q.Page.IncludeTotal {
			r.PageInfo.Total = &total
		}
	}
	return r
}

func (q *query) match(rows map[string]*row) ([]*found, error) {
	var filter map[string]any
	if q.Filter != nil {
		v, err := decode(q.Filter)
		if err != nil {
			return nil, err
		}
		filter, _ = v.(map[string]any)
		if !isFilter(filter) {
			return nil, fmt.Errorf("%s is no filter", q.Filter)
		}
	}
	var all []*found
	for id, r := range rows {
		values := map[string]any{"version": r.version}
		for _, f := range r.fields {
			v, err := decode(f.value)
			if err != nil {
				return nil, err
			}
			values[f.key] = v
		}
		if filter != nil && !matches(filter, values) {
			continue
		}
		f := &found{id: id, row: r}
		for _, by := range q.Sort {
			f.keys = append(f.keys, cell(values, string(by.Field)))
		}
		all = append(all, f)
	}
	return all, nil
}

func (q *query) isNegative() bool {
	bad := q.Offset < 0 || q.Limit != nil && *q.Limit < 0
	return bad || q.Page != nil && (q.Page.Offset < 0 || q.Page.Limit != nil && *q.Page.Limit < 0)
}

func (q *query) compare(a, b *found) int {
	for i, by := range q.Sort {
		order := compare(a.keys[i], b.keys[i])
		if by.Dir == "desc" && kind(a.keys[i]) != last && kind(b.keys[i]) != last {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	return strings.Compare(a.id, b.id)
}

// window is the part of the sorted rows that is asked for.
func (q *query) window(all []*found) (from, to int, refusal *result) {
	from, limit := q.Offset, q.Limit
	if p := q.Page; p != nil {
		from, limit = p.Offset, p.Limit
		if fifty := 50; p.Mode == "cursor" && limit == nil {
			limit = &fifty
		}
		if p.After != "" || p.Before != "" {
			at, ok := readCursor(p.After+p.Before, len(q.Sort))
			if !ok {
				return 0, 0, refused(http.StatusBadRequest, "invalid_cursor", "the cursor is of another query, or none")
			}
			position, exact := slices.BinarySearchFunc(all, at, q.compare)
			if p.Before != "" {
				return max(0, position-*limit), position, nil
			}
			from = position + truth(exact)
		}
	}
	from = min(from, len(all))
	to = len(all)
	if limit != nil {
		to = min(to, from+*limit)
	}
	return from, to, nil
}

// cursor is the position of a row: what it is sorted by, and its id, in tagged JSON.
func (f *found) cursor() string {
	var items []string
	for _, key := range append(slices.Clone(f.keys), f.id) {
		items = append(items, string(encodeKey(key)))
	}
	return base64.RawURLEncoding.EncodeToString([]byte("[" + strings.Join(items, ",") + "]"))
}

func readCursor(cursor string, keys int) (*found, bool) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, false
	}
	v, err := decode(b)
	items := list(v)
	if err != nil || len(items) != keys+1 {
		return nil, false
	}
	id, ok := items[keys].(string)
	return &found{id: id, keys: items[:keys]}, ok
}

// encodeKey writes what orders a cell: null stands for all that come last, an empty list for those that tie.
func encodeKey(v any) []byte {
	switch kind(v) {
	case last:
		return []byte("null")
	case other:
		return []byte("[]")
	case characters:
		return quote(v.(string))
	case moment:
		b, _ := json.Marshal(map[string]any{"$at": float64(v.(date))})
		return b
	case number:
		if f := v.(float64); f-f != 0 {
			if f > 0 {
				return []byte(`{"$number":"Infinity"}`)
			}
			return []byte(`{"$number":"-Infinity"}`)
		}
	}
	b, _ := json.Marshal(v)
	return b
}
