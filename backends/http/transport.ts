// One request and its answer, within a time limit.

import { AtomaError } from '../../jsbridge/js/errors.js'
import { retryAfter } from './retry.js'
import { parse } from './tagged.js'

/** Headers, or what gives them, called for every attempt. */
export type HeaderSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>)

/** What waits and what limits time. */
export interface Timers {
  /** Calls back after so many milliseconds, and gives what clears it. */
  set(run: () => void, ms: number): unknown
  clear(timer: unknown): void
}

export const systemTimers: Timers = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

export type Asked = { method: string; path: string; headers?: Record<string, string>; body?: string }

export type Reply = {
  status: number
  /** Of the ETag, where it is a number. */
  version: number | undefined
  /** Milliseconds. */
  retryAfter: number | undefined
  /** undefined if there is none, or if it is no JSON. */
  body: unknown
  /** Why the body could not be read. */
  unreadable?: unknown
}

export type TransportOptions = {
  /** Without a slash at its end. */
  baseURL: string
  headers: HeaderSource | undefined
  fetch: typeof fetch | undefined
  timeoutMs: number
  timers: Timers
}

export class Transport {
  constructor(private readonly options: TransportOptions) {}

  /**
   * Asks the server. Rejects with `timeout`, with `network` for everything else that keeps an answer from coming, abort
   * included, and with `internal` or its own AtomaError if the function for the headers fails.
   */
  async send(asked: Asked, signal: AbortSignal): Promise<Reply> {
    const { timeoutMs, timers } = this.options
    const limit = new AbortController()
    const stop = (): void => limit.abort()
    let late = false
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    const timer = timeoutMs > 0 ? timers.set(() => ((late = true), stop()), timeoutMs) : undefined
    try {
      // a fetch that is not the browser's may not heed its signal
      return await Promise.race([this.exchange(asked, limit.signal), rejectedBy(limit.signal)])
    } catch (error) {
      const what = `${asked.method} ${this.options.baseURL}${asked.path}`
      if (late) throw new AtomaError('timeout', `${what}: no answer within ${timeoutMs} ms`, { cause: error })
      if (error instanceof AtomaError) throw error
      throw new AtomaError('network', `${what} failed: ${reasons(error)}`, { cause: error })
    } finally {
      if (timer !== undefined) timers.clear(timer)
      signal.removeEventListener('abort', stop)
    }
  }

  private async exchange(asked: Asked, signal: AbortSignal): Promise<Reply> {
    const headers = await this.headers(asked)
    if (signal.aborted) throw signal.reason
    // called as a plain function: the browser's fetch is no method of ours
    const call = this.options.fetch ?? globalThis.fetch
    const init: RequestInit = { method: asked.method, headers, signal }
    if (asked.body !== undefined) init.body = asked.body
    const response = await call(this.options.baseURL + asked.path, init)
    const text = response.status === 204 ? '' : await response.text()
    const reply: Reply = {
      status: response.status,
      version: versionOf(response.headers.get('etag')),
      retryAfter: retryAfter(response.headers.get('retry-after'), Date.now()),
      body: undefined,
    }
    if (text === '') return reply
    try {
      reply.body = parse(text)
    } catch (error) {
      reply.unreadable = error
    }
    return reply
  }

  private async headers({ method, path, headers: own, body }: Asked): Promise<Headers> {
    const { headers: source } = this.options
    let given: Headers
    try {
      given = new Headers(typeof source === 'function' ? await source() : source)
    } catch (error) {
      if (error instanceof AtomaError) throw error
      throw new AtomaError('internal', `http(): the headers for ${method} ${path} could not be had: see the cause`, { cause: error })
    }
    if (!given.has('accept')) given.set('accept', 'application/json')
    if (body !== undefined) given.set('content-type', 'application/json')
    for (const name in own) given.set(name, own[name]!)
    return given
  }
}

/** The message of an error and of its cause: Node says "fetch failed", and why in the cause. */
function reasons(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** The number in an ETag: "3", or W/"3". */
function versionOf(etag: string | null): number | undefined {
  const match = etag === null ? null : /^(?:W\/)?"(\d+(?:\.\d+)?)"$/.exec(etag.trim())
  return match ? Number(match[1]) : undefined
}
