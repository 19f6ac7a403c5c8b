// The pending writes of one client. The engine keeps them, cuts them into
// requests and says what became of each; here are the promises of their calls,
// the requests that JavaScript executors carry out, and the moments at which
// the engine is asked.

import { attempt } from '../attempt.js'
import type { Core, RowChange, WriteWatcher } from '../core.js'
import { AtomaError } from '../errors.js'
import type { Row } from '../input.js'
import { Ledger, type Run } from './ledger.js'
import {
  List,
  OpCancel,
  OpPump,
  PumpTurn,
  WordOut,
  WordOutLen,
  WordShape,
  WordShapeLen,
} from '../protocol.js'
import { peek } from '../read/reads.js'
import { Request } from './requests.js'
import { rejection } from './results.js'
import type { StoreHandle } from '../store-handle.js'
import type { Ticket } from './ticket.js'
import { tellChanged } from './writeback.js'
import { readTidings, type TidingsReader } from './tidings.js'
import type { OpContext } from '../types.js'
import { ValueReader } from '../codec/value-reader.js'
import { frozen } from '../mode.js'

/** Why a write was refused, and what the backend has in its place. */
export interface Refusal {
  readonly error: AtomaError
  readonly current: { value?: unknown } | undefined
}

/** Told apart from others' keys by it: of this page load. */
let page = ''

export class Pipeline implements TidingsReader {
  /** end() has been called: the engine is asked for nothing more. */
  ended = false
  /** Counts roll-backs: a request that is being prepared compares it. */
  rollBacks = 0
  private readonly ledger = new Ledger()
  private readonly tickets = new Set<Ticket>()
  private readonly requests = new Map<number, Request>()
  private readonly handles: (StoreHandle | undefined)[] = []
  /** Of writes whose fate the engine is being told. */
  private readonly refusals = new Map<number, Refusal>()
  /** Writes of which the answer being told says what the backend has: what was confirmed before is part of that. */
  private readonly replaced = new Set<number>()
  /** Rows that answers have changed which nobody waited for. */
  private late: [StoreHandle, string][] = []
  /** What watchers are told: before anybody else, so that all find history as it is. */
  private readonly forWatchers: (() => void)[] = []
  private readonly inPlace: (() => void)[] = []
  private readonly listeners = new Set<() => void>()
  private waiting = 0
  private told = 0
  private contexts: Map<string, number> | undefined
  private lastContext = 0
  private turnDue = false
  private pumping = false
  private again = 0
  private afterwards: (() => void)[] = []
  /** How many of them have been begun: what one of them runs may get to the others first. */
  private begun = 0
  private idle: (() => void) | undefined
  private keys = ''

  private readonly unstir: () => void

  constructor(readonly core: Core) {
    this.unstir = core.instance.onStir(core.number, () => this.pump())
  }

  /** Writes that no backend has confirmed yet, and calls that wait for their turn. */
  get pendingWrites(): number {
    return this.ledger.size + this.waiting
  }

  /** Calls back in a microtask when pendingWrites has changed. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Has the engine cut and send what is due, and takes what came of it. `turn`: the synchronous run is over. */
  pump(turn = false): void {
    const flags = turn ? PumpTurn : 0
    if (this.ended) return
    if (this.pumping) {
      this.again |= 2 | flags
      return
    }
    this.pumping = true
    try {
      let now = 2 | flags
      do {
        this.again = 0
        this.pumpOnce(now & PumpTurn)
        now = this.again
      } while (now !== 0)
    } catch (error) {
      this.fail(error)
    } finally {
      this.pumping = false
      if (this.late.length > 0) this.tellLate()
      this.refusals.clear()
      this.replaced.clear()
    }
    for (const tell of [...this.forWatchers.splice(0), ...this.inPlace.splice(0)]) attempt(tell)
    // what is not ours runs when everything is as it is to be
    while (this.begun < this.afterwards.length) attempt(this.afterwards[this.begun++]!)
    this.afterwards.length = this.begun = 0
    this.recount()
  }

  /** Runs what is not ours: now, or when what is being told has been taken in. */
  later(run: () => void): void {
    if (this.pumping) this.afterwards.push(run)
    else attempt(run)
  }

  /**
   * Waits for everything in flight, at most so many milliseconds; then what is
   * left is rolled back and rejected with `disposed`, and its signals abort.
   */
  async drain(timeoutMs: number): Promise<void> {
    // a call in the course of which the client is disposed is in flight when it has returned
    if (this.tickets.size === 0) await undefined
    this.pump(true)
    if (this.tickets.size > 0) {
      let timer: ReturnType<typeof setTimeout> | undefined
      await new Promise<void>((resolve) => {
        this.idle = resolve
        if (timeoutMs <= 2 ** 31 - 1) timer = setTimeout(resolve, timeoutMs)
      })
      clearTimeout(timer)
      this.idle = undefined
      this.failAll(this.disposed())
    }
    this.end()
  }

  /** What writes are rejected with that were not answered in time. */
  disposed(): AtomaError {
    return new AtomaError('disposed', `the client ${JSON.stringify(this.core.id)} was disposed before the write was confirmed`)
  }

  /** The client has ended: no answer is listened to any more. */
  end(): void {
    this.ended = true
    this.unstir()
    for (const request of this.requests.values()) request.abandon()
    this.requests.clear()
  }

  /** The number of an operation's context among those of this turn: equal ones have the same. */
  contextNumber(opContext: OpContext | undefined): number {
    if (opContext === undefined) return 0
    const { scope, actionId, origin = 'user', label } = opContext
    if (scope === undefined && actionId === undefined && label === undefined && origin === 'user') return 0
    const key = JSON.stringify([scope, actionId, origin, label])
    this.contexts ??= new Map()
    let number = this.contexts.get(key)
    if (number === undefined) this.contexts.set(key, (number = ++this.lastContext))
    return number
  }

  /** What makes a write known again to a backend that is sent it twice. */
  keyOf(write: number): string {
    if (this.keys === '') {
      page ||= Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join('')
      this.keys = `${page}-${this.core.number}-`
    }
    return this.keys + write
  }

  /** Waits for the answers to a run of writes. */
  expect(run: Run): void {
    const { handle } = run.ticket
    this.handles[handle.number] = handle
    this.ledger.add(run)
    if (this.turnDue) return
    this.turnDue = true
    queueMicrotask(() => {
      this.turnDue = false
      this.pump(true)
    })
    this.recount()
  }

  /** A call is in flight until close() is called with it. */
  open(ticket: Ticket): void {
    this.tickets.add(ticket)
  }

  close(ticket: Ticket): void {
    if (this.tickets.delete(ticket) && this.tickets.size === 0) this.idle?.()
  }

  /** A call waits for its turn, or has waited. */
  wait(by: 1 | -1): void {
    this.waiting += by
    this.recount()
  }

  /** The run of a write that is not answered yet. */
  runOf(write: number): Run | undefined {
    return this.ledger.get(write)
  }

  /** Takes back the writes of a call that have not been answered, and gives the indexes of their items. */
  rollBack(ticket: Ticket, error: AtomaError): number[] {
    const writes: number[] = []
    const indexes: number[] = []
    for (const run of ticket.runs) {
      for (let i = 0; i < run.indexes.length; i++) {
        if (this.ledger.get(run.first + i) !== run) continue
        writes.push(run.first + i)
        indexes.push(run.indexes[i]!)
      }
    }
    this.rollBacks++
    for (const write of writes) {
      this.unhide(this.ledger.take(write)!, write, false)
      this.refusals.set(write, { error, current: undefined })
    }
    const { instance, number } = this.core
    if (writes.length === 0 || this.ended || instance.dead) return indexes
    attempt(() => {
      const w = instance.writer.reset()
      for (const write of writes) w.word(write)
      instance.call(OpCancel, number, w.p)
      this.pump()
    })
    return indexes
  }

  /** Says why the answer that the engine is about to be given refuses a write. */
  refuses(write: number, refusal: Refusal): void {
    this.refusals.set(write, refusal)
  }

  /** The answer that the engine is about to be given says what the backend has of a write's row. */
  replaces(write: number): void {
    this.replaced.add(write)
  }

  /** A request has been answered. */
  answered(request: Request): void {
    this.requests.delete(request.number)
  }

  /** Tells who watches the writes of this client: now, or when what is being told has been taken in. */
  tellWatchers(tell: (watcher: WriteWatcher) => void): void {
    for (const watcher of this.core.watchers) {
      if (this.pumping) this.forWatchers.push(() => tell(watcher))
      else attempt(() => tell(watcher))
    }
  }

  /** Rows of these ids, which answers to writes of this client bring, are about to be put in place. */
  answering(storeName: string, ids: readonly string[]): void {
    for (const watcher of this.core.watchers) {
      const told = watcher.answering?.(storeName, ids)
      if (told) this.inPlace.push(told)
    }
  }

  /** A change that does not show yet turned out to leave another row: that is what the one on top of it will find. */
  foundBy({ hidden }: StoreHandle, { id, after }: RowChange, row: Row | undefined): void {
    if (!hidden?.has(id)) return
    for (const { changes } of this.tickets) {
      for (const [index, later] of changes ?? []) {
        if (later.id === id && later.before === after) changes!.set(index, { ...later, found: row })
      }
    }
  }

  // What the tidings say.

  handleAt(store: number): StoreHandle | undefined {
    return this.handles[store]
  }

  confirmed(write: number, count: number): void {
    const end = write + count
    while (write < end) {
      const run = this.ledger.get(write)
      if (!run) {
        write++
        continue
      }
      const { ticket, first, indexes } = run
      const { hidden, noting } = ticket.handle
      const quiet = !hidden && noting.size === 0
      const stop = Math.min(end, first + indexes.length)
      let n = 0
      for (; write < stop; write++) {
        if (this.ledger.take(write) !== run) continue
        n++
        if (!quiet) this.unhide(run, write, true)
      }
      ticket.confirmMany(n)
    }
  }

  confirmedAs(write: number, row: Row | undefined): void {
    const run = this.ledger.take(write)
    if (!run) return
    const { ticket } = run
    const index = run.indexes[write - run.first]!
    const result = ticket.results[index]
    // a delete has no row, and its value stays
    if (row === undefined && result?.ok && typeof result.value === 'object') {
      row = peek(ticket.handle, (result.value as Row)['id'] as string)
    }
    this.unhide(run, write, true, row)
    ticket.confirm(index, row)
  }

  refused(write: number, cause: number, error: unknown): void {
    const run = this.ledger.take(write)
    if (!run) return
    const { ticket } = run
    const refusal = error === undefined ? this.refusals.get(cause) : refusalOf(error)
    const current = write === cause ? refusal?.current : undefined
    if (error !== undefined && current && ticket.handle.hidden) this.replaced.add(write)
    this.unhide(run, write, false)
    if (current?.value === null) ticket.handle.heardOf(ticket.idOf(run.indexes[write - run.first]!), true)
    ticket.refuse(
      run.indexes[write - run.first]!,
      refusal?.error ?? new AtomaError('internal', 'the write was refused without a reason'),
      current,
    )
  }

  changed(store: number, id: string): void {
    const { events } = this.core
    if (events.listening('changeStart') || events.listening('changeCommitted')) this.late.push([this.handles[store]!, id])
  }

  /** Late answers are changes that come without a write. */
  private tellLate(): void {
    const stores = new Map<StoreHandle, Set<string>>()
    for (const [handle, id] of this.late.splice(0)) {
      const ids = stores.get(handle)
      if (ids === undefined) stores.set(handle, new Set([id]))
      else ids.add(id)
    }
    for (const [{ storeName }, ids] of stores) this.afterwards.push(() => tellChanged(this.core, storeName, [...ids]))
  }

  requested(number: number, store: number, writes: Uint32Array): void {
    const request = new Request(this, number, this.handles[store]!, writes)
    this.requests.set(number, request)
    this.afterwards.push(() => request.start())
  }

  abandoned(number: number): void {
    const request = this.requests.get(number)
    this.requests.delete(number)
    if (request) this.afterwards.push(() => request.abandon())
  }

  sent(write: number, count: number): void {
    for (let i = write; i < write + count; i++) this.ledger.get(i)?.ticket.handed(1)
  }

  private pumpOnce(flags: number): void {
    const { instance, number } = this.core
    if (flags & PumpTurn) this.contexts = undefined
    instance.call(OpPump, number, 0, flags)
    const count = instance.word(WordOutLen) >>> 2
    if (count === 0) return
    const start = instance.word(WordOut) >>> 2
    const words = instance.u32.slice(start, start + count)
    let values: unknown[] = []
    const length = instance.word(WordShapeLen)
    if (length > 0) {
      const at = instance.word(WordShape)
      values = new ValueReader(instance.u8, frozen).cell(List, at, at + length) as unknown[]
    }
    readTidings(words, values, this)
  }

  /** A write is answered, or taken back: a hidden row is what later writes build on until then, and reads are told. */
  private unhide({ ticket, first, indexes }: Run, write: number, taken: boolean, left?: Row): void {
    const { hidden, noting } = ticket.handle
    if (!hidden && noting.size === 0) return
    const index = indexes[write - first]!
    const id = ticket.idOf(index)
    const result = ticket.results[index]
    ticket.handle.heardOf(id, result?.ok === true && result.value === true)
    if (!hidden) return
    const writes = hidden.get(id)
    if (writes === undefined) return
    const at = writes.findIndex((one) => one.write === write)
    // what was confirmed stays on top of what was not
    const stays = taken && !this.replaced.has(write) && writes.slice(0, at).some(({ settled }) => !settled)
    const row = left ?? (result?.ok && result.value !== true ? (result.value as Row) : undefined)
    const others = writes.filter((one) => one.write !== write && !(one.settled && this.replaced.has(write)))
    if (stays) others.splice(at, 0, { write, row, settled: true })
    if (others.some(({ settled }) => !settled)) hidden.set(id, others)
    else hidden.delete(id)
    if (hidden.size === 0) ticket.handle.hidden = undefined
  }

  /** The engine failed: so does every call in flight. */
  fail(thrown: unknown): void {
    this.failAll(rejection(thrown) as AtomaError)
  }

  private failAll(error: AtomaError): void {
    for (const ticket of [...this.tickets]) ticket.cancel(error)
  }

  /** Tells who shows how much is pending. */
  private recount(): void {
    const pending = this.pendingWrites
    if (this.told === pending) return
    this.told = pending
    if (this.listeners.size === 0) return
    for (const listener of this.listeners) queueMicrotask(() => attempt(listener))
  }
}

/** What a backend in Go refuses a write with. */
function refusalOf(given: unknown): Refusal {
  const { code, message, current, ...details } = given as { code: string; message: string; current?: { value?: unknown } }
  const more = Object.keys(details).length > 0 ? { details } : {}
  return { error: new AtomaError(code as never, message, more), current }
}
