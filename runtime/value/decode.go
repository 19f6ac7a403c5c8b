package value

import (
	"bytes"
	"errors"
)

// ErrDepth is returned when arrays and objects are nested more than MaxDepth (in a query: MaxQueryDepth) levels deep.
var ErrDepth = errors.New("value: nested too deep")

// ErrUndefined is returned when a value inside an array or object is Undefined, outside of a query.
var ErrUndefined = errors.New("value: undefined inside an array or object")

var (
	errTag       = errors.New("value: unknown or misplaced tag")
	errLength    = errors.New("value: payload has the wrong length for its tag")
	errTruncated = errors.New("value: payload ends early")
	errTrailing  = errors.New("value: bytes after the end of the payload")
	errCount     = errors.New("value: more elements announced than there are bytes")
	errUvarint   = errors.New("value: uvarint is too long or too big")
	errWTF8      = errors.New("value: string is not WTF-8")
	errDuplicate = errors.New("value: object has a key twice")
)

// Decode builds the tree of a cell in top-level form. It copies nothing: strings of the tree alias payload.
// Memory is at most proportional to len(payload), whatever the payload claims.
func Decode(tag Tag, payload []byte) (Value, error) {
	return decode(tag, payload, MaxDepth, false)
}

// DecodeQuery is Decode for queries and schemas: Undefined may stand inside arrays and objects, for the parser to
// refuse by its path, and MaxQueryDepth levels are allowed.
func DecodeQuery(tag Tag, payload []byte) (Value, error) {
	return decode(tag, payload, MaxQueryDepth, true)
}

func decode(tag Tag, payload []byte, maxDepth int, undefined bool) (Value, error) {
	r := reader{rest: payload, levels: maxDepth, undefined: undefined}
	var v Value
	if err := r.cell(tag, &v); err != nil {
		return Value{}, err
	}
	return v, nil
}

// Validate tells whether Decode would succeed, and builds nothing: it allocates only for objects of many keys.
func Validate(tag Tag, payload []byte) error {
	switch {
	case tag.Bare():
		if len(payload) != 0 {
			return errLength
		}
		return nil
	case tag == String: // also what most cells are
		if !ValidWTF8(payload) {
			return errWTF8
		}
		return nil
	}
	r := reader{rest: payload, levels: MaxDepth}
	return r.cell(tag, nil)
}

// reader consumes hostile bytes. Its methods fill a Value, or only check when that is nil, so that there is one
// grammar for both.
type reader struct {
	rest      []byte
	levels    int // how many levels of arrays and objects may still be opened
	undefined bool

	// owed is the least number of bytes that elements announced by the open containers, and not yet read, will take.
	// A count is accepted only if its elements fit besides, so the counts of a payload never add up to more than its
	// length, and room can be made for a whole container at once: without this, nested containers that each announce
	// as many elements as there are bytes left would claim depth × length.
	owed int
}

func (r *reader) cell(tag Tag, v *Value) error {
	if tag == String || tag == Bytes {
		if tag == String && !ValidWTF8(r.rest) {
			return errWTF8
		}
		if v != nil {
			v.Tag, v.Str = tag, r.rest
		}
		return nil
	}
	if !tag.Valid() {
		return errTag
	}
	if tag.Numeric() && len(r.rest) != 8 || tag.Bare() && len(r.rest) != 0 {
		return errLength
	}
	if err := r.payload(tag, v); err != nil {
		return err
	}
	if len(r.rest) != 0 {
		return errTrailing
	}
	return nil
}

func (r *reader) nested(v *Value) error {
	if len(r.rest) == 0 {
		return errTruncated
	}
	tag := Tag(r.rest[0])
	r.rest = r.rest[1:]
	switch {
	case tag == Undefined && !r.undefined:
		return ErrUndefined
	case tag == Absent || !tag.Valid():
		return errTag
	}
	return r.payload(tag, v)
}

// payload reads what follows a nested tag.
func (r *reader) payload(tag Tag, v *Value) error {
	if v != nil {
		v.Tag = tag
	}
	switch tag {
	case Number, Date:
		if len(r.rest) < 8 {
			return errTruncated
		}
		if v != nil {
			v.Num = Float(r.rest)
		}
		r.rest = r.rest[8:]
		return nil
	case String, Bytes:
		s, err := r.span()
		if err != nil {
			return err
		}
		if tag == String && !ValidWTF8(s) {
			return errWTF8
		}
		if v != nil {
			v.Str = s
		}
		return nil
	case Array, Object:
		if r.levels == 0 {
			return ErrDepth
		}
		r.levels--
		Deep(r.levels)
		var err error
		if tag == Array {
			err = r.array(v)
		} else {
			err = r.object(v)
		}
		r.levels++
		return err
	}
	return nil
}

func (r *reader) array(v *Value) error {
	n, err := r.count(1)
	if err != nil {
		return err
	}
	if v != nil {
		v.Items = make([]Value, n)
	}
	for i := range n {
		r.owed--
		var item *Value
		if v != nil {
			item = &v.Items[i]
		}
		if err := r.nested(item); err != nil {
			return err
		}
	}
	return nil
}

// fewKeys is up to how many keys are compared each with each, without memory of their own; more are sorted.
const fewKeys = 16

func (r *reader) object(v *Value) error {
	n, err := r.count(2) // a key's length and a tag
	if err != nil {
		return err
	}
	if v != nil || n > fewKeys {
		return r.objectKeys(n, v)
	}
	return r.objectFewKeys(n)
}

// objectFewKeys checks an object whose keys fit on the stack.
func (r *reader) objectFewKeys(n int) error {
	var seen [fewKeys][]byte
	for i := range n {
		r.owed -= 2
		key, err := r.key()
		if err != nil {
			return err
		}
		if contains(seen[:i], key) {
			return errDuplicate
		}
		seen[i] = key
		if err := r.nested(nil); err != nil {
			return err
		}
	}
	return nil
}

// objectKeys reads an object into v, or checks one of many keys.
func (r *reader) objectKeys(n int, v *Value) error {
	keys := make([][]byte, n)
	if v != nil {
		v.Keys, v.Items = keys, make([]Value, n)
	}
	for i := range n {
		r.owed -= 2
		key, err := r.key()
		if err != nil {
			return err
		}
		keys[i] = key
		var item *Value
		if v != nil {
			item = &v.Items[i]
		}
		if err := r.nested(item); err != nil {
			return err
		}
	}
	if !Distinct(keys) {
		return errDuplicate
	}
	return nil
}

func (r *reader) key() ([]byte, error) {
	key, err := r.span()
	if err == nil && !ValidWTF8(key) {
		err = errWTF8
	}
	return key, err
}

// count reads the number of elements of a container; each takes at least size bytes, which become owed.
func (r *reader) count(size int) (int, error) {
	n, err := r.uvarint()
	if err != nil {
		return 0, err
	}
	if n > (len(r.rest)-r.owed)/size {
		return 0, errCount
	}
	r.owed += n * size
	return n, nil
}

// span reads a length and that many bytes.
func (r *reader) span() ([]byte, error) {
	n, err := r.uvarint()
	if err != nil {
		return nil, err
	}
	if n > len(r.rest) {
		return nil, errTruncated
	}
	s := r.rest[:n:n]
	r.rest = r.rest[n:]
	return s, nil
}

func (r *reader) uvarint() (int, error) {
	if len(r.rest) > 0 && r.rest[0] < 0x80 {
		n := int(r.rest[0])
		r.rest = r.rest[1:]
		return n, nil
	}
	var n uint64
	for i, c := range r.rest {
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			if c == 0 || n > 1<<31-1 { // a last byte of 0 could have been left out
				return 0, errUvarint
			}
			r.rest = r.rest[i+1:]
			return int(n), nil
		}
		if i == 4 {
			return 0, errUvarint
		}
	}
	return 0, errTruncated
}

func contains(keys [][]byte, key []byte) bool {
	for _, k := range keys {
		if bytes.Equal(k, key) {
			return true
		}
	}
	return false
}
