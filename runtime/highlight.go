package runtime

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/text"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Highlight appends the byte ranges (start, end) of a text that a text query matches to dst, ascending and apart from
// each other. What it works on is encoded as the payload of an object { text, query, fuzzy, distance, whitespace,
// minLength }, of which the last four may be left out.
func Highlight(encoded []byte, dst []uint32) ([]uint32, *fault.Error) {
	v, err := value.Decode(value.Object, encoded)
	if err != nil {
		return dst, fault.New(fault.InvalidInput, "the text to highlight could not be read: "+err.Error())
	}
	get := func(key string) value.Value {
		item, _ := v.Get(key)
		return item
	}
	options := text.Options{Whitespace: get("whitespace").Tag == value.True, MinLength: int(get("minLength").Num)}
	q := text.NewQuery(get("query").Str, get("fuzzy").Tag == value.True, int(get("distance").Num), options)
	for _, r := range q.Ranges(get("text").Str) {
		dst = append(dst, uint32(r.Start), uint32(r.End))
	}
	return dst, nil
}
