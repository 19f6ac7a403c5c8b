package value

import "unicode/utf8"

const highBits = 0x8080808080808080

// IsASCII tells whether every byte is below 0x80. It looks at 8 bytes at a time, four such words in flight, because
// it runs over whole string columns.
func IsASCII(b []byte) bool {
	for len(b) >= 32 {
		w := Load64(b) | Load64(b[8:]) |
			Load64(b[16:]) | Load64(b[24:])
		if w&highBits != 0 {
			return false
		}
		b = b[32:]
	}
	for len(b) >= 8 {
		if Load64(b)&highBits != 0 {
			return false
		}
		b = b[8:]
	}
	var or byte
	for _, c := range b {
		or |= c
	}
	return or < utf8.RuneSelf
}

// ValidWTF8 tells whether b is the WTF-8 of some JavaScript string: UTF-8, in which a surrogate may stand as three
// bytes of its own as long as it is alone. A high one directly before a low one is refused, since the pair is a code
// point that has a four-byte form: each string has exactly one encoding, and byte order is code point order.
func ValidWTF8(b []byte) bool {
	// Lone surrogates are so rare that well-formed text, at the speed of the standard library, comes first.
	return utf8.Valid(b) || validSurrogates(b)
}

// validSurrogates is ValidWTF8 for strings that are not UTF-8.
func validSurrogates(b []byte) bool {
	afterHigh := false // the bytes just before b are a high surrogate
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r != utf8.RuneError || size > 1 {
			afterHigh = false
			b = b[size:]
			continue
		}
		if !surrogate(b) {
			return false
		}
		high := b[1] < 0xB0
		if afterHigh && !high {
			return false
		}
		afterHigh = high
		b = b[3:]
	}
	return true
}

// surrogate tells whether b starts with the three bytes of U+D800 to U+DFFF: ED A0…BF 80…BF.
func surrogate(b []byte) bool {
	return len(b) >= 3 && b[0] == 0xED && b[1] >= 0xA0 && b[1] <= 0xBF && b[2] >= 0x80 && b[2] <= 0xBF
}
