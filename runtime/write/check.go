package write

import (
	"errors"
	"strconv"

	"github.com/atoma-dev/atoma/runtime/table"
)

// Check tells what is inconsistent in a journal, if anything. It is for tests, and costs a pass over all of it.
func (j *Journal) Check() error {
	singles, linked, hiddens := 0, 0, 0
	for _, block := range j.records.blocks {
		if block == nil {
			continue
		}
		for i := range block.records {
			rec := &block.records[i]
			if rec.number == 0 {
				continue
			}
			place, ok := j.records.find(rec.number)
			if !ok || j.records.at(place) != rec {
				return j.wrong("is not found", rec.number)
			}
			head := j.head(j.id(rec), rec.slot)
			if rec.flags.has(chained) {
				linked++
				continue
			}
			if singles++; head != place+1 {
				return j.wrong("is not the head of its row", rec.number)
			}
			if rec.slot != table.NoSlot && !j.table.Live(rec.slot) {
				return j.wrong("has lost its row", rec.number)
			}
		}
	}
	if singles+linked != j.records.live {
		return errors.New("the number of records is not what it should be")
	}
	chains := 0
	for number, c := range j.chains {
		if c == nil {
			continue
		}
		chains++
		if c.number != uint32(number) || len(c.writes) == 0 || c.writes[0].flags.has(confirmed) {
			return errors.New("a chain is empty or begins with what is confirmed: " + string(c.id))
		}
		if slot, ok := j.table.Lookup(c.id); ok && slot != c.slot || !ok && c.slot != table.NoSlot {
			return errors.New("a chain does not know where its row lies: " + string(c.id))
		}
		if j.head(c.id, c.slot) != inChain|c.number {
			return errors.New("a chain is not the head of its row: " + string(c.id))
		}
		shown, now := c.shown(), imageOf(j.table, c.slot)
		if shown.there != now.there || shown.version != now.version || !sameCells(shown.cells, now.cells) {
			return errors.New("a row does not show what its chain makes of it: " + string(c.id))
		}
		ownHidden := 0
		for i := range c.writes {
			if c.writes[i].flags.has(hidden) {
				ownHidden++
			}
			if !c.writes[i].flags.has(confirmed) {
				if linked--; j.flags(c.writes[i].number) != &c.writes[i].flags {
					return j.wrong("is not found in its chain", c.writes[i].number)
				}
			}
		}
		if hiddens += ownHidden; ownHidden != c.hidden {
			return errors.New("a chain does not know how many of its writes are hidden: " + string(c.id))
		}
	}
	switch {
	case linked != 0:
		return errors.New("records and chains do not add up")
	case hiddens != j.hidden:
		return errors.New("the number of hidden writes is not what it should be")
	case singles+chains != j.heads.count+len(j.absent):
		return errors.New("heads are left over")
	}
	return nil
}

func (j *Journal) wrong(what string, n Number) error {
	return errors.New("write " + strconv.FormatUint(uint64(n), 10) + " " + what)
}
