// The executor of http() without a client, and time that tests make pass.

import assert from 'node:assert/strict'
import { http, type HttpOptions } from '../../../backends/http/http.js'
import { AtomaError } from '../../../jsbridge/js/errors.js'
import type { Executor, PluginContext, WriteEntry, WriteItemResult } from '../../../jsbridge/js/types.js'
import type { Fields } from './server.js'

/** Timers that run only when a test says so. */
export class Clock {
  now = 0
  readonly waits: number[] = []
  private readonly timers = new Map<number, { at: number; run: () => void }>()
  private last = 0

  set(run: () => void, ms: number): number {
    this.waits.push(ms)
    this.timers.set(++this.last, { at: this.now + ms, run })
    return this.last
  }

  clear(timer: unknown): void {
    this.timers.delete(timer as number)
  }

  get pending(): number {
    return this.timers.size
  }

  /** Lets the next timer ring. */
  ring(): void {
    const [next] = [...this.timers].sort(([, a], [, b]) => a.at - b.at)
    assert.ok(next, 'nothing waits')
    this.timers.delete(next[0])
    this.now = next[1].at
    next[1].run()
  }
}

/** Waits pass at once; their lengths are noted. */
export class QuickClock extends Clock {
  override set(run: () => void, ms: number): number {
    this.waits.push(ms)
    setImmediate(run)
    return 0
  }

  override clear(): void {}
}

export type Direct = {
  executor: Executor
  write(storeName: string, entries: readonly Partial<WriteEntry>[], signal?: AbortSignal): Promise<WriteItemResult[]>
  query(storeName: string, query?: object, signal?: AbortSignal): Promise<{ data: Fields[]; pageInfo?: object }>
  dispose(): void
}

let keys = 0

/** The executor that http() registers, called as a client does. */
export function direct(options: HttpOptions): Direct {
  let executor!: Executor
  const context = { execution: { register: (e: Executor) => ((executor = e), () => {}) } } as unknown as PluginContext
  const setup = http(options).setup(context) as { dispose(): void }
  const opContext = { opContext: {}, traceId: 't' }
  const never = new AbortController().signal
  return {
    executor,
    async write(storeName, entries, signal = never) {
      const whole = entries.map((entry) => ({ idempotencyKey: `k${keys++}`, ...entry }) as WriteEntry)
      const { results } = await executor.write!({ storeName, entries: whole, writeStrategy: 'direct', context: opContext }, { signal })
      return results as WriteItemResult[]
    },
    async query(storeName, query = {}, signal = never) {
      return (await executor.query!({ storeName, query, context: opContext }, { signal })) as { data: Fields[] }
    },
    dispose: () => setup.dispose(),
  }
}

export const add = (id: string, fields: Fields = {}): Partial<WriteEntry> => ({ action: 'add', id, value: { id, version: 1, ...fields } })
export const update = (id: string, fields: Fields = {}): Partial<WriteEntry> => ({ action: 'update', id, value: { id, version: 9, ...fields } })
export const remove = (id: string): Partial<WriteEntry> => ({ action: 'delete', id })
export const upsert = (id: string, fields: Fields, options: WriteEntry['options'] = {}): Partial<WriteEntry> => ({
  action: 'upsert',
  id,
  value: { id, version: 9, ...fields },
  options,
})

/** The code of a result that is a failure. */
export function codeAt(results: readonly WriteItemResult[], i: number): string {
  const result = results[i]
  assert.ok(result && !result.ok, `entry ${i} was not refused: ${JSON.stringify(result)}`)
  return result.error.code
}

export function assertDone(results: readonly WriteItemResult[]): void {
  for (const [i, result] of results.entries()) assert.ok(result.ok, `entry ${i} was refused: ${JSON.stringify(result)}`)
}

/** Asserts a rejection with an AtomaError of this code and gives it. */
export async function refuses(promise: Promise<unknown>, code: string): Promise<AtomaError> {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof AtomaError, String(error))
    assert.equal(error.code, code, error.message)
    return error
  }
  assert.fail(`resolved; expected ${code}`)
}
