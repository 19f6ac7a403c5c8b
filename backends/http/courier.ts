// Joins what one turn asks of all stores, and sends it in as few requests as
// the settings allow.

import { invalidInput, kindOf } from '../../jsbridge/js/input.js'
import { checkOptions } from '../../jsbridge/js/plugins/plugin-options.js'
import type { Delivery } from './delivery.js'
import type { Job } from './operation.js'
import type { Sender } from './requests.js'

export type BatchOptions = {
  /** Everything goes to the batch endpoint, single operations too: the server needs no other. Default: false. */
  only?: boolean
  /** Of one request. Default: 1,000. */
  maxOperations?: number
}

/** undefined: no batches. */
export type BatchSettings = Required<BatchOptions> | undefined

/** What `batch` stands for. Throws `invalid_input`. */
export function batchSettings(batch: boolean | BatchOptions = true): BatchSettings {
  if (batch === false) return undefined
  if (batch !== true) checkOptions(batch, 'batch of http()', ['batch'], ['only', 'maxOperations'])
  const { only = false, maxOperations = 1000 }: BatchOptions = batch === true ? {} : batch
  if (typeof only !== 'boolean') throw invalidInput(`http(): batch.only must be true or false, not ${kindOf(only)}`, {}, ['batch', 'only'])
  if (!Number.isInteger(maxOperations) || maxOperations < 1) {
    const shown = typeof maxOperations === 'number' ? String(maxOperations) : kindOf(maxOperations)
    throw invalidInput(`http(): batch.maxOperations is ${shown}: pass a whole number of 1 or more`, {}, ['batch', 'maxOperations'])
  }
  return { only, maxOperations }
}

/** So many requests of one call are on their way together: what browsers allow to one host over HTTP/1.1. */
const lanes = 6

export class Courier {
  private waiting: (readonly Job[])[] = []

  constructor(
    private readonly delivery: Delivery,
    private readonly batch: BatchSettings,
    private readonly toResource: Sender,
    private readonly toBatch: Sender,
  ) {}

  /** Takes the jobs of one call, which must not be empty. They are told of their outcomes. */
  submit(jobs: readonly Job[]): void {
    if (!this.batch) return void this.sendSingly(jobs)
    if (this.waiting.push(jobs) === 1) atEndOfTurn(() => this.flush(this.batch!))
  }

  private flush(batch: Required<BatchOptions>): void {
    const calls = this.waiting
    this.waiting = []
    let pack: Job[] = []
    for (const jobs of calls) {
      // a long call has requests of its own, so that nobody else waits for its last one
      if (jobs.length > batch.maxOperations) {
        void this.sendParts(jobs, batch)
        continue
      }
      if (pack.length + jobs.length > batch.maxOperations) {
        this.sendPack(pack, batch)
        pack = []
      }
      pack.push(...jobs)
    }
    if (pack.length > 0) this.sendPack(pack, batch)
  }

  private sendPack(jobs: readonly Job[], { only }: Required<BatchOptions>): void {
    const single = jobs.length === 1 && !only
    void this.delivery.run(jobs, single ? this.toResource : this.toBatch)
  }

  /** Part by part: a row may be in several. */
  private async sendParts(jobs: readonly Job[], { maxOperations }: Required<BatchOptions>): Promise<void> {
    for (let i = 0; i < jobs.length; i += maxOperations) await this.delivery.run(jobs.slice(i, i + maxOperations), this.toBatch)
  }

  /** Each by itself, those of one row one after another. */
  private async sendSingly(jobs: readonly Job[]): Promise<void> {
    const sent = new Map<Job, Promise<void>>()
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < jobs.length) {
        const job = jobs[next++]!
        const before = job.previous && sent.get(job.previous)
        const run = Promise.resolve(before).then(() => this.delivery.run([job], this.toResource))
        sent.set(job, run)
        await run
      }
    }
    await Promise.all(Array.from({ length: Math.min(lanes, jobs.length) }, lane))
  }
}

/**
 * Calls back when what one turn asks for has been handed over: the writes in the microtask of the segments, the reads
 * in that of their own, one right after the other.
 */
function atEndOfTurn(call: () => void): void {
  queueMicrotask(() => queueMicrotask(() => queueMicrotask(call)))
}
