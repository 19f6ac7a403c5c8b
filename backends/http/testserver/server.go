//go:build !js

package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// server routes requests to spaces, which come into being when they are first named.
type server struct {
	mu     sync.Mutex
	spaces map[string]*space
	mux    *http.ServeMux
}

func newServer() *server {
	s := &server{spaces: map[string]*space{}, mux: http.NewServeMux()}
	s.api("POST /api/{space}/batch", (*space).batch)
	s.api("POST /api/{space}/{store}/query", (*space).query)
	s.api("PUT /api/{space}/{store}/{id}", (*space).put)
	s.api("DELETE /api/{space}/{store}/{id}", (*space).put)
	s.mux.HandleFunc("POST /control/{space}/{what}", func(w http.ResponseWriter, r *http.Request) {
		control(s.space(r.PathValue("space")), r.PathValue("what"), w, r)
	})
	return s
}

// ServeHTTP answers pages of any origin: the end-to-end tests' are served by another server.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Expose-Headers", "ETag, Retry-After")
	if r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Methods", "PUT, DELETE, POST")
		w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match")
		w.Header().Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// A handler answers a request whose body has been read, with a status and a value for the body, nil for none.
type handler func(sp *space, w http.ResponseWriter, r *http.Request, body []byte) (int, any)

// api serves a pattern: notes the request, then lets the faults that were asked for happen, before or after what it is for.
func (s *server) api(pattern string, h handler) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		sp := s.space(r.PathValue("space"))
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		fault := sp.arrive(r, body)
		if !sp.wait(r, fault) {
			return
		}
		if fault != nil && !fault.Applied && fault.happens() {
			fault.answer(w, r)
			return
		}
		status, answer := http.StatusUnauthorized, any(refusal("unauthorized", "a valid token is needed"))
		if sp.authorized(r) {
			status, answer = h(sp, w, r, body)
		}
		if fault != nil && fault.happens() {
			sp.note(entry{Method: "done", Path: r.URL.EscapedPath()})
			fault.answer(w, r)
			return
		}
		respond(w, status, answer)
	})
}

func (s *server) space(name string) *space {
	s.mu.Lock()
	defer s.mu.Unlock()
	sp := s.spaces[name]
	if sp == nil {
		sp = newSpace()
		s.spaces[name] = sp
	}
	return sp
}

func respond(w http.ResponseWriter, status int, answer any) {
	if answer == nil {
		w.WriteHeader(status)
		return
	}
	text, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// nameIn reads a segment of the path. After "~" it is the base64url of UTF-16.
func nameIn(r *http.Request, which string) text {
	name := r.PathValue(which)
	if encoded, odd := strings.CutPrefix(name, "~"); odd {
		b, _ := base64.RawURLEncoding.DecodeString(encoded)
		name = wtf8(b)
	}
	return text(name)
}

// put does one write on its resource: the method, the preconditions and the body say what a batch says with fields.
func (sp *space) put(w http.ResponseWriter, r *http.Request, body []byte) (int, any) {
	op := operation{Store: nameIn(r, "store"), ID: nameIn(r, "id"), Key: r.Header.Get("Idempotency-Key"), Value: body}
	match := r.Header.Get("If-Match")
	if version, err := strconv.ParseFloat(strings.Trim(match, `"`), 64); err == nil {
		op.BaseVersion = &version
	}
	switch {
	case r.Method == http.MethodDelete:
		op.Op, op.Value = "delete", nil
	case r.Header.Get("If-None-Match") == "*":
		op.Op = "add"
	case match == "":
		op.Op = "upsert"
	default:
		op.Op = "update"
	}
	result := sp.perform(&op)
	if result.Version != nil {
		w.Header().Set("ETag", `"`+strconv.FormatFloat(*result.Version, 'f', -1, 64)+`"`)
	}
	if result.Status >= 400 {
		return result.Status, result
	}
	if result.Value == nil && result.Status == http.StatusOK {
		return http.StatusNoContent, nil
	}
	if result.Value == nil {
		return result.Status, nil
	}
	return result.Status, result.Value
}

func (sp *space) query(_ http.ResponseWriter, r *http.Request, body []byte) (int, any) {
	result := sp.perform(&operation{Op: "query", Store: nameIn(r, "store"), Query: body})
	return result.Status, result
}

func (sp *space) batch(_ http.ResponseWriter, _ *http.Request, body []byte) (int, any) {
	var asked struct {
		Operations []operation `json:"operations"`
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		return http.StatusBadRequest, refusal("invalid_input", err.Error())
	}
	results := make([]*result, len(asked.Operations))
	for i := range asked.Operations {
		op := &asked.Operations[i]
		if op.After != nil {
			before := results[*op.After]
			if before.Status >= 400 {
				results[i] = refusal("failed_dependency", "the operation before it failed")
				results[i].Status = http.StatusFailedDependency
				continue
			}
			if op.BaseVersion == nil {
				op.BaseVersion = before.Version
			}
		}
		results[i] = sp.perform(op)
	}
	return http.StatusOK, map[string]any{"results": results}
}
