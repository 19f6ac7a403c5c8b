package aggregate

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// genFloat makes numbers of all sizes, and often such that cancel out or round to a tie.
var genFloat = rapid.OneOf(
	rapid.Float64(),
	rapid.Map(rapid.Int64Range(-1e6, 1e6), func(n int64) float64 { return float64(n) }),
	rapid.Map(rapid.Int64Range(-1e6, 1e6), func(n int64) float64 { return float64(n) / 100 }),
	rapid.Custom(func(t *rapid.T) float64 {
		f := math.Ldexp(1, rapid.IntRange(-1074, 1023).Draw(t, "exponent"))
		if rapid.Bool().Draw(t, "negative") {
			return -f
		}
		return f
	}),
	rapid.SampledFrom([]float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 1 << 51, 1<<52 - 0.5, 1 << 52, 1 << 53, 1<<53 + 2, -(1 << 53), 1e300, -1e300, math.MaxFloat64,
		-math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-64, 0x1p-65, 0x1p-12, 0x1.8p-13,
	}),
)

// genNumber makes any number.
var genNumber = rapid.OneOf(genFloat, genFloat, genFloat,
	rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}))

// naiveSum adds without rounding and rounds once.
func naiveSum(values []float64) float64 {
	total := new(big.Float).SetPrec(2400)
	special := 0.0
	for _, f := range values {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			special += f
			continue
		}
		total.Add(total, new(big.Float).SetFloat64(f))
	}
	if special != 0 {
		return special
	}
	sum, _ := total.Float64()
	return sum + 0 // -0 is 0
}

func requireSameFloat(t require.TestingT, want, got float64) {
	if math.IsNaN(want) && math.IsNaN(got) {
		return
	}
	require.Equal(t, math.Float64bits(want), math.Float64bits(got), "want %v, got %v", want, got)
}

func TestSumsAreExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOf(genNumber).Draw(rt, "values")
		s := sums{groups: make([]sum, 1)}
		for _, f := range values {
			s.change(0, f, 1)
		}
		requireSameFloat(rt, naiveSum(values), s.value(0))
		require.Equal(rt, uint32(len(values)), s.groups[0].count)
	})
}

func TestWideSumsAreExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOf(genNumber).Draw(rt, "values")
		var w wide
		for _, f := range values {
			w.change(f, 1)
		}
		requireSameFloat(rt, naiveSum(values), w.value())
	})
}

// What is left after taking values out is what there would be without them, to the bit.
func TestValuesAreTakenOutWithoutATrace(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOf(genNumber).Draw(rt, "values")
		out := rapid.Permutation(rapid.SliceOf(genNumber).Draw(rt, "out")).Draw(rt, "order")
		s := sums{groups: make([]sum, 2)}
		for _, f := range append(append([]float64{}, out...), values...) {
			s.change(1, f, 1)
		}
		for _, f := range out {
			s.change(1, f, -1)
		}
		requireSameFloat(rt, naiveSum(values), s.value(1))
		require.Equal(rt, uint32(len(values)), s.groups[1].count)
	})
}

// Half a unit in the last place goes to even, unless there is anything at all on one side of it.
func TestTiesAreBrokenByWhatIsFarBelow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		exponent := rapid.OneOf(rapid.IntRange(42, 51), rapid.IntRange(-900, 1000)).Draw(rt, "exponent")
		side := float64(rapid.IntRange(-1, 1).Draw(rt, "side"))
		values := []float64{math.Ldexp(float64(1<<52|rapid.Int64Range(0, 1).Draw(rt, "odd")), exponent-52)}
		if half := math.Ldexp(1, exponent-53); rapid.Bool().Draw(rt, "split") {
			values = append(values, half/2, half/2*(1+side*0x1p-52))
		} else {
			values = append(values, half, math.Ldexp(side, exponent-53-rapid.IntRange(1, 120).Draw(rt, "below")))
		}
		s := sums{groups: make([]sum, 2)}
		for _, f := range values {
			s.change(0, f, 1)
			s.change(1, -f, 1)
		}
		want := naiveSum(values)
		requireSameFloat(rt, want, s.value(0))
		requireSameFloat(rt, -want, s.value(1))
	})
}

// Many values of the same size fill chunks up, and the fixed-point part too.
func TestSumsOfManyValuesAreExact(t *testing.T) {
	for _, f := range []float64{1<<52 - 0.5, -(1<<52 - 1), 0.1, 1e300, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1.fffffffffffffp-1000, 0x1.fffffffffffffp31} {
		const n = 30_000
		s := sums{groups: make([]sum, 1)}
		var w wide
		for range n {
			s.change(0, f, 1)
			w.change(f, 1)
		}
		want, _ := new(big.Float).SetPrec(2400).Mul(big.NewFloat(f), big.NewFloat(n)).Float64()
		requireSameFloat(t, want, s.value(0))
		requireSameFloat(t, want, w.value())
		for range n {
			s.change(0, f, -1)
		}
		requireSameFloat(t, 0, s.value(0))
	}
}

func BenchmarkSum(b *testing.B) {
	for _, c := range []struct {
		name string
		f    float64
	}{{"whole", 12345}, {"price", 19.99}, {"wide", 1e30}} {
		b.Run(c.name, func(b *testing.B) {
			s := sums{groups: make([]sum, 1)}
			for b.Loop() {
				s.change(0, c.f, 1)
			}
		})
	}
}
