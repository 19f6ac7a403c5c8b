// Package write keeps the journal of a store: the writes that wait for an answer, and what is to be rolled back or
// replayed when the answer comes.
//
// A row with pending writes is its base, which is what the backend has as far as that is known, and a chain of writes in
// call order. What shows, in the table, is the base with all writes that are not hidden replayed, one after the other:
//
//	add              the row is exactly what is given
//	update           sets and removes the fields that are given; where there is no row, nothing
//	upsert, merge    the same; where there is no row, it is what is given
//	upsert, replace  the row is exactly what is given
//	delete           there is no row
//
// A write that changes something, in its place, counts the version on from what it finds, from 0 where there is no row.
// What is given is all of it, also what happened to be so already when the call was made: { done: true } makes done true
// whatever becomes of the writes before.
//
//   - Confirmed, a write goes into the base once nothing below it is pending. A version that came along is the row's
//     after this write. A row that came along is the base from then on, with what is still pending on top; confirmed
//     writes of the row are part of it.
//   - Refused, it is taken out and the others are replayed. If it is an add, whatever the base is meanwhile, or an upsert
//     that had made the row, later updates and deletes fail with it, up to an add or upsert, which makes the row again.
//     What has been confirmed does not fail any more.
//   - Cancelled, the same. If it had been sent (which Sent notes), its answer is still to be given and then counts as a
//     change that comes from the backend: its row, or its own changes on the base, or nothing. This holds for sent writes
//     that fell with another, too. A request that will never be answered has to be refused, so that it is forgotten.
//   - A change that comes from the backend is the new base, with what is still pending on top; confirmed writes of the
//     row are part of it.
//   - A hidden write does not show before it is confirmed, but later writes and their statuses build on it, and so do the
//     rows that are sent.
//
// Most rows have one pending write. That is a record of 16 bytes: nothing else for an add, whose undoing is a removal, and
// the former cells for others; confirming it is forgetting it. Only a second write, or a change from the backend, makes a
// chain of it, with the base as an image of its own, which is replayed and then put into the table.
//
// A Journal owns its table's changes for as long as it is not Empty: all writes go through it then, those that nobody has
// to confirm as Local. Answers to numbers that it does not know are ignored. It is for one goroutine at a time.
package write
