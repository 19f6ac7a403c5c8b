package jsbridge

// The command protocol between TypeScript and Go. Its twin is js/protocol.ts:
// same header, same order, same names. The first command of every instance,
// OpHello, carries the protocol version, so that a wasm file and a JavaScript
// file of different builds refuse each other by name instead of misreading.

// ProtocolVersion changes with every change to this file or to the batch format.
const ProtocolVersion = 4

// Op says what a call of atoma_call does. target is the number of a client, a store, a view, a request or a backend.
type Op = uint32

const (
	OpHello       Op = 0  // flags: protocol version of the caller
	OpOpenClient  Op = 1  // in: {id, schema}; word Number: client
	OpCloseClient Op = 2  // target: client
	OpSuggest     Op = 3  // target: client; in: name; out: name or nothing
	OpOpenStore   Op = 4  // target: client; in: name; word Number: store
	OpField       Op = 5  // target: store; in: name; word Number: field
	OpAdd         Op = 6  // target: store; in: batch; flags: how many rows are to come, this batch included; results
	OpUpdate      Op = 7  // target: store; in: batch; results
	OpUpsert      Op = 8  // target: store; in: batch; flags: Upsert…; results
	OpDelete      Op = 9  // target: store; in: batch of ids; results
	OpWriteback   Op = 10 // target: store; in: batch with versions; results
	OpLocate      Op = 11 // target: store; in: batch of ids; out: u32 slots
	OpRead        Op = 12 // target: store; in: u32 slots; flags: Read…; out: batch
	OpQuery       Op = 13 // target: store; in: query; out: u32 slots; words Page, Tree, Shape
	OpCount       Op = 14 // target: store; in: query; word Count
	OpStats       Op = 15 // target: store; words Count (rows), Number (bytes); out: array of index statistics
	OpFault       Op = 16 // flags: Fault…; fails on purpose, for tests of that path
	OpExit        Op = 17 // lets main return; nothing may be called afterwards
	OpExplain     Op = 18 // target: store; in: query; out: object
	OpAggregate   Op = 19 // target: store; in: spec; out: array of groups
	OpHighlight   Op = 20 // in: object; out: u32 pairs, the byte ranges that match
	OpViewOpen    Op = 21 // target: store; in: query or spec; flags: View…; words Number (view), Shape
	OpViewPull    Op = 22 // target: view; word Count (rows or groups in it); out: u32 changes; words Page, Tree; for groups an array
	OpViewClose   Op = 23 // target: view
	OpSync        Op = 24 // target: client; out: u32 numbers of the views that have something to pull

	OpTrack      Op = 25 // target: client; in: u32 strategy, context; flags: Track…; the next write command of the client is kept as pending
	OpPump       Op = 26 // target: client; flags: Pump…; out: u32 tidings; word Shape: what they refer to
	OpAnswerRows Op = 27 // target: request; in: batch with versions; rows of the answer that follows, may be repeated
	OpAnswer     Op = 28 // target: request; in: u32 count, 0, u8 answers[count] padded to 8, f64 versions[count]; flags: Answer…
	OpCancel     Op = 29 // target: client; in: u32 writes that are to be rolled back
	OpWriteRows  Op = 30 // target: store; in: u32 writes; out: batch of the rows as these writes leave them
	OpRegister   Op = 31 // target: client; in: {id}; flags: number of a backend, 0: an executor in JavaScript
	OpUnregister Op = 32 // target: client
	OpStrategy   Op = 33 // target: client; in: name; word Number: strategy
	OpForget     Op = 34 // target: client; flags: strategy, which is unregistered
	OpAbsent     Op = 35 // target: store; in: batch of ids; flags: Absent…; out: u32 slots

	OpBackendOpen   Op = 36 // in: {kind, …}; word Number: backend
	OpBackendWrite  Op = 37 // target: backend; in: request; words Number (call), Count (1: answered, to be taken)
	OpBackendQuery  Op = 38 // target: backend; in: request; words Number (call), Count (1: answered, to be taken)
	OpBackendTake   Op = 39 // target: call; out: object, the answer
	OpBackendCancel Op = 40 // target: call
	OpBackendClose  Op = 41 // target: backend
)

// Flags of OpWriteback.
const (
	WritebackKnown uint32 = 1 // the rows come from the executor; a row without version keeps or advances its own
)

// Flags of OpTrack.
const (
	TrackHidden uint32 = 1 // the change is to show when it is confirmed
)

// Flags of OpPump.
const (
	PumpTurn uint32 = 1 // the turn is over: its segments are complete and may be sent
)

// Flags of OpAnswer, and what became of one entry.
const (
	AnswerAll     uint32 = 1 // every entry is AnswerOK without version; nothing is in the inbox
	AnswerOK      uint8  = 0 // confirmed; its version, unless NaN
	AnswerRow     uint8  = 1 // confirmed; the next row of OpAnswerRows is what the backend has
	AnswerRefused uint8  = 2
	AnswerCurrent uint8  = 3 // refused; the next row of OpAnswerRows is what the backend has
	AnswerGone    uint8  = 4 // refused; the backend has no such row
)

// Flags of OpAbsent: which rows are asked for, of those that are not named.
const (
	AbsentKnown uint32 = 0 // that the executor is known to have had, and that have no pending write
	AbsentLoose uint32 = 1 // that it is not known to have, or that have a pending write
)

// Tidings of OpPump: records of u32 words that begin with their kind. Values are items of the array in Shape.
// Changes come before the outcomes of the writes that made them.
const (
	TideChanged   uint32 = 1  // store, slot or NoSlot, value (id): what this row shows is another; it lay in this slot
	TideVersion   uint32 = 2  // store, slot, value (id), write, 0, f64 in two words: confirmed, and the row that shows has this version and is otherwise as it was
	TideConfirmed uint32 = 3  // write, count: confirmed, each as its call left it
	TideCurrent   uint32 = 4  // write: confirmed, and its row is what shows now
	TideRow       uint32 = 5  // write, value (row): confirmed, and this is how it left the row, on top of which there are others
	TideRefused   uint32 = 6  // write, the write that was refused (itself, or the add that it builds on), value (error) or NoSlot when the answer was JavaScript's
	TideRequest   uint32 = 7  // request, store, strategy, context, count, then as many (write, 1 if its row is no longer as its call left it)
	TideAbandoned uint32 = 8  // request: nobody waits for it any more
	TideSent      uint32 = 9  // write, count: handed to a backend that is not JavaScript's
	TideRemote    uint32 = 10 // as TideChanged: by the answer to a write that nobody waits for any more
)

// Flags of OpUpsert.
const (
	UpsertLWW     uint32 = 1
	UpsertReplace uint32 = 2
)

// Flags of OpRead.
const (
	ReadIDs uint32 = 1 // ids alone
)

// Flags of OpViewOpen: what the view keeps.
const (
	ViewRows       uint32 = 0
	ViewCount      uint32 = 1
	ViewAggregates uint32 = 2
)

// Words of the changes that OpViewPull answers for a view of rows, docs/wire-format.md. After Reset all slots follow.
const (
	PullReset    = 0 // 1: the window is given whole
	PullRemoved  = 1 // how many positions in the former window follow
	PullInserted = 2 // how many positions in the new one, and as many slots
	PullReplaced = 3 // the same, of rows that changed and kept their place
	PullTrees    = 4 // how many (position, slot, tree) stand in the tree
	PullHeader   = 5
)

// Flags of OpFault.
const (
	FaultPanic     uint32 = 0 // panics inside the call
	FaultGoroutine uint32 = 1 // panics in a goroutine that the call starts
	FaultExit      uint32 = 2 // ends the Go program, as an unrecoverable error would
)

// What atoma_call returns.
const (
	StatusOK    uint32 = 0
	StatusError uint32 = 1 // out: {code, message, path?, store?, id?}
	StatusPanic uint32 = 2 // out: {code, message, stack}
)

// Words of the mailbox, a block of uint32 at a fixed address that every call fills.
const (
	WordOut       = 0  // address of the outbox
	WordOutLen    = 1  // its length in bytes
	WordFlags     = 2  // MailAsync
	WordCount     = 3  // results, rows, slots
	WordNumber    = 4  // client, store or field number; bytes
	WordStatus    = 5  // of the first result
	WordSlot      = 6  // of the first result
	WordStatuses  = 7  // address of u8[count]
	WordSlots     = 8  // address of u32[count]
	WordVersions  = 9  // address of f64[count]
	WordIDEnds    = 10 // address of u32[count]: ends of generated ids; 0 when there are none
	WordIDs       = 11 // address of the generated ids' bytes
	WordVersion   = 12 // f64, of the first result (words 12 and 13)
	WordPage      = 14 // address of the page's information, an object
	WordPageLen   = 15 // 0: there is none
	WordTree      = 16 // address of the related rows, u32
	WordTreeLen   = 17 // in words
	WordShape     = 18 // address of the includes' names and stores, an array
	WordShapeLen  = 19 // 0: the query includes nothing
	WordWrite     = 20 // number of the first pending write; those that changed something have consecutive ones; 0: none
	MailboxWords  = 24
	MailAsync     = uint32(1) // goroutines wait: resume the module in a microtask
	NoSlot        = uint32(0xFFFFFFFF)
	minInboxBytes = 256 << 10
	maxIdleBytes  = 4 << 20 // a larger inbox or outbox is given back after use
)
