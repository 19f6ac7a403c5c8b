package text

import (
	"bytes"
	"slices"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Range is a part of a string, in bytes: from Start to before End.
type Range struct{ Start, End int }

// Ranges gives what of s the query's terms match, in order and without overlap or contact: whole tokens, and runs
// wherever they stand. Whether all terms match does not matter here. None: nil.
func (q *Query) Ranges(s []byte) []Range {
	var ranges []Range
	for i := range q.terms {
		if t := &q.terms[i]; t.run {
			ranges = appendRuns(ranges, s, t.text)
		}
	}
	if q.words > 0 {
		ranges = q.appendTokens(ranges, s)
	}
	return merge(ranges)
}

// appendRuns marks each place of a run, overlapping ones too: all of "ああああ" is marked by "あああ".
func appendRuns(ranges []Range, s []byte, run string) []Range {
	for from := 0; ; {
		at := bytes.Index(s[from:], []byte(run))
		if at < 0 {
			return ranges
		}
		from += at
		ranges = append(ranges, Range{from, from + len(run)})
		_, size := Decode(s[from:])
		from += size
	}
}

func (q *Query) appendTokens(ranges []Range, s []byte) []Range {
	var tokens Tokens
	tokens.Add(s, q.options)
	for k := range tokens.Len() {
		if q.nearAny(tokens.At(k)) {
			at := tokens.tokens[k]
			ranges = append(ranges, Range{int(at.first), int(at.last)})
		}
	}
	return ranges
}

// nearAny tells whether a token of a field matches a token of the query.
func (q *Query) nearAny(token []byte) bool {
	if q.place(token, false) >= 0 {
		return true
	}
	if q.distance == 0 {
		return false
	}
	for i := range q.terms {
		if t := &q.terms[i]; t.run {
			continue
		} else if _, ok := t.within(token, q.distance); ok {
			return true
		}
	}
	return false
}

// merge sorts ranges and joins those that overlap or touch.
func merge(ranges []Range) []Range {
	if len(ranges) < 2 {
		return ranges
	}
	if len(ranges) > fewHits {
		order := value.Permutation(len(ranges), func(a, b uint32) int { return ranges[a].Start - ranges[b].Start })
		sorted := make([]Range, len(ranges))
		for i, at := range order {
			sorted[i] = ranges[at]
		}
		ranges = sorted
	}
	// Each list that was appended is ascending, and there are few: insertion is as good as sorting.
	for i := 1; i < len(ranges); i++ {
		for k := i; k > 0 && ranges[k].Start < ranges[k-1].Start; k-- {
			ranges[k], ranges[k-1] = ranges[k-1], ranges[k]
		}
	}
	joined := ranges[:1]
	for _, r := range ranges[1:] {
		if last := &joined[len(joined)-1]; r.Start <= last.End {
			last.End = max(last.End, r.End)
		} else {
			joined = append(joined, r)
		}
	}
	return slices.Clip(joined)
}
