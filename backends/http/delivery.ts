// Sends jobs until each has an outcome: again what may be sent again, nothing
// that was given up, and nothing on top of what was refused.

import { AtomaError } from '../../jsbridge/js/errors.js'
import { type Group, isResult, type Job, type Outcome, type Result, succeeded } from './operation.js'
import type { Answers, Sender } from './requests.js'
import { type RetryPolicy, waitBefore } from './retry.js'
import { failedDependency, isTransient } from './statuses.js'
import type { Timers } from './transport.js'
import type { Versions } from './versions.js'

export class Delivery {
  constructor(
    private readonly versions: Versions,
    private readonly retry: RetryPolicy,
    private readonly timers: Timers,
  ) {}

  /** Resolves when every job has an outcome. Never rejects. */
  async run(jobs: readonly Job[], send: Sender): Promise<void> {
    let left = jobs
    for (let attempts = 1; ; attempts++) {
      left = left.filter((job) => !this.isSettledBefore(job))
      if (left.length === 0) return
      for (const job of left) job.attempts = attempts
      const { outcomes, asked } = await this.attempt(left, send)
      const again = this.sort(left, outcomes)
      left = [...again.keys()]
      // what only waited for one that was refused has not failed
      if (!left.some((job) => isPassing(again.get(job)!))) {
        attempts--
        continue
      }
      const wait = waitBefore(this.retry, attempts, asked)
      if (wait === undefined) {
        for (const [job, outcome] of again) this.settle(job, outcome)
        return
      }
      await this.pause(wait, left)
    }
  }

  /** Whether a job need not be sent: it was given up, or changes a row that one that failed was to leave. */
  private isSettledBefore(job: Job): boolean {
    const { group, previous } = job
    if (group.stopped) job.outcome = group.stopped
    else if (job.needsPrevious && previous?.outcome !== undefined && !succeeded(previous)) this.settle(job, previous.outcome)
    return job.outcome !== undefined
  }

  private async attempt(jobs: readonly Job[], send: Sender): Promise<{ outcomes: readonly Outcome[]; asked: number | undefined }> {
    const control = new AbortController()
    const release = whenAllStop(jobs, () => control.abort())
    try {
      const { results, retryAfter }: Answers = await send(jobs, control.signal)
      return { outcomes: results, asked: longest(retryAfter, results) }
    } catch (error) {
      const failure = error instanceof AtomaError ? error : new AtomaError('internal', 'a request could not be made: see the cause', { cause: error })
      return { outcomes: jobs.map(() => failure), asked: undefined }
    } finally {
      release()
    }
  }

  /** Settles what is settled and gives the rest: what failed for now, and what can be done without what it waited for. */
  private sort(jobs: readonly Job[], outcomes: readonly Outcome[]): Map<Job, Outcome> {
    const again = new Map<Job, Outcome>()
    const sent = new Set(jobs)
    for (const [i, job] of jobs.entries()) {
      const outcome = outcomes[i]!
      const previous = job.previous && sent.has(job.previous) ? job.previous : undefined
      if (isPassing(outcome)) again.set(job, outcome)
      else if (!previous || !isResult(outcome) || outcome.status !== failedDependency) this.settle(job, outcome)
      else if (again.has(previous) || succeeded(previous) || !job.needsPrevious) again.set(job, outcome)
      else this.settle(job, previous.outcome ?? outcome)
    }
    return again
  }

  private settle(job: Job, outcome: Outcome): void {
    job.outcome = outcome
    const { operation } = job
    if (operation.op !== 'query' && isResult(outcome)) {
      const { status, version, value, current } = outcome
      if (succeeded(job)) this.versions.written(operation.store, operation.id, operation.op === 'delete' ? undefined : (version ?? numberOf(value?.['version'])))
      else if (current !== undefined || status === 404) this.versions.written(operation.store, operation.id, numberOf(current?.['version']))
    }
    job.group.done()
  }

  private pause(ms: number, jobs: readonly Job[]): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        release()
        this.timers.clear(timer)
        resolve()
      }
      const release = whenAllStop(jobs, go)
      const timer = this.timers.set(go, ms)
    })
  }
}

/** Calls back, later, once all calls that the jobs belong to were given up. */
function whenAllStop(jobs: readonly Job[], call: () => void): () => void {
  const groups = new Set<Group>()
  for (const { group } of jobs) if (!group.stopped) groups.add(group)
  const releases = [...groups].map((group) =>
    group.whenStopped(() => {
      groups.delete(group)
      if (groups.size === 0) call()
    }),
  )
  return () => {
    for (const release of releases) release()
  }
}

/** A failure that may pass: it is safe to send again, since reads change nothing and writes carry idempotency keys. */
function isPassing(outcome: Outcome): boolean {
  return isResult(outcome) ? isTransient(outcome.status) : outcome.code === 'network' || outcome.code === 'timeout'
}

/** Milliseconds that the server wants to be left alone. */
function longest(header: number | undefined, results: readonly Result[]): number | undefined {
  let most = header
  for (const { retryAfter } of results) if (typeof retryAfter === 'number') most = Math.max(most ?? 0, 1000 * retryAfter)
  return most
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
