// What a status means: the code of the error, and whether to send again.

import type { AtomaErrorCode } from '../../jsbridge/js/errors.js'
import type { Operation } from './operation.js'

/** Statuses of a server that has done nothing and may do it later. Those of operations in a batch count too. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status === 500 || (status >= 502 && status <= 504)
}

/** The operation that this one comes after has failed: RFC 4918, 11.4. */
export const failedDependency = 424

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** The code of a status where the server gives none. */
export function codeOf(status: number, op: Operation['op'] | undefined): AtomaErrorCode {
  switch (status) {
    case 400:
    case 413:
    case 414:
    case 422:
      return 'invalid_input'
    case 401:
    case 403:
    case 407:
      return 'unauthorized'
    case 404:
    case 410:
      return 'not_found'
    case 409:
    case 412:
      return op === 'add' ? 'already_exists' : 'conflict'
    case 408:
    case 504:
      return 'timeout'
    case 425:
    case 429:
    case 502:
    case 503:
      return 'network'
    case 507:
      return 'quota_exceeded'
  }
  return 'internal'
}
