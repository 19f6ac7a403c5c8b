// The executor of a client whose backend is a server: entries and queries
// become operations, their outcomes results.

import { AtomaError } from '../../jsbridge/js/errors.js'
import type { Executor, ExecutorQuery, ExecutorWrite, WriteEntry, WriteItemResult } from '../../jsbridge/js/types.js'
import { type BatchSettings, Courier } from './courier.js'
import { Delivery, numberOf } from './delivery.js'
import { plainQuery } from './filters.js'
import { type Group, isResult, Job, type Outcome, type Result, succeeded, type WriteOperation } from './operation.js'
import { isObject, nameOf, toBatch, toResource } from './requests.js'
import type { RetryPolicy } from './retry.js'
import { codeOf } from './statuses.js'
import { type Timers, Transport, type TransportOptions } from './transport.js'
import { Versions } from './versions.js'

export type Settings = TransportOptions & {
  retry: RetryPolicy
  batch: BatchSettings
  timers: Timers
  consistency: NonNullable<Executor['consistency']> | undefined
}

export class HttpExecutor implements Executor {
  declare readonly consistency?: NonNullable<Executor['consistency']>
  private readonly versions = new Versions()
  private readonly courier: Courier
  private readonly calls = new Set<Call>()

  constructor(
    readonly id: string,
    settings: Settings,
  ) {
    if (settings.consistency) this.consistency = settings.consistency
    const transport = new Transport(settings)
    const delivery = new Delivery(this.versions, settings.retry, settings.timers)
    this.courier = new Courier(delivery, settings.batch, toResource(transport, this.versions), toBatch(transport, this.versions))
  }

  readonly write: ExecutorWrite = async ({ storeName, entries }, { signal }) => {
    if (entries.length === 0) return { results: [] }
    const call = new Call(entries.length)
    const last = new Map<string, Job>()
    const jobs = entries.map((entry) => {
      const { action, id, options } = entry
      const previous = last.get(id)
      const base = entry.baseVersion ?? this.expected(storeName, entry)
      const job = new Job(operationOf(storeName, entry), call, { previous, base, lww: options?.conflict === 'lww' })
      // an add that must fail leaves the row as the one before did
      if (action !== 'add' || !previous || previous.operation.op === 'delete') last.set(id, job)
      return job
    })
    await this.perform(call, jobs, signal)
    const failure = jobs[0]!.outcome!
    // no answer at all: the error itself says more than its code and message
    if (!isResult(failure) && jobs.every(({ outcome }) => outcome === failure)) throw failure
    return { results: jobs.map(resultOf) }
  }

  readonly query: ExecutorQuery = async ({ storeName, query }, { signal }) => {
    const call = new Call(1)
    const job = new Job({ op: 'query', store: storeName, query: plainQuery(query) }, call)
    const answered = this.versions.ask(storeName)
    let rows: unknown[] | undefined
    try {
      await this.perform(call, [job], signal)
      const outcome = job.outcome!
      if (!isResult(outcome)) throw outcome
      if (!succeeded(job)) throw errorOf(job, outcome)
      const { data, pageInfo } = outcome
      if (!Array.isArray(data)) {
        throw new AtomaError('internal', `the answer to a ${nameOf(job.operation)} has no "data", an array of rows: see docs/http-protocol.md`, {
          details: { store: storeName },
        })
      }
      rows = data
      return pageInfo ? { data, pageInfo } : { data }
    } finally {
      answered(rows)
    }
  }

  /** The version that the server should have of a row. Where the client had none, and made it, whatever is known of it is past. */
  private expected(storeName: string, { action, id, value }: WriteEntry): number | undefined {
    return action === 'upsert' && value?.version === 1 ? undefined : this.versions.get(storeName, id)
  }

  /** Gives up everything that is under way, with `disposed`. */
  dispose(): void {
    for (const call of this.calls) call.stop(new AtomaError('disposed', `the client was disposed before ${this.id} answered`))
  }

  /** Resolves when all jobs have outcomes; rejects with `aborted`, at once, when the signal says so. */
  private async perform(call: Call, jobs: readonly Job[], signal: AbortSignal): Promise<void> {
    const stop = (): void => call.stop(new AtomaError('aborted', `the ${nameOf(jobs[0]!.operation)} was aborted`, { cause: signal.reason }))
    if (signal.aborted) stop()
    else {
      signal.addEventListener('abort', stop, { once: true })
      this.calls.add(call)
      this.courier.submit(jobs)
    }
    try {
      await call.settled
    } finally {
      signal.removeEventListener('abort', stop)
      this.calls.delete(call)
    }
  }
}

/** One call of the executor. */
class Call implements Group {
  stopped: AtomaError | undefined
  readonly settled: Promise<void>
  private resolve!: () => void
  private reject!: (error: AtomaError) => void
  private readonly listeners = new Set<() => void>()

  constructor(private left: number) {
    this.settled = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  done(): void {
    if (--this.left === 0) this.resolve()
  }

  stop(error: AtomaError): void {
    if (this.stopped) return
    this.stopped = error
    this.reject(error)
    for (const call of this.listeners) call()
  }

  whenStopped(call: () => void): () => void {
    this.listeners.add(call)
    return () => void this.listeners.delete(call)
  }
}

function operationOf(store: string, { action, id, value, idempotencyKey }: WriteEntry): WriteOperation {
  const operation: WriteOperation = { op: action, store, id, key: idempotencyKey }
  if (value !== undefined) {
    // the server counts versions of its own
    const { version: _, ...fields } = value
    operation.value = fields
  }
  return operation
}

function resultOf(job: Job): WriteItemResult {
  const outcome: Outcome = job.outcome!
  if (!isResult(outcome)) return { ok: false, error: { code: outcome.code, message: outcome.message } }
  if (!succeeded(job)) {
    const { code, message } = errorOf(job, outcome)
    const { current } = outcome
    if (current === undefined) return { ok: false, error: { code, message } }
    return { ok: false, error: { code, message }, current: { value: current } }
  }
  const { id, op } = job.operation as WriteOperation
  const { value } = outcome
  const version = outcome.version ?? numberOf(value?.['version'])
  if (op === 'delete') return { ok: true }
  if (!isObject(value)) return version === undefined ? { ok: true } : { ok: true, version }
  return version === undefined ? { ok: true, value: { id, ...value } } : { ok: true, version, value: { id, ...value, version } }
}

/** Why the server did not do what was asked. */
function errorOf({ operation, attempts }: Job, { status, error }: Result): AtomaError {
  const code = typeof error?.code === 'string' && error.code !== '' ? error.code : codeOf(status, operation.op)
  const said = typeof error?.message === 'string' ? error.message : `the server answered ${status}`
  const often = attempts > 1 ? `, ${attempts} attempts` : ''
  const details = { store: operation.store, ...(operation.op === 'query' ? {} : { id: operation.id }), status, attempts }
  return new AtomaError(code, `${said} (${nameOf(operation)}, HTTP status ${status}${often})`, { details })
}
