// What is live in one store: results by the value of what was asked, so that
// equal questions share one, and listeners of single rows.

import type { LiveHub } from './live-hub.js'
import { LiveCount, LiveGroups, LiveIds, LiveRows } from './live-kinds.js'
import type { LiveResult, Shelf, Unsubscribe } from './live-result.js'
import { copyQuery, copySpec, keyOf } from '../read/query-input.js'
import type { StoreHandle } from '../store-handle.js'

export class LiveViews {
  private readonly results = new Map<string, LiveResult<unknown>>()
  private readonly rows = new Map<string, Set<() => void>>()
  private readonly hub: LiveHub

  constructor(private readonly handle: StoreHandle) {
    this.hub = handle.hub
  }

  /** The rows of a query; throws what is wrong with the query. */
  view(query: unknown): LiveRows {
    const copy = copyQuery(query, this.handle.place)
    return this.shared(`rows ${keyOf(copy)}`, (shelf) => new LiveRows(this.handle, copy, shelf))
  }

  /** The ids of a query's rows. */
  ids(query: unknown): LiveIds {
    const copy = copyQuery(query, this.handle.place)
    return this.shared(`ids ${keyOf(copy)}`, (shelf) => new LiveIds(this.handle, copy, shelf))
  }

  /** How many rows match a filter; undefined: all of them. */
  count(filter: unknown): LiveCount {
    const copy = filter === undefined ? undefined : copyQuery({ filter }, this.handle.place)
    return this.shared(`count ${keyOf(copy)}`, (shelf) => new LiveCount(this.handle, copy, shelf))
  }

  /** Groups of rows and their metrics. */
  aggregate(spec: unknown): LiveGroups {
    const copy = copySpec(spec, this.handle.place)
    return this.shared(`groups ${keyOf(copy)}`, (shelf) => new LiveGroups(this.handle, copy, shelf))
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
      this.hub.forgetRow(own)
      if (listeners.size === 0 && this.rows.get(id) === listeners) this.rows.delete(id)
    }
  }

  /** Says that a row changed. */
  changed(id: string): void {
    if (this.rows.size > 0) this.changedRow(id)
    this.hub.changed()
  }

  /** Says that many rows changed. */
  changedAll(ids: Iterable<string>): void {
    if (this.rows.size > 0) for (const id of ids) this.changedRow(id)
    this.hub.changed()
  }

  close(): void {
    this.results.clear()
    this.rows.clear()
  }

  private changedRow(id: string): void {
    const listeners = this.rows.get(id)
    if (listeners) for (const listener of listeners) this.hub.tellOfRow(listener)
  }

  private shared<R extends { start(): R }>(key: string, make: (shelf: Shelf) => R): R {
    const known = this.results.get(key)
    if (known) return known as unknown as R
    return make({
      // one that was looked at late may find another in its place
      put: (result) => {
        if (!this.results.has(key)) this.results.set(key, result)
      },
      take: (result) => {
        if (this.results.get(key) === result) this.results.delete(key)
      },
    }).start()
  }
}
