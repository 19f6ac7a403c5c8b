//go:build !js

package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// fault is what happens to the next Times requests (or operations on one row, if Store is given) of a space.
//
// A Status is answered instead of the real one. Drop closes the connection without an answer, Hang never gives one. With Applied the request
// is carried out first: only its answer is lost. DelayMs is waited before anything. A fault may be all of these.
type fault struct {
	Times      int     `json:"times"`
	Status     int     `json:"status"`
	Code       string  `json:"code"`
	RetryAfter float64 `json:"retryAfter"` // seconds
	Drop       bool    `json:"drop"`
	Applied    bool    `json:"applied"`
	Hang       bool    `json:"hang"`
	DelayMs    int     `json:"delayMs"`
	Body       string  `json:"body"` // with Status, of what is not JSON
	Store      text    `json:"store"`
	ID         text    `json:"id"`
	left       int
}

// entry is a request of the log, or with the method "done" that the last one was carried out though its answer is lost.
type entry struct {
	Method      string          `json:"method"`
	Path        string          `json:"path"`
	Key         string          `json:"key,omitempty"`
	IfMatch     string          `json:"ifMatch,omitempty"`
	IfNoneMatch string          `json:"ifNoneMatch,omitempty"`
	Body        json.RawMessage `json:"body,omitempty"`
}

// control does what a test asks for:
//
//	fail     a fault for what comes next, in order
//	hold     nothing is answered, or done, until release
//	release
//	token    from now on "Authorization: Bearer <token>" is needed
//	answers  { silent, whole, stamp }: what the answers to writes have, and whether the server adds a field to rows
//	write    an operation of somebody else, or a query, that meets no fault
//	arrived  answers when so many requests are in the log
//	log      the requests so far, of which nothing is kept
func control(sp *space, what string, w http.ResponseWriter, r *http.Request) {
	var err error
	var answer any
	decoder := json.NewDecoder(r.Body)
	switch what {
	case "fail":
		f := &fault{Times: 1}
		if err = decoder.Decode(f); err == nil {
			sp.plan(f)
		}
	case "hold":
		sp.hold(make(chan struct{}))
	case "release":
		sp.hold(nil)
	case "token":
		var token string
		err = decoder.Decode(&token)
		sp.mu.Lock()
		sp.token = token
		sp.mu.Unlock()
	case "answers":
		var asked struct{ Silent, Whole, Stamp bool }
		err = decoder.Decode(&asked)
		sp.mu.Lock()
		sp.silent, sp.whole, sp.stamp = asked.Silent, asked.Whole, asked.Stamp
		sp.mu.Unlock()
	case "write":
		var op operation
		if err = decoder.Decode(&op); err == nil {
			answer = sp.perform(&op)
		}
	case "arrived":
		var count int
		if err = decoder.Decode(&count); err == nil {
			sp.await(count)
		}
	case "log":
		sp.mu.Lock()
		answer, sp.log = append([]entry{}, sp.log...), nil
		sp.mu.Unlock()
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		respond(w, http.StatusBadRequest, err.Error())
		return
	}
	respond(w, http.StatusOK, answer)
}

func (sp *space) plan(f *fault) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	f.left = f.Times
	if f.Store != "" {
		sp.single[string(f.Store)+"\x00"+string(f.ID)] = f
	} else {
		sp.faults = append(sp.faults, f)
	}
}

// note adds to the log.
func (sp *space) note(e entry) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.log = append(sp.log, e)
	sp.arrival.Broadcast()
}

func (sp *space) await(count int) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for len(sp.log) < count {
		sp.arrival.Wait()
	}
}

func (sp *space) hold(held chan struct{}) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.held != nil {
		close(sp.held)
	}
	sp.held = held
}

// arrive notes a request and gives the fault that it meets.
func (sp *space) arrive(r *http.Request, body []byte) *fault {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if !json.Valid(body) {
		body = nil
	}
	h := r.Header
	defer sp.arrival.Broadcast()
	sp.log = append(sp.log, entry{r.Method, r.URL.EscapedPath(), h.Get("Idempotency-Key"), h.Get("If-Match"), h.Get("If-None-Match"), body})
	if len(sp.faults) == 0 {
		return nil
	}
	f := sp.faults[0]
	if f.left--; f.left <= 0 {
		sp.faults = sp.faults[1:]
	}
	return f
}

// wait passes the time that was asked for. It is false if the client has gone meanwhile.
func (sp *space) wait(r *http.Request, f *fault) bool {
	sp.mu.Lock()
	held := sp.held
	sp.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
			return false
		}
	}
	if f != nil && f.DelayMs > 0 {
		select {
		case <-time.After(time.Duration(f.DelayMs) * time.Millisecond):
		case <-r.Context().Done():
			return false
		}
	}
	return true
}

// happens says whether there is more to it than a delay. Of single operations it counts.
func (f *fault) happens() bool {
	if f.Store != "" {
		f.left--
		return f.left >= 0
	}
	return f.Status != 0 || f.Drop || f.Hang
}

func (f *fault) answer(w http.ResponseWriter, r *http.Request) {
	if f.Hang {
		<-r.Context().Done()
		return
	}
	if f.Drop {
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = connection.Close()
		}
		return
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.FormatFloat(f.RetryAfter, 'f', 0, 64))
	}
	if f.Body != "" {
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
		return
	}
	if f.Code == "" {
		respond(w, f.Status, nil)
		return
	}
	respond(w, f.Status, refusal(f.Code, "asked to fail"))
}

func (sp *space) authorized(r *http.Request) bool {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.token == "" || r.Header.Get("Authorization") == "Bearer "+sp.token
}
