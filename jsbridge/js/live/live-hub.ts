// What is live in one client: results that the engine keeps up to date, and
// rows. A write only says that something changed. At the end of the turn, in a
// microtask, the engine is asked once which results differ (a change in one
// store may concern those of another, through includes); these are pulled, and
// their listeners told.

import { attempt } from '../attempt.js'
import { Composer } from './composer.js'
import type { Instance } from '../instance.js'
import type { LiveResult } from './live-result.js'
import { OpSync, WordCount, WordOut } from '../protocol.js'
import type { StoreHandle } from '../store-handle.js'

export class LiveHub {
  /** Counts changes in all stores of the client; results with related rows compare it. */
  changes = 0
  closed = false
  readonly composer: Composer
  /** Results that the engine keeps, by its number of them. */
  private readonly open = new Map<number, LiveResult<unknown>>()
  /** How many of them have somebody to tell. */
  private active = 0
  /** Results that differ from what some listener was told last. */
  private readonly news = new Set<LiveResult<unknown>>()
  private readonly broken = new Set<LiveResult<unknown>>()
  /** Listeners of rows that changed, and those that are being told. */
  private rowNews = new Set<() => void>()
  private rowsTelling = this.rowNews
  /** A flush has been put off to the end of the turn. */
  private due = false
  private telling = false
  private pulling = false
  private places = 0

  constructor(
    readonly instance: Instance,
    /** The engine's number of the client. */
    private readonly client: number,
    handleOf: (store: string) => StoreHandle,
  ) {
    this.composer = new Composer(handleOf)
  }

  /** Nothing can be asked any more: the last results stay, as the page lives on. */
  get ended(): boolean {
    return this.closed || this.instance.dead
  }

  /** Says that some store changed. */
  changed(): void {
    this.changes++
    if (this.active > 0) this.flushSoon()
  }

  /** Has a listener of one row told at the end of the turn. */
  tellOfRow(listener: () => void): void {
    this.rowNews.add(listener)
    this.flushSoon()
  }

  /** A listener of one row has gone. */
  forgetRow(listener: () => void): void {
    this.rowNews.delete(listener)
    this.rowsTelling.delete(listener)
  }

  register(number: number, result: LiveResult<unknown>): void {
    this.open.set(number, result)
  }

  unregister(number: number): void {
    this.open.delete(number)
  }

  /** A result has got its first listener, or lost its last. */
  listened(result: LiveResult<unknown>, by: 1 | -1): void {
    this.active += by
    if (by > 0) result.place = ++this.places
    if (by < 0) this.news.delete(result)
  }

  /** The engine failed on a result, which is to be opened again. */
  lost(result: LiveResult<unknown>): void {
    if (result.listened) this.broken.add(result)
  }

  /** A result differs from what its listeners were told. */
  announce(result: LiveResult<unknown>): void {
    this.news.add(result)
    // a flush tells of what it pulls itself
    if (!this.pulling) this.flushSoon()
  }

  /**
   * Brings everything up to date for the last time, tells of it what has not been
   * told, and ends. Called by a listener, it tells no others.
   */
  close(): void {
    this.flushNow()
    for (const result of this.open.values()) attempt(() => result.refresh())
    this.closed = true
    for (const result of this.open.values()) result.close()
    this.open.clear()
    this.news.clear()
    this.broken.clear()
    this.rowNews.clear()
    this.rowsTelling.clear()
    this.active = 0
  }

  /** Tells what has not been told. Called by a listener, it tells no others. */
  flushNow(): void {
    if (!this.telling) this.flush()
  }

  private flushSoon(): void {
    if (this.due) return
    this.due = true
    queueMicrotask(() => this.flush())
  }

  private flush(): void {
    // what listeners change is told of in another microtask
    this.due = false
    this.telling = true
    const rows = (this.rowsTelling = this.rowNews)
    if (rows.size > 0) this.rowNews = new Set()
    for (const listener of rows) attempt(listener)
    this.pulling = true
    if (this.active > 0 && !this.ended) attempt(() => this.pull())
    this.pulling = false
    const news = [...this.news].sort((a, b) => a.place - b.place)
    this.news.clear()
    for (const result of news) result.tell()
    this.telling = false
  }

  private pull(): void {
    const { instance } = this
    const broken = [...this.broken]
    this.broken.clear()
    for (const result of broken) if (result.listened) attempt(() => result.refresh())
    instance.call(OpSync, this.client, 0)
    const start = instance.word(WordOut) >>> 2
    for (const number of instance.u32.slice(start, start + instance.word(WordCount))) {
      const result = this.open.get(number)
      // one that fails, by a panic of the engine, must not keep the others from theirs
      if (result?.listened) attempt(() => result.pull())
    }
  }
}
