// One question to an executor, and its answer as rows that may be stored.

import type { Core } from '../core.js'
import { AtomaError, isA, thrownText } from '../errors.js'
import { readLocally } from '../plugins/executor-behind.js'
import { type Row, whereText } from '../input.js'
import { processRow } from '../write/processors.js'
import { copyQuery } from './query-input.js'
import { type Arrived, checkAnswer, type CheckedAnswer } from './remote-answer.js'
import type { StoreHandle } from '../store-handle.js'
import type { ExecutorQuery, OperationContext, ProcessorContext } from '../types.js'

/**
 * Asks and checks. Undefined: it is to be read locally. Whatever the executor
 * does, an AtomaError comes of it: its own as it is, else `internal` with its cause.
 */
export async function ask(
  core: Core,
  handle: StoreHandle,
  query: ExecutorQuery,
  copy: Row | undefined,
  context: OperationContext,
  signal: AbortSignal,
): Promise<CheckedAnswer | undefined> {
  const { storeName, place } = handle
  let answer: unknown
  try {
    // a copy of its own: ours is read again when the answer is there
    answer = await query({ storeName, query: copyQuery(copy, place) ?? {}, context }, { signal })
  } catch (error) {
    throw asAtomaError(error, handle)
  }
  if (signal.aborted) throw signal.reason
  if (answer === readLocally) return undefined
  const checked = checkAnswer(answer, place)
  const writeback = core.functions(storeName)?.writeback
  if (writeback === undefined || checked.rows.length === 0) return checked
  const processing: ProcessorContext = { ...context, storeName, action: 'query' }
  const rows = await processed(checked.rows, (row) => processRow('writeback', writeback as never, row, processing, place))
  if (signal.aborted) throw signal.reason
  return { ...checked, rows }
}

/** Rows that went through a processor. Their versions are the backend's, whatever became of them in it. */
async function processed(rows: readonly Arrived[], process: (row: Row) => Row | Promise<Row>): Promise<Arrived[]> {
  const results = await Promise.all(rows.map(({ row }) => process(row)))
  return results.map((row, i) => ({ ...rows[i]!, row }))
}

function asAtomaError(error: unknown, { place }: StoreHandle): AtomaError {
  if (isA(error, AtomaError)) return error
  return new AtomaError('internal', `the executor's query failed: ${thrownText(error)}${whereText(place)}`, { details: { ...place }, cause: error })
}
