package index

import (
	"errors"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Check tells what is wrong with an index that is up to date, if anything. It is for tests.
func (o *Ordered) Check() error {
	if err := o.list.Check(); err != nil {
		return err
	}
	if o.list.Len() != o.table.Len() {
		return errors.New("the index does not have all rows")
	}
	last := o.list.Len()
	for i := range o.list.Len() {
		slot := o.list.At(i)
		if !o.table.Live(slot) {
			return errors.New("the index has a slot without a row")
		}
		if ties := i > 0 && o.order(o.list.At(i-1), slot) == 0; ties != o.tiesBefore(slot) {
			return errors.New("a tie is wrong")
		}
		var scratch [8]byte
		if last > i && value.SortsLast(o.cell(slot, &scratch)) {
			last = i
		}
	}
	if last != o.last {
		return errors.New("the first of the last rows is not where it is said to be")
	}
	return nil
}
