package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/atoma-dev/atoma/runtime/value"
)

// vector is a batch with names, as golden.json holds it: as bytes, and as cells in a notation of JSON.
type vector struct {
	Name    string         `json:"name"`
	Hex     string         `json:"hex"`
	Rows    int            `json:"rows"`
	Columns []vectorColumn `json:"columns"`
}

type vectorColumn struct {
	Field string `json:"field"`
	Cells []cell `json:"cells"`
}

// cell is a value that is written in the notation of golden.json:
//
//	{"t":"absent"} {"t":"null"} {"t":"undefined"} {"t":"bool","v":true}
//	{"t":"number","v":"-0"} {"t":"date","v":"170000"}    as text: JSON has neither NaN nor infinities
//	{"t":"string","u":[97]}                              UTF-16 code units: JSON readers differ in lone surrogates
//	{"t":"bytes","v":[255]} {"t":"array","v":[cell…]} {"t":"object","v":[[[97],cell]…]}
type cell struct{ value.Value }

func (c cell) MarshalJSON() ([]byte, error) {
	m := map[string]any{"t": c.Tag.String()}
	switch c.Tag {
	case value.False, value.True:
		m["t"], m["v"] = "bool", c.Tag == value.True
	case value.Number, value.Date:
		m["v"] = formatFloat(c.Num)
	case value.String:
		m["u"] = units(c.Str)
	case value.Bytes:
		m["v"] = numbers(c.Str)
	case value.Array:
		items := make([]cell, len(c.Items))
		for i := range items {
			items[i] = cell{c.Items[i]}
		}
		m["v"] = items
	case value.Object:
		pairs := make([][2]any, len(c.Items))
		for i := range pairs {
			pairs[i] = [2]any{units(c.Keys[i]), cell{c.Items[i]}}
		}
		m["v"] = pairs
	}
	return json.Marshal(m)
}

func (c *cell) UnmarshalJSON(data []byte) (err error) {
	var m struct {
		T string          `json:"t"`
		U []uint16        `json:"u"`
		V json.RawMessage `json:"v"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	c.Value = value.Value{}
	switch m.T {
	case "absent":
	case "null":
		c.Tag = value.Null
	case "undefined":
		c.Tag = value.Undefined
	case "bool":
		c.Tag = value.False
		if string(m.V) == "true" {
			c.Tag = value.True
		}
	case "number", "date":
		c.Tag = value.Number
		if m.T == "date" {
			c.Tag = value.Date
		}
		var s string
		if err = json.Unmarshal(m.V, &s); err == nil {
			c.Num, err = strconv.ParseFloat(s, 64)
		}
	case "string":
		c.Tag, c.Str = value.String, wtf8(m.U)
	case "bytes":
		var list []uint16
		err = json.Unmarshal(m.V, &list)
		c.Tag = value.Bytes
		for _, b := range list {
			c.Str = append(c.Str, byte(b))
		}
	case "array":
		var items []cell
		err = json.Unmarshal(m.V, &items)
		c.Tag = value.Array
		for _, item := range items {
			c.Items = append(c.Items, item.Value)
		}
	case "object":
		var pairs [][2]json.RawMessage
		err = json.Unmarshal(m.V, &pairs)
		c.Tag = value.Object
		for _, pair := range pairs {
			var key []uint16
			var item cell
			if err := json.Unmarshal(pair[0], &key); err != nil {
				return err
			}
			if err := json.Unmarshal(pair[1], &item); err != nil {
				return err
			}
			c.Keys, c.Items = append(c.Keys, wtf8(key)), append(c.Items, item.Value)
		}
	default:
		err = fmt.Errorf("unknown cell %q", m.T)
	}
	return err
}

// formatFloat writes a number so that Number(text) in JavaScript and ParseFloat read it.
func formatFloat(f float64) string {
	if math.IsInf(f, 0) {
		return map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func numbers(b []byte) []uint16 {
	list := make([]uint16, len(b))
	for i := range list {
		list[i] = uint16(b[i])
	}
	return list
}

// units gives the UTF-16 code units of WTF-8.
func units(b []byte) []uint16 {
	list := []uint16{}
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 { // a surrogate, since the text is valid
			list = append(list, 0xD000|uint16(b[1]&0x3F)<<6|uint16(b[2]&0x3F))
			b = b[3:]
			continue
		}
		list = utf16.AppendRune(list, r)
		b = b[size:]
	}
	return list
}

// wtf8 is the reverse of units.
func wtf8(list []uint16) []byte {
	b := []byte{}
	for i := 0; i < len(list); i++ {
		r := rune(list[i])
		if i+1 < len(list) {
			if pair := utf16.DecodeRune(r, rune(list[i+1])); pair != utf8.RuneError {
				b = utf8.AppendRune(b, pair)
				i++
				continue
			}
		}
		if utf16.IsSurrogate(r) {
			b = append(b, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
			continue
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}

// build writes the columns with a Builder.
func (v *vector) build() []byte {
	var b Builder
	b.Reset(v.Rows)
	for _, column := range v.Columns {
		b.NamedColumn(column.Field)
		for _, c := range column.Cells {
			b.Cell(c.Tag, value.AppendPayload(nil, c.Value))
		}
	}
	return b.Bytes()
}

// cellsOf reads all of a column.
func cellsOf(c *Column, rows int) ([]cell, error) {
	cells := make([]cell, rows)
	for i := range cells {
		var scratch [8]byte
		v, err := value.Decode(c.TagAt(i), c.PayloadAt(i, &scratch))
		if err != nil {
			return nil, err
		}
		if v.Tag.Numeric() && binary.LittleEndian.Uint64(c.PayloadAt(i, &scratch)) != value.FloatBits(c.NumberAt(i)) {
			return nil, fmt.Errorf("row %d: NumberAt and PayloadAt differ", i)
		}
		cells[i] = cell{v.Clone()}
	}
	return cells, nil
}
