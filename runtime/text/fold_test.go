package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "github.com/atoma-dev/atoma/runtime/text"
)

// fold is simple folding by the book: the least code point of each orbit, or the small letter among ASCII.
func fold(s string) string {
	var out strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			out.WriteByte(s[0])
			s = s[1:]
			continue
		}
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		if least < 0x80 {
			least = unicode.ToLower(least)
		}
		out.WriteRune(least)
		s = s[size:]
	}
	return out.String()
}

func TestEveryCodePointFoldsToItsOrbit(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xD800 && r <= 0xDFFF {
			continue
		}
		s := string(r)
		folded := string(AppendFold(nil, []byte(s)))
		if folded != fold(s) {
			t.Fatalf("%U folds to %q, not %q", r, folded, fold(s))
		}
		if len(folded) > len(s) {
			t.Fatalf("%U grows", r)
		}
	}
}

func TestFoldedComparisonsAreThoseOfFoldedStrings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text(12).Draw(t, "s")
		needle := fold(text(3).Draw(t, "needle"))
		if rapid.Bool().Draw(t, "cut from s") {
			needle = cut(t, fold(s))
		}
		require.Equal(t, fold(s), string(AppendFold(nil, []byte(s))))
		require.Equal(t, strings.Contains(fold(s), needle), ContainsFold([]byte(s), []byte(needle)))
		require.Equal(t, strings.HasPrefix(fold(s), needle), HasPrefixFold([]byte(s), []byte(needle)))
		require.Equal(t, strings.HasSuffix(fold(s), needle), HasSuffixFold([]byte(s), []byte(needle)))
	})
}

// Longer strings are looked through eight bytes at a time.
func TestASCIIIsSearchedAsAnyString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom([]rune("aAbB[{@`0\x00 ")), 0, 40, -1).Draw(t, "s")
		needle := fold(rapid.StringOfN(rapid.SampledFrom([]rune("aAbB[{@`0\x00 é")), 0, 4, -1).Draw(t, "needle"))
		if rapid.Bool().Draw(t, "cut from s") {
			needle = cut(t, fold(s))
		}
		require.Equal(t, strings.Contains(fold(s), needle), ContainsFold([]byte(s), []byte(needle)), "%q in %q", needle, s)
	})
}

// cut takes a part out of a string, at code points.
func cut(t *rapid.T, s string) string {
	starts := []int{len(s)}
	for i := range len(s) {
		if s[i]&0xC0 != 0x80 {
			starts = append(starts, i)
		}
	}
	from, to := rapid.SampledFrom(starts).Draw(t, "from"), rapid.SampledFrom(starts).Draw(t, "to")
	return s[min(from, to):max(from, to)]
}

func FuzzFold(f *testing.F) {
	f.Add("Straße", "SSE")
	f.Add("K\xed\xa0\x80", "k")
	f.Fuzz(func(t *testing.T, s, needle string) {
		folded := string(AppendFold(nil, []byte(s)))
		require.LessOrEqual(t, len(folded), len(s))
		require.Equal(t, folded, string(AppendFold(nil, []byte(folded))))
		if !utf8.ValidString(s) || !utf8.ValidString(needle) {
			return
		}
		needle = fold(needle)
		require.Equal(t, strings.Contains(folded, needle), ContainsFold([]byte(s), []byte(needle)))
		require.Equal(t, strings.HasPrefix(folded, needle), HasPrefixFold([]byte(s), []byte(needle)))
		require.Equal(t, strings.HasSuffix(folded, needle), HasSuffixFold([]byte(s), []byte(needle)))
	})
}

func BenchmarkContainsFold(b *testing.B) {
	title, needle := []byte("Buy 0007919 crates of lemonade"), []byte("limo")
	for b.Loop() {
		ContainsFold(title, needle)
	}
}
