//go:build js && wasm

// The bridge as it is shipped: under GOOS=js, through its memory.
package jsbridge

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/hack-pad/safejs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// caller does what instance.ts does.
type caller struct {
	t *testing.T
	*Bridge
}

func newCaller(t *testing.T) *caller {
	c := &caller{t, NewBridge()}
	c.ok(OpHello, 0, nil, ProtocolVersion)
	return c
}

func (c *caller) do(op Op, target uint32, in []byte, flags uint32) uint32 {
	c.growInbox(len(in))
	copy(c.inbox, in)
	return c.Call(op, target, uint32(len(in)), flags)
}

func (c *caller) ok(op Op, target uint32, in []byte, flags uint32) {
	c.t.Helper()
	status := c.do(op, target, in, flags)
	require.Equal(c.t, StatusOK, status, "%s", c.out())
}

func (c *caller) out() []byte { return c.memory(WordOut, int(c.mailbox[WordOutLen])) }

// memory reads n bytes at the address in a word, as JavaScript would.
func (c *caller) memory(word, n int) []byte {
	if n == 0 {
		return nil
	}
	address := uintptr(c.mailbox[word])
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&address))), n)
}

func (c *caller) failure(op Op, target uint32, in []byte, flags uint32) (status uint32, fields map[string]string) {
	status = c.do(op, target, in, flags)
	v, err := value.Decode(value.Object, c.out())
	require.NoError(c.t, err)
	fields = map[string]string{}
	for i, key := range v.Keys {
		fields[string(key)] = string(v.Items[i].Str)
	}
	return status, fields
}

func (c *caller) client(id string) uint32 {
	options := value.Value{Tag: value.Object, Keys: [][]byte{[]byte("id"), []byte("schema")}, Items: []value.Value{
		text(id), {Tag: value.Object, Keys: [][]byte{[]byte("Todo")}, Items: []value.Value{{Tag: value.Object}}},
	}}
	c.ok(OpOpenClient, 0, value.AppendPayload(nil, options), 0)
	return c.mailbox[WordNumber]
}

func (c *caller) store(client uint32, name string) uint32 {
	c.ok(OpOpenStore, client, []byte(name), 0)
	return c.mailbox[WordNumber]
}

func ids(ids ...string) []byte {
	var b wire.Builder
	b.Reset(len(ids))
	b.Column(0)
	for _, id := range ids {
		if id == "" {
			b.Cell(value.Absent, nil)
		} else {
			b.Cell(value.String, []byte(id))
		}
	}
	return b.Bytes()
}

func TestAWriteAnswersPerItemInMemory(t *testing.T) {
	c := newCaller(t)
	todo := c.store(c.client("a"), "Todo")
	c.ok(OpAdd, todo, ids("x", "", "x"), 0)
	assert.EqualValues(t, 3, c.mailbox[WordCount])
	assert.Equal(t, []byte{0, 0, 16}, c.memory(WordStatuses, 3), "added, added, already exists")
	assert.NotZero(t, c.mailbox[WordIDs], "the second id was made here")
	c.ok(OpLocate, todo, ids("x", "nope"), 0)
	slots := unsafe.Slice((*uint32)(unsafe.Pointer(&c.out()[0])), 2)
	assert.Equal(t, []uint32{0, NoSlot}, slots)
}

func TestClientsDoNotSeeEachOther(t *testing.T) {
	c := newCaller(t)
	first, second := c.client("a"), c.client("b")
	one, other := c.store(first, "Todo"), c.store(second, "Todo")
	c.ok(OpAdd, one, ids("x"), 0)
	c.ok(OpCount, other, nil, 0)
	assert.Zero(t, c.mailbox[WordCount])
	c.ok(OpCloseClient, first, nil, 0)
	status, fields := c.failure(OpCount, one, nil, 0)
	assert.Equal(t, StatusError, status)
	assert.Equal(t, "disposed", fields["code"])
	c.ok(OpCount, other, nil, 0)
}

func TestANearMissIsSuggested(t *testing.T) {
	c := newCaller(t)
	client := c.client("a")
	c.ok(OpSuggest, client, []byte("Tood"), 0)
	assert.Equal(t, "Todo", string(c.out()))
	c.ok(OpSuggest, client, []byte("Author"), 0)
	assert.Empty(t, c.out())
}

func TestBuildsOfDifferentVersionsRefuseEachOther(t *testing.T) {
	c := newCaller(t)
	status, fields := c.failure(OpHello, 0, nil, ProtocolVersion+1)
	assert.Equal(t, StatusError, status)
	assert.Contains(t, fields["message"], "different builds")
}

func TestAPanicIsAnAnswerAndTheNextCallWorks(t *testing.T) {
	c := newCaller(t)
	todo := c.store(c.client("a"), "Todo")
	status, fields := c.failure(OpFault, 0, nil, FaultPanic)
	assert.Equal(t, StatusPanic, status)
	assert.Equal(t, "internal", fields["code"])
	assert.Contains(t, fields["stack"], "schedule.go")
	c.ok(OpAdd, todo, ids("x"), 0)
}

func TestAnyBytesAreAnErrorAndNotAPanic(t *testing.T) {
	c := newCaller(t)
	todo := c.store(c.client("a"), "Todo")
	for op := OpField; op <= OpAbsent; op++ {
		if op == OpFault || op == OpExit {
			continue // which fail on purpose
		}
		for _, in := range [][]byte{{1}, []byte("ATATATATATATATATATATATAT"), make([]byte, 64)} {
			if status := c.do(op, todo, in, 0); status == StatusPanic {
				t.Errorf("op %d panicked on %v: %s", op, in, c.out())
			}
		}
	}
	assert.Equal(t, StatusError, c.Call(OpAdd, todo, uint32(len(c.inbox))+1, 0), "longer than the inbox")
	assert.Equal(t, StatusError, c.do(OpAdd, 99, nil, 0), "no such store")
}

// words reads what a command answered as numbers.
func (c *caller) words() []uint32 {
	out := c.out()
	if len(out) == 0 {
		return nil
	}
	return append([]uint32(nil), unsafe.Slice((*uint32)(unsafe.Pointer(&out[0])), len(out)/4)...)
}

func (c *caller) view(store uint32, query value.Value, kind uint32) uint32 {
	c.ok(OpViewOpen, store, value.AppendPayload(nil, query), kind)
	return c.mailbox[WordNumber]
}

func TestAViewIsOpenedPulledAndClosed(t *testing.T) {
	c := newCaller(t)
	client := c.client("a")
	todo := c.store(client, "Todo")
	c.ok(OpAdd, todo, ids("x", "y"), 0)
	all := value.Value{Tag: value.Object}
	rows, count := c.view(todo, all, ViewRows), c.view(todo, all, ViewCount)
	assert.NotEqual(t, rows, count)
	c.ok(OpViewPull, rows, nil, 0)
	assert.Equal(t, []uint32{1, 0, 0, 0, 0, 0, 1}, c.words(), "a reset with both slots")
	c.ok(OpViewPull, count, nil, 0)
	assert.EqualValues(t, 2, c.mailbox[WordCount])

	c.ok(OpSync, client, nil, 0)
	assert.Empty(t, c.words())
	c.ok(OpAdd, todo, ids("w"), 0)
	c.ok(OpSync, client, nil, 0)
	assert.ElementsMatch(t, []uint32{rows, count}, c.words())
	c.ok(OpViewPull, rows, nil, 0)
	assert.Equal(t, []uint32{0, 0, 1, 0, 0, 0, 2}, c.words(), "slot 2 at the first place")
	c.ok(OpViewPull, rows, nil, 0)
	assert.Equal(t, []uint32{0, 0, 0, 0, 0}, c.words(), "nothing more")

	c.ok(OpViewClose, rows, nil, 0)
	status, fields := c.failure(OpViewPull, rows, nil, 0)
	assert.Equal(t, StatusError, status)
	assert.Equal(t, "disposed", fields["code"])
	c.ok(OpCloseClient, client, nil, 0)
	status, _ = c.failure(OpViewPull, count, nil, 0)
	assert.Equal(t, StatusError, status)
}

func TestPagesStatisticsAndExplanationsAreValues(t *testing.T) {
	c := newCaller(t)
	todo := c.store(c.client("a"), "Todo")
	c.ok(OpAdd, todo, ids("x", "y"), 0)
	page := object(property{"page", object(property{"mode", text("offset")}, property{"limit", number(1)}, property{"includeTotal", boolean(true)})})
	c.ok(OpQuery, todo, value.AppendPayload(nil, page), 0)
	assert.Len(t, c.words(), 1)
	info, err := value.Decode(value.Object, c.memory(WordPage, int(c.mailbox[WordPageLen])))
	require.NoError(t, err)
	next, _ := info.Get("hasNextPage")
	total, _ := info.Get("total")
	assert.Equal(t, value.True, next.Tag)
	assert.EqualValues(t, 2, total.Num)
	c.ok(OpStats, todo, nil, 0)
	_, err = value.Decode(value.Array, c.out())
	assert.NoError(t, err)
	c.ok(OpExplain, todo, nil, 0)
	_, err = value.Decode(value.Object, c.out())
	assert.NoError(t, err)
	c.ok(OpAggregate, todo, value.AppendPayload(nil, object(property{"metrics", object(property{"n", text("count")})})), 0)
	groups, err := value.Decode(value.Array, c.out())
	require.NoError(t, err)
	require.Len(t, groups.Items, 1)
	n, _ := groups.Items[0].Get("n")
	assert.EqualValues(t, 2, n.Num)
}

func TestTheInboxKeepsWhatWasWrittenWhenItGrows(t *testing.T) {
	c := newCaller(t)
	copy(c.inbox, "kept")
	c.growInbox(10 << 20)
	assert.Equal(t, "kept", string(c.inbox[:4]))
	assert.GreaterOrEqual(t, len(c.inbox), 10<<20)
	c.growInbox(minInboxBytes)
	assert.Len(t, c.inbox, minInboxBytes, "a large inbox is given back")
}

func TestAPanicInAGoroutineIsReported(t *testing.T) {
	c := newCaller(t)
	said := make(chan string, 1)
	before := report
	defer func() { report = before }()
	report = func(message, stack string) { said <- message }
	c.ok(OpFault, 0, nil, FaultGoroutine)
	assert.NotZero(t, c.mailbox[WordFlags]&MailAsync, "the call leaves work behind")
	assert.Contains(t, <-said, "in a goroutine")
	for pending.Load() > 0 {
		runtime.Gosched()
	}
	c.ok(OpHello, 0, nil, ProtocolVersion)
	assert.Zero(t, c.mailbox[WordFlags]&MailAsync)
}

func TestServeTellsTheHostAndEndsOnExit(t *testing.T) {
	calls := make(chan string, 4)
	host, err := safejs.ValueOf(map[string]any{})
	require.NoError(t, err)
	for _, name := range []string{hostReady, hostFail, hostStir} {
		f, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) any {
			calls <- name
			return nil
		})
		require.NoError(t, err)
		defer f.Release()
		require.NoError(t, host.Set(name, f))
	}
	require.NoError(t, safejs.Global().Set(hostName, host))
	before, beforeReport, beforeStir := bridge, report, stir
	bridge = NewBridge()
	defer func() { bridge, report, stir = before, beforeReport, beforeStir }()
	ended := make(chan error, 1)
	go func() { ended <- Serve() }()
	assert.Equal(t, hostReady, <-calls)
	report("message", "stack")
	assert.Equal(t, hostFail, <-calls)
	stir(3)
	assert.Equal(t, hostStir, <-calls)
	assert.Equal(t, StatusOK, bridge.Call(OpExit, 0, 0, 0))
	assert.NoError(t, <-ended)
	pending.Add(-1)
}

func BenchmarkAddOne(b *testing.B) {
	c := &caller{nil, NewBridge()}
	options := value.Value{Tag: value.Object, Keys: [][]byte{[]byte("id"), []byte("schema")}, Items: []value.Value{
		text("a"), {Tag: value.Object},
	}}
	c.do(OpOpenClient, 0, value.AppendPayload(nil, options), 0)
	c.do(OpOpenStore, 0, []byte("Todo"), 0)
	batch := ids("")
	b.ReportAllocs()
	for b.Loop() {
		c.do(OpAdd, 0, batch, 0)
	}
}
