// What a call gives before it has been answered: its rows as they are here by then.

import { chunkRows } from './chunk.js'
import type { Row } from '../input.js'
import { peek } from '../read/reads.js'
import { readWriteRows } from './requests.js'
import type { ItemResult } from './results.js'
import type { Ticket } from './ticket.js'
import { difference } from './updater.js'
import { rowToBe } from './write-hidden.js'

/**
 * The results of a call, with the rows that show now. Of what is hidden: as the
 * write would leave its row. What has been answered is as it was answered.
 */
export function localResults(ticket: Ticket): ItemResult[] {
  const { handle, hidden, pipeline, results, runs } = ticket
  const given = [...results]
  const writes: number[] = []
  const waiting: number[] = []
  const answered = new Set<number>()
  for (const run of runs) {
    run.indexes.forEach((index, i) => {
      if (pipeline.runOf(run.first + i) !== run) return void answered.add(index)
      writes.push(run.first + i)
      waiting.push(index)
    })
  }
  const own = new Set(waiting)
  const put = (index: number, row: Row | undefined): void => {
    // a row that is gone is given as it was
    if (row !== undefined) given[index] = { index, ok: true, value: row }
  }
  for (const result of results) {
    if (!result.ok || typeof result.value !== 'object' || answered.has(result.index) || (hidden && own.has(result.index))) continue
    const { id } = result.value as { id: string }
    put(result.index, hidden ? rowToBe(handle, id) : peek(handle, id))
  }
  if (!hidden || ticket.kind.action === 'delete') return given
  for (let from = 0; from < writes.length; from += chunkRows) {
    readWriteRows(handle, writes.slice(from, from + chunkRows)).forEach((row, k) => {
      const index = waiting[from + k]!
      put(index, row['version'] === undefined ? undefined : sameAs((results[index] as { value: Row }).value, row))
    })
  }
  return given
}

/** The object of before, if the row is still as it was. */
function sameAs(before: Row, row: Row): Row {
  return row['version'] === before['version'] && Object.keys(difference(before, row)).length === 0 ? before : row
}
