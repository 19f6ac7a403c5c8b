package aggregate

import "github.com/atoma-dev/atoma/runtime/query"

// Set is the live aggregates of one store.
type Set struct {
	src   query.Source
	views []*View
}

// NewSet makes an empty set. Without views it costs nothing.
func NewSet(src query.Source) *Set { return &Set{src: src} }

// Open makes a live aggregate. It looks at the rows when it is first pulled. Close it.
func (s *Set) Open(spec *Spec) *View {
	v := newView(s, spec)
	s.views = append(s.views, v)
	return v
}

// Len is the number of open views.
func (s *Set) Len() int { return len(s.views) }

// Sync takes up what was written since the last Sync or Pull, in views that have been pulled before.
func (s *Set) Sync() {
	for _, v := range s.views {
		if v.pulled {
			v.sync()
		}
	}
}

// Dirty visits the views with groups that rows have entered, left or changed in since they were last pulled, as far as
// Sync has seen. Pull may still find that all is as it was.
func (s *Set) Dirty(visit func(v *View)) {
	for _, v := range s.views {
		if len(v.touched) > 0 {
			visit(v)
		}
	}
}

// Close ends the view. It may be called again.
func (v *View) Close() {
	v.reader.Close()
	for i, other := range v.set.views {
		if other == v {
			v.set.views = append(v.set.views[:i], v.set.views[i+1:]...)
			return
		}
	}
}
