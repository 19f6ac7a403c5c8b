//go:build js && wasm

package jsbridge

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/write"
)

// later is a backend that answers when it is told to, and notes what it is asked.
type later struct {
	writes   []*execution.Writes
	done     []func(*execution.Answer)
	asked    []string
	found    []func([]byte, *fault.Error)
	canceled int
	closed   bool
}

func (l *later) ID() string { return "later" }

func (l *later) Write(*execution.Request, func(*execution.Answer)) func() { return nil }

func (l *later) Apply(w *execution.Writes, done func(*execution.Answer)) func() {
	l.writes, l.done = append(l.writes, w), append(l.done, done)
	return func() { l.canceled++ }
}

func (l *later) Query(store string, query []byte, done func([]byte, *fault.Error)) func() {
	l.asked, l.found = append(l.asked, store+" "+string(query)), append(l.found, done)
	return nil
}

func (l *later) Close() { l.closed = true }

// openLater opens a backend that answers later, and gives what JavaScript is told to take.
func openLater(t *testing.T, c *caller) (*later, uint32, *[]uint32) {
	l, told := &later{}, []uint32{}
	RegisterBackend("later", func(options value.Value) (execution.Backend, *fault.Error) { return l, nil })
	former := answered
	answered = func(call uint32) { told = append(told, call) }
	t.Cleanup(func() { answered = former; delete(backendKinds, "later") })
	c.ok(OpBackendOpen, 0, encoded(object(property{"kind", text("later")})), 0)
	return l, c.mailbox[WordNumber], &told
}

func encoded(v value.Value) []byte { return value.AppendPayload(nil, v) }

func list(items ...value.Value) value.Value { return value.Value{Tag: value.Array, Items: items} }

func writeRequest() []byte {
	entry := func(action, id string, more ...property) value.Value {
		return object(append([]property{{"action", text(action)}, {"id", text(id)}}, more...)...)
	}
	return encoded(object(
		property{"storeName", text("Todo")},
		property{"writeStrategy", text("direct")},
		property{"entries", list(
			entry("add", "a", property{"idempotencyKey", text("k")}, property{"value", object(
				property{"id", text("a")}, property{"n", number(1)}, property{"version", number(1)},
			)}),
			entry("upsert", "b", property{"options", object(property{"conflict", text("lww")}, property{"apply", text("replace")})},
				property{"value", object(property{"s", text("x")}, property{"id", text("b")})}),
			entry("delete", "c", property{"baseVersion", number(4)}),
		)},
	))
}

func (c *caller) taken(call uint32) value.Value {
	c.t.Helper()
	c.ok(OpBackendTake, call, nil, 0)
	v, err := value.Decode(value.Object, bytes.Clone(c.out()))
	require.NoError(c.t, err)
	return v
}

func TestABackendIsGivenWhatJavaScriptWrites(t *testing.T) {
	c := newCaller(t)
	l, backend, told := openLater(t, c)
	require.NotZero(t, backend)
	c.ok(OpBackendWrite, backend, writeRequest(), 0)
	call := c.mailbox[WordNumber]
	require.Zero(t, c.mailbox[WordCount], "not answered yet")

	w := l.writes[0]
	assert.Equal(t, "Todo", w.Store)
	assert.Equal(t, []string{"k", "", ""}, w.Keys)
	assert.Equal(t, 4.0, w.Bases[2])
	assert.NotEqual(t, w.Bases[0], w.Bases[0], "NaN: any")
	assert.Equal(t, write.Upsert, w.Entries[1].Action)
	assert.True(t, w.Entries[1].LWW && w.Entries[1].Replace)
	assert.False(t, w.Entries[0].LWW || w.Entries[0].Replace)
	fields := map[string]int{}
	for i, column := range w.Rows.Columns {
		fields[string(w.Rows.Names[column.Field])] = i
	}
	assert.Len(t, fields, 4)
	n := &w.Rows.Columns[fields["n"]]
	assert.Equal(t, []value.Tag{value.Number, value.Absent, value.Absent}, []value.Tag{n.TagAt(0), n.TagAt(1), n.TagAt(2)})
	s := &w.Rows.Columns[fields["s"]]
	assert.Equal(t, "x", string(s.PayloadAt(1, nil)))

	refused := fault.New(fault.Conflict, "another version")
	refused.Current = encoded(object(property{"id", text("c")}, property{"version", number(5)}))
	l.done[0](&execution.Answer{Results: []execution.Result{execution.Versioned(7), execution.Done(), execution.Refused(refused)}})
	l.done[0](&execution.Answer{All: true})
	assert.Equal(t, []uint32{call}, *told, "told once")
	assert.Equal(t, object(property{"results", list(
		object(property{"ok", boolean(true)}, property{"version", number(7)}),
		object(property{"ok", boolean(true)}),
		object(property{"ok", boolean(false)},
			property{"error", object(property{"code", text("conflict")}, property{"message", text("another version")})},
			property{"current", object(property{"value", object(property{"id", text("c")}, property{"version", number(5)})})}),
	)}), c.taken(call))
	status, fail := c.failure(OpBackendTake, call, nil, 0)
	assert.Equal(t, StatusError, status)
	assert.Equal(t, "internal", fail["code"], "an answer is taken once")
}

func TestAQueryIsHandedOnAndAnswered(t *testing.T) {
	c := newCaller(t)
	l, backend, told := openLater(t, c)
	query := object(property{"limit", number(3)})
	c.ok(OpBackendQuery, backend, encoded(object(property{"storeName", text("Todo")}, property{"query", query})), 0)
	call := c.mailbox[WordNumber]
	assert.Equal(t, []string{"Todo " + string(encoded(query))}, l.asked)
	l.found[0](encoded(object(property{"data", list(text("row"))})), nil)
	assert.Equal(t, []uint32{call}, *told)
	assert.Equal(t, object(property{"data", list(text("row"))}), c.taken(call))

	c.ok(OpBackendQuery, backend, encoded(object(property{"storeName", text("Todo")}, property{"query", query})), 0)
	call = c.mailbox[WordNumber]
	l.found[1](nil, fault.New(fault.Network, "gone"))
	status, fail := c.failure(OpBackendTake, call, nil, 0)
	assert.Equal(t, StatusError, status)
	assert.Equal(t, "network", fail["code"])
}

func TestACanceledCallIsForgotten(t *testing.T) {
	c := newCaller(t)
	l, backend, told := openLater(t, c)
	c.ok(OpBackendWrite, backend, writeRequest(), 0)
	call := c.mailbox[WordNumber]
	c.ok(OpBackendCancel, call, nil, 0)
	assert.Equal(t, 1, l.canceled)
	l.done[0](&execution.Answer{All: true})
	assert.Empty(t, *told)
	status, _ := c.failure(OpBackendTake, call, nil, 0)
	assert.Equal(t, StatusError, status)
}

func TestAClosedBackendRejectsWhatItHasNotAnswered(t *testing.T) {
	c := newCaller(t)
	l, backend, told := openLater(t, c)
	c.ok(OpBackendWrite, backend, writeRequest(), 0)
	call := c.mailbox[WordNumber]
	c.ok(OpBackendClose, backend, nil, 0)
	assert.True(t, l.closed)
	assert.Equal(t, 1, l.canceled)
	assert.Equal(t, []uint32{call}, *told)
	_, fail := c.failure(OpBackendTake, call, nil, 0)
	assert.Equal(t, "disposed", fail["code"])
	_, fail = c.failure(OpBackendWrite, backend, writeRequest(), 0)
	assert.Equal(t, "disposed", fail["code"])
}

func TestMalformedRequestsToBackendsAreRefused(t *testing.T) {
	c := newCaller(t)
	_, backend, _ := openLater(t, c)
	for _, in := range [][]byte{
		[]byte("rubbish"),
		encoded(object(property{"entries", list(object(property{"action", text("paint")}, property{"id", text("x")}))})),
		encoded(object(property{"entries", list(object(property{"action", text("add")}))})),
	} {
		status, _ := c.failure(OpBackendWrite, backend, in, 0)
		assert.Equal(t, StatusError, status)
	}
	_, fail := c.failure(OpBackendOpen, 0, encoded(object(property{"kind", text("none")})), 0)
	assert.Equal(t, "internal", fail["code"])
}
