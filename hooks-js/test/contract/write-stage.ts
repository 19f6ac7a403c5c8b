// A store with a backend in the hands of a test, beside the model: what is called, sent, answered and shown is compared
// after each step.

import assert from 'node:assert/strict'
import type { Executor, WriteEntry, WriteItemResult, WriteOptions, WriteRequest } from '../../../dist/npm/index.js'
import { type Channel, channel, type Loose, type LooseStore, open, turn } from './support.js'
import { Chain, type Fields, type ModelAction, type ModelRow, type ModelWrite, type Reply, type Standing } from './write-model.js'

/** A request that has not been answered. */
export interface Sent {
  strategy: string
  writes: ModelWrite[]
  signal: AbortSignal
  answered: boolean
  resolve(answer: { results: WriteItemResult[] } | Promise<never>): void
}

/** One call, and what has come of it. */
export interface Call {
  write: ModelWrite | undefined
  is: Standing
  /** What must have come of it. A row that is true may be any. */
  expected: Standing | { value: true }
  controller: AbortController | undefined
  /** The promise settles when the backend has been handed the write. */
  handed: boolean
}

export class Stage {
  readonly chains = new Map<string, Chain>()
  readonly calls: Call[] = []
  /** Requests that the backend has, in the order they came. */
  readonly sent: Sent[] = []
  /** By strategy, in the order of the calls: the writes that have not been sent. */
  readonly waiting = new Map<string, ModelWrite[]>()
  private readonly contexts = new WeakMap<ModelWrite, string | undefined>()
  /** Called with each request as it comes. */
  onSent: ((request: Sent) => void) | undefined
  private failure: unknown
  private readonly channel: Channel
  private readonly status: { current(): { pendingWrites: number } }

  private constructor(
    readonly store: LooseStore,
    client: object,
    readonly hides: boolean,
  ) {
    this.channel = channel(store)
    this.status = (client as Record<symbol, Stage['status']>)[Symbol.for('atoma.clientInternal')]!
  }

  static async open(strategies: readonly string[], hides = false): Promise<Stage> {
    let stage: Stage
    const write: NonNullable<Executor['write']> = (request, { signal }) => stage.take(request, signal)
    const client = await open<{ Thing: Loose }>({
      plugins: [
        {
          id: 'stage',
          setup({ execution }) {
            execution.register({ id: 'stage', write, consistency: { commit: hides ? 'confirm' : 'optimistic' } })
            for (const name of strategies) execution.registerStrategy(name, write)
          },
        },
      ],
    })
    return (stage = new Stage(client.stores.Thing, client, hides))
  }

  chain(id: string): Chain {
    let chain = this.chains.get(id)
    if (!chain) this.chains.set(id, (chain = new Chain(id)))
    return chain
  }

  /** Nothing of the rows so far is compared any more. */
  forget(): void {
    this.chains.clear()
    this.calls.length = 0
    this.sent.length = 0
    this.waiting.clear()
    this.failure = undefined
  }

  call(id: string, action: ModelAction, patch: Fields, options: WriteOptions = {}, abortable = true): Call {
    const strategy = options.writeStrategy ?? 'direct'
    const controller = abortable ? new AbortController() : undefined
    const { write, standing } = this.chain(id).call(action, patch, this.hides && strategy === 'direct')
    if (write) this.lane(strategy).push(write)
    const promise = this.make(id, action, patch, controller ? { ...options, signal: controller.signal } : options)
    const call: Call = { write, is: 'pending', expected: standing, controller, handed: options.confirmation === 'optimistic' }
    if (write) this.contexts.set(write, options.opContext?.scope)
    promise.then(
      (value) => (call.is = { value: modelOf(value) }),
      (error: { code: string }) => (call.is = { code: error.code }),
    )
    if (write && this.hides && strategy === 'direct') call.handed = false
    this.calls.push(call)
    return call
  }

  private make(id: string, action: ModelAction, patch: Fields, options: WriteOptions): Promise<unknown> {
    const { store } = this
    if (action === 'add') return store.addOne({ id, ...patch }, options)
    if (action === 'update') return store.updateOne(id, patch, options)
    if (action === 'delete') return store.deleteOne(id, options)
    return store.upsertOne({ id, ...patch }, { ...options, apply: action })
  }

  /** What is called in one turn is sent at its end. */
  lane(strategy: string): ModelWrite[] {
    let lane = this.waiting.get(strategy)
    if (!lane) this.waiting.set(strategy, (lane = []))
    return lane
  }

  private take({ entries, writeStrategy: strategy, context }: WriteRequest, signal: AbortSignal): Promise<{ results: WriteItemResult[] }> {
    let writes: ModelWrite[] = []
    try {
      writes = this.known(this.lane(strategy), entries)
      for (const write of writes) assert.equal(this.contexts.get(write), context.opContext.scope, 'the context of what is sent')
    } catch (error) {
      // thrown here, it would be one of the backend's
      this.failure ??= error
    }
    for (const call of this.calls) {
      if (call.handed && call.expected === 'pending' && writes.includes(call.write!)) call.expected = { value: true }
    }
    return new Promise((resolve) => {
      const sent: Sent = { strategy, writes, signal, answered: false, resolve }
      this.sent.push(sent)
      this.onSent?.(sent)
    })
  }

  /** The writes that these entries are of. */
  private known(lane: ModelWrite[], entries: readonly WriteEntry[]): ModelWrite[] {
    return entries.map((entry) => {
      let write = lane.shift()
      while (write && !write.open) write = lane.shift()
      assert.ok(write, `${entry.action} of ${entry.id} was sent, and nobody waits for it`)
      assert.deepEqual({ id: entry.id, action: entry.action }, { id: write.chain.id, action: actions[write.action] }, 'what is sent next')
      const row = entry.value as Loose | undefined
      assert.deepEqual(modelOf(row), write.action === 'delete' ? undefined : (write.chain.left(write) ?? write.called), `the row that is sent of ${entry.id}`)
      write.sent = true
      return write
    })
  }

  /** The executor rejects, which refuses all writes of the request. */
  fail(request: Sent, error: Error, code: string): void {
    this.close(request)
    for (const write of request.writes) write.chain.answer(write, { kind: 'refused', code })
    request.resolve(Promise.reject(error))
  }

  private close(request: Sent): void {
    assert.equal(request.answered, false)
    request.answered = true
    this.sent.splice(this.sent.indexOf(request), 1)
  }

  /** Answers a request: to each write a reply, or only to so many. */
  answer(request: Sent, replies: readonly Reply[], length = replies.length): void {
    this.close(request)
    request.writes.forEach((write, i) => write.chain.answer(write, replies[i]!))
    request.resolve({ results: request.writes.map((write, i) => resultOf(write, replies[i]!)).slice(0, length) })
  }

  abort(call: Call): void {
    this.giveUp(call, 'aborted')
    call.controller!.abort()
  }

  /** The call ends before its write is answered, if that is still to come. */
  giveUp({ write, expected, handed }: Call, code: string): void {
    if (write?.open && (expected === 'pending' || handed)) write.chain.takeOut(write, code, true)
  }

  private compareCalls(): void {
    this.calls.forEach((call, i) => {
      if (call.expected === 'pending' && call.write) call.expected = call.write.standing
      const { is, expected } = call
      if (typeof expected === 'object' && 'value' in expected && expected.value === true && typeof is === 'object' && 'value' in is) return
      assert.deepEqual(is, expected, `the promise of call ${i + 1}`)
    })
  }

  async remote(id: string, row: ModelRow | undefined): Promise<void> {
    this.chain(id).remote(row)
    await this.channel.writeback([row ? { id, ...row.fields, version: row.version } : { id, deleted: true }])
  }

  /** The row as it shows, without asking anybody. */
  peek(id: string): ModelRow | undefined {
    return modelOf((this.channel.getHandle() as { peek(id: string): Loose | undefined }).peek(id)) as ModelRow | undefined
  }

  compareRows(): void {
    for (const [id, chain] of this.chains) assert.deepEqual(this.peek(id), chain.shown, `what shows of ${id}`)
  }

  /** Compares all there is, once what was under way has happened. */
  async check(): Promise<void> {
    await turn()
    if (this.failure) throw this.failure
    this.compareRows()
    this.compareCalls()
    for (const [strategy, lane] of this.waiting) {
      const stuck = lane.some((write) => write.open)
      const busy = this.sent.some((request) => request.strategy === strategy && request.writes.some((write) => write.open))
      assert.ok(!stuck || busy, `writes of ${strategy} wait for nobody`)
    }
    for (const { signal, writes } of this.sent) assert.equal(signal.aborted, !writes.some((write) => write.open), 'signals')
    const pending = [...this.chains.values()].flatMap(({ writes }) => writes).filter((write) => write.open)
    assert.equal(this.status.current().pendingWrites, pending.length, 'pendingWrites')
  }
}

const actions = { add: 'add', update: 'update', merge: 'upsert', replace: 'upsert', delete: 'delete' } as const

function resultOf(write: ModelWrite, reply: Reply): WriteItemResult {
  const { id } = write.chain
  if (reply.kind === 'refused') {
    const error = { code: reply.code, message: 'the backend of the test says no' }
    if (reply.current === undefined) return { ok: false, error }
    return { ok: false, error, current: { value: reply.current && { id, ...reply.current.fields, version: reply.current.version } } }
  }
  const version = reply.version === undefined ? {} : { version: reply.version }
  return reply.kind === 'ok' ? { ok: true, ...version } : { ok: true, value: { id, ...reply.fields, ...version } }
}

/** A row as the model has it; anything else as it is. */
function modelOf(row: unknown): ModelRow | boolean | undefined {
  if (typeof row !== 'object' || row === null) return row as boolean | undefined
  const { id: _, version, ...fields } = row as Loose
  return { fields: fields as Record<string, string>, version: version as number }
}
