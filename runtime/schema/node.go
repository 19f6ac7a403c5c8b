package schema

import (
	"math"
	"strconv"
	"strings"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// node is a value of the schema and where it stands. The path is a chain up to the root, so that walking allocates
// nothing for it, and it is written out only for an error.
type node struct {
	v      value.Value
	parent *node
	key    string // in parent, unless it is an array
	index  int    // in parent, if it is an array
}

// missing tells whether a key with this value counts as left out.
func missing(v value.Value) bool {
	return v.Tag == value.Absent || v.Tag == value.Undefined
}

// each calls f for the members of an object, in order, until one fails.
func (n *node) each(f func(key string, member node) *fault.Error) *fault.Error {
	for i, key := range n.v.Keys {
		if missing(n.v.Items[i]) {
			continue
		}
		if err := f(string(key), node{v: n.v.Items[i], parent: n, key: string(key)}); err != nil {
			return err
		}
	}
	return nil
}

// get gives a member of an object; one that is left out is Absent.
func (n *node) get(key string) node {
	v, _ := n.v.Get(key)
	return node{v: v, parent: n, key: key}
}

// at gives an element of an array.
func (n *node) at(i int) node {
	return node{v: n.v.Items[i], parent: n, index: i}
}

func (n *node) path() []any {
	if n.parent == nil {
		return nil
	}
	if n.parent.v.Tag == value.Array {
		return append(n.parent.path(), n.index)
	}
	return append(n.parent.path(), n.key)
}

// fail makes the error that n is at fault.
func (n *node) fail(problem string) *fault.Error {
	path := n.path()
	return fault.New(fault.InvalidSchema, fault.FormatPath("schema", path...)+": "+problem, path...)
}

// unknown is fail for a key that is none of the known ones.
func (n *node) unknown(known string) *fault.Error {
	return n.fail("unknown key " + quote(n.key) + "; known here: " + known)
}

// want checks the kind of n.
func (n *node) want(tag value.Tag) *fault.Error {
	if n.v.Tag != tag {
		return n.fail("must be " + article(tag) + ", is " + describe(n.v))
	}
	return nil
}

// wantFunction checks for the true that the bridge puts in the place of functions, which cannot come here.
func (n *node) wantFunction() *fault.Error {
	if n.v.Tag != value.True {
		return n.fail("must be a function, is " + describe(n.v))
	}
	return nil
}

// require checks that an object has these keys.
func (n *node) require(keys ...string) *fault.Error {
	for _, key := range keys {
		if member := n.get(key); missing(member.v) {
			return member.fail("is missing; " + quote(key) + " is required here")
		}
	}
	return nil
}

// text reads a string that is not empty.
func (n *node) text() (string, *fault.Error) {
	if n.v.Tag != value.String || len(n.v.Str) == 0 {
		return "", n.fail("must be a string that is not empty, is " + describe(n.v))
	}
	return string(n.v.Str), nil
}

// whole reads a whole number from low to high.
func (n *node) whole(low, high int) (int, *fault.Error) {
	f := n.v.Num
	if n.v.Tag == value.Number && f == math.Trunc(f) && f >= float64(low) && f <= float64(high) {
		return int(f), nil
	}
	limits := "from " + strconv.Itoa(low) + " to " + strconv.Itoa(high)
	if high == math.MaxInt32 {
		limits = "of at least " + strconv.Itoa(low)
	}
	return 0, n.fail("must be a whole number " + limits + ", is " + describe(n.v))
}

// oneOf reads a string that must be one of a few.
func oneOf[T ~string](n node, choices ...T) (T, *fault.Error) {
	names := make([]string, len(choices))
	for i, choice := range choices {
		if n.v.Tag == value.String && string(n.v.Str) == string(choice) {
			return choice, nil
		}
		names[i] = string(choice)
	}
	return "", n.fail("must be one of " + strings.Join(names, ", ") + "; is " + describe(n.v))
}

// article names a kind with its article.
func article(tag value.Tag) string {
	if tag == value.Array || tag == value.Object {
		return "an " + tag.String()
	}
	return "a " + tag.String()
}

// describe says what a value is, for "is …".
func describe(v value.Value) string {
	switch v.Tag {
	case value.Absent, value.Null, value.Undefined, value.Bytes:
		return v.Tag.String()
	case value.False:
		return "false"
	case value.True:
		return "true"
	case value.Number:
		return strconv.FormatFloat(v.Num, 'g', -1, 64)
	case value.String:
		return quote(string(v.Str))
	}
	return article(v.Tag)
}

// quote puts a user's string into a message: as it is, since escapes would hide what was typed, but not at length.
func quote(s string) string {
	const most = 60
	if len(s) > most {
		cut := most
		for s[cut]&0xC0 == 0x80 { // not inside a character
			cut--
		}
		s = s[:cut] + "…"
	}
	return `"` + s + `"`
}
