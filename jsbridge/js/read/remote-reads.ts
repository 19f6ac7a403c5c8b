// The reads of a store's facade: local where nobody has to be asked, else
// through the executor. Its answer is stored first and then read like all that
// is there, so that rows have one identity and pending writes stay on top.

import type { Core } from '../core.js'
import { AtomaError } from '../errors.js'
import { checkId, type Place, type Row, whereText } from '../input.js'
import { copyQuery } from './query-input.js'
import { checkIds, checkQuery, countOf, find, firstOf, getAll, getMany, peek } from './reads.js'
import { Reading } from './reading.js'
import { ask } from './remote-ask.js'
import { Flights } from './remote-flights.js'
import { filterOf, type Found, reconcile } from './remote-found.js'
import { MissingRows } from './remote-missing.js'
import { RemoteQueries } from './remote-queries.js'
import type { RemoteQuery } from './remote-query.js'
import { takeOver, Unsure } from './remote-rows.js'
import type { StoreHandle } from '../store-handle.js'
import { contextOf } from '../plugins/trace.js'
import type { OperationContext, PageInfo, ReadAction, ReadOptions } from '../types.js'

/** What a read gives: the value itself where nobody has to be asked for it. */
type Answer<T> = T | Promise<T>

type Rows = { data: Row[]; pageInfo?: PageInfo }

/** Each read throws, gives a value, or gives a promise: settle() makes a promise of all three. */
export class RemoteReads {
  private readonly flights = new Flights()
  private readonly missing = new MissingRows(this.flights, (handle, ids, context, signal) => this.fetch(handle, ids, context, signal))
  private readonly queries = new RemoteQueries(this)

  constructor(private readonly core: Core) {}

  getOne(handle: StoreHandle, id: unknown, options?: ReadOptions): Answer<Row | undefined> {
    const wanted = checkId(id, handle.storeName)
    if (!this.observed) {
      const row = peek(handle, wanted)
      if (row !== undefined || !this.asks(handle)) return row
    }
    return this.observe(handle, 'getOne', one, (reading) => {
      const row = peek(handle, wanted)
      if (row !== undefined || !this.asks(handle)) return row
      const place = { store: handle.storeName, id: wanted }
      return this.askMissing(handle, [wanted], reading, place, options).then(() => handle.peek(wanted))
    })
  }

  getMany(handle: StoreHandle, ids: unknown, options?: ReadOptions): Answer<Row[]> {
    const wanted = checkIds(handle, ids)
    return this.observe(handle, 'getMany', many, (reading) => {
      const rows = getMany(handle, wanted)
      if (rows.length === wanted.length || !this.asks(handle)) return rows
      const there = new Set(rows.map((row) => row['id']))
      const missing = wanted.filter((id) => !there.has(id))
      return this.askMissing(handle, missing, reading, handle.place, options).then(() => getMany(handle, wanted))
    })
  }

  getAll(handle: StoreHandle, options?: ReadOptions): Answer<Row[]> {
    return this.observe(handle, 'getAll', many, (reading) => {
      if (!this.asks(handle)) return getAll(handle)
      return this.find(handle, undefined, reading, options?.signal).then(({ data }) => data)
    })
  }

  findMany(handle: StoreHandle, query: unknown, options?: ReadOptions): Answer<Rows> {
    const copy = copyQuery(query, handle.place)
    return this.observe(handle, 'findMany', ({ data }) => data.length, (reading) => {
      if (!this.asks(handle)) return find(handle, copy)
      checkQuery(handle, copy)
      return this.find(handle, copy, reading, options?.signal).then(({ data, pageInfo }) =>
        pageInfo === undefined ? { data } : { data, pageInfo },
      )
    })
  }

  /** The first row of findMany; nothing else is read. */
  findOne(handle: StoreHandle, query: unknown, options?: ReadOptions): Answer<Row | undefined> {
    const copy = firstOf(copyQuery(query, handle.place))
    return this.observe(handle, 'findOne', one, (reading) => {
      if (!this.asks(handle)) return find(handle, copy).data[0]
      checkQuery(handle, copy)
      return this.find(handle, copy, reading, options?.signal).then(({ data }) => data[0])
    })
  }

  count(handle: StoreHandle, query: unknown, options?: ReadOptions): Answer<number> {
    const copy = copyQuery(query, handle.place)
    return this.observe(handle, 'count', (n) => n, (reading) => {
      if (!this.asks(handle)) return countOf(handle, copy)
      checkQuery(handle, copy)
      const filter = copy?.['filter']
      const asked = filter === undefined ? undefined : { filter }
      return this.find(handle, asked, reading, options?.signal).then(({ data, pageInfo }) => pageInfo?.total ?? data.length)
    })
  }

  /**
   * Asks the executor for rows that are missing, along with what else is missed
   * in this turn, and stores what it gives. Resolves when that has been done,
   * whatever was found; rejects as the query does, with `aborted` or with `disposed`.
   */
  fetchMissing(handle: StoreHandle, ids: readonly string[], signal?: AbortSignal, context?: OperationContext): Promise<void> {
    if (!this.asks(handle)) return Promise.resolve()
    return this.missing.ask(handle, ids, () => context ?? contextOf(this.core, undefined), handle.place, signal)
  }

  /** Whether the executor is asked for rows of a store. */
  asks(handle: StoreHandle): boolean {
    return this.core.execution.queriesFor(handle.storeName) !== undefined
  }

  /**
   * A query whose rows are shown, for all who show them. Until the executor has
   * answered, these are the rows of `before`, a query that this one widens.
   * Throws what is wrong with it.
   */
  live(handle: StoreHandle, query: unknown, before?: unknown): RemoteQuery {
    const { place } = handle
    return this.queries.get(handle, copyQuery(query, place), before === undefined ? undefined : copyQuery(before, place))
  }

  /** The rows of a query for those who show them: as findMany. */
  show(handle: StoreHandle, copy: Row | undefined, signal: AbortSignal): Promise<Found> {
    const answer = this.observe(handle, 'findMany', ({ data }: Found) => data.length, async (reading) => {
      checkQuery(handle, copy)
      return this.find(handle, copy, reading, signal)
    })
    return Promise.resolve(answer)
  }

  /** Waits for the reads in flight, at most so many milliseconds. Writes in flight may still ask for what they build on. */
  async drain(timeoutMs: number): Promise<void> {
    // nobody waits for these: they are asked for to be shown
    this.queries.close(disposed(this.core))
    await this.flights.drain(timeoutMs)
  }

  /** Rejects what is left with `disposed`, and whatever is asked from now on. */
  close(): void {
    this.flights.close(disposed(this.core))
  }

  /** The executor is gone: what it has not answered is rejected with `aborted`. */
  abandon(): void {
    this.flights.abandon((place) => {
      const message = `the read was not answered: the executor it was for is registered no more${whereText(place)}`
      return new AtomaError('aborted', message, { details: { ...place } })
    })
  }

  private get observed(): boolean {
    const { events } = this.core
    return events.listening('readStart') || events.listening('readFinish')
  }

  private observe<T>(
    handle: StoreHandle,
    action: ReadAction,
    size: (value: T) => number,
    read: (reading: Reading) => Answer<T>,
  ): Answer<T> {
    const reading = new Reading(this.core, handle.storeName, action)
    return this.observed ? reading.follow(size, read) : read(reading)
  }

  private askMissing(handle: StoreHandle, ids: string[], reading: Reading, place: Place, options?: ReadOptions): Promise<void> {
    reading.fromBackend = true
    return this.missing.ask(handle, ids, () => reading.context, place, options?.signal)
  }

  private find(handle: StoreHandle, copy: Row | undefined, reading: Reading, signal: AbortSignal | undefined): Promise<Found> {
    reading.fromBackend = true
    return this.flights.run(handle.place, signal, async (own) => {
      const query = this.core.execution.queriesFor(handle.storeName)
      if (query === undefined) return find(handle, copy)
      const unsure = new Unsure(handle)
      try {
        const answer = await ask(this.core, handle, query, copy, reading.context, own)
        return answer === undefined ? find(handle, copy) : reconcile(handle, copy, answer, unsure)
      } finally {
        unsure.end()
      }
    })
  }

  private async fetch(handle: StoreHandle, ids: string[], context: OperationContext, signal: AbortSignal): Promise<void> {
    const query = this.core.execution.queriesFor(handle.storeName)
    if (query === undefined) return
    const unsure = new Unsure(handle)
    try {
      const answer = await ask(this.core, handle, query, { filter: filterOf(ids) }, context, signal)
      if (answer === undefined) return
      unsure.settle()
      takeOver(handle, answer.rows, unsure)
    } finally {
      unsure.end()
    }
  }
}

function one(row: Row | undefined): number {
  return row === undefined ? 0 : 1
}

function many(rows: Row[]): number {
  return rows.length
}

function disposed({ id }: Core): AtomaError {
  return new AtomaError('disposed', `the client ${JSON.stringify(id)} has been disposed before the read was answered: create a new one`)
}
