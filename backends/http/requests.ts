// Operations as requests and answers as results: of one operation, on the
// resource that it is about, or of several at the batch endpoint.

import { AtomaError } from '../../jsbridge/js/errors.js'
import { type Fields, type Job, type Operation, type Result, succeeded } from './operation.js'
import { isSuccess } from './statuses.js'
import { base64Of, isWellFormed, stringify, utf16Of } from './tagged.js'
import type { Asked, Reply, Transport } from './transport.js'
import type { Versions } from './versions.js'

/** Sends jobs, in order, and gives a result for each. Rejects if there is no answer, or none that can be understood. */
export type Sender = (jobs: readonly Job[], signal: AbortSignal) => Promise<Answers>

export type Answers = { results: Result[]; retryAfter: number | undefined }

/**
 * A name as one segment of a path. Names that no URL carries as they are stand in another form, which begins with "~":
 * dots, which it resolves, lone surrogates, and what begins with "~" itself.
 */
export function segment(name: string): string {
  const plain = isWellFormed(name) && name !== '.' && name !== '..' && !name.startsWith('~')
  if (plain) return encodeURIComponent(name)
  return `~${base64Of(utf16Of(name)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`
}

/** Sends one job to the resource that it is about. */
export function toResource(transport: Transport, versions: Versions): Sender {
  return async ([job], signal) => {
    const { operation } = job!
    const reply = await transport.send(resourceRequest(operation, baseVersion(job!, versions)), signal)
    return { results: [resultOf(operation, reply)], retryAfter: reply.retryAfter }
  }
}

function resourceRequest(operation: Operation, base: number | undefined): Asked {
  const path = `/${segment(operation.store)}`
  if (operation.op === 'query') return { method: 'POST', path: `${path}/query`, body: stringify(operation.query) }
  const headers: Record<string, string> = { 'idempotency-key': operation.key }
  const asked: Asked = { method: operation.op === 'delete' ? 'DELETE' : 'PUT', path: `${path}/${segment(operation.id)}`, headers }
  if (operation.op !== 'delete') asked.body = stringify(operation.value)
  if (operation.op === 'add') headers['if-none-match'] = '*'
  else if (base !== undefined) headers['if-match'] = `"${base}"`
  else if (operation.op === 'update') headers['if-match'] = '*'
  return asked
}

function resultOf(operation: Operation, { status, version, body, unreadable }: Reply): Result {
  const result: Result = { status }
  if (isSuccess(status)) {
    if (unreadable !== undefined) throw misunderstood(`the answer to ${nameOf(operation)}`, 'JSON', unreadable)
    if (operation.op === 'query') return { ...result, ...(body as object) }
    if (version !== undefined) result.version = version
    if (isObject(body)) result.value = body
    return result
  }
  if (isObject(body)) addRefusal(result, body)
  if (isObject(result.current) && version !== undefined) result.current = { version, ...result.current }
  return result
}

/** Takes over what a refusal says: as this protocol has it, or as RFC 9457 (problem details). */
function addRefusal(result: Result, body: Fields): void {
  if ('current' in body) result.current = body['current'] as Fields | null
  if (isObject(body['error'])) result.error = body['error']
  else if (typeof (body['detail'] ?? body['title']) === 'string') result.error = { message: body['detail'] ?? body['title'] }
}

/** Sends jobs to the batch endpoint. */
export function toBatch(transport: Transport, versions: Versions): Sender {
  return async (jobs, signal) => {
    const index = new Map(jobs.map((job, i) => [job, i]))
    const operations = jobs.map((job) => {
      const after = job.previous && index.get(job.previous)
      const base = after === undefined ? baseVersion(job, versions) : undefined
      return { ...job.operation, ...(base !== undefined && { baseVersion: base }), ...(after !== undefined && { after }) }
    })
    const reply = await transport.send({ method: 'POST', path: '/batch', body: stringify({ operations }) }, signal)
    const { status, retryAfter, body, unreadable } = reply
    if (status === 404 || status === 405 || status === 501) {
      throw new AtomaError('internal', `the server has no batch endpoint (POST /batch gave ${status}): use http() with batch: false`)
    }
    if (!isSuccess(status)) {
      const result: Result = { status }
      if (isObject(body)) addRefusal(result, body)
      delete result.current
      return { results: jobs.map(() => result), retryAfter }
    }
    const results = isObject(body) ? body['results'] : undefined
    if (!Array.isArray(results)) throw misunderstood('the answer to POST /batch', '{ "results": […] }', unreadable)
    return { results: jobs.map((job, i) => checkedResult(job.operation, results[i])), retryAfter }
  }
}

/** What the row's version must be: what the one before has made it, else what was known of it when the call was made. */
function baseVersion({ operation, previous, row: { base, lww } }: Job, versions: Versions): number | undefined {
  if (operation.op === 'query' || operation.op === 'add' || lww) return undefined
  return previous && succeeded(previous) ? versions.get(operation.store, operation.id) : base
}

function checkedResult(operation: Operation, result: unknown): Result {
  if (isObject(result) && typeof result['status'] === 'number') return result as Result
  const message = `the server's answer has no result with a status for ${nameOf(operation)}`
  return { status: 0, error: { code: 'internal', message } }
}

function misunderstood(what: string, expected: string, cause: unknown): AtomaError {
  return new AtomaError('internal', `${what} is not ${expected}: docs/http-protocol.md says what a server answers`, cause === undefined ? {} : { cause })
}

/** An operation in a message: update of Todo "1". */
export function nameOf(operation: Operation): string {
  return operation.op === 'query' ? `query of ${operation.store}` : `${operation.op} of ${operation.store} ${JSON.stringify(operation.id.slice(0, 80))}`
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
