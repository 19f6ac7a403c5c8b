package text

import (
	"bytes"
	"math/bits"
	"unicode"
	"unicode/utf8"

	"github.com/atoma-dev/atoma/runtime/value"
)

// small is the folded form of each ASCII byte.
var small = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	return t
}()

// foldRune gives the representative of all code points that are equal but for case.
func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return rune(small[byte(r)])
	case r <= 0xFF:
		if r >= 0xE0 && r <= 0xFE && r != 0xF7 {
			return r - 0x20
		}
		return r
	case r >= 0x2E80 && r < 0xA640, r >= 0xAC00 && r < 0xFB00: // without case: Han, kana, Hangul, surrogates, private use
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if f < least {
			least = f
		}
	}
	if least < utf8.RuneSelf {
		return rune(small[byte(least)])
	}
	return least
}

// AppendFold appends s, folded, to dst. It is at most as long as s.
func AppendFold(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			dst = append(dst, small[b])
			i++
			continue
		}
		r, size := Decode(s[i:])
		if f := foldRune(r); f != r {
			dst = utf8.AppendRune(dst, f)
		} else {
			dst = append(dst, s[i:i+size]...)
		}
		i += size
	}
	return dst
}

// foldRoom is up to how many bytes are folded without allocating.
const foldRoom = 256

// ContainsFold tells whether folded, which is folded already, stands somewhere in s but for case.
func ContainsFold(s, folded []byte) bool {
	if len(folded) > len(s) {
		return false
	}
	if len(folded) == 0 {
		return true
	}
	if !isASCII(s) {
		var room [foldRoom]byte
		return bytes.Contains(AppendFold(room[:0], s), folded)
	}
	return containsASCII(s, folded)
}

const (
	ones   = 0x0101010101010101
	spaces = 0x20 * ones
	highs  = 0x80 * ones
)

// containsASCII looks at the first and the last byte of folded at eight places of s at a time, without the bit that
// letters differ in by case, and closer where both agree (after Wojciech Muła, "SIMD-friendly algorithms for substring
// searching"). s is ASCII and no shorter than folded, which is not empty.
func containsASCII(s, folded []byte) bool {
	places := len(s) - len(folded) + 1
	if places < 8 {
		for i := range places {
			if equalASCII(s[i:], folded) {
				return true
			}
		}
		return false
	}
	first, last := uint64(folded[0]|0x20)*ones, uint64(folded[len(folded)-1]|0x20)*ones
	ends := s[len(folded)-1:]
	for i := 0; ; i = min(i+8, places-8) {
		differ := ((value.Load64(s[i:]) | spaces) ^ first) | ((value.Load64(ends[i:]) | spaces) ^ last)
		// A byte that is zero gets its high bit; so may one above such a byte, falsely, and none is missed.
		for agree := (differ - ones) &^ differ & highs; agree != 0; agree &= agree - 1 {
			if equalASCII(s[i+bits.TrailingZeros64(agree)>>3:], folded) {
				return true
			}
		}
		if i == places-8 {
			return false
		}
	}
}

// equalASCII tells whether s, which is ASCII and no shorter, starts with folded.
func equalASCII(s, folded []byte) bool {
	s = s[:len(folded)]
	for i, b := range folded {
		if small[s[i]] != b {
			return false
		}
	}
	return true
}

// HasPrefixFold tells whether s starts with folded, which is folded already, but for case.
func HasPrefixFold(s, folded []byte) bool {
	for i := 0; i < len(folded); {
		if len(s) == 0 {
			return false
		}
		if b := s[0]; b < utf8.RuneSelf {
			if small[b] != folded[i] {
				return false
			}
			s, i = s[1:], i+1
			continue
		}
		r, size := Decode(s)
		want, width := Decode(folded[i:])
		if foldRune(r) != want {
			return false
		}
		s, i = s[size:], i+width
	}
	return true
}

// HasSuffixFold tells whether s ends with folded, which is folded already, but for case.
func HasSuffixFold(s, folded []byte) bool {
	if len(folded) > len(s) {
		return false
	}
	if end := s[len(s)-len(folded):]; isASCII(end) {
		return equalASCII(end, folded)
	}
	var room [foldRoom]byte
	return bytes.HasSuffix(AppendFold(room[:0], s), folded)
}

// isASCII tells whether every byte is below 0x80.
func isASCII(s []byte) bool {
	or := uint64(0)
	if n := len(s); n >= 8 {
		for i := 0; i < n-8; i += 8 {
			or |= value.Load64(s[i:])
		}
		or |= value.Load64(s[n-8:])
		return or&highs == 0
	}
	for _, b := range s {
		or |= uint64(b)
	}
	return or < utf8.RuneSelf
}
