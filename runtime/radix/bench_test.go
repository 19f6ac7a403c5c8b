package radix_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/atoma-dev/atoma/runtime/radix"
)

// titles are like those of web/bench: 3 to 5 words of a vocabulary, of which a few words are in many.
func titles(n int) []string {
	random := uint64(2)
	next := func() float64 {
		random = random*6364136223846793005 + 1442695040888963407
		return float64(random>>11) / (1 << 53)
	}
	syllables := []string{
		"ba", "ken", "do", "ri", "mal", "to", "sun", "ve", "lor", "ni", "pra", "gos", "wen", "ta", "fil", "mo", "ser",
		"ku", "len", "dra", "ho", "vin", "ze", "par", "co", "stel", "ju", "nor", "be", "ti",
	}
	words := make([]string, 4000)
	for i := range words {
		for range 2 + int(next()*2.4) {
			words[i] += syllables[int(next()*float64(len(syllables)))]
		}
	}
	all := make([]string, n)
	for i := range all {
		r := next()
		s := words[int(4000*r*r)]
		s = string(s[0]-'a'+'A') + s[1:]
		for range 2 + int(next()*3) {
			r := next()
			s += " " + words[int(4000*r*r)]
		}
		all[i] = s
	}
	return all
}

// Half of 100,000 strings each, which lie one behind the other as in a table.
func BenchmarkStrings50k(b *testing.B) {
	made := map[string]func(i int) string{}
	list := titles(100_000)
	made["titles"] = func(i int) string { return list[i] }
	made["rare"] = func(i int) string { // a rare letter now and then, and one without what the others begin with
		switch {
		case i == 77777:
			return "Alone"
		case i%997 == 0:
			return "The " + list[i][:i/997%len(list[i])] + string(rune(200+i/997)) + list[i]
		}
		return "The " + list[i]
	}
	made["numbers"] = func(i int) string { return fmt.Sprintf("Buy %07d crates of lemonade", i*7919%9999991) }
	made["names"] = func(i int) string { return list[i*31%3000][:5+i*31%3000%6] }
	made["bytes"] = func(i int) string {
		x := uint64(i+1) * 0x9e3779b97f4a7c15
		x ^= x >> 29
		x *= 0xbf58476d1ce4e5b9
		return fmt.Sprintf("%c%c%c%c%x", byte(x), byte(x>>8), byte(x>>16), byte(x>>24), x)
	}
	made["paths"] = func(i int) string {
		return "https://example.org/articles/" + list[i%40] + "/" + list[i] + "/index.html"
	}
	for _, name := range []string{"titles", "rare", "numbers", "names", "bytes", "paths"} {
		var arena []byte
		offsets := make([]uint32, 100_001)
		for i := range 100_000 {
			arena = append(arena, made[name](i)...)
			offsets[i+1] = uint32(len(arena))
		}
		text := func(slot uint32) []byte { return arena[offsets[slot]:offsets[slot+1]] }
		items, scratch := make([]radix.Item, 50_000), make([]radix.Item, 50_000)
		b.Run(name, func(b *testing.B) {
			least := time.Duration(math.MaxInt64)
			for b.Loop() {
				for i := range items {
					items[i] = radix.Item{Slot: uint32(2*i + i*7%3&1)}
				}
				started := time.Now()
				radix.Strings(items, scratch, false, text)
				least = min(least, time.Since(started))
			}
			b.ReportMetric(float64(least.Nanoseconds())/1000, "min-µs")
		})
	}
	for _, name := range []string{"random", "floats", "times", "skewed"} {
		items, scratch := make([]radix.Item, 50_000), make([]radix.Item, 50_000)
		b.Run("keys/"+name, func(b *testing.B) {
			least := time.Duration(math.MaxInt64)
			for b.Loop() {
				random := uint64(1)
				for i := range items {
					random = random*6364136223846793005 + 1442695040888963407
					key := random ^ random>>29
					switch name {
					case "floats":
						key = radix.Float(float64(key>>31) / 7)
					case "times":
						key = radix.Float(1.7e12 + float64(i*7919%100_000)*1000)
					case "skewed":
						key = key%1000 | key>>60<<60
					}
					items[i] = radix.Item{Slot: uint32(i), Key: key}
				}
				started := time.Now()
				radix.Sort(items, scratch)
				least = min(least, time.Since(started))
			}
			b.ReportMetric(float64(least.Nanoseconds())/1000, "min-µs")
		})
	}
}
