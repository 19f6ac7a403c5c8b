// A backend whose answers a test decides: a plugin that registers an executor
// over a map of rows.

import type { Executor, Plugin, QueryRequest, WriteEntry, WriteItemResult, WriteRequest } from '../../../dist/npm/index.js'
import type { Loose } from './support.js'

export class ScriptedBackend {
  readonly stores = new Map<string, Map<string, Loose>>()
  readonly writes: WriteRequest[] = []
  readonly queries: QueryRequest[] = []
  /** Another answer than a plain confirmation. */
  answer: ((entry: WriteEntry, request: WriteRequest) => WriteItemResult | undefined) | undefined
  /** While set, requests wait for release(). */
  held = false
  disposed = 0
  private waiting: (() => void)[] = []

  constructor(
    readonly id = 'scripted',
    private readonly consistency: NonNullable<Executor['consistency']> = {},
    private readonly queried = false,
  ) {}

  get executor(): Executor {
    const executor: Executor = {
      id: this.id,
      consistency: this.consistency,
      write: async (request) => {
        this.writes.push(request)
        if (this.held) await new Promise<void>((resolve) => this.waiting.push(resolve))
        return { results: request.entries.map((entry) => this.apply(entry, request)) }
      },
    }
    if (this.queried) {
      executor.query = async (request) => {
        this.queries.push(request)
        return { data: [...this.rows(request.storeName).values()] }
      }
    }
    return executor
  }

  get plugin(): Plugin {
    return {
      id: this.id,
      setup: ({ execution }) => {
        execution.register(this.executor)
        return { dispose: () => void this.disposed++ }
      },
    }
  }

  /** Refuses all entries that match, from now on. */
  refuse(matches: (entry: WriteEntry) => boolean = () => true): void {
    this.answer = (entry) => (matches(entry) ? { ok: false, error: { code: 'conflict', message: `${entry.id} is refused` } } : undefined)
  }

  accept(): void {
    this.answer = undefined
  }

  release(): void {
    this.held = false
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  rows(storeName: string): Map<string, Loose> {
    let rows = this.stores.get(storeName)
    if (!rows) this.stores.set(storeName, (rows = new Map()))
    return rows
  }

  private apply(entry: WriteEntry, request: WriteRequest): WriteItemResult {
    const answer = this.answer?.(entry, request)
    if (answer?.ok === false) return answer
    const rows = this.rows(request.storeName)
    if (entry.action === 'delete') rows.delete(entry.id)
    else rows.set(entry.id, entry.value as Loose)
    return answer ?? { ok: true }
  }
}
