//go:build js && wasm

package jsbridge

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

func u32s(words ...uint32) []byte {
	var out []byte
	for _, w := range words {
		out = binary.LittleEndian.AppendUint32(out, w)
	}
	return out
}

// answers encodes what OpAnswer takes.
func answers(kinds []uint8, versions []float64) []byte {
	out := u32s(uint32(len(kinds)), 0)
	out = append(out, kinds...)
	for len(out)%8 != 0 {
		out = append(out, 0)
	}
	for _, v := range versions {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
	}
	return out
}

// titled is rows with a title (field 2) and, unless NaN, a version.
func titled(version float64, idsAndTitles ...string) []byte {
	var b wire.Builder
	rows := len(idsAndTitles) / 2
	b.Reset(rows)
	b.Column(0)
	for i := range rows {
		b.Cell(value.String, []byte(idsAndTitles[2*i]))
	}
	b.Column(1)
	for range rows {
		if version == version {
			b.Float(value.Number, version)
		} else {
			b.Cell(value.Absent, nil)
		}
	}
	b.Column(2)
	for i := range rows {
		b.Cell(value.String, []byte(idsAndTitles[2*i+1]))
	}
	return b.Bytes()
}

// executing is a client with an executor in JavaScript and a store that has a title.
func (c *caller) executing(id string) (client, store uint32) {
	client = c.client(id)
	c.ok(OpRegister, client, value.AppendPayload(nil, object(property{"id", text("js")})), 0)
	store = c.store(client, "Todo")
	c.ok(OpField, store, []byte("title"), 0)
	require.EqualValues(c.t, 2, c.mailbox[WordNumber])
	return client, store
}

// tracked makes pending writes, and gives the number of the first.
func (c *caller) tracked(op Op, client, store uint32, in []byte) uint32 {
	c.ok(OpTrack, client, u32s(0, 7), 0)
	c.ok(op, store, in, 0)
	return c.mailbox[WordWrite]
}

// pump gives the tidings and their values.
func (c *caller) pump(client, flags uint32) ([]uint32, []value.Value) {
	c.t.Helper()
	c.ok(OpPump, client, nil, flags)
	words := c.words()
	shape := c.memory(WordShape, int(c.mailbox[WordShapeLen]))
	if shape == nil {
		return words, nil
	}
	v, err := value.Decode(value.Array, shape)
	require.NoError(c.t, err)
	return words, v.Clone().Items
}

func TestAWriteIsSentAnsweredAndSettled(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	first := c.tracked(OpAdd, client, todo, titled(math.NaN(), "x", "one", "y", "two"))
	assert.EqualValues(t, 1, first)
	words, _ := c.pump(client, 0)
	assert.Empty(t, words, "the turn is not over")
	words, _ = c.pump(client, PumpTurn)
	require.Equal(t, []uint32{TideRequest, 1, todo, 0, 7, 2, 1, 0, 2, 0}, words)
	c.ok(OpAnswer, 1, nil, AnswerAll)
	c.ok(OpAnswer, 1, nil, AnswerAll) // the second one is passed over
	words, _ = c.pump(client, 0)
	assert.Equal(t, []uint32{TideConfirmed, 1, 2}, words)
	words, _ = c.pump(client, PumpTurn)
	assert.Empty(t, words)
	c.ok(OpAdd, todo, titled(math.NaN(), "z", "three"), 0)
	assert.Zero(t, c.mailbox[WordWrite], "only the next write was announced")
}

func TestAnAnswerSaysWhatBecameOfEachEntry(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	c.tracked(OpAdd, client, todo, titled(math.NaN(), "a", "1", "b", "2", "c", "3", "d", "4"))
	c.pump(client, PumpTurn)
	c.ok(OpAnswerRows, 1, titled(9, "c", "theirs"), 0)
	c.ok(OpAnswer, 1, answers([]uint8{AnswerOK, AnswerOK, AnswerRow}, []float64{math.NaN(), 5, math.NaN()}), 0)
	words, values := c.pump(client, 0)
	kinds := map[uint32][]uint32{}
	for at := 0; at < len(words); {
		n := map[uint32]int{TideChanged: 4, TideVersion: 8, TideConfirmed: 3, TideCurrent: 2, TideRow: 3, TideRefused: 4}[words[at]]
		require.NotZero(t, n, "%v", words)
		kinds[words[at]] = append(kinds[words[at]], words[at:at+n]...)
		at += n
	}
	assert.Equal(t, []uint32{TideConfirmed, 1, 1}, kinds[TideConfirmed])
	version := kinds[TideVersion]
	require.Len(t, version, 8)
	assert.Equal(t, []uint32{todo, 1, 2, 0}, []uint32{version[1], version[2], version[4], version[5]})
	assert.Equal(t, "b", string(values[version[3]].Str))
	assert.EqualValues(t, 5, math.Float64frombits(uint64(version[6])|uint64(version[7])<<32))
	assert.Equal(t, []uint32{TideCurrent, 3}, kinds[TideCurrent])
	require.Len(t, kinds[TideChanged], 8, "c, which is another row now, and d, which is gone")
	refused := kinds[TideRefused]
	require.Len(t, refused, 4, "there was no answer for d")
	assert.Equal(t, []uint32{4, 4}, refused[1:3])
	code, _ := values[refused[3]].Get("code")
	assert.Equal(t, "internal", string(code.Str))
	c.ok(OpLocate, todo, ids("a", "b", "c", "d"), 0)
	assert.Equal(t, NoSlot, c.words()[3])
}

func TestAWriteIsTakenBack(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	c.tracked(OpAdd, client, todo, titled(math.NaN(), "x", "one"))
	c.tracked(OpUpdate, client, todo, titled(math.NaN(), "x", "two"))
	c.pump(client, PumpTurn)
	c.ok(OpCancel, client, u32s(1), 0)
	words, values := c.pump(client, 0)
	require.Len(t, words, 10)
	assert.Equal(t, []uint32{TideChanged, todo, 0}, words[:3])
	assert.Equal(t, "x", string(values[words[3]].Str))
	assert.Equal(t, []uint32{TideRefused, 2, 1, NoSlot, TideAbandoned, 1}, words[4:])
	c.ok(OpAnswer, 1, nil, AnswerAll)
	words, values = c.pump(client, 0)
	require.Len(t, words, 8, "what comes late is news: the row is there after all, and has changed")
	assert.Equal(t, []uint32{TideRemote, todo, NoSlot}, words[:3])
	assert.Equal(t, "x", string(values[words[3]].Str))
	c.ok(OpLocate, todo, ids("x"), 0)
	assert.NotEqual(t, NoSlot, c.words()[0])
}

func TestARefusalBringsWhatTheBackendHas(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	c.tracked(OpAdd, client, todo, titled(math.NaN(), "x", "one", "y", "two"))
	c.tracked(OpUpsert, client, todo, titled(math.NaN(), "x", "three"))
	c.pump(client, PumpTurn)
	c.ok(OpAnswerRows, 1, titled(9, "x", "theirs"), 0)
	c.ok(OpAnswer, 1, answers([]uint8{AnswerCurrent, AnswerGone, AnswerOK}, []float64{math.NaN(), math.NaN(), math.NaN()}), 0)
	words, _ := c.pump(client, 0)
	kinds := map[uint32]int{}
	for p := 0; p < len(words); p += map[uint32]int{TideChanged: 4, TideVersion: 8, TideConfirmed: 3, TideCurrent: 2, TideRow: 3, TideRefused: 4}[words[p]] {
		kinds[words[p]]++
	}
	assert.Equal(t, 2, kinds[TideRefused])
	assert.Zero(t, kinds[TideRemote], "their calls are told of it")
	c.ok(OpLocate, todo, ids("x", "y"), 0)
	assert.Equal(t, []bool{true, false}, []bool{c.words()[0] != NoSlot, c.words()[1] != NoSlot})
}

func TestRowsAreGivenAsTheirWritesLeaveThem(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	c.tracked(OpAdd, client, todo, titled(math.NaN(), "x", "one"))
	c.tracked(OpUpdate, client, todo, titled(math.NaN(), "x", "two"))
	c.ok(OpTrack, client, u32s(0, 8), 0)
	c.ok(OpDelete, todo, ids("x"), 0)
	words, _ := c.pump(client, PumpTurn)
	require.Equal(t, []uint32{TideRequest, 1, todo, 0, 7, 2, 1, 0, 2, 0}, words, "each as its call left it")
	c.ok(OpWriteRows, todo, u32s(1, 2, 3), 0)
	var b wire.Batch
	require.NoError(t, b.Decode(c.out()))
	require.Equal(t, 3, b.Rows)
	title := b.Find(2)
	assert.Equal(t, "one", string(title.PayloadAt(0, nil)))
	assert.Equal(t, "two", string(title.PayloadAt(1, nil)))
	assert.EqualValues(t, 2, b.Find(1).NumberAt(1))
	assert.Equal(t, value.Absent, title.TagAt(2), "a deletion has its id alone")
	c.ok(OpWriteRows, todo, u32s(99), 0)
	require.NoError(t, b.Decode(c.out()), "a write that is settled by now is no error")
}

func TestARequestSaysWhichRowsMoved(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	c.ok(OpAdd, todo, titled(math.NaN(), "x", "one", "y", "two"), 0)
	c.tracked(OpUpdate, client, todo, titled(math.NaN(), "x", "mine", "y", "mine"))
	c.ok(OpWriteback, todo, titled(4, "y", "theirs"), WritebackKnown)
	words, _ := c.pump(client, PumpTurn)
	require.Equal(t, []uint32{TideRequest, 1, todo, 0, 7, 2, 1, 0, 2, 1}, words)
	c.ok(OpWriteRows, todo, u32s(2), 0)
	var b wire.Batch
	require.NoError(t, b.Decode(c.out()))
	assert.EqualValues(t, 5, b.Find(1).NumberAt(0))
	c.ok(OpAbsent, todo, ids(), AbsentKnown)
	assert.Empty(t, c.words(), "y has a pending write")
	c.ok(OpAbsent, todo, ids("x"), AbsentLoose)
	assert.Equal(t, []uint32{1}, c.words())
}

func TestAHiddenWriteShowsWhenItIsConfirmed(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	c.ok(OpTrack, client, u32s(0, 0), TrackHidden)
	c.ok(OpAdd, todo, titled(math.NaN(), "x", "one"), 0)
	c.ok(OpCount, todo, nil, 0)
	assert.Zero(t, c.mailbox[WordCount])
	c.pump(client, PumpTurn)
	c.ok(OpAnswer, 1, nil, AnswerAll)
	words, _ := c.pump(client, 0)
	assert.Equal(t, []uint32{TideChanged, todo, NoSlot}, words[:3])
	c.ok(OpCount, todo, nil, 0)
	assert.EqualValues(t, 1, c.mailbox[WordCount])
}

func TestExecutorsAndStrategiesComeAndGo(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	status, fields := c.failure(OpRegister, client, value.AppendPayload(nil, object(property{"id", text("other")})), 0)
	assert.Equal(t, StatusError, status)
	assert.Equal(t, "executor_conflict", fields["code"])
	assert.Contains(t, fields["message"], `"js"`)
	assert.Contains(t, fields["message"], `"other"`)
	c.ok(OpStrategy, client, []byte("queue"), 0)
	queue := c.mailbox[WordNumber]
	status, fields = c.failure(OpStrategy, client, []byte("queue"), 0)
	assert.Equal(t, StatusError, status)
	assert.Equal(t, "already_exists", fields["code"])

	c.tracked(OpAdd, client, todo, titled(math.NaN(), "x", "one"))
	c.ok(OpTrack, client, u32s(queue, 7), 0)
	c.ok(OpAdd, todo, titled(math.NaN(), "y", "two"), 0)
	words, _ := c.pump(client, PumpTurn)
	assert.ElementsMatch(t, [][]uint32{{TideRequest, 1, todo, 0, 7, 1, 1, 0}, {TideRequest, 2, todo, queue, 7, 1, 2, 0}},
		[][]uint32{words[:8], words[8:]})
	c.ok(OpForget, client, nil, queue)
	words, values := c.pump(client, 0)
	require.Len(t, words, 10)
	assert.Equal(t, []uint32{TideAbandoned, 2, TideChanged, todo, 1}, words[:5])
	assert.Equal(t, []uint32{TideRefused, 2, 2}, words[6:9])
	code, _ := values[words[9]].Get("code")
	assert.Equal(t, "aborted", string(code.Str))
	status, fields = c.failure(OpTrack, client, u32s(queue, 0), 0)
	assert.Equal(t, StatusError, status)
	assert.Equal(t, "unknown_write_strategy", fields["code"])
	c.ok(OpUnregister, client, nil, 0)
	c.ok(OpRegister, client, value.AppendPayload(nil, object(property{"id", text("other")})), 0)
	c.ok(OpCount, todo, nil, 0)
	assert.Zero(t, c.mailbox[WordCount], "both writes were rolled back")
}

func TestAClosedClientLeavesNoRequestOpen(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	c.tracked(OpAdd, client, todo, titled(math.NaN(), "x", "one"))
	c.pump(client, PumpTurn)
	assert.Len(t, c.requests, 1)
	c.ok(OpCloseClient, client, nil, 0)
	assert.Empty(t, c.requests)
	c.ok(OpAnswer, 1, nil, AnswerAll)
	status, _ := c.failure(OpPump, client, nil, 0)
	assert.Equal(t, StatusError, status)
}

func TestMalformedAnswersAreErrorsAndTheRequestStaysOpen(t *testing.T) {
	c := newCaller(t)
	client, todo := c.executing("a")
	c.tracked(OpAdd, client, todo, titled(math.NaN(), "x", "one"))
	c.pump(client, PumpTurn)
	for _, in := range [][]byte{nil, {1}, u32s(1, 0), u32s(0xFFFFFFFF, 0), u32s(0xFFFFFFF8, 0, 0, 0), u32s(2, 0, 0, 0, 0, 0)} {
		status, _ := c.failure(OpAnswer, 1, in, 0)
		assert.Equal(t, StatusError, status, "%v", in)
	}
	c.ok(OpAnswer, 1, answers([]uint8{AnswerRefused}, []float64{0}), 0)
	words, _ := c.pump(client, 0)
	assert.Equal(t, []uint32{TideRefused, 1, 1, NoSlot}, words[4:], "the error is JavaScript's")
}

// inGo is a backend that answers when it is told to.
type inGo struct {
	execution.Backend
	done func(*execution.Answer)
}

func (*inGo) ID() string { return "go" }
func (*inGo) Close()     {}

func (x *inGo) Write(_ *execution.Request, done func(*execution.Answer)) func() {
	x.done = done
	return nil
}

func TestABackendInGoIsCalledDirectlyAndStirs(t *testing.T) {
	c := newCaller(t)
	stirred := []uint32{}
	before := stir
	defer func() { stir = before }()
	stir = func(client uint32) { stirred = append(stirred, client) }
	x := &inGo{}
	var held execution.Backend = x
	number := c.backends.open.add(&held) + 1

	options := object(
		property{"id", text("a")}, property{"schema", object()},
		property{"processed", value.Value{Tag: value.Array, Items: []value.Value{text("Processed")}}},
	)
	c.ok(OpOpenClient, 0, value.AppendPayload(nil, options), 0)
	client := c.mailbox[WordNumber]
	c.ok(OpRegister, client, value.AppendPayload(nil, object(property{"id", text("go")})), number)
	todo, processed := c.store(client, "Todo"), c.store(client, "Processed")
	c.tracked(OpAdd, client, todo, ids("x", "y"))
	words, _ := c.pump(client, PumpTurn)
	assert.Equal(t, []uint32{TideSent, 1, 2}, words)
	assert.Empty(t, stirred)
	x.done(&execution.Answer{Err: fault.New(fault.QuotaExceeded, "full")})
	assert.Equal(t, []uint32{client}, stirred)
	words, values := c.pump(client, 0)
	require.Len(t, words, 16)
	assert.Equal(t, words[7], words[15], "one error for both")
	code, _ := values[words[7]].Get("code")
	assert.Equal(t, "quota_exceeded", string(code.Str))

	c.tracked(OpAdd, client, processed, ids("x"))
	words, _ = c.pump(client, PumpTurn)
	assert.Equal(t, []uint32{TideRequest, 1, processed, 0, 7, 1, 3, 0}, words, "its rows have to go through JavaScript")
	c.ok(OpAnswer, 1, nil, AnswerAll)
	assert.Len(t, stirred, 1, "JavaScript pumps by itself")
	status, fields := c.failure(OpRegister, client, value.AppendPayload(nil, object(property{"id", text("x")})), 99)
	assert.Equal(t, StatusError, status)
	assert.Equal(t, "disposed", fields["code"])
}
