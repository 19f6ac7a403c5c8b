//go:build !js

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// ask sends one request to a server of its own space and gives the status and the body.
func ask(t *testing.T, s *server, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	answer, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(answer)
}

// The examples of docs/http-protocol.md, in its order.
func TestTheExamplesOfTheProtocol(t *testing.T) {
	s := newServer()
	for _, c := range []struct {
		request, body, headers string
		status                 int
		etag, answer           string
	}{
		{"PUT /api/x/todos/42", `{"id":"42","title":"Buy milk"}`, "If-None-Match: *|Idempotency-Key: a1", 201, `"1"`, ""},
		{"PUT /api/x/todos/42", `{"id":"42","title":"Buy milk"}`, "If-None-Match: *|Idempotency-Key: a1", 201, `"1"`, ""},
		{"PUT /api/x/todos/42", `{"id":"42","title":"Buy milk"}`, "If-None-Match: *|Idempotency-Key: a2", 412, "",
			`{"status":412,"error":{"code":"already_exists","message":"there is such a row"},"current":{"id":"42","title":"Buy milk","version":1}}`},
		{"PUT /api/x/todos/42", `{"id":"42","title":"Buy oat milk"}`, `If-Match: "1"`, 204, `"2"`, ""},
		{"PUT /api/x/todos/42", `{"id":"42","title":"Buy nothing"}`, `If-Match: "1"`, 412, "",
			`{"status":412,"error":{"code":"conflict","message":"another version is stored"},"current":{"id":"42","title":"Buy oat milk","version":2}}`},
		{"PUT /api/x/todos/7", `{"id":"7"}`, "If-Match: *", 404, "",
			`{"status":404,"error":{"code":"not_found","message":"there is no such row"},"current":null}`},
		{"PUT /api/x/todos/42", `{"id":"42","title":"Buy oat milk","done":true}`, "", 204, `"3"`, ""},
		{"PUT /api/x/todos/7", `{"id":"7"}`, `If-Match: "2"`, 404, "",
			`{"status":404,"error":{"code":"not_found","message":"there is no such row"},"current":null}`},
		{"POST /api/x/todos/query", `{"filter":{"op":"near","field":"done"}}`, "", 400, "",
			`{"status":400,"error":{"code":"invalid_query","message":"{\"op\":\"near\",\"field\":\"done\"} is no filter"}}`},
		{"POST /api/x/todos/query", `{"filter":{"op":"eq","field":"done","value":true}}`, "", 200, "",
			`{"status":200,"data":[{"id":"42","title":"Buy oat milk","done":true,"version":3}]}`},
		{"DELETE /api/x/todos/42", "", `If-Match: "3"`, 204, "", ""},
		{"DELETE /api/x/todos/42", "", `If-Match: "3"`, 204, "", ""},
		{"POST /api/x/batch", `{"operations":[
			{"op":"add","store":"todos","id":"1","key":"b1","value":{"id":"1","due":{"$date":"2027-01-01T00:00:00.000Z"}}},
			{"op":"update","store":"todos","id":"1","key":"b2","value":{"id":"1","n":{"$number":"-0"}},"after":0},
			{"op":"update","store":"todos","id":"2","key":"b3","value":{"id":"2"}},
			{"op":"delete","store":"todos","id":"2","key":"b4","after":2},
			{"op":"query","store":"todos","query":{}}]}`, "", 200, "",
			`{"results":[{"status":201,"version":1},{"status":200,"version":2},` +
				`{"status":404,"error":{"code":"not_found","message":"there is no such row"},"current":null},` +
				`{"status":424,"error":{"code":"failed_dependency","message":"the operation before it failed"}},` +
				`{"status":200,"data":[{"id":"1","n":{"$number":"-0"},"version":2}]}]}`},
	} {
		method, path, _ := strings.Cut(c.request, " ")
		var headers []string
		for _, h := range strings.FieldsFunc(c.headers, func(r rune) bool { return r == '|' }) {
			name, value, _ := strings.Cut(h, ": ")
			headers = append(headers, name, value)
		}
		response, answer := ask(t, s, method, path, c.body, headers...)
		if response.StatusCode != c.status || answer != c.answer || c.etag != "" && response.Header.Get("ETag") != c.etag {
			t.Errorf("%s %s\n got %d %s %s\nwant %d %s %s", c.request, c.headers, response.StatusCode, response.Header.Get("ETag"), answer, c.status, c.etag, c.answer)
		}
	}
}

func TestTextComesBackAsItWas(t *testing.T) {
	for _, s := range []string{"", "aé漢😀", "\xed\xa0\x80", "x\xed\xbf\xbf😀\xed\xa0\xbd"} {
		if got := wtf8(utf16(s)); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
		var back text
		if err := json.Unmarshal(quote(s), &back); err != nil || string(back) != s {
			t.Errorf("%q came back as %q from %s (%v)", s, back, quote(s), err)
		}
	}
}

func TestCellsAreInTheOrderOfTheDocs(t *testing.T) {
	var cells []any
	for _, c := range strings.Split(`false true {"$number":"-Infinity"} -1 0 5 {"$number":"Infinity"} {"$date":"-000001-01-01T00:00:00.000Z"} {"$date":"1970-01-01T00:00:00.000Z"} "" "B" "a" "漢" [] null`, " ") {
		v, err := decode([]byte(c))
		if err != nil {
			t.Fatal(c, err)
		}
		cells = append(cells, v)
	}
	for i, a := range cells {
		for j, b := range cells {
			if got := compare(a, b); truth(got > 0)-truth(got < 0) != truth(i > j)-truth(i < j) {
				t.Errorf("compare(%v, %v) = %d", a, b, got)
			}
		}
	}
}
