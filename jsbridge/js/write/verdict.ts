// What an executor answered to the entries of one request, read item by item.

import { AtomaError } from '../errors.js'
import { copyRow, kindOf, type Row } from '../input.js'
import type { Inbox } from '../codec/inbox.js'
import { frozen } from '../mode.js'
import type { Refusal } from './pipeline.js'
import { AnswerOK, AnswerRefused } from '../protocol.js'
import type { WriteEntry } from '../types.js'

export class Verdict {
  /** What became of each entry: Answer…. */
  readonly answers: Uint8Array
  readonly refusals = new Map<number, Refusal>()
  /** Rows, with versions, that the backend has in place of what it refused. */
  readonly currents: Row[] = []
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
    verdicts.refuse(i, refused(verdicts, entry, result as never, store))
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
  entry: WriteEntry,
  { error, current }: { error?: unknown; current?: unknown },
  store: string,
): Refusal {
  const details = { store, id: entry.id }
  const given = current === undefined ? undefined : currentOf(verdicts, entry, current)
  if (error instanceof AtomaError) return { error, current: given }
  if (typeof error !== 'object' || error === null) throw `refused the write and gave ${kindOf(error)} as the error`
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code !== 'string' || code === '') throw `refused the write with an error whose code is ${kindOf(code)}`
  const text = typeof message === 'string' && message !== '' ? message : `the executor refused the write: ${code}`
  return { error: new AtomaError(code as never, text, { details }), current: given }
}

/** What the backend has instead: passed on, and taken over where it is a row with a version. */
function currentOf(verdicts: Verdict, entry: WriteEntry, current: unknown): { value?: unknown } {
  const value = (current as { value?: unknown } | null)?.value
  if (typeof value !== 'object' || value === null || (value as Row)['id'] !== entry.id) return { value }
  const row = copyRow(value, {}, false, frozen)
  if (isVersion(row['version'])) verdicts.currents.push(row)
  return { value: frozen ? Object.freeze(row) : row }
}

function isVersion(v: unknown): v is number {
  return typeof v === 'number' && Number.isSafeInteger(v) && v >= 0
}

function where({ store, id }: { store: string; id: string }): string {
  return ` (store ${JSON.stringify(store)}, id ${JSON.stringify(id)})`
}
