// What a query finds when an executor was asked: its answer is stored, and then
// the question is put to the store.
//
// The rows of an answer are judged by the executor, all others here: a row that
// it had and did not give is left out, for it knows better; a row that it has
// not had, or not with what is pending on it, is found as in a store without an
// executor. A page, or what begins at an offset, cannot be found here, as the
// rows before it need not be: that is the executor's rows in its order.

import type { Row } from '../input.js'
import { find, getMany } from './reads.js'
import type { CheckedAnswer } from './remote-answer.js'
import { removeOthers, takeOver, type Unsure } from './remote-rows.js'
import type { StoreHandle } from '../store-handle.js'
import type { PageInfo } from '../types.js'

export interface Found {
  data: Row[]
  pageInfo?: PageInfo
  /** How many rows the executor gave; undefined: it was not asked. */
  given?: number
  /** The executor's rows in its order, where this is what was asked for. */
  ids?: readonly string[]
  /** Rows that match here and that the executor did not give, with their versions. */
  stale?: ReadonlyMap<string, number>
  /** The limit with which the rest is found in spite of them, where the query has one. */
  look?: number
}

/** Stores an answer and reads what it is the answer of. */
export function reconcile(handle: StoreHandle, copy: Row | undefined, { rows, pageInfo }: CheckedAnswer, unsure: Unsure): Found {
  unsure.settle()
  takeOver(handle, rows, unsure)
  const ids = [...new Set(rows.map(({ id }) => id))]
  const found: Found = inItsOrder(copy)
    ? { data: inOrder(ids, byIds(handle, ids, copy?.['include'])), ids }
    : judged(handle, copy, ids, unsure, pageInfo?.hasNextPage === true)
  if (pageInfo !== undefined) found.pageInfo = pageInfo
  found.given = rows.length
  return found
}

function inItsOrder(copy: Row | undefined): boolean {
  return copy !== undefined && (copy['page'] !== undefined || ((copy['offset'] ?? 0) as number) > 0)
}

function byIds(handle: StoreHandle, ids: readonly string[], include: unknown): Row[] {
  if (include === undefined || ids.length === 0) return getMany(handle, ids)
  return find(handle, { filter: filterOf(ids), include }).data
}

/** The filter that finds rows by id. */
export function filterOf(ids: readonly string[]): Row {
  return { op: 'in', field: 'id', values: ids }
}

/** Rows in the order of ids; those that are not there are left out. */
export function inOrder(ids: readonly string[], rows: readonly Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row['id'] as string, row]))
  return ids.map((id) => byId.get(id)).filter((row) => row !== undefined)
}

function judged(handle: StoreHandle, copy: Row | undefined, ids: readonly string[], unsure: Unsure, more: boolean): Found {
  const whole = copy?.['limit'] === undefined
  // everything there is: what is missing in it is gone
  if (whole && copy?.['filter'] === undefined && !more) removeOthers(handle, ids, unsure)
  const given = new Set(ids)
  const limit = whole ? Infinity : (copy!['limit'] as number)
  // rows that are left out make room for others, so more may have to be looked at
  for (let look = limit; ; look *= 2) {
    const { data } = find(handle, whole ? copy : { ...copy, limit: look })
    const stale = new Map<string, number>()
    const kept = data.filter((row) => {
      const id = row['id'] as string
      if (given.has(id) || unsure.ids.has(id)) return true
      stale.set(id, row['version'] as number)
      return false
    })
    if (kept.length < limit && data.length === look) continue
    if (stale.size === 0) return { data: kept }
    return { data: kept.length > limit ? kept.slice(0, limit) : kept, stale, ...(whole ? {} : { look }) }
  }
}
