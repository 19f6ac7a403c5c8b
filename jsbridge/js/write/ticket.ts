// One call of a write method, from the moment it is more than a local change
// until all of its writes have been answered: its results so far, its promise,
// its timer and its signal.

import type { RowChange } from '../core.js'
import { AtomaError, isA } from '../errors.js'
import { invalidInput, type Row, whereText } from '../input.js'
import type { Run } from './ledger.js'
import { aborted, isLocal, type WritePlan } from './options.js'
import type { Pipeline } from './pipeline.js'
import { OpTrack, TrackHidden } from '../protocol.js'
import { localResults } from './local-results.js'
import { failed, type ItemResult, rejection } from './results.js'
import type { StoreHandle } from '../store-handle.js'
import { contextOf } from '../plugins/trace.js'
import type { OperationContext, UpsertOptions, WriteAction } from '../types.js'

/** What a call is about. */
export interface Kind {
  readonly action: WriteAction
  readonly many: boolean
  /** Of an upsert, as the executor is told them. */
  readonly upsert?: Required<UpsertOptions>
}

/** The indexes of a call of one item. */
export const onlyItem: readonly number[] = [0]

export class Ticket {
  /** One for each item, in the order of the call. */
  results: ItemResult[] = []
  /** The ids of the items, where they are known beforehand. */
  ids: (string | undefined)[] = []
  /** What history is told, by index; undefined: nobody wants to know. */
  changes: Map<number, RowChange> | undefined
  /** Nothing of it is to happen any more: it was aborted, timed out, or its client disposed. */
  closed = false
  /** All of it has happened. */
  finished = false
  /** Its changes show with the answer only. */
  readonly hidden: boolean
  /** A backend is to confirm it. */
  readonly tracked: boolean
  /** Aborted when the call is, for what it waits for at the gate. */
  readonly stop = new Stop()
  /** Its writes that have not been answered. */
  readonly runs: Run[] = []
  private pending = 0
  private unsent = 0
  private applied = false
  private waiting = false
  /** Who watches knows that its changes are still to show. */
  private watched = false
  private settled = false
  /** Of items that changed something that no backend is to confirm. */
  private readonly changed: number[] = []
  private refusals: { index: number; error: AtomaError }[] = []
  /** Rows that the backend answered with, for history to be told when the changes show. */
  private answers: [number, Row][] | undefined
  private failure: { error: unknown } | undefined
  private resolve: ((value: unknown) => void) | undefined
  private reject: ((error: unknown) => void) | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private told: OperationContext | undefined
  private readonly calledAt = performance.now()

  constructor(
    readonly pipeline: Pipeline,
    readonly handle: StoreHandle,
    readonly plan: WritePlan,
    readonly kind: Kind,
  ) {
    this.tracked = !isLocal(plan.writer)
    this.hidden = this.tracked && plan.writer.hides
  }

  get context(): OperationContext {
    return (this.told ??= contextOf(this.pipeline.core, this.plan.opContext))
  }

  /** Has the next write command kept as pending. */
  track(): void {
    if (!this.tracked) return
    const { core } = this.pipeline
    const w = core.instance.writer.reset()
    w.word(this.plan.writer.number)
    w.word(this.pipeline.contextNumber(this.plan.opContext))
    core.instance.call(OpTrack, core.number, w.p, this.hidden ? TrackHidden : 0)
  }

  /** The last write command has changed the rows of these items, as writes numbered from `first` on. */
  wrote(first: number, indexes: readonly number[]): void {
    if (indexes.length === 0) return
    if (!this.tracked) return void this.changed.push(...indexes)
    const run: Run = { ticket: this, first, indexes }
    this.runs.push(run)
    this.pending += indexes.length
    this.unsent += indexes.length
    this.pipeline.expect(run)
  }

  /** The indexes of items that changed something. */
  get written(): readonly number[] {
    return this.tracked ? this.runs.flatMap(({ indexes }) => indexes) : this.changed
  }

  /** Says that the call begins, to who listens. */
  start(): void {
    const { events } = this.pipeline.core
    if (events.listening('writeStart')) events.emit('writeStart', this.event(this.ids))
  }

  /** All items have been applied: what is left is to wait for answers. */
  complete(): void {
    this.applied = true
    this.waited()
    if (!this.hidden) this.show()
    if (this.pending === 0) return this.finish()
    // its client was disposed in the course of it: nobody listens to an answer
    if (this.pipeline.ended) return this.cancel(this.pipeline.disposed())
    this.pipeline.open(this)
  }

  /** Called when the call has had its turn, or has to wait for it: which of both. */
  waitUnlessApplied(): boolean {
    if (this.applied || this.finished) return false
    this.waiting = true
    this.pipeline.open(this)
    this.pipeline.wait(1)
    return true
  }

  /** Called when the call is about to return: tells who watches if what it does will show later. */
  watchUnlessShown(): void {
    if (!this.changes || this.finished || (this.applied && !this.hidden)) return
    this.watched = true
    const { opContext } = this.context
    this.pipeline.tellWatchers((watcher) => watcher.waits?.(this, opContext))
  }

  /** Tells who watches what the call has changed: that shows now. */
  private show(): void {
    if (this.changes?.size) this.tellWritten(this.changes)
    this.unwatch()
  }

  /** Nothing more of the call will show. */
  private unwatch(): void {
    if (!this.watched) return
    this.watched = false
    this.pipeline.tellWatchers((watcher) => watcher.shown?.(this))
  }

  private waited(): void {
    if (!this.waiting) return
    this.waiting = false
    this.pipeline.wait(-1)
  }

  /** What the call gives: the value itself when nobody is waited for. Throws why it failed. */
  outcome(): unknown {
    if (this.settled) return this.value()
    const promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.arm()
    return promise
  }

  /** The id of an item whose write has not been answered. */
  idOf(index: number): string {
    const id = this.ids[index]
    if (id !== undefined) return id
    const result = this.results[index]!
    return (result.ok ? (result.value as Row)['id'] : '') as string
  }

  /** A write was confirmed; `row`: what it left, where that is another than its call gave. */
  confirm(index: number, row: Row | undefined): void {
    const result = this.results[index]!
    if (row !== undefined) {
      if (result.ok && result.value !== true) this.results[index] = { index, ok: true, value: row }
      const change = this.changes?.get(index)
      if (change && this.hidden) {
        this.answers ??= []
        this.answers.push([index, row])
        this.pipeline.foundBy(this.handle, change, row)
      } else if (change) this.tellAnswered(change, row)
    }
    this.answered()
  }

  /** The same for many that are as their calls left them. */
  confirmMany(count: number): void {
    this.pending -= count - 1
    this.answered()
  }

  /** A write was refused, and has been rolled back. */
  refuse(index: number, error: AtomaError, current: { value?: unknown } | undefined): void {
    this.ids[index] = this.idOf(index)
    this.results[index] = failed(index, error, current)
    this.refusals.push({ index, error })
    this.takeBack(index)
    this.answered()
  }

  /** So many of its writes have been handed to the executor. */
  handed(count: number): void {
    this.unsent -= count
    if (this.plan.optimistic && !this.hidden && this.applied && this.unsent === 0) this.settle()
  }

  /** Ends the call before its time: nothing of it stays. */
  cancel(error: AtomaError): void {
    if (this.finished || this.closed) return
    this.closed = true
    this.fail(error)
    this.stop.now()
    const rolledBack = this.pipeline.rollBack(this, error)
    this.end()
    for (const index of rolledBack.reverse()) this.takeBack(index)
    // what had been confirmed stays
    if (this.hidden) this.show()
    else this.unwatch()
    this.emitFailed(undefined, error)
  }

  /** The call failed before it was complete: nothing of it stays. */
  failWhole(thrown: unknown): void {
    this.closed = true
    const error = rejection(thrown)
    this.fail(error)
    if (this.runs.length > 0) this.pipeline.rollBack(this, error as AtomaError)
    this.end()
    this.unwatch()
    if (isA(error, AtomaError)) this.emitFailed(undefined, error)
    else this.emitFailed(undefined, invalidInput('the updater threw', this.handle.place, ['change'], error))
  }

  /** Tells history that a change is none. */
  private takeBack(index: number): void {
    const change = this.changes?.get(index)
    if (!change) return
    this.changes!.delete(index)
    if (this.hidden) this.pipeline.foundBy(this.handle, change, 'found' in change ? change.found : change.before)
    else if (this.applied) this.pipeline.tellWatchers((watcher) => watcher.refused(this.handle.storeName, change))
  }

  private answered(): void {
    this.pending--
    if (this.pending === 0 && this.applied && !this.closed) this.finish()
  }

  private finish(): void {
    this.end()
    if (this.hidden) this.show()
    this.settle()
    // who listens now is told, whoever listened when the call was made
    const { events } = this.pipeline.core
    if (!events.listening('writeCommitted') && !events.listening('writeFailed')) return
    const refused = new Set(this.refusals.map(({ index }) => index))
    for (const result of this.results) if (!result.ok && !refused.has(result.index)) this.refusals.push(result)
    if (this.refusals.length > 0) {
      this.emitFailed(this.refusals.map(({ index }) => index), this.refusals[0]!.error)
      if (this.refusals.length === this.results.length) return
    }
    if (!events.listening('writeCommitted')) return
    const ids = this.written.filter((index) => this.results[index]!.ok).map((index) => this.idToTell(index))
    const event = { ...this.event(ids), ms: performance.now() - this.calledAt }
    this.pipeline.later(() => events.emit('writeCommitted', event))
  }

  private end(): void {
    this.finished = true
    this.waited()
    this.disarm()
    this.plan.signal?.removeEventListener('abort', this.onAbort)
    this.pipeline.close(this)
  }

  /** `indexes`: of the items that failed; undefined: all. */
  private emitFailed(indexes: readonly number[] | undefined, error: AtomaError): void {
    const { events } = this.pipeline.core
    if (!events.listening('writeFailed')) return
    const failed = indexes ?? Array.from({ length: Math.max(this.ids.length, this.results.length) }, (_, index) => index)
    const event = { ...this.event(failed.map((index) => this.idToTell(index))), ms: performance.now() - this.calledAt, error }
    this.pipeline.later(() => events.emit('writeFailed', event))
  }

  /** The id of an item, as far as it is known. */
  private idToTell(index: number): string | undefined {
    const id = this.ids[index]
    if (id !== undefined) return id
    const result = this.results[index]
    return result?.ok ? (result.value as Row)?.['id'] as string | undefined : result?.error.details?.id
  }

  private event(ids: readonly (string | undefined)[]) {
    const { context } = this
    return {
      storeName: this.handle.storeName,
      traceId: context.traceId,
      context,
      action: this.kind.action,
      writeStrategy: this.plan.strategy,
      ids: ids.filter((id) => id !== undefined),
    }
  }

  private tellWritten(byIndex: ReadonlyMap<number, RowChange>): void {
    const changes = [...byIndex].sort(([a], [b]) => a - b).map(([, change]) => change)
    const record = {
      storeName: this.handle.storeName,
      opContext: this.context.opContext,
      writeStrategy: this.plan.strategy,
      changes,
      call: this,
    }
    this.pipeline.tellWatchers((watcher) => watcher.written(record))
    for (const [index, row] of this.answers ?? []) this.tellAnswered(byIndex.get(index)!, row)
  }

  private tellAnswered(change: RowChange, row: Row): void {
    const { storeName } = this.handle
    this.pipeline.tellWatchers((watcher) => watcher.answered?.(storeName, change, row))
  }

  private value(results = this.results): unknown {
    if (this.failure) throw this.failure.error
    if (this.kind.many) return results
    const result = results[0]!
    if (!result.ok) throw result.error
    return result.value
  }

  private fail(error: unknown): void {
    if (this.settled) return
    this.failure = { error }
    this.settle()
  }

  /** `local`: with the rows as they are here, whatever the backend will say of them. */
  private settle(local = false): void {
    if (this.settled) return
    this.settled = true
    // the time of a write that settled when it was handed over goes on: a backend that hangs leaves nothing behind
    if (this.plan.enqueue) this.disarm()
    if (!this.resolve) return
    try {
      const results = local ? localResults(this) : this.results
      const value = this.value(results)
      // results that may still change are not the caller's
      this.resolve(this.finished || !this.kind.many ? value : results.map((result) => ({ ...result })))
    } catch (error) {
      this.reject!(error)
    }
  }

  private arm(): void {
    const { signal, timeoutMs } = this.plan
    if (signal) {
      if (signal.aborted) return this.onAbort()
      signal.addEventListener('abort', this.onAbort)
    }
    if (timeoutMs === undefined) return
    this.timer = setTimeout(() => (this.plan.enqueue ? this.enqueued() : this.timedOut()), timeoutMs)
  }

  private disarm(): void {
    if (this.timer === undefined) return
    clearTimeout(this.timer)
    this.timer = undefined
  }

  /** The time is up, and the caller is content with what the write left here: if it has come to that. */
  private enqueued(): void {
    if (this.applied) this.settle(true)
    else this.timedOut()
  }

  private timedOut(): void {
    const { place } = this.handle
    this.cancel(
      new AtomaError(
        'timeout',
        `the write was not confirmed within ${this.plan.timeoutMs} ms${whereText(place)}: it was rolled back`,
        { details: { ...place } },
      ),
    )
  }

  private readonly onAbort = (): void => this.cancel(aborted(this.plan.signal!, this.handle.place))
}

/** Says once that a call is not waited for any more. */
export class Stop {
  private controller: AbortController | undefined
  private promise: Promise<void> | undefined
  private tell: (() => void) | undefined
  private stopped = false

  /** Fulfilled when it is said. */
  get said(): Promise<void> {
    if (this.stopped) return Promise.resolve()
    return (this.promise ??= new Promise((resolve) => (this.tell = resolve)))
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    if (this.stopped) this.controller.abort()
    return this.controller.signal
  }

  now(): void {
    this.stopped = true
    this.controller?.abort()
    this.tell?.()
  }
}
