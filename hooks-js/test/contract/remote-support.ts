// A backend in the hands of a test: it answers when, and what, the test says.

import assert from 'node:assert/strict'
import type { Executor, Plugin, QueryAnswer, QueryRequest, WriteAnswer, WriteRequest } from '../../../dist/npm/index.js'
import { channel, open, turn, type Client, type Loose, type LooseStore } from './support.js'

/** A request that waits for its answer. */
export class Call<R, A> {
  answer!: (answer: A) => void
  fail!: (error: unknown) => void
  readonly done: Promise<A>

  constructor(
    readonly request: R,
    readonly signal: AbortSignal,
  ) {
    this.done = new Promise((resolve, reject) => {
      this.answer = resolve
      this.fail = reject
    })
  }
}

export type QueryCall = Call<QueryRequest, QueryAnswer>
export type WriteCall = Call<WriteRequest, WriteAnswer>

export class Backend implements Executor {
  readonly id = 'test-backend'
  readonly queries: QueryCall[] = []
  readonly writes: WriteCall[] = []
  consistency: NonNullable<Executor['consistency']> = {}
  query?: NonNullable<Executor['query']> = (request, { signal }) => {
    const call: QueryCall = new Call(request, signal)
    this.queries.push(call)
    return call.done
  }
  write?: NonNullable<Executor['write']> = (request, { signal }) => {
    const call: WriteCall = new Call(request, signal)
    this.writes.push(call)
    return call.done
  }

  get plugin(): Plugin {
    return { id: 'test', setup: ({ execution }) => void execution.register(this) }
  }

  /** The only query that has been asked since the last time. */
  async asked(): Promise<QueryCall> {
    await turn()
    const [call, ...more] = this.queries.splice(0)
    assert.ok(call, 'nothing was asked')
    assert.equal(more.length, 0, 'more than one query was asked')
    return call
  }

  async askedNothing(): Promise<void> {
    await turn()
    assert.deepEqual(this.queries.map(({ request }) => request.query), [])
  }

  async written(): Promise<WriteCall> {
    await turn()
    const [call, ...more] = this.writes.splice(0)
    assert.ok(call, 'nothing was written')
    assert.equal(more.length, 0, 'more than one request was written')
    return call
  }

  /** Answers the next query. */
  async gives(data: readonly unknown[], pageInfo?: QueryAnswer['pageInfo']): Promise<QueryCall> {
    const call = await this.asked()
    call.answer(pageInfo === undefined ? { data } : { data, pageInfo })
    return call
  }

  /** Confirms all entries of the next request, whole. */
  async confirms(): Promise<WriteCall> {
    const call = await this.written()
    call.answer({ results: call.request.entries.map(() => ({ ok: true })) })
    await turn()
    return call
  }
}

export interface Remote {
  client: Client<{ Thing: Loose; Other: Loose }>
  things: LooseStore
  backend: Backend
}

/** A client with a backend of its own. */
export async function remote(options: object = {}, change?: (backend: Backend) => void): Promise<Remote> {
  const backend = new Backend()
  change?.(backend)
  const client = await open<{ Thing: Loose; Other: Loose }>({ disposeTimeoutMs: 0, ...options, plugins: [backend.plugin] } as never)
  return { client, things: client.stores.Thing, backend }
}

/** Says that nobody waits for a write, which the end of the client may refuse. */
export function forget(write: Promise<unknown>): void {
  write.catch(() => {})
}

/** What a promise has come to by now. */
export async function outcome(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  let state: 'pending' | 'resolved' | 'rejected' = 'pending'
  promise.then(
    () => (state = 'resolved'),
    () => (state = 'rejected'),
  )
  await turn()
  return state
}

/** The row as it shows, without asking anybody. */
export function peek(store: LooseStore, id: string): Loose | undefined {
  return (channel(store).getHandle() as { peek(id: string): Loose | undefined }).peek(id)
}
