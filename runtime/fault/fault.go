// Package fault holds the coded errors of the engine.
//
// Every error that a caller of the public API can meet has one of the codes below, and they are listed here only.
// The engine makes them; the bridge turns them into AtomaError objects, in one place, and is the only one to know
// how they travel. An *Error is immutable once it has been returned and may be shared between goroutines.
//
// Functions that can fail in no other way return *Error itself and not error: assign it to an error variable only
// after comparing it with nil, since a nil *Error in an error interface is not nil.
package fault

import "strconv"

// Code says what kind of thing went wrong. Its text is part of the public contract.
type Code string

const (
	// InvalidInput is returned when an argument, a row, a patch, an id or the result of a user's function is not of
	// the documented kind, and for a limit or offset that is not a whole number from 0 on.
	InvalidInput Code = "invalid_input"

	// InvalidSchema is returned when a schema given to createClient has an unknown key, an index or relation that
	// is malformed or listed twice, or a relation to a store that the schema does not have.
	InvalidSchema Code = "invalid_schema"

	// InvalidQuery is returned when a query or filter has an unknown operator or key, an operand of the wrong kind
	// or undefined, an include of what is no relation, or too many levels.
	InvalidQuery Code = "invalid_query"

	// InvalidCursor is returned when a page cursor is garbage or belongs to another sort.
	InvalidCursor Code = "invalid_cursor"

	// NotFound is returned when a write names an id that has no row and needs one.
	NotFound Code = "not_found"

	// AlreadyExists is returned when a row is added under an id that is taken, or a client is created under the
	// id of one that is still living.
	AlreadyExists Code = "already_exists"

	// Conflict is returned when a write expects another version of a row than the stored one.
	Conflict Code = "conflict"

	// ExecutorConflict is returned when a second executor is registered with a client.
	ExecutorConflict Code = "executor_conflict"

	// UnknownWriteStrategy is returned when a write names a strategy that nobody registered.
	UnknownWriteStrategy Code = "unknown_write_strategy"

	// PluginFailed is returned when plugins cannot be put in order or one of them fails while it is set up.
	PluginFailed Code = "plugin_failed"

	// Timeout is returned when a write was not answered within its timeoutMs and was to be rejected then.
	Timeout Code = "timeout"

	// Aborted is returned when the signal of a call was aborted before the call had settled.
	Aborted Code = "aborted"

	// Disposed is returned when a client is used after its dispose was called, or did not finish within its limit.
	Disposed Code = "disposed"

	// QuotaExceeded is returned when the browser gives the storage no more room.
	QuotaExceeded Code = "quota_exceeded"

	// StorageBlocked is returned when another tab keeps an older version of the storage open.
	StorageBlocked Code = "storage_blocked"

	// StorageCorrupt is returned when a stored page or record fails its checksum or does not decode.
	StorageCorrupt Code = "storage_corrupt"

	// StorageUnavailable is returned when there is no storage, as in some private windows, or the browser closed it.
	StorageUnavailable Code = "storage_unavailable"

	// Network is returned when a backend could not be reached or broke off.
	Network Code = "network"

	// Unauthorized is returned when a backend refused a request for want of credentials or rights.
	Unauthorized Code = "unauthorized"

	// Internal is returned when the engine itself is wrong: a panic, a broken invariant, bytes from the bridge that
	// do not decode.
	Internal Code = "internal"
)

// Error is one failure.
type Error struct {
	Code    Code
	Message string // what was wrong, where, and what to do; text is WTF-8 where it quotes user strings
	Path    []any  // where in the argument, from its root: string (a key) and int (a position); may be empty
	Store   string // the store's name, if there is one to name
	ID      string // the row's id, if there is one to name
	Current []byte // a refused write: the row that a backend has instead, if it told: the payload of an object
}

// New makes an Error; the elements of path are strings and ints.
func New(code Code, message string, path ...any) *Error {
	return &Error{Code: code, Message: message, Path: path}
}

// Error gives the code and the message.
func (e *Error) Error() string {
	return string(e.Code) + ": " + e.Message
}

// FormatPath writes a path for a message, the way a user would type it behind root: args[1].field. Keys are not
// quoted: a message is for reading, and Error.Path has the exact path.
func FormatPath(root string, path ...any) string {
	b := []byte(root)
	for _, step := range path {
		switch step := step.(type) {
		case int:
			b = append(b, '[')
			b = strconv.AppendInt(b, int64(step), 10)
			b = append(b, ']')
		case string:
			if len(b) > 0 {
				b = append(b, '.')
			}
			b = append(b, step...)
		}
	}
	return string(b)
}
