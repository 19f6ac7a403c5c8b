// An executor that stands for a backend in the engine.

import type { Executor } from '../types.js'

/**
 * The symbol property of such an executor: the number of the backend. Writes of
 * stores without outbound and writeback processors go to it without coming
 * through JavaScript.
 */
export const goBackend: unique symbol = Symbol.for('atoma.goBackend') as never

/** Undefined: the executor is JavaScript's alone. */
export function backendOf(executor: Executor): number | undefined {
  return (executor as { [goBackend]?: number })[goBackend]
}
