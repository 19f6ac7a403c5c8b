package query

import "github.com/atoma-dev/atoma/runtime/table"

// Lead gives the column that rows are sorted by before anything else, nil if that is no column. Whoever compares many
// rows may do so by it, and leave to Compare those of which it does not tell: other kinds than two numbers or two dates
// that differ and are not NaN. It may change with Refresh.
func (o *Order) Lead() (c *table.Column, desc bool) {
	if len(o.keys) == 0 || !o.keys[0].plain {
		return nil, false
	}
	return o.keys[0].column, o.keys[0].desc
}
