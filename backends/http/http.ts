// The plugin that makes a server the client's backend: docs/http-protocol.md.

import type { Executor, Plugin } from '../../jsbridge/js/types.js'
import { AtomaError } from '../../jsbridge/js/errors.js'
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
  const settings = checked(options)
  const id = options.id ?? 'http'
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

function checked({ baseURL, headers, fetch, retry, batch, timeoutMs = 30_000, consistency, timers = systemTimers }: HttpOptions): Settings {
  if (typeof baseURL !== 'string' || baseURL === '' || /[?#]/.test(baseURL)) {
    throw new AtomaError('invalid_input', `http(): baseURL is ${JSON.stringify(baseURL)}: pass the URL below which the stores are, without ? and #`, {
      details: { path: ['baseURL'] },
    })
  }
  if (fetch !== undefined && typeof fetch !== 'function') {
    throw new AtomaError('invalid_input', 'http(): fetch is no function', { details: { path: ['fetch'] } })
  }
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    throw new AtomaError('invalid_input', `http(): timeoutMs is ${String(timeoutMs)}: pass a number of milliseconds, or 0 for no limit`, {
      details: { path: ['timeoutMs'] },
    })
  }
  return {
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
