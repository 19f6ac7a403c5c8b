// One query that is shown while the executor is asked for it: its rows, live,
// and how the asking stands.

import { attempt } from '../attempt.js'
import { sameItems } from '../live/delta.js'
import { AtomaError } from '../errors.js'
import type { Row } from '../input.js'
import type { Snapshot } from '../live/live-kinds.js'
import { constant, derived, type Source } from '../live/live-source.js'
import { frozen } from '../mode.js'
import { filterOf, type Found, inOrder } from './remote-found.js'
import type { RemoteReads } from './remote-reads.js'
import type { StoreHandle } from '../store-handle.js'
import type { PageInfo } from '../types.js'

/** A query that nobody shows is given up after this many milliseconds, and so is what is being asked for it. */
const lingerMs = 2000

/** The same of one whose error was thrown. A framework renders what threw once more, at once. */
const thrownMs = 100

export interface QueryState {
  /** The rows as they show. */
  readonly data: readonly Row[]
  readonly pageInfo: PageInfo | undefined
  /** Why the executor's last answer is none. */
  readonly error: AtomaError | undefined
  /** It is being asked, or will be as soon as somebody subscribes. */
  readonly isFetching: boolean
  /** It has answered, this or what this widens. */
  readonly answered: boolean
  /** How many rows it gave. */
  readonly given: number | undefined
}

type Asking = Omit<QueryState, 'data'>

/** Where a query can be found by others who show the same. */
export interface QueryShelf {
  put(query: RemoteQuery): void
  take(query: RemoteQuery): void
}

const nothing: Source<Snapshot> = constant(Object.freeze({ data: Object.freeze([]) as readonly Row[] }))

export class RemoteQuery implements Source<QueryState> {
  private rows: Source<Snapshot>
  private asking: Asking
  private state: { shown: Snapshot; asking: Asking; state: QueryState } | undefined
  private readonly listeners = new Set<() => void>()
  private unsubscribe = (): void => {}
  /** What is being asked. */
  private controller: AbortController | undefined
  /** Settles with the answer; undefined: nothing has been asked. */
  private answer: Promise<void> | undefined
  /** Somebody who cannot subscribe waits for the answer. */
  private awaited = false
  private closed = false
  private lingering: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly reads: RemoteReads,
    private readonly handle: StoreHandle,
    private readonly copy: Row | undefined,
    narrower: RemoteQuery | undefined,
    private readonly shelf: QueryShelf,
  ) {
    const own = localRows(handle, copy)
    const answered = narrower?.asking.answered === true
    this.rows = answered ? narrower.rows : own
    const pageInfo = answered ? narrower.asking.pageInfo : undefined
    this.asking = { pageInfo, error: undefined, isFetching: true, answered, given: undefined }
    this.linger()
  }

  /** The same object until something of it changes. */
  readonly current = (): QueryState => {
    const { asking, state } = this
    const shown = this.rows.current()
    if (state?.shown === shown && state.asking === asking) return state.state
    const pageInfo = asking.answered ? asking.pageInfo : shown.pageInfo
    const next: QueryState = Object.freeze({ ...asking, pageInfo, data: shown.data })
    this.state = { shown, asking, state: next }
    return next
  }

  /** Tells of every change. Whoever subscribes first has the executor asked. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener()
    this.listeners.add(own)
    if (this.listeners.size === 1) this.begin()
    return () => {
      if (!this.listeners.delete(own) || this.listeners.size > 0) return
      this.unsubscribe()
      this.linger()
    }
  }

  /** Asks the executor, again if need be; what is still being asked is given up. Never rejects: what went wrong is shown. */
  ask(): Promise<void> {
    if (this.closed) return Promise.resolve()
    this.controller?.abort()
    const controller = (this.controller = new AbortController())
    if (!this.asking.isFetching) this.tell({ ...this.asking, isFetching: true })
    const { reads, handle, copy } = this
    const answer: Promise<void> = reads.show(handle, copy, controller.signal).then(
      (found) => this.settle(controller, answer, () => this.take(found)),
      (error: AtomaError) => this.settle(controller, answer, () => this.tell({ ...this.asking, isFetching: false, error })),
    )
    this.answer = answer
    return answer
  }

  /** Resolves with the first answer, or with the one that is awaited now. Has it asked for. */
  settled(): Promise<void> {
    this.awaited = true
    return this.answer ?? this.ask()
  }

  /** Gives an error that is about to be thrown. Whoever comes back later, to try again, is to find another query. */
  thrown(error: AtomaError): AtomaError {
    if (this.listeners.size === 0) this.linger(thrownMs)
    return error
  }

  /** Ends with its client: what is shown stays. */
  close(error: AtomaError): void {
    this.closed = true
    clearTimeout(this.lingering)
    const { controller } = this
    this.controller = undefined
    if (controller) {
      controller.abort(error)
      this.tell({ ...this.asking, isFetching: false, error })
    } else if (this.asking.isFetching) {
      this.tell({ ...this.asking, isFetching: false })
    }
  }

  private begin(): void {
    clearTimeout(this.lingering)
    this.lingering = undefined
    if (!this.closed) this.shelf.put(this)
    this.unsubscribe = this.rows.subscribe(this.changed)
    if (this.answer === undefined) void this.ask()
  }

  /** An answer counts unless another has been asked for, which is the answer then. */
  private settle(controller: AbortController, answer: Promise<void>, take: () => void): Promise<void> | undefined {
    if (this.controller !== controller) return this.answer === answer ? undefined : this.answer
    this.controller = undefined
    take()
    this.awaited = false
    if (this.listeners.size === 0) this.linger()
    return undefined
  }

  private take(found: Found): void {
    const rows = rowsOf(this.handle, this.copy, found)
    if (this.listeners.size > 0) {
      const unsubscribe = rows.subscribe(this.changed)
      this.unsubscribe()
      this.unsubscribe = unsubscribe
    }
    this.rows = rows
    const { pageInfo, given } = found
    this.tell({ pageInfo, given, error: undefined, isFetching: false, answered: true })
  }

  private tell(asking: Asking): void {
    this.asking = asking
    this.changed()
  }

  private readonly changed = (): void => {
    for (const listener of [...this.listeners]) attempt(listener)
  }

  private linger(ms = lingerMs): void {
    if (this.closed) return
    clearTimeout(this.lingering)
    const timer: { unref?: () => void } | number = setTimeout(() => this.giveUp(), ms)
    if (typeof timer === 'object') timer.unref?.()
    this.lingering = timer as ReturnType<typeof setTimeout>
  }

  private giveUp(): void {
    // who awaits an answer without subscribing comes back when it is there
    if (this.listeners.size > 0 || (this.awaited && this.controller)) return
    this.shelf.take(this)
    this.controller?.abort()
    this.controller = undefined
    this.answer = undefined
    if (!this.asking.isFetching) this.asking = { ...this.asking, isFetching: true }
  }
}

/** The rows that are here, as long as the executor has not answered. Cursors of its own say nothing here. */
function localRows(handle: StoreHandle, copy: Row | undefined): Source<Snapshot> {
  try {
    return handle.live.view(copy)
  } catch (error) {
    if (error instanceof AtomaError && error.code === 'invalid_cursor') return nothing
    throw error
  }
}

/** The rows of an answer as they show from now on. */
function rowsOf(handle: StoreHandle, copy: Row | undefined, { ids, stale, look, given }: Found): Source<Snapshot> {
  if (given === undefined) return localRows(handle, copy)
  if (ids !== undefined) {
    if (ids.length === 0) return nothing
    const filter = filterOf([...ids].sort())
    const include = copy?.['include']
    return settledList(handle.live.view(include === undefined ? { filter } : { filter, include }), (rows) => inOrder(ids, rows))
  }
  if (stale === undefined) return handle.live.view(copy)
  const limit = copy?.['limit'] as number | undefined
  return settledList(handle.live.view(look === undefined ? copy : { ...copy, limit: look }), (rows) => {
    const kept = rows.filter((row) => stale.get(row['id'] as string) !== row['version'])
    return limit === undefined ? kept : kept.slice(0, limit)
  })
}

/** A list made of another; the same array as long as the same rows are in it. */
function settledList(source: Source<Snapshot>, make: (rows: readonly Row[]) => Row[]): Source<Snapshot> {
  let last: Snapshot | undefined
  return derived(source, ({ data }) => {
    const made = make(data)
    if (last && sameItems(last.data, made)) return last
    return (last = Object.freeze({ data: frozen ? Object.freeze(made) : made }))
  })
}
