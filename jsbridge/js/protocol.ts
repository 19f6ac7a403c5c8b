// The command protocol between TypeScript and Go. Its twin is ../protocol.go:
// same header, same order, same names. The first command of every instance,
// OpHello, carries the protocol version, so that a wasm file and a JavaScript
// file of different builds refuse each other by name instead of misreading.

/** Changes with every change to this file or to the batch format. */
export const ProtocolVersion = 2

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
