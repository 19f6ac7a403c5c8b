// An executor that stands for several: which of them a store's reads and writes
// go to. Backends behind it keep their own consistency, and a store that none
// of them takes is as in a client without an executor.

import type { Executor, QueryAnswer } from '../types.js'

/** The symbol property of such an executor. */
export const executorsBehind: unique symbol = Symbol.for('atoma.executorsBehind') as never

/** The executor that a store's requests go to, the same at each call; undefined: none, its reads and writes are local. */
export type ExecutorsBehind = (storeName: string) => Executor | undefined

/** The answer of a query that is to be read locally, as without an executor; compared by identity. */
export const readLocally: QueryAnswer = Object.freeze({ data: Object.freeze([]) })

/** What stands behind an executor for one store. */
export function executorFor(executor: Executor | undefined, storeName: string): Executor | undefined {
  const behind = (executor as { [executorsBehind]?: ExecutorsBehind } | undefined)?.[executorsBehind]
  return behind ? behind(storeName) : executor
}
