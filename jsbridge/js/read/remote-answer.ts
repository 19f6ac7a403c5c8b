// What an executor answers to a query, checked before any of it is stored.

import { AtomaError, isA, thrownText } from '../errors.js'
import { checkId, copyRow, itemsOf, kindOf, type Place, type Row, whereText } from '../input.js'
import { frozen } from '../mode.js'
import type { PageInfo } from '../types.js'

/** A row of an answer. */
export interface Arrived {
  id: string
  /** Undefined: the backend says none. */
  version: number | undefined
  row: Row
}

export interface CheckedAnswer {
  rows: Arrived[]
  pageInfo: PageInfo | undefined
}

/** The rows of an answer, copied. What is malformed is `internal` with where it stands; the cause says more, where there is one. */
export function checkAnswer(answer: unknown, place: Place): CheckedAnswer {
  let data: unknown
  let pageInfo: unknown
  try {
    if (typeof answer !== 'object' || answer === null) throw malformed(`${kindOf(answer)} is no answer: give { data, pageInfo? }`, place, [])
    ;({ data, pageInfo } = answer as { data: unknown; pageInfo: unknown })
  } catch (error) {
    throw isA(error, AtomaError) ? error : malformed('reading the answer threw', place, [], error)
  }
  let items: unknown[]
  try {
    items = itemsOf(data, 'rows', {})
  } catch {
    throw malformed(`data is ${kindOf(data)}: give an array of rows`, place, ['data'])
  }
  return { rows: items.map((item, i) => checkRow(item, i, place)), pageInfo: checkPage(pageInfo, place) }
}

function checkRow(item: unknown, index: number, place: Place): Arrived {
  try {
    const row = copyRow(item, {}, false, frozen)
    const id = checkId(row['id'], '')
    const version = row['version']
    if (version === undefined || version === null) return { id, version: undefined, row }
    if (typeof version === 'number' && Number.isSafeInteger(version) && version >= 0) return { id, version, row }
    throw malformed(`${kindOf(version)} is no version: give a whole number, 0 or more, or none`, { ...place, id }, ['data', index, 'version'])
  } catch (error) {
    if (isA(error, AtomaError) && error.code === 'internal') throw error
    throw malformed('this is no row that can be stored', place, ['data', index], error)
  }
}

function checkPage(given: unknown, place: Place): PageInfo | undefined {
  if (given === undefined || given === null) return undefined
  try {
    if (typeof given !== 'object') throw malformed(`pageInfo is ${kindOf(given)}: give an object, or none`, place, ['pageInfo'])
    const { hasNextPage, hasPreviousPage, startCursor, endCursor, total } = given as Partial<PageInfo>
    const page: PageInfo = { hasNextPage: hasNextPage === true, hasPreviousPage: hasPreviousPage === true }
    if (typeof startCursor === 'string') page.startCursor = startCursor
    if (typeof endCursor === 'string') page.endCursor = endCursor
    if (typeof total === 'number') page.total = total
    return Object.freeze(page)
  } catch (error) {
    throw isA(error, AtomaError) ? error : malformed('reading pageInfo threw', place, ['pageInfo'], error)
  }
}

function malformed(what: string, place: Place, path: (string | number)[], cause?: unknown): AtomaError {
  const because = isA(cause, Error) ? `: ${thrownText(cause)}` : ''
  const at = path.length > 1 ? `data[${path[1]}]: ` : ''
  const message = `the executor's answer to a query is malformed: ${at}${what}${because}${whereText(place)}`
  const details = { ...place, path }
  return new AtomaError('internal', message, cause === undefined ? { details } : { details, cause })
}
