package jsbridge

import (
	"encoding/binary"
	"math"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
	"github.com/atoma-dev/atoma/runtime/write"
)

// WriteRequest and WriteAnswer of js/types.ts, as Go backends take and give them.

var writeActions = map[string]write.Action{"add": write.Add, "update": write.Update, "upsert": write.Upsert, "delete": write.Delete}

// writesIn reads a request. The rows are copied, the ids alias it.
func (b *Bridge) writesIn(request value.Value) (*execution.Writes, *fault.Error) {
	store, _ := request.Get("storeName")
	strategy, _ := request.Get("writeStrategy")
	list, _ := request.Get("entries")
	n := len(list.Items)
	w := &execution.Writes{Store: string(store.Str), Strategy: string(strategy.Str), Entries: make([]execution.Entry, n)}
	for i, from := range list.Items {
		action, _ := from.Get("action")
		id, _ := from.Get("id")
		known := false
		e := &w.Entries[i]
		e.ID = id.Str
		if e.Action, known = writeActions[string(action.Str)]; !known || id.Tag != value.String {
			return nil, fault.New(fault.InvalidInput, "an entry of a write needs an action and an id", "entries", i)
		}
		options, _ := from.Get("options")
		conflict, _ := options.Get("conflict")
		apply, _ := options.Get("apply")
		e.LWW, e.Replace = string(conflict.Str) == "lww", string(apply.Str) == "replace"
		if base, _ := from.Get("baseVersion"); base.Tag == value.Number {
			w.Bases = put(w.Bases, n, i, base.Num, math.NaN())
		}
		if key, _ := from.Get("idempotencyKey"); key.Tag == value.String {
			w.Keys = put(w.Keys, n, i, string(key.Str), "")
		}
	}
	rows, err := entryRows(list.Items)
	w.Rows = rows
	return w, err
}

// put sets item i of n, of which those that are never set are none.
func put[T any](items []T, n, i int, item, none T) []T {
	if items == nil {
		items = make([]T, n)
		for k := range items {
			items[k] = none
		}
	}
	items[i] = item
	return items
}

// entryRows makes a batch of the values of entries, with names; a deletion has its id alone.
func entryRows(entries []value.Value) (*wire.Batch, *fault.Error) {
	columns := columnsOf(entries)
	var b wire.Builder
	b.Reset(len(entries))
	b.NamedColumn("id")
	for _, entry := range entries {
		id, _ := entry.Get("id")
		b.Cell(value.String, id.Str)
	}
	var payload []byte
	for _, c := range columns {
		b.NamedColumn(c.name)
		for at, i := 0, 0; i < len(entries); i++ {
			if at == len(c.rows) || c.rows[at] != i {
				b.Cell(value.Absent, nil)
				continue
			}
			payload = value.AppendPayload(payload[:0], c.cells[at])
			b.Cell(c.cells[at].Tag, payload)
			at++
		}
	}
	rows := new(wire.Batch)
	if err := rows.Decode(b.Bytes()); err != nil {
		return nil, fault.New(fault.InvalidInput, "the rows of a write could not be read: "+err.Error())
	}
	return rows, nil
}

// sparse is the cells of a field, of those rows that have it.
type sparse struct {
	name  string
	rows  []int
	cells []value.Value
}

func columnsOf(entries []value.Value) []*sparse {
	var columns []*sparse
	byName := map[string]*sparse{}
	for i, entry := range entries {
		row, _ := entry.Get("value")
		for k, key := range row.Keys {
			name := string(key)
			if name == "id" {
				continue // the entry's counts
			}
			c := byName[name]
			if c == nil {
				c = &sparse{name: name}
				byName[name], columns = c, append(columns, c)
			}
			c.rows, c.cells = append(c.rows, i), append(c.cells, row.Items[k])
		}
	}
	return columns
}

// appendAnswer appends { results } in top-level form: one for each of n entries, or as many as there are.
func appendAnswer(dst []byte, n int, a *execution.Answer) []byte {
	if a.Err != nil {
		return dst
	}
	if !a.All {
		n = min(n, len(a.Results))
	}
	rows := rowsOf(a.Rows)
	dst = appendKey(binary.AppendUvarint(dst, 1), "results")
	dst = binary.AppendUvarint(append(dst, byte(value.Array)), uint64(n))
	for i := range n {
		if a.All {
			dst = value.AppendNested(dst, object(property{"ok", boolean(true)}))
		} else {
			dst = appendResult(dst, &a.Results[i], rows)
		}
	}
	return dst
}

func appendResult(dst []byte, r *execution.Result, rows []value.Value) []byte {
	if r.Refused != nil {
		properties := []property{{"ok", boolean(false)}, {"error", object(
			property{"code", text(string(r.Refused.Code))}, property{"message", text(r.Refused.Message)},
		)}}
		if current, err := value.Decode(value.Object, r.Refused.Current); err == nil && r.Refused.Current != nil {
			properties = append(properties, property{"current", object(property{"value", current})})
		} else if r.Gone {
			properties = append(properties, property{"current", object(property{"value", value.Value{Tag: value.Null}})})
		}
		return value.AppendNested(dst, object(properties...))
	}
	if r.Row < 0 && r.Version == r.Version { // most are such, and go without a tree
		dst = append(dst, byte(value.Object), 2)
		dst = append(appendKey(dst, "ok"), byte(value.True))
		dst = append(appendKey(dst, "version"), byte(value.Number))
		return value.AppendFloat(dst, r.Version)
	}
	properties := []property{{"ok", boolean(true)}}
	if r.Version == r.Version {
		properties = append(properties, property{"version", value.Value{Tag: value.Number, Num: r.Version}})
	}
	if r.Row >= 0 && r.Row < len(rows) {
		properties = append(properties, property{"value", rows[r.Row]})
	}
	return value.AppendNested(dst, object(properties...))
}

func appendKey(dst []byte, key string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(key))), key...)
}

// rowsOf gives the rows of batches with names as objects.
func rowsOf(batches [][]byte) (rows []value.Value) {
	for _, encoded := range batches {
		var b wire.Batch
		if err := b.Decode(encoded); err != nil {
			panic("jsbridge: a backend gave rows that do not decode: " + err.Error())
		}
		for i := range b.Rows {
			row := value.Value{Tag: value.Object}
			for k := range b.Columns {
				c := &b.Columns[k]
				var scratch [8]byte
				cell, err := value.Decode(c.TagAt(i), c.PayloadAt(i, &scratch))
				if err == nil && cell.Tag != value.Absent {
					row.Keys, row.Items = append(row.Keys, b.Names[c.Field]), append(row.Items, cell)
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}
