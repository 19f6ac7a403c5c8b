package view

import (
	"errors"
	"slices"
)

// Check looks for broken invariants, for tests. It syncs, but does not pull.
func (s *Set) Check() error {
	s.Sync()
	open := 0
	for i, v := range s.views {
		if v == nil {
			continue
		}
		open++
		if v.number != i || v.set != s {
			return errors.New("a view has another's number")
		}
		if err := v.check(); err != nil {
			return err
		}
	}
	if open != s.open || (open > 0) != (s.reader != nil) {
		return errors.New("the number of open views is wrong")
	}
	for _, number := range s.movement.slots {
		if number != 0 {
			return errors.New("a row has kept its number")
		}
	}
	for _, word := range s.movement.bits {
		if word != 0 {
			return errors.New("a slot was left in the set for building")
		}
	}
	for _, r := range s.routes {
		if len(r.views) == 0 {
			return errors.New("a route without views")
		}
	}
	return nil
}

func (v *View) check() error {
	routed := v.route != nil && v.route.active
	if !routed && v.set.unrouted[v.seat] != v {
		return errors.New("a view has another's seat")
	}
	if v.stale {
		if !v.set.isMarked(v) {
			return errors.New("a stale view is not marked")
		}
		return nil
	}
	if (len(v.pending) > 0 || v.again) && !v.set.isMarked(v) {
		return errors.New("a view with notes is not marked")
	}
	slots := v.members.all(nil)
	if len(slots) != v.members.n {
		return errors.New("the members are not as many as they say")
	}
	if routed {
		if err := v.checkLabels(slots); err != nil {
			return err
		}
	}
	if v.kind != ofRows {
		return nil
	}
	if len(slots) != v.list.Len() {
		return errors.New("the list is not as long as there are members")
	}
	for _, slot := range slots {
		if !v.list.Has(slot) {
			return errors.New("a member is not in the list")
		}
	}
	if len(v.pending) > 0 {
		return nil // the order of rows that have changed is another by now
	}
	return v.list.Check()
}

// checkLabels looks at the labels of members. That of a row with a note may be unknown.
func (v *View) checkLabels(slots []uint32) error {
	r := v.route
	for _, slot := range slots {
		noted := slices.ContainsFunc(v.pending, func(n note) bool { return n.slot == slot })
		switch label := r.labels[slot]; {
		case label == 0 && noted:
		case label != r.groupOf(v.set.source.Table, slot):
			return errors.New("a row of a view has not the label of its group")
		case !noted && !slices.Contains(r.asking[label], v):
			return errors.New("a row of a view is in a group that the view does not ask for")
		}
	}
	return nil
}
