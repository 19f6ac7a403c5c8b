package aggregate

import (
	"bytes"
	"slices"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Parse checks an aggregate and turns it into a Spec. v is an Object with filter and groupBy, if need be, and metrics:
//
//	{ filter: { done: false }, groupBy: ['city', 'address.street'], metrics: { todos: 'count', hours: { sum: 'hours' } } }
//
// A metric is 'count', of rows, or an object of one key: count (of cells that are not null), sum, avg, min or max, with a
// field. Properties that are undefined count as absent. s may be nil; store is the one that the aggregate is of. Errors
// are invalid_query with the path from the root.
func Parse(v value.Value, s *schema.Schema, store string) (*Spec, *fault.Error) {
	if v.Tag != value.Object {
		return nil, fail("must be an object { filter, groupBy, metrics }, not " + v.Tag.String())
	}
	filter := value.Value{Tag: value.Object}
	spec := &Spec{}
	measured := false
	for i, key := range v.Keys {
		item := v.Items[i]
		if item.Tag == value.Undefined {
			continue
		}
		var err *fault.Error
		switch string(key) {
		case "filter":
			filter.Keys, filter.Items = v.Keys[i:i+1], v.Items[i:i+1]
		case "groupBy":
			err = spec.parseGroupBy(item)
		case "metrics":
			measured = true
			err = spec.parseMetrics(item)
		default:
			err = fail("is not a part of an aggregate: use filter, groupBy or metrics", string(key))
		}
		if err != nil {
			return nil, err
		}
	}
	if !measured {
		return nil, fail("must be an object of metrics, not undefined", "metrics")
	}
	for _, m := range spec.metrics {
		if slices.ContainsFunc(spec.groupBy, func(p int) bool { return spec.paths[p].text == m.name }) {
			return nil, fail("is also a field of groupBy: give the metric another name", "metrics", m.name)
		}
	}
	var err *fault.Error
	spec.filter, err = query.Parse(filter, s, store)
	if err != nil {
		return nil, err
	}
	return spec, nil
}

func fail(reason string, path ...any) *fault.Error {
	at := "aggregate"
	if len(path) > 0 {
		at = fault.FormatPath("", path...)
	}
	return fault.New(fault.InvalidQuery, at+": "+reason, path...)
}

func (s *Spec) parseGroupBy(v value.Value) *fault.Error {
	if v.Tag != value.Array {
		return fail("must be an array of field paths, not "+v.Tag.String(), "groupBy")
	}
	for i, item := range v.Items {
		if item.Tag != value.String {
			return fail("must be a field path, not "+item.Tag.String(), "groupBy", i)
		}
		p := s.path(item.Str)
		if slices.Contains(s.groupBy, p) {
			return fail("is there twice", "groupBy", i)
		}
		s.groupBy = append(s.groupBy, p)
	}
	return nil
}

func (s *Spec) parseMetrics(v value.Value) *fault.Error {
	if v.Tag != value.Object {
		return fail("must be an object of metrics, not "+v.Tag.String(), "metrics")
	}
	for i, key := range v.Keys {
		if v.Items[i].Tag == value.Undefined {
			continue
		}
		m, err := s.parseMetric(string(key), v.Items[i])
		if err != nil {
			return err
		}
		s.metrics = append(s.metrics, m)
	}
	return nil
}

func (s *Spec) parseMetric(name string, v value.Value) (metric, *fault.Error) {
	m := metric{name: name}
	if v.Tag == value.String && string(v.Str) == "count" {
		return m, nil
	}
	for i, key := range v.Keys { // of an object
		if v.Items[i].Tag == value.Undefined {
			continue
		}
		if wrong := s.readMetric(&m, string(key), v.Items[i]); wrong != "" {
			return m, fail(wrong, "metrics", name, string(key))
		}
	}
	if m.kind == countRows {
		const use = "must be 'count', or one of { count }, { sum }, { avg }, { min } and { max } with a field"
		return m, fail(use, "metrics", name)
	}
	return m, nil
}

// readMetric reads what a metric is and of which field, or says what is wrong with it.
func (s *Spec) readMetric(m *metric, key string, of value.Value) (wrong string) {
	kind, known := kindOf(key)
	switch {
	case !known:
		return "is not a metric: use count, sum, avg, min or max"
	case of.Tag != value.String:
		return "must be a field path, not " + of.Tag.String()
	case m.kind != countRows:
		return "is more than one metric: give each a name of its own"
	}
	m.kind, m.of = kind, s.measure(kind, s.path(of.Str))
	return ""
}

func kindOf(name string) (kind, bool) {
	switch name {
	case "count":
		return count, true
	case "sum":
		return total, true
	case "avg":
		return average, true
	case "min":
		return least, true
	case "max":
		return greatest, true
	}
	return 0, false
}

// measure gives the place of what has to be kept for a metric of a field.
func (s *Spec) measure(k kind, path int) int {
	list := &s.counted
	switch k {
	case total, average:
		list = &s.summed
	case least, greatest:
		list = &s.ranked
	}
	if i := slices.Index(*list, path); i >= 0 {
		return i
	}
	*list = append(*list, path)
	return len(*list) - 1
}

// path gives the place of a field in paths.
func (s *Spec) path(text []byte) int {
	for i := range s.paths {
		if s.paths[i].text == string(text) {
			return i
		}
	}
	parts := bytes.Split(bytes.Clone(text), []byte{'.'})
	s.paths = append(s.paths, path{text: string(text), name: string(parts[0]), rest: parts[1:]})
	return len(s.paths) - 1
}
