package text

import (
	"math"

	"github.com/atoma-dev/atoma/runtime/value"
)

// Relevance is BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009) with the
// usual parameters and the idf that is never negative, as Lucene has it. A token of the query that several terms of
// the field are near to scores for each of them, the less the further it is.
const (
	saturation = 1.2  // k1
	byLength   = 0.75 // b
)

// fewHits is up to how many hits, or ranges, are sorted by insertion.
const fewHits = 64

// Corpus is what scoring takes of a field over all rows.
type Corpus struct {
	Rows   int // whose field has at least one token
	Tokens int // of all of them
}

// Posting says that a term of the query is matched by a term of the field. For a run it is the run itself.
type Posting struct {
	Term     int // of the query
	Distance int
	Rows     int // that have the term of the field
}

// Hit is how often a row has what a Posting is about.
type Hit struct {
	Posting uint32
	Times   uint32
}

// Scoring scores rows for one query. Its floats depend on counts alone, and are added in a fixed order, so that it
// does not matter where the counts are from.
type Scoring struct {
	terms    int
	average  float64
	postings []Posting
	idf      []float64 // by posting, with the discount for its distance
	corpus   Corpus
}

// NewScoring takes the postings by term of the query, and by term of the field within.
func NewScoring(q *Query, c Corpus, postings []Posting) *Scoring {
	s := &Scoring{terms: len(q.terms), postings: postings, corpus: c, idf: make([]float64, len(postings))}
	if c.Rows > 0 {
		s.average = float64(c.Tokens) / float64(c.Rows)
	}
	for i, p := range postings {
		s.idf[i] = math.Log(1 + (float64(c.Rows)-float64(p.Rows)+0.5)/(float64(p.Rows)+0.5))
	}
	return s
}

// Row scores a row of length tokens by its hits, in the order of postings. It does not match, and ok is false, if a term of
// the query has none.
func (s *Scoring) Row(hits []Hit, length int) (score float64, ok bool) {
	if s.terms == 0 {
		return 0, false
	}
	// The conversions keep compilers from fusing a multiplication and an addition, which would round differently.
	norm := float64(saturation * (1 - byLength + float64(byLength*float64(length)/s.average)))
	term := 0
	for i := 0; i < len(hits); term++ {
		sum := 0.0
		if s.postings[hits[i].Posting].Term != term {
			return 0, false
		}
		for ; i < len(hits); i++ {
			p := &s.postings[hits[i].Posting]
			if p.Term != term {
				break
			}
			times := float64(hits[i].Times)
			weight := s.idf[hits[i].Posting] * (times * (saturation + 1)) / (times + norm)
			sum += float64(weight * (1 / float64(1+p.Distance)))
		}
		score += sum
	}
	if term != s.terms {
		return 0, false
	}
	return score, true
}

// SortHits puts hits in the order of postings. There are few, nearly always.
func SortHits(hits []Hit) {
	if len(hits) > fewHits {
		order := value.Permutation(len(hits), func(a, b uint32) int { return int(hits[a].Posting) - int(hits[b].Posting) })
		sorted := make([]Hit, len(hits))
		for i, at := range order {
			sorted[i] = hits[at]
		}
		copy(hits, sorted)
		return
	}
	for i := 1; i < len(hits); i++ {
		for k := i; k > 0 && hits[k].Posting < hits[k-1].Posting; k-- {
			hits[k], hits[k-1] = hits[k-1], hits[k]
		}
	}
}
