// The command protocol between TypeScript and Go. Its twin is ../protocol.go:
// same header, same order, same names. The first command of every instance,
// OpHello, carries the protocol version, so that a wasm file and a JavaScript
// file of different builds refuse each other by name instead of misreading.

/** Changes with every change to this file or to the batch format. */
export const ProtocolVersion = 4

export const OpHello = 0 // flags: protocol version of the caller
export const OpOpenClient = 1 // in: {id, schema}; word Number: client
export const OpCloseClient = 2 // target: client
export const OpSuggest = 3 // target: client; in: name; out: name or nothing
export const OpOpenStore = 4 // target: client; in: name; word Number: store
export const OpField = 5 // target: store; in: name; word Number: field
export const OpAdd = 6 // target: store; in: batch; flags: how many rows are to come, this batch included; results
export const OpUpdate = 7 // target: store; in: batch; results
export const OpUpsert = 8 // target: store; in: batch; flags: Upsert…; results
export const OpDelete = 9 // target: store; in: batch of ids; results
export const OpWriteback = 10 // target: store; in: batch with versions; results
export const OpLocate = 11 // target: store; in: batch of ids; out: u32 slots
export const OpRead = 12 // target: store; in: u32 slots; flags: Read…; out: batch
export const OpQuery = 13 // target: store; in: query; out: u32 slots; words Page, Tree, Shape
export const OpCount = 14 // target: store; in: query; word Count
export const OpStats = 15 // target: store; words Count (rows), Number (bytes); out: array of index statistics
export const OpFault = 16 // flags: Fault…; fails on purpose, for tests of that path
export const OpExit = 17 // lets main return; nothing may be called afterwards
export const OpExplain = 18 // target: store; in: query; out: object
export const OpAggregate = 19 // target: store; in: spec; out: array of groups
export const OpHighlight = 20 // in: object; out: u32 pairs, the byte ranges that match
export const OpViewOpen = 21 // target: store; in: query or spec; flags: View…; words Number (view), Shape
export const OpViewPull = 22 // target: view; word Count (rows or groups in it); out: u32 changes; words Page, Tree; for groups an array
export const OpViewClose = 23 // target: view
export const OpSync = 24 // target: client; out: u32 numbers of the views that have something to pull

export const OpTrack = 25 // target: client; in: u32 strategy, context; flags: Track…; the next write command of the client is kept as pending
export const OpPump = 26 // target: client; flags: Pump…; out: u32 tidings; word Shape: what they refer to
export const OpAnswerRows = 27 // target: request; in: batch with versions; rows of the answer that follows, may be repeated
export const OpAnswer = 28 // target: request; in: u32 count, 0, u8 answers[count] padded to 8, f64 versions[count]; flags: Answer…
export const OpCancel = 29 // target: client; in: u32 writes that are to be rolled back
export const OpWriteRows = 30 // target: store; in: u32 writes; out: batch of the rows as these writes leave them
export const OpRegister = 31 // target: client; in: {id}; flags: number of a backend, 0: an executor in JavaScript
export const OpUnregister = 32 // target: client
export const OpStrategy = 33 // target: client; in: name; word Number: strategy
export const OpForget = 34 // target: client; flags: strategy, which is unregistered
export const OpAbsent = 35 // target: store; in: batch of ids; flags: Absent…; out: u32 slots

export const OpBackendOpen = 36 // in: {kind, …}; word Number: backend
export const OpBackendWrite = 37 // target: backend; in: request; words Number (call), Count (1: answered, to be taken)
export const OpBackendQuery = 38 // target: backend; in: request; words Number (call), Count (1: answered, to be taken)
export const OpBackendTake = 39 // target: call; out: object, the answer
export const OpBackendCancel = 40 // target: call
export const OpBackendClose = 41 // target: backend

// Flags of OpWriteback.
export const WritebackKnown = 1 // the rows come from the executor; a row without version keeps or advances its own

// Flags of OpTrack.
export const TrackHidden = 1 // the change is to show when it is confirmed

// Flags of OpPump.
export const PumpTurn = 1 // the turn is over: its segments are complete and may be sent

// Flags of OpAnswer, and what became of one entry.
export const AnswerAll = 1 // every entry is AnswerOK without version; nothing is in the inbox
export const AnswerOK = 0 // confirmed; its version, unless NaN
export const AnswerRow = 1 // confirmed; the next row of OpAnswerRows is what the backend has
export const AnswerRefused = 2
export const AnswerCurrent = 3 // refused; the next row of OpAnswerRows is what the backend has
export const AnswerGone = 4 // refused; the backend has no such row

// Flags of OpAbsent: which rows are asked for, of those that are not named.
export const AbsentKnown = 0 // that the executor is known to have had, and that have no pending write
export const AbsentLoose = 1 // that it is not known to have, or that have a pending write

// Tidings of OpPump: records of u32 words that begin with their kind. Values are items of the array in Shape.
// Changes come before the outcomes of the writes that made them.
export const TideChanged = 1 // store, slot or NoSlot, value (id): what this row shows is another; it lay in this slot
export const TideVersion = 2 // store, slot, value (id), write, 0, f64 in two words: confirmed, and the row that shows has this version and is otherwise as it was
export const TideConfirmed = 3 // write, count: confirmed, each as its call left it
export const TideCurrent = 4 // write: confirmed, and its row is what shows now
export const TideRow = 5 // write, value (row): confirmed, and this is how it left the row, on top of which there are others
export const TideRefused = 6 // write, the write that was refused (itself, or the add that it builds on), value (error) or NoSlot when the answer was JavaScript's
export const TideRequest = 7 // request, store, strategy, context, count, then as many (write, 1 if its row is no longer as its call left it)
export const TideAbandoned = 8 // request: nobody waits for it any more
export const TideSent = 9 // write, count: handed to a backend that is not JavaScript's
export const TideRemote = 10 // as TideChanged: by the answer to a write that nobody waits for any more

// Flags of OpUpsert.
export const UpsertLWW = 1
export const UpsertReplace = 2

// Flags of OpRead.
export const ReadIDs = 1 // ids alone

// Flags of OpViewOpen: what the view keeps.
export const ViewRows = 0
export const ViewCount = 1
export const ViewAggregates = 2

// Words of the changes that OpViewPull answers for a view of rows, docs/wire-format.md. After Reset all slots follow.
export const PullReset = 0 // 1: the window is given whole
export const PullRemoved = 1 // how many positions in the former window follow
export const PullInserted = 2 // how many positions in the new one, and as many slots
export const PullReplaced = 3 // the same, of rows that changed and kept their place
export const PullTrees = 4 // how many (position, slot, tree) stand in the tree
export const PullHeader = 5

// Flags of OpFault.
export const FaultPanic = 0 // panics inside the call
export const FaultGoroutine = 1 // panics in a goroutine that the call starts
export const FaultExit = 2 // ends the Go program, as an unrecoverable error would

// What atoma_call returns.
export const StatusOK = 0
export const StatusError = 1 // out: {code, message, path?, store?, id?}
export const StatusPanic = 2 // out: {code, message, stack}

// Words of the mailbox, a block of uint32 at a fixed address that every call fills.
export const WordOut = 0 // address of the outbox
export const WordOutLen = 1 // its length in bytes
export const WordFlags = 2 // MailAsync
export const WordCount = 3 // results, rows, slots
export const WordNumber = 4 // client, store or field number; bytes
export const WordStatus = 5 // of the first result
export const WordSlot = 6 // of the first result
export const WordStatuses = 7 // address of u8[count]
export const WordSlots = 8 // address of u32[count]
export const WordVersions = 9 // address of f64[count]
export const WordIDEnds = 10 // address of u32[count]: ends of generated ids; 0 when there are none
export const WordIDs = 11 // address of the generated ids' bytes
export const WordVersion = 12 // f64, of the first result (words 12 and 13)
export const WordPage = 14 // address of the page's information, an object
export const WordPageLen = 15 // 0: there is none
export const WordTree = 16 // address of the related rows, u32
export const WordTreeLen = 17 // in words
export const WordShape = 18 // address of the includes' names and stores, an array
export const WordShapeLen = 19 // 0: the query includes nothing
export const WordWrite = 20 // number of the first pending write; those that changed something have consecutive ones; 0: none
export const MailAsync = 1 // goroutines wait: resume the module in a microtask
export const NoSlot = 0xffffffff

// What became of one item of a write (runtime/table, Status…).
export const Added = 0
export const Changed = 1
export const Same = 2
export const Deleted = 3
export const Missing = 4
export const AlreadyExists = 16
export const NotFound = 17
export const Conflict = 18

// Kinds of a cell (runtime/value, Tag).
export const Absent = 0
export const Null = 1
export const False = 2
export const True = 3
export const Num = 4
export const DateTag = 5
export const Str = 6
export const Bytes = 7
export const List = 8
export const Obj = 9
export const Undefined = 10

// The batch format (runtime/wire; docs/wire-format.md).
export const Magic = 0x5441 // "AT"
export const FormatVersion = 1
export const FlagNames = 1
export const LayoutTags = 0
export const LayoutF64 = 1
export const LayoutVar = 2
export const PerRow = 0xff

/** Field numbers that every store has. */
export const FieldID = 0
export const FieldVersion = 1

/** Levels of arrays and objects that a value may have, one inside the other. */
export const MaxDepth = 1000
