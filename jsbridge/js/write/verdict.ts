// What an executor answered to the entries of one request, read item by item.

import { AtomaError } from '../errors.js'
import { copyRow, kindOf, type Row } from '../input.js'
import type { Inbox } from '../codec/inbox.js'
import { frozen } from '../mode.js'
import type { Refusal } from './pipeline.js'
import { AnswerCurrent, AnswerGone, AnswerOK, AnswerRefused, AnswerRow } from '../protocol.js'
import type { WriteEntry } from '../types.js'

export class Verdict {
  /** What became of each entry: Answer…. */
  readonly answers: Uint8Array
  readonly refusals = new Map<number, Refusal>()
  /** Rows that the backend has in place of what it refused; taken over if they have versions. */
  readonly currents = new Map<number, Row>()
  private confirmedPlainly = 0
  private versions: Float64Array | undefined

  constructor(readonly count: number) {
    // what was not sent, as nobody waits for it any more, is refused
    this.answers = new Uint8Array(count).fill(AnswerRefused)
  }

  /** Every entry was confirmed, and nothing else is said of any. */
  get plain(): boolean {
    return this.confirmedPlainly === this.count
  }

  refuse(i: number, refusal: Refusal): void {
    this.answers[i] = AnswerRefused
    this.refusals.set(i, refusal)
  }

  /** Refused, as the backend has another row or none. */
  overrule(i: number, refusal: Refusal, row: Row | null): void {
    this.refuse(i, refusal)
    if (row === null) this.answers[i] = AnswerGone
    else this.putCurrent(i, row)
  }

  /** What has been made of the row that the backend has; undefined: nothing could be. The refusal stands. */
  makeCurrent(i: number, row: Row | undefined): void {
    const { error } = this.refusals.get(i)!
    this.currents.delete(i)
    this.refuse(i, { error, current: row && { value: row } })
    if (row) this.putCurrent(i, row)
  }

  private putCurrent(i: number, row: Row): void {
    this.currents.set(i, row)
    if (isVersion(row['version'])) this.answers[i] = AnswerCurrent
  }

  /** The row of an entry comes with the answer. */
  brings(i: number): void {
    if (this.answers[i] === AnswerOK) this.answers[i] = AnswerRow
  }

  /** The entries of which the answer says what row the backend has, or that it has none. */
  rebased(each: (i: number) => void): void {
    this.answers.forEach((answer, i) => {
      if (answer === AnswerRow || answer === AnswerCurrent || answer === AnswerGone) each(i)
    })
  }

  confirm(i: number, version: number | undefined): void {
    this.answers[i] = AnswerOK
    if (version === undefined) return void this.confirmedPlainly++
    this.versions ??= new Float64Array(this.count).fill(NaN)
    this.versions[i] = version
  }

  /** The version of an entry, which goes with its row instead. */
  takeVersion(i: number): number | undefined {
    const version = this.versions?.[i] ?? NaN
    if (version !== version) return undefined
    this.versions![i] = NaN
    return version
  }

  /** Writes what OpAnswer takes and gives its length. */
  put(w: Inbox): number {
    const { answers, count } = this
    w.word(count)
    w.word(0)
    w.raw(answers)
    w.pad()
    w.room(8 * count)
    for (let i = 0; i < count; i++) w.float(this.versions?.[i] ?? NaN)
    return w.p
  }
}

/**
 * Reads the result at position k, which is for entry i, and gives the row that
 * the backend has, if it says so. What is missing or malformed is `internal`.
 */
export function readVerdict(
  verdicts: Verdict,
  i: number,
  entry: WriteEntry,
  results: readonly unknown[],
  k: number,
  length: number,
  store: string,
): Row | undefined {
  try {
    if (k >= length) throw `gave ${length} results and none for this write`
    const result = results[k] as { ok?: unknown; version?: unknown; value?: unknown } | null | undefined
    if (typeof result !== 'object' || result === null) throw `gave ${kindOf(result)} as the result`
    const { ok } = result
    if (ok === true) return confirmed(verdicts, i, entry, result.version, result.value, store)
    if (ok !== false) throw `gave a result whose ok is ${kindOf(ok)}`
    refused(verdicts, i, entry, result as never, store)
  } catch (thrown) {
    const details = { store, id: entry.id }
    const error =
      typeof thrown === 'string'
        ? new AtomaError('internal', `the executor ${thrown}${where(details)}: results[i] answers entries[i]`, { details })
        : new AtomaError('internal', `the executor’s result is malformed${where(details)}`, { details, cause: thrown })
    verdicts.refuse(i, { error, current: undefined })
  }
  return undefined
}

function confirmed(
  verdicts: Verdict,
  i: number,
  entry: WriteEntry,
  version: unknown,
  value: unknown,
  store: string,
): Row | undefined {
  if (version !== undefined && !isVersion(version)) throw `gave ${kindOf(version)} as a version, which is a whole number, 0 or more`
  // a backend may say what it deleted
  if (entry.action === 'delete') return void verdicts.confirm(i, undefined)
  if (value === undefined) return void verdicts.confirm(i, version)
  const row = copyRow(value, { store, id: entry.id }, false, frozen)
  if (row['id'] !== entry.id) throw `gave a value of another id, ${JSON.stringify(row['id'])}`
  const own = row['version']
  if (own !== undefined && !isVersion(own)) throw `gave a value whose version is ${kindOf(own)} and no whole number, 0 or more`
  verdicts.confirm(i, version ?? own)
  return row
}

function refused(
  verdicts: Verdict,
  i: number,
  entry: WriteEntry,
  { error, current }: { error?: unknown; current?: unknown },
  store: string,
): void {
  const details = { store, id: entry.id }
  const found = current === undefined || current === null ? undefined : currentOf(entry, current)
  const refuse = (why: AtomaError): void => {
    const refusal = { error: why, current: found?.given }
    if (found?.row === undefined) verdicts.refuse(i, refusal)
    else verdicts.overrule(i, refusal, found.row)
  }
  if (error instanceof AtomaError) return refuse(error)
  if (typeof error !== 'object' || error === null) throw `refused the write and gave ${kindOf(error)} as the error`
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code !== 'string' || code === '') throw `refused the write with an error whose code is ${kindOf(code)}`
  const text = typeof message === 'string' && message !== '' ? message : `the executor refused the write: ${code}`
  refuse(new AtomaError(code as never, text, { details }))
}

/**
 * What the backend has instead: passed on as it is `given`; `row` where it is
 * the row of the entry, or null, which says that there is none.
 */
function currentOf(entry: WriteEntry, current: unknown): { given: { value?: unknown }; row?: Row | null } {
  const { value } = current as { value?: unknown }
  if (value === null) return { given: { value }, row: null }
  if (typeof value !== 'object' || (value as Row)['id'] !== entry.id) return { given: { value } }
  const row = copyRow(value, {}, false, frozen)
  return { given: { value: frozen ? Object.freeze(row) : row }, row }
}

function isVersion(v: unknown): v is number {
  return typeof v === 'number' && Number.isSafeInteger(v) && v >= 0
}

function where({ store, id }: { store: string; id: string }): string {
  return ` (store ${JSON.stringify(store)}, id ${JSON.stringify(id)})`
}
