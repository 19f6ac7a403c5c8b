// Row objects that are the same row at different times. What was made of the
// former object, its related rows above all, is found by way of the latter.

import type { Row } from '../input.js'

/** One for each row that something was made of, for as long as an object of that row lives. */
const lineages = new WeakMap<Row, object>()

/** Whether anything was ever made of a row: until then nothing need be looked up. */
let used = false

/** What stands for a row, whatever its version. */
export function lineageOf(row: Row): object {
  used = true
  let lineage = lineages.get(row)
  if (!lineage) lineages.set(row, (lineage = {}))
  return lineage
}

/** Whether anything was made of a row. */
export function hasLineage(row: Row): boolean {
  return lineages.has(row)
}

/** Says that one object stands for the row that another stood for so far. */
export function succeed(former: Row, row: Row): void {
  if (!used) return
  const lineage = lineages.get(former)
  if (lineage) lineages.set(row, lineage)
}
