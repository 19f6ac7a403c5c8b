package relation

import (
	"strings"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// path reads the field of a relation's key from the rows of a table. Dots walk into plain objects, as in filters.
type path struct {
	table  *table.Table
	text   string
	name   string   // of the row's own field
	rest   [][]byte // keys to walk from there
	number uint32   // of the field; only if known
	known  bool     // the table has defined the field
}

func newPath(t *table.Table, text string) path {
	name, rest, nested := strings.Cut(text, ".")
	p := path{table: t, text: text, name: name}
	for nested {
		var key string
		key, rest, nested = strings.Cut(rest, ".")
		p.rest = append(p.rest, []byte(key))
	}
	p.refresh()
	return p
}

// isID tells whether the path is the id, by which a table finds its rows without an index.
func (p *path) isID() bool { return p.text == "id" }

// refresh takes notice of a field that the table has defined since.
func (p *path) refresh() {
	if !p.known {
		p.number, p.known = p.table.FindField(p.name)
	}
}

// bits gives the FieldBit of the field. A field that is not defined has none: no row has it, so none changed in it.
func (p *path) bits() uint64 {
	if !p.known {
		return 0
	}
	return table.FieldBit(p.number)
}

// cell reads the key of a row. Numbers are written to scratch.
func (p *path) cell(slot uint32, scratch *[8]byte) (value.Tag, []byte) {
	if !p.known {
		return value.Absent, nil
	}
	tag, payload := p.table.Cell(slot, p.number, scratch)
	for _, key := range p.rest {
		if tag != value.Object {
			return value.Absent, nil
		}
		tag, payload, _ = value.Member(payload, key)
	}
	return tag, payload
}

// hashKey is FNV-1a (Fowler, Noll, Vo) over the canonical form of a key, so that keys which match have the same hash.
func hashKey(canonical []byte) uint32 {
	h := uint32(2166136261)
	for _, b := range canonical {
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}
