package value

import (
	"bytes"
	"cmp"
)

// rank is the place of a kind in the total order.
type rank uint8

const (
	rankBoolean rank = iota
	rankNumber
	rankDate
	rankString
	rankOther
	rankLast
)

var ranks = [tagCount]rank{
	Absent: rankLast, Null: rankLast, Undefined: rankLast,
	False: rankBoolean, True: rankBoolean,
	Number: rankNumber, Date: rankDate, String: rankString,
	Bytes: rankOther, Array: rankOther, Object: rankOther,
}

func rankOf(tag Tag, payload []byte) rank {
	if tag.Numeric() {
		if f := Float(payload); f != f {
			return rankLast
		}
	}
	return ranks[tag]
}

// SortsLast tells whether a cell is one of those that come last in either direction of a sort: null, absent, NaN and
// invalid dates. Compare puts them after all others; a descending sort must reverse only what is between others.
func SortsLast(tag Tag, payload []byte) bool {
	return rankOf(tag, payload) == rankLast
}

// Compare is the total order by which queries sort: booleans, false first, then numbers, dates, strings by code
// point, then all other kinds, which tie, and last those of SortsLast, which tie. It is a weak order: cells that tie
// need not be Equal (0 and -0 are, two arrays need not be).
func Compare(aTag Tag, a []byte, bTag Tag, b []byte) int {
	aRank, bRank := rankOf(aTag, a), rankOf(bTag, b)
	if aRank != bRank {
		return cmp.Compare(aRank, bRank)
	}
	switch aRank {
	case rankBoolean:
		return cmp.Compare(aTag, bTag)
	case rankNumber, rankDate:
		return cmp.Compare(Float(a), Float(b))
	case rankString:
		return bytes.Compare(a, b) // in WTF-8 byte order is code point order
	}
	return 0
}
