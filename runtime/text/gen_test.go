package text_test

import (
	"strings"

	"pgregory.net/rapid"
)

// pieces are what the strings of tests are made of: few enough to meet again, with what Unicode has in store: letters
// whose case changes their length (K, ſ, ẞ, Ⱥ), three sigmas, a dotted I, marks, joiners, all the scripts without
// spaces, Hebrew and Thai, numbers, lone surrogates, emoji.
var pieces = []string{
	"a", "b", "A", "B", "k", "K", "K", "s", "ſ", "ß", "ẞ", "Σ", "σ", "ς", "İ", "i", "ı", "é", "e\u0301", "Ⱥ", "ⱥ", "ÿ", "Ÿ",
	"1", "2", "½", "²", " ", " ", " ", "\t", "\u00a0", "\u3000", "-", "_", ".", "'", ":", ",", "\"", "\r\n", "\u00ad", "\u200d", "\u0301", "\u3099", "\u0345",
	"東", "京", "々", "の", "か", "カ", "タ", "ー", "ｱ", "ｰ", "ﾞ", "㋐", "한", "글", "א", "ב", "״", "ก", "า", "Ⓐ", "ⓐ",
	"\xed\xa0\x80", "\xed\xb0\x81", "😀", "👩\u200d🚀", "🇨🇭", "𐐀", "𐐨", "ab", "ba", "abc", "12",
}

func text(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		// WTF-8 has no high surrogate before a low one: that would be a code point of four bytes.
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, most).Draw(t, "pieces"), "")
		return strings.ReplaceAll(s, "\xed\xa0\x80\xed\xb0\x81", "\U00010001")
	})
}
