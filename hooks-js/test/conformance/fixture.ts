// What the conformance suite knows of a backend, and how its tests work with it.

import assert from 'node:assert/strict'
import {
  type Client,
  createClient,
  type Executor,
  type OperationContext,
  type Plugin,
  type PluginContext,
  type Schema,
  type WriteEntry,
  type WriteItemResult,
} from '../../../dist/npm/index.js'
import type { Loose, Versioned } from '../contract/support.js'

/** One backend without rows. */
export interface Fixture {
  /** The plugin for one client more of this backend. The same object each time will do if it may be given to several. */
  plugin(): Plugin
  /** Of the clients. */
  schema?: Schema<World>
  /** After the clients have been disposed. */
  close?(): void | Promise<void>
}

export type Make = () => Fixture | Promise<Fixture>

export type World = { [store: string]: Loose }

/** A backend in use. */
export class Bench {
  private readonly clients: Client<World>[] = []

  constructor(private readonly fixture: Fixture) {}

  /** A client of the backend. */
  async client(): Promise<Client<World>> {
    const { schema = {} } = this.fixture
    const client = (await createClient<World>({ plugins: [this.fixture.plugin()], schema })) as Client<World>
    this.clients.push(client)
    return client
  }

  /** The executor that the backend registers. */
  async executor(): Promise<Executor> {
    let found: Executor | undefined
    const plugin = this.fixture.plugin()
    const register = (context: PluginContext) => (executor: Executor) => {
      found = executor
      return context.execution.register(executor)
    }
    const spy: Plugin = {
      ...plugin,
      setup: (context) =>
        plugin.setup(
          Object.create(context, { execution: { value: { ...context.execution, register: register(context) } } }) as PluginContext,
        ),
    }
    this.clients.push((await createClient<World>({ plugins: [spy] })) as Client<World>)
    assert.ok(found, 'the plugin registers an executor')
    return found
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.dispose()
    await this.fixture.close?.()
  }
}

/** Runs a test with a backend of its own. */
export function using(make: Make, run: (bench: Bench) => Promise<void>): () => Promise<void> {
  return async () => {
    const bench = new Bench(await make())
    try {
      await run(bench)
    } finally {
      await bench.close()
    }
  }
}

const context: OperationContext = { opContext: { origin: 'user', actionId: 'a1' }, traceId: 't1' }

/** Requests as a client makes them. */
export class Requests {
  private keys = 0

  constructor(
    private readonly executor: Executor,
    private readonly storeName = 'Thing',
  ) {}

  entry(action: WriteEntry['action'], id: string, fields?: object, more: Partial<WriteEntry> = {}): WriteEntry {
    const entry: WriteEntry = { action, id, idempotencyKey: `key-${++this.keys}-${Math.random()}`, ...more }
    if (action === 'upsert' && !entry.options) entry.options = { conflict: 'cas', apply: 'merge' }
    if (fields) entry.value = { id, version: 1, ...fields } as NonNullable<WriteEntry['value']>
    return entry
  }

  async write(...entries: WriteEntry[]): Promise<readonly WriteItemResult[]> {
    assert.ok(this.executor.write)
    const { storeName } = this
    const answer = await this.executor.write(
      { storeName, entries, writeStrategy: 'direct', context },
      { signal: new AbortController().signal },
    )
    assert.equal(answer.results.length, entries.length, 'a result an entry')
    return answer.results
  }

  async query(query: object = {}, signal = new AbortController().signal): Promise<readonly Versioned[]> {
    assert.ok(this.executor.query)
    const answer = await this.executor.query({ storeName: this.storeName, query, context }, { signal })
    return answer.data as Versioned[]
  }

  /** The one row of this id that the backend has. */
  async row(id: string): Promise<Versioned | undefined> {
    const rows = await this.query({ filter: { op: 'in', field: 'id', values: [id] } })
    assert.ok(rows.length <= 1)
    return rows[0]
  }
}

export function confirmed(result: WriteItemResult | undefined): { version?: number; value?: object } {
  assert.ok(result?.ok, `refused: ${result && !result.ok ? `${result.error.code}: ${result.error.message}` : 'no result'}`)
  return result
}

export function refused(result: WriteItemResult | undefined, ...codes: string[]): { current?: { value?: unknown } } {
  assert.ok(result && !result.ok, 'confirmed')
  assert.ok(codes.includes(result.error.code), `${result.error.code}, expected ${codes.join(' or ')}: ${result.error.message}`)
  assert.ok(result.error.message.length > 0)
  return result
}
