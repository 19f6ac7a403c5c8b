package runtime

import (
	"github.com/atoma-dev/atoma/runtime/aggregate"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/relation"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/view"
)

// View is a result that is kept up to date: rows with what they include, a count, or groups. Nothing is done when rows
// are written; Pull, and Client.Sync for all views at once, catch up.
type View struct {
	Number uint32      // for the use of whoever opened it
	Shape  value.Value // how to read the trees of its includes; see Answer

	kind      ViewKind
	store     *Store
	rows      *view.View // rows or a count
	relations *relation.Live
	groups    *aggregate.View
	noted     bool // during a Sync: visited
}

// ViewKind is what a view keeps.
type ViewKind uint8

const (
	RowsView ViewKind = iota
	CountView
	GroupsView
)

// Kind tells what the view keeps.
func (v *View) Kind() ViewKind { return v.kind }

// Change says how a view's result differs from what it was at the last Pull. One of Rows, which counts too, and
// Groups is meant, by the kind of the view. Its memory is used again by the next Pull into it.
type Change struct {
	Rows   view.Delta
	Trees  relation.Trees // of the rows that are new or whose related rows changed
	Groups aggregate.Delta
}

// OpenRows opens a view of the rows of an encoded query.
func (s *Store) OpenRows(encoded []byte) (*View, *fault.Error) {
	q, err := s.parse(encoded)
	if err != nil {
		return nil, err
	}
	v := &View{store: s, rows: s.views.OpenRows(q)}
	s.live[v.rows] = v
	if len(q.Includes()) > 0 {
		v.Shape = includes(q)
		v.relations = relation.NewLive(s.client, s.name, q)
		s.client.related[v] = struct{}{}
	}
	return v, nil
}

// OpenCount opens a view of how many rows match the filter of an encoded query.
func (s *Store) OpenCount(encoded []byte) (*View, *fault.Error) {
	q, err := s.parse(encoded)
	if err != nil {
		return nil, err
	}
	v := &View{kind: CountView, store: s, rows: s.views.OpenCount(q)}
	s.live[v.rows] = v
	return v, nil
}

// OpenGroups opens a view of an encoded aggregate.
func (s *Store) OpenGroups(encoded []byte) (*View, *fault.Error) {
	spec, err := s.parseAggregate(encoded)
	if err != nil {
		return nil, err
	}
	v := &View{kind: GroupsView, store: s, groups: s.aggregates.Open(spec)}
	s.groups[v.groups] = v
	return v, nil
}

// Pull catches up and says what changed.
func (v *View) Pull(c *Change) *fault.Error {
	c.Trees.Positions, c.Trees.Stream = c.Trees.Positions[:0], c.Trees.Stream[:0]
	switch {
	case v.store == nil:
		return fault.New(fault.Disposed, "this live result has been closed, or its client disposed")
	case v.groups != nil:
		v.groups.Pull(&c.Groups)
		return nil
	}
	v.rows.Pull(&c.Rows)
	if v.relations != nil {
		v.relations.Update(&c.Rows, &c.Trees)
	}
	return nil
}

// Close ends the view. It may be called again.
func (v *View) Close() {
	if v.store == nil {
		return
	}
	if v.groups != nil {
		delete(v.store.groups, v.groups)
	} else {
		delete(v.store.live, v.rows)
	}
	delete(v.store.client.related, v)
	v.release()
}

// release ends what a view has of other packages.
func (v *View) release() {
	if v.rows != nil {
		v.rows.Close()
	}
	if v.relations != nil {
		v.relations.Close()
	}
	if v.groups != nil {
		v.groups.Close()
	}
	*v = View{Number: v.Number}
}

// Sync catches up with all that was written and visits each view that has something to pull, once.
func (c *Client) Sync(visit func(v *View)) {
	c.found = c.found[:0]
	note := func(v *View) {
		if v != nil && !v.noted {
			v.noted = true
			c.found = append(c.found, v)
		}
	}
	for _, s := range c.stores {
		if len(s.live) > 0 {
			s.views.Sync()
			s.views.Dirty(func(v *view.View) { note(s.live[v]) })
		}
		if len(s.groups) > 0 {
			s.aggregates.Sync()
			s.aggregates.Dirty(func(v *aggregate.View) { note(s.groups[v]) })
		}
	}
	for v := range c.related {
		if v.relations.Stale() {
			note(v)
		}
	}
	for i, v := range c.found {
		v.noted = false
		visit(v)
		c.found[i] = nil
	}
}
