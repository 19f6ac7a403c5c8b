package jsbridge

// The command protocol between TypeScript and Go. Its twin is js/protocol.ts:
// same header, same order, same names. The first command of every instance,
// OpHello, carries the protocol version, so that a wasm file and a JavaScript
// file of different builds refuse each other by name instead of misreading.

// ProtocolVersion changes with every change to this file or to the batch format.
const ProtocolVersion = 1

// Op says what a call of atoma_call does. target is a client or store number.
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
	OpRead        Op = 12 // target: store; in: u32 slots; out: batch
	OpQuery       Op = 13 // target: store; in: query; out: u32 slots
	OpCount       Op = 14 // target: store; in: query; word Count
	OpStats       Op = 15 // target: store; words Count (rows), Number (bytes)
	OpFault       Op = 16 // flags: Fault…; fails on purpose, for tests of that path
	OpExit        Op = 17 // lets main return; nothing may be called afterwards
)

// Flags of OpUpsert.
const (
	UpsertLWW     uint32 = 1
	UpsertReplace uint32 = 2
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
	MailboxWords  = 16
	MailAsync     = uint32(1) // goroutines wait: resume the module in a microtask
	NoSlot        = uint32(0xFFFFFFFF)
	minInboxBytes = 256 << 10
	maxIdleBytes  = 4 << 20 // a larger inbox or outbox is given back after use
)
