// One request to an executor in JavaScript: adjacent writes of one store, as
// entries, and the answer, of which nothing is taken on trust.

import { readRows } from '../codec/batch-reader.js'
import { AtomaError, isA, thrownText } from '../errors.js'
import { kindOf, type Row } from '../input.js'
import type { Run } from './ledger.js'
import { frozen } from '../mode.js'
import type { Pipeline } from './pipeline.js'
import { processRow } from './processors.js'
import {
  AnswerAll,
  AnswerCurrent,
  OpAnswer,
  OpAnswerRows,
  OpWriteRows,
  WordOut,
} from '../protocol.js'
import { putRows, shapeOf } from '../codec/rows-in.js'
import { drive, type Steps } from './steps.js'
import type { StoreHandle } from '../store-handle.js'
import type { AnyEntity, ProcessorContext, WriteEntry } from '../types.js'
import { Verdict, readVerdict } from './verdict.js'

/** Rows of one command. */
const chunkRows = 2048

export class Request {
  private readonly entries: WriteEntry[]
  private readonly runs: Run[]
  private readonly writes: number[]
  private readonly controller = new AbortController()
  private readonly rollBacks: number
  private done = false

  constructor(
    private readonly pipeline: Pipeline,
    readonly number: number,
    private readonly handle: StoreHandle,
    words: Uint32Array,
  ) {
    this.rollBacks = pipeline.rollBacks
    const n = words.length >>> 1
    this.entries = new Array(n)
    this.runs = new Array(n)
    this.writes = new Array(n)
    const moved: number[] = []
    let run: Run | undefined
    let end = 0
    for (let i = 0; i < n; i++) {
      const write = words[2 * i]!
      // the writes of a run come one after the other
      if (run === undefined || write >= end || write < run.first) {
        run = pipeline.runOf(write)!
        end = run.first + run.indexes.length
      }
      this.writes[i] = write
      this.runs[i] = run
      if (words[2 * i + 1] === 1) moved.push(i)
      else this.entries[i] = this.entry(i, this.called(i))
    }
    if (moved.length > 0) this.readMoved(moved)
  }

  /** Has the entries go through the outbound processor, if there is one, and to the executor. */
  start(): void {
    const outbound = this.pipeline.core.functions(this.handle.storeName)?.outbound
    if (outbound) void drive(this.process(outbound))
    else this.send(undefined)
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    this.controller.abort(new AtomaError('aborted', 'nobody waits for this request any more'))
  }

  /** The row as the call of an entry left it. */
  private called(i: number): { value: Row } {
    const { ticket, first, indexes } = this.runs[i]!
    return ticket.results[indexes[this.writes[i]! - first]!] as { value: Row }
  }

  private entry(i: number, { value }: { value: Row }): WriteEntry {
    const run = this.runs[i]!
    const { kind } = run.ticket
    const idempotencyKey = this.pipeline.keyOf(this.writes[i]!)
    if (kind.action === 'delete') {
      const id = run.ticket.idOf(run.indexes[this.writes[i]! - run.first]!)
      return seal({ action: kind.action, id, idempotencyKey })
    }
    const row = value as AnyEntity & { version: number }
    if (kind.upsert === undefined) return seal({ action: kind.action, id: row.id, value: row, idempotencyKey })
    return seal({ action: kind.action, id: row.id, value: row, options: kind.upsert, idempotencyKey })
  }

  /** Entries whose rows are no longer as their calls left them. */
  private readMoved(moved: readonly number[]): void {
    for (let from = 0; from < moved.length; from += chunkRows) {
      const part = moved.slice(from, from + chunkRows)
      readWriteRows(this.handle, part.map((i) => this.writes[i]!)).forEach((row, k) => {
        const i = part[k]!
        // an update of a row that is gone meanwhile leaves none: what its call made is sent
        this.entries[i] = this.entry(i, row['version'] === undefined ? this.called(i) : { value: row })
      })
    }
  }

  private *process(outbound: NonNullable<Parameters<typeof processRow>[1]>): Steps {
    const { entries, handle } = this
    const refused = new Map<number, AtomaError>()
    for (let i = 0; i < entries.length && !this.controller.signal.aborted; i++) {
      const entry = entries[i]!
      if (entry.value === undefined) continue
      try {
        const made = processRow('outbound', outbound, entry.value, this.processing(i), handle.place)
        const row = made instanceof Promise ? ((yield made) as Row) : made
        row['version'] = entry.value.version
        entries[i] = seal({ ...entry, value: seal(row) as AnyEntity & { version: number } })
      } catch (error) {
        refused.set(i, error as AtomaError)
      }
    }
    this.send(refused)
  }

  private processing(i: number): ProcessorContext {
    const { ticket } = this.runs[i]!
    return { ...ticket.context, storeName: this.handle.storeName, action: ticket.kind.action }
  }

  /** Hands the entries to the executor, those left out that were refused here or that nobody waits for. */
  private send(refused: Map<number, AtomaError> | undefined): void {
    const { pipeline, entries, writes, controller } = this
    const { ticket } = this.runs[0]!
    let sent = entries
    let positions: number[] | undefined
    if (pipeline.rollBacks !== this.rollBacks || refused?.size) {
      positions = []
      for (let i = 0; i < entries.length; i++) {
        if (!refused?.has(i) && pipeline.runOf(writes[i]!) !== undefined) positions.push(i)
      }
      sent = positions.map((i) => entries[i]!)
    }
    const verdicts = new Verdict(entries.length)
    refused?.forEach((error, i) => verdicts.refuse(i, { error, current: undefined }))
    if (sent.length === 0 || controller.signal.aborted) return this.answer(verdicts, undefined)
    const request = {
      storeName: this.handle.storeName,
      entries: seal(sent),
      writeStrategy: ticket.plan.strategy,
      context: ticket.context,
    }
    let promise: unknown
    try {
      promise = ticket.plan.writer.write!(seal(request), { signal: controller.signal })
    } catch (error) {
      return this.fail(verdicts, positions, error)
    }
    this.handed()
    Promise.resolve(promise).then(
      (answer) => drive(this.read(verdicts, positions, answer)),
      (error: unknown) => this.fail(verdicts, positions, error),
    )
  }

  /** Also of what was refused on the way: its calls wait for nothing more of it. */
  private handed(): void {
    const { pipeline, writes, runs } = this
    for (let i = 0; i < runs.length; i++) {
      const { ticket } = runs[i]!
      if (ticket.plan.optimistic && pipeline.runOf(writes[i]!)) ticket.handed(1)
    }
  }

  /** All that was sent is refused, for this reason. */
  private fail(verdicts: Verdict, positions: readonly number[] | undefined, thrown: unknown): void {
    const error = errorOf(thrown, this.handle.storeName)
    const n = positions ? positions.length : this.entries.length
    for (let k = 0; k < n; k++) verdicts.refuse(positions ? positions[k]! : k, { error, current: undefined })
    this.answer(verdicts, undefined)
  }

  /** Reads what the executor answered: item by item, each by itself. */
  private *read(verdicts: Verdict, positions: readonly number[] | undefined, answer: unknown): Steps {
    const { entries, handle } = this
    let results: unknown
    let length: number
    try {
      results = (answer as { results?: unknown } | null | undefined)?.results
      if (!Array.isArray(results)) throw undefined
      length = results.length
    } catch (cause) {
      const error = new AtomaError(
        'internal',
        `the executor answered ${kindOf(answer)} without an array of results (store ${JSON.stringify(handle.storeName)})`,
        { details: { store: handle.storeName }, ...(cause === undefined ? {} : { cause }) },
      )
      return this.fail(verdicts, positions, error)
    }
    const n = positions ? positions.length : entries.length
    let rows: (Row | undefined)[] | undefined
    for (let k = 0; k < n; k++) {
      const i = positions ? positions[k]! : k
      const value = readVerdict(verdicts, i, entries[i]!, results as unknown[], k, length, handle.storeName)
      if (value !== undefined) (rows ??= [])[i] = value
    }
    const writeback = this.pipeline.core.functions(handle.storeName)?.writeback
    if (writeback) {
      for (let i = 0; i < entries.length; i++) {
        const current = verdicts.currents.get(i)
        if (current !== undefined) {
          let row: Row | undefined
          try {
            const made = processRow('writeback', writeback, current, this.processing(i), handle.place)
            row = made instanceof Promise ? ((yield made) as Row) : made
            if (current['version'] !== undefined) row['version'] = current['version']
            seal(row)
          } catch {
            row = undefined
          }
          verdicts.makeCurrent(i, row)
          continue
        }
        const row = rows?.[i]
        if (row === undefined) continue
        try {
          const made = processRow('writeback', writeback, row, this.processing(i), handle.place)
          rows![i] = made instanceof Promise ? ((yield made) as Row) : made
        } catch (error) {
          rows![i] = undefined
          verdicts.refuse(i, { error: error as AtomaError, current: undefined })
        }
      }
    }
    this.answer(verdicts, rows)
  }

  /** Tells the engine, which answers each request once. */
  private answer(verdicts: Verdict, rows: (Row | undefined)[] | undefined): void {
    const { pipeline, handle } = this
    if (this.done) return
    this.done = true
    pipeline.answered(this)
    if (pipeline.ended || handle.instance.dead) return
    if (rows && pipeline.core.watchers.size > 0) this.tellWatchers(verdicts, rows)
    try {
      this.tell(verdicts, rows)
    } catch (error) {
      return pipeline.fail(error)
    }
    pipeline.pump()
  }

  /** Says which rows come as answers to writes of this client alone: none that a refusal or a late answer brings. */
  private tellWatchers(verdicts: Verdict, rows: (Row | undefined)[]): void {
    const { pipeline, entries, writes } = this
    const ours = new Set<string>()
    rows.forEach((row, i) => {
      if (row !== undefined) ours.add(entries[i]!.id)
    })
    entries.forEach(({ id }, i) => {
      if (pipeline.runOf(writes[i]!) === undefined) ours.delete(id)
    })
    verdicts.rebased((i) => ours.delete(entries[i]!.id))
    if (ours.size > 0) pipeline.answering(this.handle.storeName, [...ours])
  }

  private tell(verdicts: Verdict, rows: (Row | undefined)[] | undefined): void {
    const { pipeline, handle } = this
    const { instance } = handle
    for (const [i, refusal] of verdicts.refusals) pipeline.refuses(this.writes[i]!, refusal)
    for (const [i, row] of verdicts.currents) if (verdicts.answers[i] === AnswerCurrent) (rows ??= [])[i] = row
    if (rows) this.putAnswerRows(verdicts, rows)
    if (handle.hidden) verdicts.rebased((i) => pipeline.replaces(this.writes[i]!))
    if (verdicts.plain && !rows) {
      instance.call(OpAnswer, this.number, 0, AnswerAll)
    } else {
      instance.call(OpAnswer, this.number, verdicts.put(instance.writer.reset()))
    }
  }

  private putAnswerRows(verdicts: Verdict, rows: (Row | undefined)[]): void {
    const { instance } = this.handle
    const at: number[] = []
    rows.forEach((row, i) => {
      if (row !== undefined) at.push(i)
    })
    for (let from = 0; from < at.length; from += chunkRows) {
      const part = at.slice(from, from + chunkRows)
      const batch = part.map((i) => rows[i]!)
      const ids = part.map((i) => this.entries[i]!.id)
      const versions = part.map((i) => verdicts.takeVersion(i) ?? (verdicts.currents.get(i)?.['version'] as number | undefined))
      instance.call(OpAnswerRows, this.number, putRows(this.handle, ids, batch, shapeOf(batch), false, versions))
      for (const i of part) verdicts.brings(i)
    }
  }
}

/** The rows as these writes leave them; of a delete the id alone. */
export function readWriteRows(handle: StoreHandle, writes: readonly number[]): Row[] {
  const { instance } = handle
  const w = instance.writer.reset()
  for (const write of writes) w.word(write)
  instance.call(OpWriteRows, handle.number, w.p)
  return readRows(instance, instance.word(WordOut), handle.fieldName, frozen)
}

function seal<T extends object>(v: T): T {
  return frozen ? Object.freeze(v) : v
}

/** Whatever an executor threw, as what its writes are refused with. */
function errorOf(thrown: unknown, store: string): AtomaError {
  if (isA(thrown, AtomaError)) return thrown
  return new AtomaError('internal', `the executor failed to write (store ${JSON.stringify(store)}): ${thrownText(thrown)}`, {
    details: { store },
    cause: thrown,
  })
}
