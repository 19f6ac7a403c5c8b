//go:build !js

package main

import (
	"encoding/json"
	"net/http"
	"sync"
)

// space is stores and faults of one test.
type space struct {
	mu     sync.Mutex
	stores map[string]map[string]*row
	// done has the results of writes that succeeded, by idempotency key. A real server forgets them after a day.
	done map[string]*result
	// last has the versions of rows that were deleted: a row that comes back counts on.
	last map[[2]string]float64

	token   string
	silent  bool // answers to writes have neither version nor row
	whole   bool // answers to writes have the row
	stamp   bool // rows get a field of the server's own, their version
	faults  []*fault
	single  map[string]*fault // by store and id, of single operations
	held    chan struct{}     // closed on release; nil: nothing is held
	log     []entry
	arrival sync.Cond // of an entry of the log
}

type row struct {
	fields  []field
	version float64
}

// operation is one of a batch.
type operation struct {
	Op          string          `json:"op"`
	Store       text            `json:"store"`
	ID          text            `json:"id"`
	Key         string          `json:"key"`
	Value       json.RawMessage `json:"value"`
	BaseVersion *float64        `json:"baseVersion"`
	After       *int            `json:"after"`
	Query       json.RawMessage `json:"query"`
}

// result answers an operation.
type result struct {
	Status     int             `json:"status,omitempty"`
	Version    *float64        `json:"version,omitempty"`
	Value      json.RawMessage `json:"value,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	PageInfo   *pageInfo       `json:"pageInfo,omitempty"`
	Error      *failure        `json:"error,omitempty"`
	RetryAfter float64         `json:"retryAfter,omitempty"`
	Current    json.RawMessage `json:"current,omitempty"`
}

type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func refusal(code, message string) *result {
	return &result{Error: &failure{code, message}}
}

func refused(status int, code, message string) *result {
	r := refusal(code, message)
	r.Status = status
	return r
}

func newSpace() *space {
	sp := &space{stores: map[string]map[string]*row{}, done: map[string]*result{}, last: map[[2]string]float64{}, single: map[string]*fault{}}
	sp.arrival.L = &sp.mu
	return sp
}

// perform does one operation, or gives what it gave before under the same key.
func (sp *space) perform(op *operation) *result {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if f := sp.single[string(op.Store)+"\x00"+string(op.ID)]; f != nil && f.happens() {
		failed := refused(f.Status, f.Code, "asked to fail")
		failed.RetryAfter = f.RetryAfter
		return failed
	}
	if op.Op == "query" {
		return sp.find(string(op.Store), op.Query)
	}
	if former := sp.done[op.Key]; former != nil {
		return former
	}
	r := sp.write(op)
	if r.Status < 400 && op.Key != "" {
		sp.done[op.Key] = r
	}
	return r
}

func (sp *space) write(op *operation) *result {
	rows := sp.store(string(op.Store))
	before := rows[string(op.ID)]
	if refusal := check(op, before); refusal != nil {
		return refusal
	}
	if op.Op == "delete" {
		if before != nil {
			sp.last[[2]string{string(op.Store), string(op.ID)}] = before.version
			delete(rows, string(op.ID))
		}
		return &result{Status: http.StatusNoContent}
	}
	fields, err := readFields(op.Value)
	if err != nil {
		return refused(http.StatusUnprocessableEntity, "invalid_input", err.Error())
	}
	after := &row{fields: fields, version: sp.last[[2]string{string(op.Store), string(op.ID)}] + 1}
	status := http.StatusCreated
	if before != nil {
		status, after.version = http.StatusOK, before.version+1
	}
	if sp.stamp {
		version, _ := json.Marshal(after.version)
		after.fields = set(after.fields, field{"stamp", version})
	}
	rows[string(op.ID)] = after
	return sp.confirm(status, after)
}

// check judges the preconditions.
func check(op *operation, before *row) *result {
	switch {
	case op.Op == "add" && before != nil:
		r := refused(http.StatusPreconditionFailed, "already_exists", "there is such a row")
		r.Current = before.json()
		return r
	case op.Op == "delete" && before == nil:
		return nil
	case before == nil && (op.Op == "update" || op.BaseVersion != nil):
		r := refused(http.StatusNotFound, "not_found", "there is no such row")
		r.Current = json.RawMessage("null")
		return r
	case op.BaseVersion != nil && before.version != *op.BaseVersion:
		r := refused(http.StatusPreconditionFailed, "conflict", "another version is stored")
		r.Current = before.json()
		return r
	}
	return nil
}

func (sp *space) confirm(status int, after *row) *result {
	r := &result{Status: status}
	if sp.whole {
		r.Value = after.json()
	}
	if !sp.silent {
		r.Version = &after.version
	}
	return r
}

func (sp *space) store(name string) map[string]*row {
	rows := sp.stores[name]
	if rows == nil {
		rows = map[string]*row{}
		sp.stores[name] = rows
	}
	return rows
}

func set(fields []field, f field) []field {
	for i := range fields {
		if fields[i].key == f.key {
			fields[i] = f
			return fields
		}
	}
	return append(fields, f)
}

// json is the row with its version; null for none.
func (r *row) json() json.RawMessage {
	if r == nil {
		return json.RawMessage("null")
	}
	version, _ := json.Marshal(r.version)
	return writeFields(set(append([]field(nil), r.fields...), field{"version", version}))
}
