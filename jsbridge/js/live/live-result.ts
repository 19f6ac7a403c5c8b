// One result that the engine keeps up to date, shared by all who ask for the
// same. It is brought up to date when somebody looks or, at the end of a turn,
// when there is a listener to tell. Lifecycle and reference counts are here and
// not in the hooks, because a framework may render without ever subscribing.

import { attempt } from '../attempt.js'
import type { LiveHub } from './live-hub.js'
import { OpViewClose, OpViewOpen, OpViewPull, WordNumber } from '../protocol.js'
import type { StoreHandle } from '../store-handle.js'

/** A result that nobody listens to is dropped after this many milliseconds. */
const lingerMs = 2000

export type Unsubscribe = () => void

interface Subscription<S> {
  listener: (snapshot: S) => unknown
  seen: S
  /** Of the snapshot that the listener was told of. */
  generation: number
}

/** Where a result that the engine keeps can be found by others who ask for the same. */
export interface Shelf {
  put(result: LiveResult<unknown>): void
  take(result: LiveResult<unknown>): void
}

export abstract class LiveResult<S> {
  /** Results are told in the order in which they were first listened to. */
  place = 0
  protected snapshot: S
  /** The engine's number of it; undefined while it keeps none. */
  protected number: number | undefined
  private readonly subscriptions = new Set<Subscription<S>>()
  /** Counts snapshots. */
  private generation = 0
  private seenChanges = -1
  private lingering: ReturnType<typeof setTimeout> | undefined

  constructor(
    protected readonly handle: StoreHandle,
    /** A query or the like, encoded. */
    private readonly question: Uint8Array,
    private readonly kind: number,
    /** Other stores have a say in it. */
    private readonly wide: boolean,
    private readonly shelf: Shelf,
    empty: S,
  ) {
    this.snapshot = empty
  }

  /** Asks the engine for the first time: throws what is wrong with the question. */
  start(): this {
    this.refresh()
    return this
  }

  /** The result as of now: the same object until it changes. */
  readonly current = (): S => {
    this.refresh()
    return this.snapshot
  }

  /** Tells a listener once a turn in which the result changed, in a microtask. */
  readonly subscribe = (listener: (snapshot: S) => unknown): Unsubscribe => {
    const subscription = { listener, seen: this.current(), generation: this.generation }
    if (this.subscriptions.size === 0) this.hub.listened(this as LiveResult<unknown>, 1)
    this.subscriptions.add(subscription)
    return () => {
      if (!this.subscriptions.delete(subscription) || this.subscriptions.size > 0) return
      this.hub.listened(this as LiveResult<unknown>, -1)
      this.linger()
    }
  }

  get listened(): boolean {
    return this.subscriptions.size > 0
  }

  /** Brings the snapshot up to date. */
  refresh(): void {
    // without a client or an engine the last result stays: the page lives on
    if (this.hub.ended) return
    if (this.number === undefined) this.open()
    else if (this.seenChanges === this.changes) return
    this.pull()
  }

  /** Takes up what changed. */
  pull(): void {
    this.seenChanges = this.changes
    try {
      this.handle.instance.call(OpViewPull, this.number!, 0)
    } catch (error) {
      // a panic may have left it in the middle of its work: it is begun anew
      this.leave()
      this.hub.lost(this as LiveResult<unknown>)
      throw error
    }
    const next = this.take(this.snapshot)
    if (next === this.snapshot) return
    this.snapshot = next
    this.generation++
    if (this.subscriptions.size > 0) this.hub.announce(this as LiveResult<unknown>)
  }

  /** Tells the listeners that have not been told of the snapshot. */
  tell(): void {
    const { snapshot, generation } = this
    for (const subscription of [...this.subscriptions]) {
      const { seen } = subscription
      if (subscription.generation === generation || !this.subscriptions.has(subscription)) continue
      // a result may have changed and changed back since the listener was told
      const differs = generation - subscription.generation === 1 || !this.same(seen, snapshot)
      subscription.seen = snapshot
      subscription.generation = generation
      if (differs) attempt(() => subscription.listener(snapshot))
    }
  }

  close(): void {
    clearTimeout(this.lingering)
    this.subscriptions.clear()
    this.number = undefined
  }

  /** Reads what the engine answers to a pull: the former snapshot where nothing changed. */
  protected abstract take(former: S): S

  /** Whether two snapshots say the same. */
  protected abstract same(a: S, b: S): boolean

  /** The engine has opened it; what else it answers is to be read. */
  protected opened(): void {}

  private get hub(): LiveHub {
    return this.handle.hub
  }

  private get changes(): number {
    return this.wide ? this.hub.changes : this.handle.changes
  }

  private open(): void {
    const { instance, number } = this.handle
    const w = instance.writer.reset()
    w.raw(this.question)
    instance.call(OpViewOpen, number, w.p, this.kind)
    this.number = instance.word(WordNumber)
    this.hub.register(this.number, this as LiveResult<unknown>)
    this.opened()
    this.shelf.put(this as LiveResult<unknown>)
    this.linger()
  }

  private linger(): void {
    if (this.subscriptions.size > 0 || this.lingering !== undefined) return
    const timer: { unref?: () => void } | number = setTimeout(() => {
      this.lingering = undefined
      if (this.subscriptions.size === 0) this.end()
    }, lingerMs)
    if (typeof timer === 'object') timer.unref?.()
    this.lingering = timer as ReturnType<typeof setTimeout>
  }

  /** Nobody listens: the engine need not keep it. */
  private end(): void {
    this.shelf.take(this as LiveResult<unknown>)
    this.leave()
  }

  private leave(): void {
    const { number } = this
    if (number === undefined || this.hub.ended) return
    this.number = undefined
    this.hub.unregister(number)
    attempt(() => this.handle.instance.call(OpViewClose, number, 0))
  }
}
