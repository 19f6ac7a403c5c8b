// Who carries out what the stores of one client are asked for: the executor, of
// which there is one or none, and the strategies that writes name. The slot and
// the strategies' numbers are the engine's; here are the functions.

import type { Core } from '../core.js'
import { AtomaError } from '../errors.js'
import { backendOf } from './executor-backend.js'
import { executorFor } from './executor-behind.js'
import { invalidInput, kindOf, type Row } from '../input.js'
import { Obj, OpForget, OpRegister, OpStrategy, OpUnregister, WordNumber } from '../protocol.js'
import type { Executor, ExecutorQuery, ExecutorWrite } from '../types.js'

/** The strategy that is the executor's own write, and there without any plugin. */
export const direct = 'direct'

/** Who writes, for one strategy and store. */
export interface Writer {
  /** The engine's number of the strategy; 0: direct. */
  readonly number: number
  /** Undefined: writes are local, there is nobody to wait for. */
  readonly write: ExecutorWrite | undefined
  /** The engine hands writes to a backend of its own; `write` is asked for stores with processors only. */
  readonly go: boolean
  /** Changes show when they are confirmed. */
  readonly hides: boolean
}

/** What is done for the rows of one store. */
interface Share {
  readonly query: ExecutorQuery | undefined
  readonly fetches: boolean
  readonly direct: Writer
}

/** An executor, as it was when it was registered. */
interface Registered {
  readonly executor: Executor
  readonly query: ExecutorQuery | undefined
  readonly write: ExecutorWrite | undefined
  readonly go: boolean
  /** By store: one that stands for several does not do the same for each. */
  readonly shares: Map<string, Share>
}

const local: Writer = Object.freeze({ number: 0, write: undefined, go: false, hides: false })
const nothing: Share = Object.freeze({ query: undefined, fetches: false, direct: local })

export class Execution {
  private registered: Registered | undefined
  private readonly strategies = new Map<string, Writer>()
  private closed = false

  constructor(private readonly core: Core) {}

  get executor(): Executor | undefined {
    return this.registered?.executor
  }

  /** Who writes to a store by this strategy. Undefined: nobody has registered the strategy. */
  writer(strategy: string, store: string): Writer | undefined {
    if (strategy !== direct) return this.strategies.get(strategy)
    return this.registered === undefined ? local : this.shareOf(this.registered, store).direct
  }

  /** Asks the executor for rows of a store. Undefined: reads are local. */
  queriesFor(store: string): ExecutorQuery | undefined {
    return this.registered === undefined ? undefined : this.shareOf(this.registered, store).query
  }

  /** Whether a row of the store that is to be changed, and is missing, is asked for. */
  fetchesBase(store: string): boolean {
    return this.registered !== undefined && this.shareOf(this.registered, store).fetches
  }

  /**
   * Takes the executor slot until the returned function is called, which rejects
   * with `aborted` what has not been answered. Throws `invalid_input`, or
   * `executor_conflict` naming both.
   */
  register(executor: unknown): () => void {
    const checked = checkExecutor(executor)
    this.assertOpen()
    const { instance, number, pipeline } = this.core
    const w = instance.writer.reset()
    w.payload(Obj, { id: checked.id })
    instance.call(OpRegister, number, w.p, backendOf(checked) ?? 0)
    const own = (this.registered = registration(checked))
    return () => {
      if (this.registered !== own) return
      this.registered = undefined
      this.core.remote.abandon()
      if (instance.dead) return
      instance.call(OpUnregister, number, 0)
      pipeline.pump()
    }
  }

  /**
   * Makes a strategy known until the returned function is called, which rejects
   * with `aborted` what has not been answered. Throws `already_exists`, or
   * `invalid_input` for `direct` and what is no name or function.
   */
  registerStrategy(name: unknown, write: unknown): () => void {
    const checked = checkStrategy(name, write)
    this.assertOpen()
    const { instance, number, pipeline } = this.core
    const w = instance.writer.reset()
    w.text(checked)
    instance.call(OpStrategy, number, w.p)
    const own: Writer = { number: instance.word(WordNumber), write: write as ExecutorWrite, go: false, hides: false }
    this.strategies.set(checked, own)
    return () => {
      if (this.strategies.get(checked) !== own) return
      this.strategies.delete(checked)
      if (instance.dead) return
      instance.call(OpForget, number, 0, own.number)
      pipeline.pump()
    }
  }

  /** The client has ended: nothing is asked of the engine any more. */
  close(): void {
    this.closed = true
    this.registered = undefined
    this.strategies.clear()
  }

  private shareOf(registered: Registered, store: string): Share {
    let share = registered.shares.get(store)
    if (share === undefined) registered.shares.set(store, (share = shareFor(registered, store)))
    return share
  }

  private assertOpen(): void {
    if (!this.closed && !this.core.disposed) return
    throw new AtomaError('disposed', `the client ${JSON.stringify(this.core.id)} has been disposed: create a new one`)
  }
}

function registration(executor: Executor): Registered {
  const { query, write } = executor
  return {
    executor,
    // methods of a class keep their object
    query: query && ((request, options) => query.call(executor, request, options)),
    write: write && ((request, options) => write.call(executor, request, options)),
    go: backendOf(executor) !== undefined,
    shares: new Map(),
  }
}

function shareFor({ executor, query, write, go }: Registered, store: string): Share {
  const behind = executorFor(executor, store)
  if (behind === undefined) return nothing
  const { base, commit } = behind.consistency ?? {}
  const asked = behind.query && query
  const written = behind.write && write
  return {
    query: asked,
    fetches: asked !== undefined && base !== 'cache',
    direct: written ? { number: 0, write: written, go, hides: commit === 'confirm' } : local,
  }
}

/** Throws `invalid_input` for what is no executor. */
export function checkExecutor(executor: unknown): Executor {
  if (typeof executor !== 'object' || executor === null) {
    throw invalidInput(`${kindOf(executor)} is no executor: pass { id, query?, write?, consistency? }`, {})
  }
  const { id, query, write, consistency } = executor as Row
  if (typeof id !== 'string' || id === '') {
    throw invalidInput('the id of an executor must be a string that is not empty', {}, ['id'])
  }
  const name = JSON.stringify(id)
  for (const [key, method] of Object.entries({ query, write })) {
    if (method === undefined || typeof method === 'function') continue
    throw invalidInput(`${key} of the executor ${name} must be a function, not ${kindOf(method)}`, {}, [key])
  }
  if (consistency === undefined) return executor as Executor
  if (typeof consistency !== 'object' || consistency === null) {
    throw invalidInput(`consistency of the executor ${name} must be an object, not ${kindOf(consistency)}`, {}, ['consistency'])
  }
  const { base, commit } = consistency as Row
  oneOf(base, 'fetch', 'cache', name, 'base')
  oneOf(commit, 'optimistic', 'confirm', name, 'commit')
  return executor as Executor
}

function oneOf(v: unknown, one: string, other: string, executor: string, key: string): void {
  if (v === undefined || v === one || v === other) return
  throw invalidInput(
    `consistency.${key} of the executor ${executor} must be "${one}" or "${other}"`,
    {},
    ['consistency', key],
  )
}

/** Names that cannot be are the engine's to refuse. */
function checkStrategy(name: unknown, write: unknown): string {
  if (typeof name !== 'string') {
    throw invalidInput(`${kindOf(name)} is no name of a write strategy: pass a string that is not empty`, {})
  }
  if (typeof write === 'function') return name
  throw invalidInput(`the write strategy ${JSON.stringify(name)} must be a function, not ${kindOf(write)}`, {})
}
