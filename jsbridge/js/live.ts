// Live results of one store. Equal queries share one view, by value; a view is
// brought up to date when somebody looks or, at the end of a turn, when there
// is a listener to tell. Lifecycle and reference counts are here and not in
// the hooks, because a framework may render without ever subscribing.

import type { Row } from './input.js'
import { frozen } from './mode.js'
import { encodeQuery, rowsAt, runQuery } from './reads.js'
import type { StoreHandle } from './store-handle.js'

/** A view that nobody listens to is dropped after this many milliseconds. */
const lingerMs = 2000

export type Snapshot = { readonly data: Row[] }
export type Unsubscribe = () => void

const nothing: Snapshot = Object.freeze({ data: Object.freeze([]) as unknown as Row[] })

export class LiveViews {
  /** Views to be shared, by the value of their query. */
  private readonly views = new Map<string, LiveView>()
  /** Views with somebody to tell; a view may be listened to long after it was rendered. */
  private readonly active = new Set<LiveView>()
  private readonly rows = new Map<string, Set<() => void>>()
  private readonly dirtyRows = new Set<string>()
  private flushing = false

  constructor(private readonly handle: StoreHandle) {}

  /** The view of a query; throws what is wrong with the query. */
  view(query: unknown): LiveView {
    const payload = encodeQuery(this.handle, query, true)
    const key = keyOf(payload)
    const known = this.views.get(key)
    if (known) return known
    const view: LiveView = new LiveView(this.handle, payload, this.active, () => {
      // a view that was listened to late may find another in its place
      if (this.views.get(key) === view) this.views.delete(key)
    })
    this.views.set(key, view)
    return view
  }

  /** Tells a listener at the end of each turn in which the row of this id changed. */
  subscribeRow(id: string, listener: () => void): Unsubscribe {
    let listeners = this.rows.get(id)
    if (!listeners) this.rows.set(id, (listeners = new Set()))
    // a function of its own: the same listener may subscribe twice
    const own = (): void => listener()
    listeners.add(own)
    return () => {
      listeners.delete(own)
      if (listeners.size === 0 && this.rows.get(id) === listeners) this.rows.delete(id)
    }
  }

  /** Says that a row changed. */
  changed(id: string): void {
    if (this.rows.size > 0 && this.rows.has(id)) this.dirtyRows.add(id)
    this.flushSoon()
  }

  /** Says that many rows changed. */
  changedAll(ids: Iterable<string>): void {
    if (this.rows.size > 0) for (const id of ids) if (this.rows.has(id)) this.dirtyRows.add(id)
    this.flushSoon()
  }

  private flushSoon(): void {
    if (this.flushing || (this.dirtyRows.size === 0 && this.active.size === 0)) return
    this.flushing = true
    queueMicrotask(() => this.flush())
  }

  close(): void {
    for (const view of [...this.views.values(), ...this.active]) view.close()
    this.views.clear()
    this.active.clear()
    this.rows.clear()
    this.dirtyRows.clear()
  }

  private flush(): void {
    this.flushing = false
    const ids = [...this.dirtyRows]
    this.dirtyRows.clear()
    for (const id of ids) for (const listener of [...(this.rows.get(id) ?? [])]) tell(listener)
    // a view that fails, by a panic of the engine, must not keep the others from theirs
    for (const view of [...this.active]) tell(() => view.notify())
  }
}

interface Subscription {
  listener: (snapshot: Snapshot) => void
  seen: Snapshot
}

export class LiveView {
  private readonly subscriptions = new Set<Subscription>()
  private snapshot = nothing
  private seenChanges = -1
  private lingering: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly handle: StoreHandle,
    private readonly query: Uint8Array,
    private readonly active: Set<LiveView>,
    private readonly drop: () => void,
  ) {
    this.refresh()
    this.linger()
  }

  /** The result as of now: the same object until it changes. */
  readonly current = (): Snapshot => {
    this.refresh()
    return this.snapshot
  }

  /** Tells a listener once a turn in which the result changed, in a microtask. */
  readonly subscribe = (listener: (snapshot: Snapshot) => void): Unsubscribe => {
    const subscription = { listener, seen: this.current() }
    this.subscriptions.add(subscription)
    this.active.add(this)
    return () => {
      this.subscriptions.delete(subscription)
      if (this.subscriptions.size === 0) this.active.delete(this)
      this.linger()
    }
  }

  notify(): void {
    this.refresh()
    const { snapshot } = this
    for (const subscription of [...this.subscriptions]) {
      const { seen } = subscription
      if (seen === snapshot || !this.subscriptions.has(subscription)) continue
      subscription.seen = snapshot
      // a result may have changed and changed back since the listener was told
      if (!sameRows(seen.data, snapshot.data)) tell(() => subscription.listener(snapshot))
    }
  }

  close(): void {
    clearTimeout(this.lingering)
    this.subscriptions.clear()
  }

  private refresh(): void {
    const { handle } = this
    // without a client or an engine the last result stays: the page lives on
    if (this.seenChanges === handle.changes || handle.closed || handle.instance.dead) return
    const data = rowsAt(handle, runQuery(handle, this.query))
    this.seenChanges = handle.changes
    if (this.snapshot !== nothing && sameRows(data, this.snapshot.data)) return
    this.snapshot = Object.freeze({ data: frozen ? (Object.freeze(data) as Row[]) : data })
  }

  private linger(): void {
    if (this.subscriptions.size > 0 || this.lingering !== undefined) return
    const timer: { unref?: () => void } | number = setTimeout(() => {
      this.lingering = undefined
      if (this.subscriptions.size === 0) this.drop()
    }, lingerMs)
    if (typeof timer === 'object') timer.unref?.()
    this.lingering = timer as ReturnType<typeof setTimeout>
  }
}

function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A failure, of a listener or a view, is its own. */
function tell(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    console.error(error)
  }
}

/** Bytes as a key of a Map. */
function keyOf(payload: Uint8Array): string {
  let key = ''
  for (let i = 0; i < payload.length; i++) key += String.fromCharCode(payload[i]!)
  return key
}
