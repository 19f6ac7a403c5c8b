package aggregate

import (
	"encoding/binary"

	"github.com/atoma-dev/atoma/runtime/value"
)

// appendRow appends the row of a group, an Object in top-level form. extreme says which row has the least or greatest
// cell for a metric.
func (y *tally) appendRow(dst []byte, group uint32, extreme func(metric int, group uint32) (slot uint32, ok bool)) []byte {
	s := y.spec
	dst = appendUvarint(dst, len(s.groupBy)+len(s.metrics))
	y.groups.numbers(group, y.groups.a)
	for i, of := range s.groupBy {
		dst = appendKey(dst, s.paths[of].text)
		tag, payload := y.groups.fields[i].cell(y.groups.a[i])
		dst = appendNested(dst, tag, payload)
	}
	for i := range s.metrics {
		m := &s.metrics[i]
		dst = appendKey(dst, m.name)
		switch m.kind {
		case countRows:
			dst = appendNumber(dst, float64(y.rows[group]))
		case count:
			dst = appendNumber(dst, float64(y.counted[m.of][group]))
		case total, average:
			dst = y.summed[m.of].appendMetric(dst, group, m.kind)
		default:
			slot, ok := extreme(i, group)
			if !ok {
				dst = append(dst, byte(value.Null))
				continue
			}
			var scratch [8]byte
			tag, payload := y.fields[s.ranked[m.of]].cell(slot, &scratch)
			dst = appendNested(dst, tag, payload)
		}
	}
	return dst
}

func (s *sums) appendMetric(dst []byte, group uint32, k kind) []byte {
	n := s.groups[group].count
	switch {
	case n == 0:
		return append(dst, byte(value.Null))
	case k == average:
		return appendNumber(dst, s.value(group)/float64(n))
	}
	return appendNumber(dst, s.value(group))
}

// The helpers are not inlined, since that makes atoma.wasm heavier by kilobytes, and nothing faster that matters.

//go:noinline
func appendUvarint(dst []byte, n int) []byte { return binary.AppendUvarint(dst, uint64(n)) }

//go:noinline
func appendKey(dst []byte, key string) []byte { return append(appendUvarint(dst, len(key)), key...) }

//go:noinline
func appendNumber(dst []byte, f float64) []byte {
	return value.AppendFloat(append(dst, byte(value.Number)), f)
}

// appendNested appends a cell in nested form.
//
//go:noinline
func appendNested(dst []byte, tag value.Tag, payload []byte) []byte {
	if tag == value.Absent {
		tag = value.Null
	}
	dst = append(dst, byte(tag))
	if tag == value.String || tag == value.Bytes {
		dst = appendUvarint(dst, len(payload))
	}
	return append(dst, payload...)
}
