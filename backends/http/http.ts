// The plugin that makes a server the client's backend: docs/http-protocol.md.

import type { Executor, Plugin } from '../../jsbridge/js/types.js'
import { invalidInput, kindOf } from '../../jsbridge/js/input.js'
import { checkExecutor } from '../../jsbridge/js/plugins/execution.js'
import { checkOptions } from '../../jsbridge/js/plugins/plugin-options.js'
import { type BatchOptions, batchSettings } from './courier.js'
import { HttpExecutor, type Settings } from './executor.js'
import { type RetryOptions, retryPolicy } from './retry.js'
import { type HeaderSource, systemTimers, type Timers } from './transport.js'

export type { BatchOptions, HeaderSource, RetryOptions, Timers }

export type HttpOptions = {
  /** Where the stores are: `https://api.example.com/v1`. A relative one counts from the page. */
  baseURL: string
  /** Sent with every request; a function is called for every attempt, so that tokens are fresh. */
  headers?: HeaderSource
  /** Default: the global one. */
  fetch?: typeof fetch
  retry?: RetryOptions
  /**
   * true (default): what one turn asks of all stores goes as one request, a single operation as a request of its own.
   * false: every operation is a request of its own. `{ only: true }`: everything goes to the batch endpoint.
   */
  batch?: boolean | BatchOptions
  /** Of one attempt, in milliseconds; 0: no limit. Default: 30,000. */
  timeoutMs?: number
  /** See Executor. */
  consistency?: NonNullable<Executor['consistency']>
  /** The plugin's id. Default: `http`. */
  id?: string
  /** What waits and limits time. For tests. */
  timers?: Timers
}

/**
 * Makes the server at `baseURL` the backend of a client. Throws `invalid_input` for options that cannot be.
 * A request that fails with `network`, `timeout`, 408, 425, 429 or 5xx is sent again (see RetryOptions); what
 * then still fails, and what the server refuses, rejects the calls with a code made of the status or given by the server.
 */
export function http(options: HttpOptions): Plugin {
  const { id, ...settings } = checked(options)
  return {
    id,
    setup(context) {
      const executor = new HttpExecutor(id, settings)
      const unregister = context.execution.register(executor)
      return {
        dispose() {
          unregister()
          executor.dispose()
        },
      }
    },
  }
}

function checked(options: HttpOptions): Settings & { id: string } {
  checkOptions(options, 'http()')
  const { baseURL, headers, fetch, retry, batch, timeoutMs = 30_000, consistency, id = 'http', timers = systemTimers } = options
  if (typeof baseURL !== 'string' || baseURL === '' || /[?#]/.test(baseURL)) {
    const shown = typeof baseURL === 'string' ? JSON.stringify(baseURL) : kindOf(baseURL)
    throw invalidInput(`http(): baseURL is ${shown}: pass the URL below which the stores are, without ? and #`, {}, ['baseURL'])
  }
  checkHeaders(headers)
  if (fetch !== undefined && typeof fetch !== 'function') throw invalidInput('http(): fetch is no function', {}, ['fetch'])
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    const shown = typeof timeoutMs === 'number' ? String(timeoutMs) : kindOf(timeoutMs)
    throw invalidInput(`http(): timeoutMs is ${shown}: pass a number of milliseconds, or 0 for no limit`, {}, ['timeoutMs'])
  }
  if (typeof id !== 'string' || id === '') throw invalidInput(`http(): id is ${kindOf(id)}: pass a string that is not empty`, {}, ['id'])
  if (typeof timers?.set !== 'function' || typeof timers.clear !== 'function') {
    throw invalidInput('http(): timers must have the functions set and clear', {}, ['timers'])
  }
  // as it would be when the executor is registered, which is later
  checkExecutor({ id, write: () => undefined, consistency })
  return {
    id,
    baseURL: baseURL.replace(/\/+$/, ''),
    headers,
    fetch,
    retry: retryPolicy(retry),
    batch: batchSettings(batch),
    timeoutMs,
    consistency,
    timers,
  }
}

function checkHeaders(headers: unknown): void {
  if (headers === undefined || typeof headers === 'function') return
  try {
    new Headers(headers as HeadersInit)
  } catch (cause) {
    throw invalidInput('http(): headers are none: pass an object of names and values, Headers, or a function that gives one of them', {}, ['headers'], cause)
  }
}
