package value

import (
	"bytes"
	"slices"
)

// Permutation gives 0 … n-1 in the order of compare, which gets two of them.
// All sorts of the engine that are not hot go through it: each further element
// type that the generic sort is instantiated for adds 15 KB to atoma.wasm.
func Permutation(n int, compare func(a, b uint32) int) []uint32 {
	order := make([]uint32, n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, compare)
	return order
}

// Distinct tells whether no key occurs twice: each with each for a few, else by sorting, which costs
// O(n log n) comparisons for any input where hashing would depend on what a hostile sender knows of the hash.
func Distinct(keys [][]byte) bool {
	if len(keys) <= fewKeys {
		for i, key := range keys {
			if contains(keys[:i], key) {
				return false
			}
		}
		return true
	}
	order := Permutation(len(keys), func(a, b uint32) int { return bytes.Compare(keys[a], keys[b]) })
	for i := 1; i < len(order); i++ {
		if bytes.Equal(keys[order[i-1]], keys[order[i]]) {
			return false
		}
	}
	return true
}
