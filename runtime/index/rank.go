package index

// Ranks gives the place of each row in order of id, by slot; it costs a pass over all rows when some came or went since
// the last time. To sort few rows by id, it is worth that only if it is asked for again before that happens: so it is
// nil when asked for the first time.
func (s *Set) Ranks() []uint32 {
	s.follow()
	switch s.ranked {
	case 0:
		s.ranked++
		return nil
	case 1:
		sorted := s.table.Sorted()
		if n := 64 * len(s.table.LiveWords()); n > cap(s.ranks) {
			s.ranks = make([]uint32, n, n+n/8)
		} else {
			s.ranks = s.ranks[:n]
		}
		for rank, slot := range sorted {
			s.ranks[slot] = uint32(rank)
		}
		s.ranked++
	}
	return s.ranks
}
