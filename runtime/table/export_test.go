package table

// ForgetOrder makes the next reader sort anew.
func (t *Table) ForgetOrder() { t.order = order{} }
