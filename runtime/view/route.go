package view

import (
	"bytes"

	"github.com/atoma-dev/atoma/runtime/table"
	"github.com/atoma-dev/atoma/runtime/value"
)

// route leads changes of rows to the views that ask for values of one field. Each key (value.AppendKey) that a view asks for
// is a group, and each row has the label of its group by that field, as of the last Sync. A row that changed then concerns
// the views of the group it was in, which may have it, and those of the group it is in now.
//
// A label is 0 for rows that are in no group, and may be for rows that no view has: their group is found when they
// change. It costs 4 bytes for each row of the table.
type route struct {
	path   string
	views  []*View // that ask for values of the field
	active bool    // there are so many that it is worth it; otherwise they are unrouted

	number uint32   // of the field, or noField
	rest   [][]byte // keys to walk from there
	bit    uint64   // of the field in log entries

	groups map[string]uint32 // by key
	asking [][]*View         // by group; of group 0 none
	idle   int               // groups that nobody asks for
	labels []uint32          // by slot

	key []byte // the last key that was made
}

const (
	noField = table.NoField

	// From so many views of a field on they are routed. Below, the labels of all rows are a high price for what it saves.
	worthRouting = 8

	// Views that ask for more values are not routed: they look for a row faster than they are found by it.
	maxKeys = 1024

	// Groups that nobody asks for any more keep their number, for their rows are labelled with it, until there are so
	// many more than others.
	maxIdle = 64
)

// direct sees to it that a new view is told of changes.
func (s *Set) direct(v *View) {
	path, keys, ok := v.query.Route()
	if !ok || v.kind == ofScores || len(keys) > maxKeys {
		s.unroute(v)
		return
	}
	r := s.routeOf(path)
	v.route, v.keys = r, keys
	r.views = append(r.views, v)
	switch {
	case r.active:
		r.ask(v)
	case len(r.views) < worthRouting:
		s.unroute(v)
	default:
		s.unroute(v)
		for _, v := range r.views {
			s.reroute(v)
		}
		r.activate()
	}
}

// routeOf gives the route of a field path, which it makes if need be.
func (s *Set) routeOf(path string) *route {
	for _, r := range s.routes {
		if r.path == path {
			return r
		}
	}
	r := &route{path: path}
	r.bind(s.source.Table)
	s.routes = append(s.routes, r)
	return r
}

func (s *Set) unroute(v *View) {
	v.seat = len(s.unrouted)
	s.unrouted = append(s.unrouted, v)
}

// reroute takes a view out of the unrouted ones.
func (s *Set) reroute(v *View) {
	last := s.unrouted[len(s.unrouted)-1]
	s.unrouted[v.seat], last.seat = last, v.seat
	s.unrouted[len(s.unrouted)-1] = nil
	s.unrouted = s.unrouted[:len(s.unrouted)-1]
}

// undirect ends what direct did.
func (s *Set) undirect(v *View) {
	r := v.route
	if r == nil || !r.active {
		s.reroute(v)
	}
	if r == nil {
		return
	}
	r.views = without(r.views, v)
	if r.active {
		r.unask(v)
	}
	if len(r.views) == 0 {
		for i := range s.routes {
			if s.routes[i] == r {
				s.routes = append(s.routes[:i], s.routes[i+1:]...)
				return
			}
		}
	}
}

// without takes a view out of a list whose order does not matter.
func without(views []*View, v *View) []*View {
	last := len(views) - 1
	for i := range views {
		if views[i] == v {
			views[i], views[last] = views[last], nil
			return views[:last]
		}
	}
	return views
}

// bind looks up the field.
func (r *route) bind(t *table.Table) {
	path := []byte(r.path)
	r.number, r.rest, r.bit = noField, nil, 0
	name, more, nested := bytes.Cut(path, dot)
	for nested {
		var key []byte
		key, more, nested = bytes.Cut(more, dot)
		r.rest = append(r.rest, key)
	}
	if number, ok := t.FindField(string(name)); ok {
		r.number, r.bit = number, table.FieldBit(number)
	}
}

var dot = []byte{'.'}

// activate makes all groups and labels.
func (r *route) activate() {
	r.active, r.idle = true, 0
	r.groups, r.asking = map[string]uint32{}, make([][]*View, 1, len(r.views)+1)
	clear(r.labels)
	for _, v := range r.views {
		r.ask(v)
	}
}

// ask enters a view in the groups of its keys.
func (r *route) ask(v *View) {
	for _, key := range v.keys {
		group, ok := r.groups[string(key)]
		if !ok {
			group = uint32(len(r.asking))
			r.groups[string(key)] = group
			r.asking = append(r.asking, nil)
		} else if len(r.asking[group]) == 0 {
			r.idle--
		}
		r.asking[group] = append(r.asking[group], v)
	}
	if !v.stale {
		r.label(v)
	}
}

// unask takes a view out of the groups of its keys.
func (r *route) unask(v *View) {
	for _, key := range v.keys {
		group := r.groups[string(key)]
		r.asking[group] = without(r.asking[group], v)
		if len(r.asking[group]) == 0 {
			r.idle++
		}
	}
	if busy := len(r.groups) - r.idle; r.idle > maxIdle+busy {
		r.activate()
	}
}

// label gives the rows of a view, and those that it has noted, their labels.
func (r *route) label(v *View) {
	m := &v.set.movement
	m.old = v.members.all(m.old[:0])
	r.reach()
	for _, slot := range m.old {
		r.labels[slot] = r.groupOf(v.set.source.Table, slot)
	}
	for i := range v.pending {
		slot := v.pending[i].slot
		r.labels[slot] = r.groupOf(v.set.source.Table, slot)
	}
}

// reach makes room for the labels of all slots.
func (r *route) reach() {
	n := 64 * len(r.views[0].set.source.Table.LiveWords())
	if n > len(r.labels) {
		grown := make([]uint32, n+n/8)
		copy(grown, r.labels)
		r.labels = grown
	}
}

// groupOf gives the group that a row is in now, 0 for none.
func (r *route) groupOf(t *table.Table, slot uint32) uint32 {
	if !t.Live(slot) {
		return 0
	}
	var scratch [8]byte
	tag, payload := value.Absent, []byte(nil)
	if r.number != noField {
		tag, payload = t.Cell(slot, r.number, &scratch)
	}
	for _, key := range r.rest {
		if tag != value.Object {
			tag, payload = value.Absent, nil
			break
		}
		tag, payload, _ = value.Member(payload, key)
	}
	r.key = value.AppendKey(r.key[:0], tag, payload)
	return r.groups[string(r.key)]
}

// pass hands rows that changed to the views that they may concern.
func (r *route) pass(entries []table.Entry) {
	r.reach()
	t := r.views[0].set.source.Table
	for i := range entries {
		slot, fields := entries[i].Slot, entries[i].Fields
		was := r.labels[slot]
		is := was
		if was == 0 || fields&(r.bit|freshRow) != 0 {
			is = r.groupOf(t, slot)
			r.labels[slot] = is
		}
		for _, v := range r.asking[was] {
			v.offer(slot, fields)
		}
		if is != was {
			for _, v := range r.asking[is] {
				v.offer(slot, fields)
			}
		}
	}
}

func (r *route) bytes() int { return 4*cap(r.labels) + 48*len(r.asking) }
