// Package value defines what a cell can hold: the kinds, their encoding, their total order and their equality.
//
// A cell is a Tag and a payload. Tables, batches and logs keep cells encoded; Compare, Equal and Same work on that
// form directly, and a Value tree is built only where something must be walked at leisure (queries, schemas).
//
// A payload in top-level form has its length from elsewhere (the column that holds the cell):
//
//	Number, Date   f64 little-endian; Date is milliseconds since the epoch, NaN for an invalid one
//	String         WTF-8
//	Bytes          the bytes
//	Array          uvarint count, then count × nested
//	Object         uvarint count, then count × (uvarint length, key in WTF-8, nested)
//	all others     empty
//
// Inside arrays and objects every value stands in nested form: its tag byte, and then the payload as above, except
// that String and Bytes put a uvarint with their length first. A uvarint is LEB128 in as few bytes as possible, and
// less than 2³¹. Keys of an object are distinct and keep their order. Nested values are never Absent or Undefined.
//
// Decode, DecodeQuery and Validate take bytes from anywhere. Everything else that takes a payload relies on one of
// these having accepted it, and panics or answers nonsense for others. Nothing here keeps or changes its arguments,
// except where a result is said to alias them; all functions may be called concurrently.
package value

import "bytes"

// Tag is the kind of a cell. The numbers are part of the batch format.
type Tag uint8

const (
	Absent    Tag = 0 // the row has no such field
	Null      Tag = 1
	False     Tag = 2
	True      Tag = 3
	Number    Tag = 4
	Date      Tag = 5
	String    Tag = 6
	Bytes     Tag = 7
	Array     Tag = 8
	Object    Tag = 9
	Undefined Tag = 10 // in a patch: remove this field; in a query: an operand that is refused; never stored

	tagCount = 11
)

// MaxDepth is how many levels of arrays and objects a cell may have: an array of numbers has one.
const MaxDepth = 1000

// MaxQueryDepth is the limit of DecodeQuery. A query of MaxDepth logical levels takes up to two levels of encoding
// for each (an object and its args), with operands of up to MaxDepth levels inside them; what is too deep as a query
// is for the query parser to say, with a path.
const MaxQueryDepth = 4 * MaxDepth

var tagNames = [tagCount]string{
	"absent", "null", "boolean", "boolean", "number", "date", "string", "bytes", "array", "object", "undefined",
}

// String names the kind as a message to a user should: "number", "boolean", …
func (t Tag) String() string {
	if t < tagCount {
		return tagNames[t]
	}
	return "unknown"
}

// Valid tells whether t is one of the tags above.
func (t Tag) Valid() bool { return t < tagCount }

// Bare tells whether a cell of kind t is its tag alone, with an empty payload.
func (t Tag) Bare() bool { return t <= True || t == Undefined }

// Numeric tells whether a payload of kind t is one float64.
func (t Tag) Numeric() bool { return t == Number || t == Date }

// Value is a decoded cell.
type Value struct {
	Tag   Tag
	Num   float64  // Number, Date
	Str   []byte   // String (WTF-8), Bytes
	Items []Value  // Array: elements; Object: values
	Keys  [][]byte // Object: Keys[i] is the key of Items[i]
}

// Get finds the value of a key in an Object; in any other kind there is none. Its cost is linear in the keys.
func (v Value) Get(key string) (Value, bool) {
	for i, k := range v.Keys {
		if string(k) == key {
			return v.Items[i], true
		}
	}
	return Value{}, false
}

// Clone copies v so that nothing in the copy aliases the payload that v was decoded from.
func (v Value) Clone() Value {
	v.Str = bytes.Clone(v.Str)
	if v.Items != nil {
		items := make([]Value, len(v.Items))
		for i := range items {
			items[i] = v.Items[i].Clone()
		}
		v.Items = items
	}
	if v.Keys != nil {
		keys := make([][]byte, len(v.Keys))
		for i := range keys {
			keys[i] = bytes.Clone(v.Keys[i])
		}
		v.Keys = keys
	}
	return v
}
