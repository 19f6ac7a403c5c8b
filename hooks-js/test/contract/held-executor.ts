// An executor whose requests a test answers itself, one by one, when it likes.

import type { Executor, Plugin, WriteEntry, WriteItemResult } from '../../../dist/npm/index.js'
import { type Loose, type LooseStore, open } from './support.js'

export interface Held {
  storeName: string
  entries: readonly WriteEntry[]
  writeStrategy: string
  context: { opContext: { scope?: string; actionId?: string; origin?: string; label?: string }; traceId: string }
  signal: AbortSignal
  /** Confirms all, or answers with these results. */
  answer(results?: readonly (WriteItemResult | undefined)[]): Promise<void>
  fail(error: unknown): Promise<void>
}

export const ok = { ok: true } as const

export function refusal(code = 'conflict', message = 'the backend says no'): WriteItemResult {
  return { ok: false, error: { code, message } }
}

/** Requests in the order they came, until a test takes them. */
export class HeldExecutor {
  readonly requests: Held[] = []
  readonly executor: Executor

  constructor(consistency?: Executor['consistency'], query?: Executor['query']) {
    const executor: Executor = { id: 'held', write: (request, { signal }) => this.hold(request, signal) }
    if (consistency) executor.consistency = consistency
    if (query) executor.query = query
    this.executor = executor
  }

  /** The next request; the microtasks that bring it have run. */
  async next(): Promise<Held> {
    await settled()
    const request = this.requests.shift()
    if (!request) throw new Error('there is no request')
    return request
  }

  /** Also a strategy's write. */
  readonly hold = (request: Omit<Held, 'signal' | 'answer' | 'fail'>, signal: AbortSignal): Promise<{ results: never[] }> =>
    new Promise((resolve, reject) => {
      this.requests.push({
        ...request,
        signal,
        answer: (results = request.entries.map(() => ok)) => {
          resolve({ results: results as never[] })
          return settled()
        },
        fail: (error) => {
          reject(error)
          return settled()
        },
      })
    })
}

/** Lets microtasks run, and no timer. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

export function registering(executor: Executor): Plugin {
  return { id: `registers-${executor.id}`, setup: ({ execution }) => void execution.register(executor) }
}

/** A store whose writes a test answers. */
export async function heldStore(
  consistency?: Executor['consistency'],
  rows: Loose[] = [],
): Promise<{ store: LooseStore; held: HeldExecutor; client: Awaited<ReturnType<typeof open<{ Thing: Loose; Other: Loose }>>> }> {
  const held = new HeldExecutor(consistency)
  const client = await open<{ Thing: Loose; Other: Loose }>({ plugins: [registering(held.executor)], disposeTimeoutMs: 10 })
  const store = client.stores.Thing
  if (rows.length > 0) {
    const added = store.addMany(rows)
    await (await held.next()).answer()
    await added
  }
  return { store, held, client }
}

/** How a promise stands: 'pending', or what it gave. */
export async function stateOf(promise: Promise<unknown>): Promise<'pending' | { value: unknown } | { error: unknown }> {
  await settled()
  return Promise.race([
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    Promise.resolve().then(() => Promise.resolve()).then(() => 'pending' as const),
  ])
}
