package table

import "slices"

// Status says what became of one item of a write.
type Status = uint8

const (
	Added   Status = 0
	Changed Status = 1
	Same    Status = 2 // every given field was as given: nothing was touched
	Deleted Status = 3
	Missing Status = 4 // there was nothing to delete

	// From here on the item was refused.
	AlreadyExists Status = 16
	NotFound      Status = 17
	Conflict      Status = 18
)

// Results of a write, item by item. A write resets and refills them; the caller owns them and may use them again.
type Results struct {
	Status   []uint8
	Slots    []uint32  // the row, also one that stood in the way or was deleted; else NoSlot
	Versions []float64 // of that row, after the item

	// Ids that Add has made: item i's is IDs[IDEnds[i-1]:IDEnds[i]], empty if it came with one. If all did, both are.
	IDs    []byte
	IDEnds []uint32

	// Room for a write that goes by column.
	fields []uint64 // by item: FieldBit of each field that differs
	given  uint64   // FieldBit of each field that is given, if every item gives the same; else 0
	seen   bitset   // of slots, empty in between
}

func (r *Results) reset(rows int) {
	r.Status = slices.Grow(r.Status[:0], rows)[:rows]
	r.Slots = slices.Grow(r.Slots[:0], rows)[:rows]
	r.Versions = slices.Grow(r.Versions[:0], rows)[:rows]
	r.IDs, r.IDEnds, r.fields = r.IDs[:0], r.IDEnds[:0], r.fields[:0]
}

func (r *Results) put(i int, status Status, slot uint32, version float64) {
	r.Status[i], r.Slots[i], r.Versions[i] = status, slot, version
}

// made notes that item i of rows was given an id. Items are noted in order, and sealed at the end.
func (r *Results) made(i, rows int, id []byte) {
	if len(r.IDEnds) == 0 {
		r.IDEnds = slices.Grow(r.IDEnds, rows)[:rows]
		clear(r.IDEnds)
	}
	r.IDs = append(r.IDs, id...)
	r.IDEnds[i] = uint32(len(r.IDs))
}

// sealIDs gives items without a made id their empty spans.
func (r *Results) sealIDs() {
	end := uint32(0)
	for i := range r.IDEnds {
		end = max(end, r.IDEnds[i])
		r.IDEnds[i] = end
	}
}
