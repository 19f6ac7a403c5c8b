package text

// Places gives where each token stands in its string.
func (t *Tokens) Places() []Range {
	var places []Range
	for _, at := range t.tokens {
		places = append(places, Range{int(at.first), int(at.last)})
	}
	return places
}
