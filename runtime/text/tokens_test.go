package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "github.com/atoma-dev/atoma/runtime/text"
)

func tokens(s string, o Options) []string {
	var t Tokens
	t.Add([]byte(s), o)
	all := []string{}
	for i := range t.Len() {
		all = append(all, string(t.At(i)))
	}
	return all
}

// libraryWords is what the library says alone. It knows no runs.
func libraryWords(s string, least int) []string {
	all := []string{}
	for at := words.FromString(s); at.Next(); {
		isWord := strings.ContainsFunc(at.Value(), func(r rune) bool {
			return unicode.IsLetter(r) || unicode.IsNumber(r) || r != utf8.RuneError && !unicode.IsMark(r) && unicode.Is(unicode.Other_Alphabetic, r)
		})
		if isWord && utf8.RuneCountInString(at.Value()) >= least {
			all = append(all, fold(at.Value()))
		}
	}
	return all
}

func TestTokensAreWords(t *testing.T) {
	for s, want := range map[string][]string{
		"":                             {},
		" -- !":                        {},
		"Buy 12 crates, e.g. today's":  {"buy", "12", "crates", "e.g", "today's"},
		"snake_case a_1 __ _a":         {"snake_case", "a_1", "_a"},
		"3.14 1,000 1. .5 a.b 1:2 x:y": {"3.14", "1,000", "1", "5", "a.b", "1", "2", "x:y"},
		"O'Neill's 'quoted' l''x":      {"o'neill's", "quoted", "l", "x"},
		"Straße STRASSE ΣΊΣΥΦΟΣ":       {"straße", "strasse", string(AppendFold(nil, []byte("σίσυφος")))},
		"naïve café":                   {string(AppendFold(nil, []byte("naïve"))), string(AppendFold(nil, []byte("café")))},
		"東京タワーへ行く":                     {"東", "京", "タワー", "へ", "行", "く"},
		"Go言語 カ_a":                     {"go", "言", "語", "カ", "_a"},
		"한글 단어":                        {"한글", "단어"},
		"😀 party🎉time 👩‍🚀":             {"party", "time"},
		"a\xed\xa0\x80b":               {"a", "b"},
		"\xed\xa0\x80":                 {},
		"Ⓐ":                            {string(AppendFold(nil, []byte("ⓐ")))},
	} {
		require.Equal(t, want, tokens(s, Options{}), s)
	}
}

func TestWhitespaceTokens(t *testing.T) {
	o := Options{Whitespace: true}
	require.Equal(t, []string{"c++", "c#", "東京タワー", "\xed\xa0\x80x", "."}, tokens(" C++\u3000c#\n東京タワー \xed\xa0\x80X .", o))
	o.MinLength = 3
	require.Equal(t, []string{"c++", "東京タワー"}, tokens("C++ c# 東京タワー 東京", o))
}

func TestShortTokensAreNone(t *testing.T) {
	require.Equal(t, []string{"of", "lemonade", string(AppendFold(nil, []byte("éa"))), "東"}, tokens("a of lemonade é éa 東", Options{MinLength: 2}))
}

// The library's own word is taken for all that is not cut into runs, and for ASCII, which does not come to it.
func TestWordsAreThoseOfTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text(20).Draw(t, "s")
		s = strings.Map(func(r rune) rune {
			if Unspaced(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
		least := rapid.IntRange(0, 3).Draw(t, "least")
		require.Equal(t, libraryWords(s, least), tokens(s, Options{MinLength: least}))
	})
}

// Runs are cut by hand, since that is several times faster, and as the library does.
func TestRunsAreCutAsByTheLibrary(t *testing.T) {
	var unspaced []rune
	for r := rune(0x2E80); r <= 0x33FFF; r++ {
		if Unspaced(r) && (r < 0x4E00 || r > 0xF000 && r < 0x1F300 || r%97 == 0) {
			unspaced = append(unspaced, r)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(unspaced), rapid.SampledFrom([]rune("カター゛の東\u3099\u0301\ufe00ﾞ"))), 1, 10).Draw(t, "runes")
		if !Unspaced(some[0]) {
			some[0] = 'か'
		}
		for i, r := range some {
			if !Unspaced(r) && !unicode.IsMark(r) && r != 'ﾞ' {
				some[i] = 'タ'
			}
		}
		s := string(some)
		want := []string{}
		for at := words.FromString(s); at.Next(); {
			want = append(want, at.Value())
		}
		require.Equal(t, want, tokens(s, Options{MinLength: 3}))
	})
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"can't 3.14 a_b x:y 1;2 \"q\"", "a..b 1.a a.1 _._ a'", "東京 ab 😀", "\xff\xed\xa0\x80", "\r\n\t a"} {
		f.Add(s, 1, false)
		f.Add(s, 2, true)
	}
	f.Fuzz(func(t *testing.T, s string, least int, whitespace bool) {
		var tokens Tokens
		o := Options{Whitespace: whitespace, MinLength: least}
		tokens.Add([]byte(s), o)
		ascii := strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
		got := []string{}
		for i := range tokens.Len() {
			got = append(got, string(tokens.At(i)))
			if utf8.ValidString(s) {
				require.NotEmpty(t, got[i])
			}
		}
		if ascii && !whitespace {
			require.Equal(t, libraryWords(s, least), got)
		}
		last := 0
		for _, r := range tokens.Places() {
			require.True(t, last <= r.Start && r.Start < r.End && r.End <= len(s))
			last = r.End
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	for name, s := range map[string]string{"ascii": "Buy 0007919 crates of lemonade", "latin": "Größere Mengen süßer Limonade kaufen", "japanese": "東京タワーへ行くバス"} {
		b.Run(name, func(b *testing.B) {
			var t Tokens
			for b.Loop() {
				t.Reset()
				t.Add([]byte(s), Options{})
			}
		})
	}
}
