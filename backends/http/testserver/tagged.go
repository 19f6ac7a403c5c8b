//go:build !js

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Values are nil, bool, float64, string (WTF-8: as UTF-8, with lone surrogates in three bytes), date, blob, []any and
// map[string]any. A server that does not look into values needs none of this: what it was sent it may keep and send back.
type (
	date float64 // milliseconds since 1970; NaN: an invalid one
	blob string
	// text is a string that may come as a tag.
	text string
	// field is one of a row, in the order that it came in.
	field struct {
		key   string
		value json.RawMessage
	}
)

func (t *text) UnmarshalJSON(b []byte) error {
	v, err := decode(b)
	s, ok := v.(string)
	if err == nil && !ok {
		err = fmt.Errorf("%s is no string", b)
	}
	*t = text(s)
	return err
}

func decode(b []byte) (any, error) {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, err
	}
	return untag(v)
}

// untag makes the value that JSON stands for.
func untag(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case []any:
		for i := range v {
			if v[i], err = untag(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key, of := range v {
			if len(v) == 1 && strings.HasPrefix(key, "$") {
				return untagOne(key, of)
			}
			if v[key], err = untag(of); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func untagOne(tag string, v any) (any, error) {
	s, isString := v.(string)
	switch {
	case tag == "$date" && v == nil:
		return date(math.NaN()), nil
	case tag == "$date" && isString:
		// years beyond 9999 have a sign and six digits, which package time does not read
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return date(t.UnixMilli()), nil
		}
		return farDate(s)
	case tag == "$at":
		// milliseconds, in our own cursors only
		ms, _ := v.(float64)
		return date(ms), nil
	case tag == "$bytes" && isString:
		b, err := base64.StdEncoding.DecodeString(s)
		return blob(b), err
	case tag == "$number" && isString:
		switch s {
		case "NaN":
			return math.NaN(), nil
		case "Infinity", "-Infinity":
			return math.Inf(1 - 2*strings.Count(s, "-")), nil
		case "-0":
			return math.Copysign(0, -1), nil
		}
	case tag == "$utf16" && isString:
		b, err := base64.StdEncoding.DecodeString(s)
		return wtf8(b), err
	case tag == "$object":
		return untagObject(v)
	}
	return nil, fmt.Errorf("%q is no tag with such a value", tag)
}

func farDate(s string) (any, error) {
	var sign byte
	var year, month, day, hour, minute, second, milli int
	if _, err := fmt.Sscanf(s, "%c%06d-%02d-%02dT%02d:%02d:%02d.%03dZ", &sign, &year, &month, &day, &hour, &minute, &second, &milli); err != nil {
		return nil, err
	}
	if sign == '-' {
		year = -year
	}
	return date(time.Date(year, time.Month(month), day, hour, minute, second, milli*1e6, time.UTC).UnixMilli()), nil
}

func untagObject(v any) (any, error) {
	entries, _ := v.([]any)
	object := map[string]any{}
	for _, e := range entries {
		pair, _ := e.([]any)
		if len(pair) != 2 {
			return nil, fmt.Errorf("an entry of $object is no pair")
		}
		key, err := untag(pair[0])
		if err != nil {
			return nil, err
		}
		if object[fmt.Sprint(key)], err = untag(pair[1]); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// wtf8 makes a string of UTF-16 in little-endian order.
func wtf8(b []byte) string {
	var out []byte
	for ; len(b) >= 2; b = b[2:] {
		u := rune(binary.LittleEndian.Uint16(b))
		if 0xd800 <= u && u < 0xdc00 && len(b) >= 4 {
			if low := rune(binary.LittleEndian.Uint16(b[2:])); 0xdc00 <= low && low < 0xe000 {
				out = utf8.AppendRune(out, 0x10000+(u-0xd800)<<10+(low-0xdc00))
				b = b[2:]
				continue
			}
		}
		if 0xd800 <= u && u < 0xe000 {
			out = append(out, 0xed, 0x80|byte(u>>6)&0x3f, 0x80|byte(u)&0x3f)
			continue
		}
		out = utf8.AppendRune(out, u)
	}
	return string(out)
}

// utf16 is the way back.
func utf16(s string) []byte {
	var out []byte
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			r, n = rune(s[0]&0xf)<<12|rune(s[1]&0x3f)<<6|rune(s[2]&0x3f), 3
		}
		if r >= 0x10000 {
			out = binary.LittleEndian.AppendUint16(out, uint16(0xd800+(r-0x10000)>>10))
			r = 0xdc00 + (r-0x10000)&0x3ff
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(r))
		s = s[n:]
	}
	return out
}

// readFields takes an object apart. What the values are does not matter here.
func readFields(b json.RawMessage) ([]field, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("the row is no object")
	}
	var fields []field
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		fields = append(fields, field{key.(string), v})
	}
	if len(fields) != 1 || fields[0].key != "$object" {
		return fields, nil
	}
	var entries [][2]json.RawMessage
	if err := json.Unmarshal(fields[0].value, &entries); err != nil {
		return nil, err
	}
	fields = nil
	for _, e := range entries {
		var key text
		if err := key.UnmarshalJSON(e[0]); err != nil {
			return nil, err
		}
		fields = append(fields, field{string(key), e[1]})
	}
	return fields, nil
}

// writeFields puts an object together that has more than one field.
func writeFields(fields []field) json.RawMessage {
	plain := true
	for _, f := range fields {
		plain = plain && utf8.ValidString(f.key)
	}
	var out []byte
	for _, f := range fields {
		if out = append(out, ','); plain {
			out = append(append(append(out, quote(f.key)...), ':'), f.value...)
		} else {
			out = append(append(append(append(append(out, '['), quote(f.key)...), ','), f.value...), ']')
		}
	}
	if plain {
		out[0] = '{'
		return append(out, '}')
	}
	out[0] = '['
	return append(append([]byte(`{"$object":`), out...), "]}"...)
}

func quote(s string) []byte {
	var v any = s
	if !utf8.ValidString(s) {
		v = map[string]string{"$utf16": base64.StdEncoding.EncodeToString(utf16(s))}
	}
	b, _ := json.Marshal(v)
	return b
}
