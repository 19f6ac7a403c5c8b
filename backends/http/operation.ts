// What goes over the wire, of a batch: docs/http-protocol.md. Requests of one
// operation say the same with a method, a path and headers.

import { AtomaError } from '../../jsbridge/js/errors.js'
import type { PageInfo, WriteAction } from '../../jsbridge/js/types.js'
import { isSuccess } from './statuses.js'

export type Fields = { [field: string]: unknown }

export type WriteOperation = {
  op: WriteAction
  store: string
  id: string
  /** The idempotency key. */
  key: string
  /** The row, without a version; absent for delete. */
  value?: Fields
  /** The version that the row must have. */
  baseVersion?: number
  /** The index of an operation on the same row in this batch: it must have succeeded, and the row's version is the one it gave. */
  after?: number
}

export type QueryOperation = { op: 'query'; store: string; query: Fields }

export type Operation = WriteOperation | QueryOperation

/** The answer to an operation, with the status that a request of its own would get. */
export type Result = {
  status: number
  /** The version that a write has given the row. */
  version?: number
  /** The row as it is after a write. */
  value?: Fields
  /** The rows of a query. */
  data?: unknown[]
  pageInfo?: PageInfo
  error?: { code?: unknown; message?: unknown }
  /** Seconds, with a status that may pass. */
  retryAfter?: number
  /** The row as it is, where a write was refused for what it is. null: there is none. */
  current?: Fields | null
}

/** What has become of an operation: an answer that is final, or why there is none. */
export type Outcome = Result | AtomaError

/** An operation on its way. */
export class Job {
  outcome: Outcome | undefined
  /** How often it was sent. */
  attempts = 0

  constructor(
    readonly operation: Operation,
    /** Shared by what was asked for in one call of the executor. */
    readonly group: Group,
    readonly row: {
      /** The one before on the same row, in the same call. */
      readonly previous?: Job | undefined
      /** The version that the row must have if there is no such one, or if it failed; undefined: any. */
      readonly base?: number | undefined
      /** The last writer wins. */
      readonly lww?: boolean
    } = {},
  ) {}

  get previous(): Job | undefined {
    return this.row.previous
  }

  /** Whether it is refused when the one before is: it changes the row as that one was to leave it. */
  get needsPrevious(): boolean {
    return this.operation.op === 'update' || this.operation.op === 'delete'
  }
}

/** What was asked for in one call of the executor: settled together, and given up together. */
export interface Group {
  /** Why it was given up. */
  readonly stopped: AtomaError | undefined
  /** Says that one of its jobs has an outcome. */
  done(): void
  /** Calls back when it is given up, until the returned function is called. */
  whenStopped(call: () => void): () => void
}

export function isResult(outcome: Outcome): outcome is Result {
  return !(outcome instanceof AtomaError)
}

/** Whether the server has done what a job asks for. What is to be deleted and is not there is as good as deleted. */
export function succeeded({ operation, outcome }: Job): boolean {
  if (outcome === undefined || !isResult(outcome)) return false
  return isSuccess(outcome.status) || (operation.op === 'delete' && (outcome.status === 404 || outcome.status === 410))
}
