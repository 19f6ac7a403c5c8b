package relation

import "errors"

// Check verifies that what a Live keeps holds together. It is for tests, and costs as much as all of it.
func (l *Live) Check() error {
	if l.plan == nil {
		return nil
	}
	for _, level := range l.plan.levels {
		if err := level.check(); err != nil {
			return err
		}
	}
	if l.top.rows.bySlot.Len() != len(l.window) {
		return errors.New("relation: not as many parents as rows in the window")
	}
	return nil
}

func (l *level) check() error {
	r := &l.rows
	alive, held := 0, 0
	for i := range r.entries {
		e := uint32(i)
		if !r.alive(e) {
			continue
		}
		alive++
		if at, ok := r.bySlot.Get(r.entries[e].slot); !ok || at != e {
			return errors.New("relation: a row is not found by its slot")
		}
		if l.from != nil {
			n := 0
			for k := r.entries[e].holders; k != none; k = r.links[k].next {
				if r.links[k].child != e {
					return errors.New("relation: a link leads elsewhere")
				}
				n++
			}
			if n == 0 {
				return errors.New("relation: a row that nobody holds")
			}
			held += n
		}
		for i, n := range l.includes {
			if err := n.check(l.cell(e, i)); err != nil {
				return err
			}
		}
	}
	if alive != r.bySlot.Len() || len(r.stale) > 0 {
		return errors.New("relation: rows or cells are left over")
	}
	free := 0
	for k := r.freeLink; k != none; k = r.links[k].next {
		free++
	}
	if held+free != len(r.links) {
		return errors.New("relation: links are lost")
	}
	return nil
}

func (n *include) check(c uint32) error {
	cell := &n.level.rows.cells[c]
	if cell.stale {
		return errors.New("relation: a cell is stale")
	}
	if cell.branch < 0 {
		if cell.keyed || cell.first != none {
			return errors.New("relation: a cell without branch has something")
		}
		return nil
	}
	b := n.branches[cell.branch]
	if cell.keyed {
		at, _ := b.keys.Get(cell.hash)
		for at != none && at != c {
			at = n.level.rows.cells[at].next
		}
		if at != c {
			return errors.New("relation: a cell is not found by its key")
		}
	}
	count, last := uint32(0), uint32(none)
	for k := cell.first; k != none; k = b.child.rows.links[k].sibling {
		if b.child.rows.links[k].holder != c {
			return errors.New("relation: a link is of another cell")
		}
		count, last = count+1, k
	}
	if count != cell.count || last != cell.last {
		return errors.New("relation: a list is not as long as it says")
	}
	return nil
}
