// Package aggregate groups the rows of one table by fields and counts, sums and ranks what is in each group: once, or
// kept up as rows change.
//
// Parse turns an aggregate into a Spec. Run answers it; a View, of which the Set of a store has any number, stays the
// answer, at a cost that goes with what changed and not with the rows there are.
//
//	rows → filter → groups (dictionaries of cells → number of the group) → counts, exact sums, minima and maxima
//
// What is answered depends on the rows alone: not on their order, their slots or what they were before. Therefore sums
// are exact and rounded once, ties of minima are broken by their bytes, and of equal cells that make a group the
// canonical one is shown. So a live aggregate is the same as a fresh one to the last bit.
//
// A Run is over when it returns. A View follows its table's log from Open to Close, reads the table when it is synced or
// pulled, and owns its state. That goes with the rows that match: 4 bytes for each, or 20 where they are few of all, 8
// more for each field that is summed and about 9 for each that minima or maxima are asked of. All of it is bound by the
// rules of the table: for one goroutine at a time.
package aggregate
