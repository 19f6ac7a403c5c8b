package table

import (
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// fill writes a column of a batch into cells that are all absent: slots[i] is where row i goes, NoSlot where it does
// not. It does what set does for each, in loops by layout and kind. run tells that the slots are consecutive.
func (c *Column) fill(from *wire.Column, slots []uint32, run bool) {
	if len(slots) == 0 || from.Tag == value.Absent || from.Tag == value.Undefined {
		return
	}
	switch from.Layout {
	case wire.Tags:
		c.fillTags(from, slots, run)
	case wire.F64:
		c.admit(Floats)
		c.fillTags(from, slots, run)
		c.fillFloats(from, slots, run)
	default:
		if from.Tag == value.String {
			c.admit(Refs)
			c.fillTags(from, slots, run)
			c.fillStrings(from, slots, run)
			return
		}
		var scratch [8]byte
		for i, slot := range slots {
			if tag := from.TagAt(i); slot != NoSlot && tag != value.Undefined {
				c.set(slot, tag, from.PayloadAt(i, &scratch))
			}
		}
	}
}

func (c *Column) fillTags(from *wire.Column, slots []uint32, run bool) {
	if run {
		c.fillTagRun(from, slots[0], len(slots))
		return
	}
	for i, slot := range slots {
		tag := from.TagAt(i)
		if slot != NoSlot && tag != value.Absent && tag != value.Undefined {
			c.tags.set(slot, byte(tag))
			c.counts[tag]++
		}
	}
}

func (c *Column) fillTagRun(from *wire.Column, slot uint32, n int) {
	for i := 0; i < n; {
		places := c.tags.span(slot, n-i)
		if from.Tag != wire.PerRow {
			for k := range places {
				places[k] = byte(from.Tag)
			}
			c.counts[from.Tag] += uint32(len(places))
		} else {
			for k, tag := range from.Tags[i : i+len(places)] {
				if tag == byte(value.Undefined) {
					tag = byte(value.Absent)
				}
				places[k] = tag
				c.counts[tag]++
			}
		}
		i += len(places)
		slot += uint32(len(places))
		c.tags.done(slot)
	}
}

// fillFloats relies on positions of a batch without a number being 0. A number that is 0 is written too, so that scans
// find memory under every number.
func (c *Column) fillFloats(from *wire.Column, slots []uint32, run bool) {
	if c.kind == Floats && run {
		c.floats.copyIn(slots[0], from.F64[:len(slots)])
		return
	}
	for i, slot := range slots {
		f := from.F64[i]
		if slot == NoSlot || f == 0 && !from.TagAt(i).Numeric() {
			continue
		}
		c.setFloat(slot, f)
	}
}

func (c *Column) fillStrings(from *wire.Column, slots []uint32, run bool) {
	var (
		start uint32
		last  []byte // the string before, if it was shared as code
		code  uint32
		part  []uint32 // places of one chunk, under Kind Refs
	)
	for i, slot := range slots {
		s := from.Bytes[start:from.Ends[i]:from.Ends[i]]
		start = from.Ends[i]
		if slot == NoSlot {
			continue
		}
		var ref uint32
		if code != 0 && string(s) == string(last) {
			c.dict.hold(code)
			ref = code
		} else {
			if code = 0; !c.dict.closed {
				code = c.share(s)
			}
			if ref = code; code == 0 {
				ref = c.arena.put(s)
			}
			last = s
		}
		if !run || c.kind != Refs {
			c.setRef(slot, ref)
			continue
		}
		if len(part) == 0 {
			part = c.refs.span(slot, len(slots)-i)
		}
		part[0], part = ref, part[1:]
	}
}

// place writes cell i of a batch where there is none: what fill does for many rows, in as few calls as one row allows,
// since calls are what WebAssembly is slow at.
func (c *Column) place(from *wire.Column, i int, slot uint32) {
	tag := from.TagAt(i)
	switch {
	case tag == value.Absent || tag == value.Undefined:
		return
	case tag < value.Number:
	case tag <= value.Date:
		if c.kind != Floats {
			c.admit(Floats)
		}
		c.setFloat(slot, from.NumberAt(i))
	default:
		if c.kind != Refs {
			c.admit(Refs)
		}
		payload, ref := from.PayloadAt(i, noScratch), uint32(0)
		if tag == value.String && !c.dict.closed {
			ref = c.share(payload)
		}
		if ref == 0 {
			ref = c.arena.put(payload)
		}
		c.setRef(slot, ref)
	}
	c.counts[tag]++
	c.tags.set(slot, byte(tag))
}

// consecutive tells whether slots are one run.
func consecutive(slots []uint32) bool {
	for i, slot := range slots {
		if slot != slots[0]+uint32(i) || slot == NoSlot {
			return false
		}
	}
	return true
}
