/** What went wrong, for programs. Each is documented in docs/errors.md. */
export type AtomaErrorCode =
  | 'invalid_input'
  | 'invalid_schema'
  | 'invalid_query'
  | 'invalid_cursor'
  | 'not_found'
  | 'already_exists'
  | 'conflict'
  | 'executor_conflict'
  | 'unknown_write_strategy'
  | 'plugin_failed'
  | 'timeout'
  | 'aborted'
  | 'disposed'
  | 'quota_exceeded'
  | 'storage_blocked'
  | 'storage_corrupt'
  | 'storage_unavailable'
  | 'network'
  | 'unauthorized'
  | 'internal'

/** Where it went wrong: as much of it as is known. */
export interface AtomaErrorDetails {
  store?: string
  id?: string
  /** Steps from the argument to the place: property names and array indexes. */
  path?: (string | number)[]
  [more: string]: unknown
}

/** Every error that atoma throws or rejects with. */
export class AtomaError extends Error {
  readonly code: AtomaErrorCode | (string & {})
  // declared only: an error without details has no such property
  declare readonly details?: AtomaErrorDetails

  constructor(code: AtomaErrorCode | (string & {}), message: string, more: { details?: AtomaErrorDetails; cause?: unknown } = {}) {
    super(message, 'cause' in more ? { cause: more.cause } : undefined)
    this.code = code
    if (more.details !== undefined) (this as { details?: AtomaErrorDetails }).details = more.details
  }

  static {
    Object.defineProperty(this.prototype, 'name', { value: 'AtomaError', configurable: true, writable: true })
  }
}

/** instanceof for what others throw: what cannot even be asked is none. */
export function isA<T>(thrown: unknown, type: abstract new (...args: never[]) => T): thrown is T {
  try {
    return thrown instanceof type
  } catch {
    return false
  }
}

/** What something thrown, by whomever, says: of an error its message. Never throws. */
export function thrownText(thrown: unknown): string {
  try {
    return `${thrown instanceof Error ? thrown.message : String(thrown)}`
  } catch {
    return 'what was thrown cannot be read'
  }
}

/** Keeps the messages of deep values short. An error's path is whole. */
const maxShown = 200

/** A path as it stands in a message: meta.tags[3]. */
export function pathText(path: readonly (string | number)[]): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
    if (text.length > maxShown) return `${text.slice(0, maxShown)}…`
  }
  return text
}
