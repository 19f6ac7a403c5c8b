package write_test

import (
	"maps"
	"math"
	"slices"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/write"
)

// The model: rows are maps, a row's pending writes are a list, and everything is computed anew from the base each time.

// row is the fields of a row, strings all, and its version. nil is no row.
type row struct {
	version float64
	fields  map[string]string
}

// removed stands for a field that a patch removes.
const removed = "\x00removed"

type modelWrite struct {
	number    write.Number
	action    write.Action
	replace   bool
	patch     map[string]string
	hidden    bool
	confirmed bool
	sent      bool
	direct    bool
	version   float64 // of its confirmation, or NaN
	called    *row    // as the call left it
}

type modelChain struct {
	base   *row
	known  bool
	writes []*modelWrite
}

type model struct {
	rows map[string]*modelChain
	late map[write.Number]*lateWrite
	ids  map[write.Number]string // of all writes there have been
}

type lateWrite struct {
	id string
	*modelWrite
}

func (r *row) clone() *row {
	if r == nil {
		return nil
	}
	return &row{r.version, maps.Clone(r.fields)}
}

func (r *row) equal(o *row) bool {
	if r == nil || o == nil {
		return r == o
	}
	return r.version == o.version && maps.Equal(r.fields, o.fields)
}

// replayed gives what a write makes of a row.
func (w *modelWrite) replayed(r *row) *row {
	if w.action == write.Delete || w.action == write.Update && r == nil {
		return nil
	}
	next := r.clone()
	if next == nil {
		next = &row{fields: map[string]string{}}
	}
	if w.action == write.Add || w.replace {
		next.fields = map[string]string{}
	}
	for name, text := range w.patch {
		if text == removed {
			delete(next.fields, name)
		} else {
			next.fields[name] = text
		}
	}
	if r == nil || !maps.Equal(r.fields, next.fields) {
		next.version++
	}
	if w.version == w.version {
		next.version = w.version
	}
	return next
}

func (c *modelChain) after(writes int) *row {
	r := c.base
	for _, w := range c.writes[:writes] {
		r = w.replayed(r)
	}
	return r
}

func (c *modelChain) shown() *row {
	r := c.base
	for _, w := range c.writes {
		if !w.hidden {
			r = w.replayed(r)
		}
	}
	return r
}

func (c *modelChain) fold() {
	for len(c.writes) > 0 && c.writes[0].confirmed {
		c.base = c.writes[0].replayed(c.base)
		c.writes = c.writes[1:]
	}
	if c.base == nil {
		c.known = false
	}
}

func (m *model) chain(id string) *modelChain {
	if m.rows[id] == nil {
		m.rows[id] = &modelChain{}
	}
	return m.rows[id]
}

// find gives a pending write and its row.
func (m *model) find(n write.Number) (id string, c *modelChain, k int) {
	if id, ok := m.ids[n]; ok {
		for k, w := range m.rows[id].writes {
			if w.number == n && !w.confirmed {
				return id, m.rows[id], k
			}
		}
	}
	return "", nil, 0
}

func (m *model) pending() (numbers []write.Number) {
	for _, c := range m.rows {
		for _, w := range c.writes {
			if !w.confirmed {
				numbers = append(numbers, w.number)
			}
		}
	}
	slices.Sort(numbers)
	return numbers
}

// call says what becomes of one item, and remembers it if it is a write.
func (m *model) call(id string, w *modelWrite, lww bool, expected float64, next func() write.Number, mode write.Mode) (table.Status, float64) {
	c := m.chain(id)
	before := c.after(len(c.writes))
	version := 0.0
	if before != nil {
		version = before.version
	}
	switch {
	case w.action == write.Add && before != nil:
		return table.AlreadyExists, version
	case w.action == write.Update && before == nil:
		return table.NotFound, 0
	case w.action == write.Delete && before == nil:
		return table.Missing, 0
	case w.action == write.Upsert && !lww && expected == expected && (before == nil || expected != version):
		return table.Conflict, version
	}
	after := w.replayed(before)
	if after.equal(before) {
		return table.Same, version
	}
	w.called = after
	w.hidden = mode == write.Hidden
	w.confirmed = mode == write.Local
	if mode != write.Local {
		w.number = next()
		m.ids[w.number] = id
	}
	c.writes = append(c.writes, w)
	c.fold()
	switch {
	case after == nil:
		return table.Deleted, version
	case before == nil:
		return table.Added, after.version
	}
	return table.Changed, after.version
}

// confirm ends a write and gives how it left its row.
func (m *model) confirm(n write.Number, version float64) *row {
	if l := m.late[n]; l != nil {
		delete(m.late, n)
		c := m.chain(l.id)
		if l.version = version; !c.stale(version) {
			c.base = l.replayed(c.base)
		}
		c.known = (c.known || l.direct) && c.base != nil
		c.fold()
		return nil
	}
	_, c, k := m.find(n)
	w := c.writes[k]
	w.confirmed, w.hidden = true, false
	c.known = c.known || w.direct
	if w.action != write.Delete {
		w.version = version
	}
	left := c.after(k + 1)
	c.fold()
	return left
}

// confirmRow ends a write with a row, which has no version if that is NaN.
func (m *model) confirmRow(n write.Number, r *row) *row {
	r = r.clone()
	if l := m.late[n]; l != nil {
		delete(m.late, n)
		c := m.chain(l.id)
		if !c.stale(r.version) {
			c.remote(r)
		}
		c.known = (c.known || l.direct) && c.base != nil
		return nil
	}
	_, c, k := m.find(n)
	w := c.writes[k]
	if r.version != r.version {
		switch left := c.after(k + 1); {
		case left != nil:
			r.version = left.version
		case c.base != nil:
			r.version = c.base.version + 1
		default:
			r.version = 1
		}
	}
	c.base = r
	c.known = c.known || w.direct
	c.writes = slices.DeleteFunc(c.writes, func(o *modelWrite) bool { return o == w || o.confirmed })
	return r
}

// stale tells whether the backend has told of a later version.
func (c *modelChain) stale(version float64) bool {
	if c.base != nil && version < c.base.version {
		return true
	}
	return slices.ContainsFunc(c.writes, func(w *modelWrite) bool { return w.confirmed && version < w.version })
}

// overrule ends a write that was refused, with the row that the backend has; nil is none.
func (m *model) overrule(n write.Number, r *row) (fallen []write.Number) {
	if l := m.late[n]; l != nil {
		delete(m.late, n)
		c := m.chain(l.id)
		if r == nil || !c.stale(r.version) {
			c.remote(r)
		}
		c.known = (c.known || l.direct) && c.base != nil
		return nil
	}
	_, c, k := m.find(n)
	w := c.writes[k]
	fallen = m.back(n, false)
	c.remote(r)
	c.known = (c.known || w.direct) && c.base != nil
	return fallen
}

// remote changes the base of a row; what was confirmed before is part of it.
func (c *modelChain) remote(r *row) {
	if r != nil && r.version != r.version {
		r = r.clone()
		switch {
		case c.base == nil:
			r.version = 1
		case maps.Equal(c.base.fields, r.fields):
			r.version = c.base.version
		default:
			r.version = c.base.version + 1
		}
	}
	c.base = r
	c.writes = slices.DeleteFunc(c.writes, func(w *modelWrite) bool { return w.confirmed })
	c.fold()
}

// back takes a write out and gives those that fall with it.
func (m *model) back(n write.Number, open bool) (fallen []write.Number) {
	if m.late[n] != nil {
		delete(m.late, n)
		return nil
	}
	id, c, k := m.find(n)
	made := c.writes[k].action == write.Add || c.writes[k].action == write.Upsert && c.after(k) == nil
	kept := slices.Clone(c.writes[:k])
	m.leave(id, c.writes[k], open)
	for _, w := range c.writes[k+1:] {
		if w.action == write.Add || w.action == write.Upsert {
			made = false
		}
		if !made || w.confirmed {
			kept = append(kept, w)
			continue
		}
		fallen = append(fallen, w.number)
		m.leave(id, w, w.sent)
	}
	c.writes = kept
	c.fold()
	return fallen
}

func (m *model) leave(id string, w *modelWrite, open bool) {
	if open && w.sent {
		m.late[w.number] = &lateWrite{id, w}
	}
}

var nan = math.NaN()
