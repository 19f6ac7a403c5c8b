package memory

import (
	"encoding/binary"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Query answers a query with rows and, for a page, what is known of it. Related rows are for the client to attach.
func (b *Backend) Query(store string, encoded []byte, done func(answer []byte, err *fault.Error)) (cancel func()) {
	if b.client == nil {
		done(nil, b.closed())
		return nil
	}
	encoded, err := withoutInclude(encoded)
	s := b.client.OpenStore(store)
	if err == nil {
		err = s.Query(encoded, &b.found)
	}
	if err != nil {
		done(nil, err)
		return nil
	}
	done(appendAnswer(nil, s.Table(), b.found.Slots, b.found.Page), nil)
	return nil
}

// withoutInclude gives a query without its includes: they lead to stores that another backend may have.
func withoutInclude(encoded []byte) ([]byte, *fault.Error) {
	if len(encoded) == 0 {
		return nil, nil
	}
	v, err := value.DecodeQuery(value.Object, encoded)
	if err == value.ErrDepth {
		return nil, fault.New(fault.InvalidQuery, "a query may have no more than 1,000 levels")
	}
	if err != nil {
		return nil, fault.New(fault.Internal, "a query could not be read: "+err.Error())
	}
	for i, key := range v.Keys {
		if string(key) == "include" {
			v.Keys = append(v.Keys[:i], v.Keys[i+1:]...)
			v.Items = append(v.Items[:i], v.Items[i+1:]...)
			return value.AppendPayload(nil, v), nil
		}
	}
	return encoded, nil
}

// appendAnswer appends { data, pageInfo? } in top-level form. Rows go from cells to bytes without a tree between them.
func appendAnswer(dst []byte, t *table.Table, slots []uint32, page *query.PageInfo) []byte {
	properties := uint64(1)
	if page != nil {
		properties = 2
	}
	dst = appendKey(binary.AppendUvarint(dst, properties), "data")
	dst = append(dst, byte(value.Array))
	dst = binary.AppendUvarint(dst, uint64(len(slots)))
	for _, slot := range slots {
		dst = appendRow(append(dst, byte(value.Object)), t, slot)
	}
	if page != nil {
		dst = value.AppendNested(appendKey(dst, "pageInfo"), pageInfo(page))
	}
	return dst
}

func appendKey(dst []byte, key string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(key))), key...)
}

// appendRow appends a row as an object in top-level form.
func appendRow(dst []byte, t *table.Table, slot uint32) []byte {
	var scratch [8]byte
	fields := uint64(0)
	for field := range uint32(t.Fields()) {
		if tag, _ := t.Cell(slot, field, &scratch); tag != value.Absent {
			fields++
		}
	}
	dst = binary.AppendUvarint(dst, fields)
	for field := range uint32(t.Fields()) {
		tag, payload := t.Cell(slot, field, &scratch)
		if tag == value.Absent {
			continue
		}
		dst = append(appendKey(dst, t.FieldName(field)), byte(tag))
		if tag == value.String || tag == value.Bytes {
			dst = binary.AppendUvarint(dst, uint64(len(payload)))
		}
		dst = append(dst, payload...)
	}
	return dst
}

func pageInfo(p *query.PageInfo) value.Value {
	v := value.Value{Tag: value.Object}
	put := func(key string, item value.Value) {
		v.Keys, v.Items = append(v.Keys, []byte(key)), append(v.Items, item)
	}
	put("hasNextPage", boolean(p.HasNext))
	put("hasPreviousPage", boolean(p.HasPrevious))
	if p.Start != nil {
		put("startCursor", value.Value{Tag: value.String, Str: p.Start})
	}
	if p.End != nil {
		put("endCursor", value.Value{Tag: value.String, Str: p.End})
	}
	if p.Total >= 0 {
		put("total", value.Value{Tag: value.Number, Num: float64(p.Total)})
	}
	return v
}

func boolean(b bool) value.Value {
	if b {
		return value.Value{Tag: value.True}
	}
	return value.Value{Tag: value.False}
}
