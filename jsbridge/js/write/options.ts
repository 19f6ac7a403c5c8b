// Checks of the options of a call. Each runs before anything changes.

import { AtomaError } from '../errors.js'
import { direct, type Execution, type Writer } from '../plugins/execution.js'
import { invalidInput, kindOf, type Path, type Place, unreadable } from '../input.js'
import type { OpContext, UpsertOptions, WriteOptions } from '../types.js'

/** How a write is to be carried out: its options, checked and read once. */
export interface WritePlan {
  readonly strategy: string
  readonly writer: Writer
  /** The promise settles when the write has been handed over. */
  readonly optimistic: boolean
  /** Milliseconds; undefined: no limit. */
  readonly timeoutMs: number | undefined
  /** When the time is up, the promise gives the local row and the write goes on. */
  readonly enqueue: boolean
  readonly opContext: OpContext | undefined
  readonly signal: AbortSignal | undefined
}

/** Longer than any timer runs: no limit. */
const longestTimer = 2 ** 31 - 1

/**
 * Checks the options of a write. Throws `invalid_input`, `aborted`, or
 * `unknown_write_strategy`, before anything has changed.
 */
export function planWrite(
  execution: Execution,
  options: unknown,
  store: string,
  schemaStrategy: string | undefined,
): WritePlan {
  const place: Place = { store }
  const o: WriteOptions = options === undefined ? {} : objectOf<WriteOptions>(options, place)
  const { confirmation, timeoutBehavior, timeoutMs, opContext, signal, writeStrategy } = o
  oneOf(confirmation, ['strict', 'optimistic'], 'confirmation', place)
  oneOf(timeoutBehavior, ['reject', 'resolve-enqueued'], 'timeoutBehavior', place)
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    throw invalidInput('options.timeoutMs must be a number of milliseconds, 0 or more', place, ['timeoutMs'])
  }
  const context = copyContext(opContext, place)
  checkSignal(signal, place)
  const strategy = writeStrategy ?? schemaStrategy ?? direct
  return {
    strategy,
    writer: writerOf(execution, strategy, store),
    optimistic: confirmation === 'optimistic',
    timeoutMs: timeoutMs === undefined || timeoutMs > longestTimer ? undefined : timeoutMs,
    enqueue: timeoutBehavior === 'resolve-enqueued',
    opContext: context,
    signal,
  }
}

/** Whether there is nobody to wait for: the write is local. */
export function isLocal(writer: Writer): boolean {
  return writer.write === undefined && !writer.go
}

/** The options that only upserts have, read once. */
export function checkUpsert(options: unknown, store: string): UpsertOptions | undefined {
  if (options === undefined) return undefined
  const place: Place = { store }
  const { conflict, apply } = objectOf<UpsertOptions>(options, place)
  oneOf(conflict, ['cas', 'lww'], 'conflict', place)
  oneOf(apply, ['merge', 'replace'], 'apply', place)
  return { conflict: conflict ?? 'cas', apply: apply ?? 'merge' }
}

export function checkRead(options: unknown, store: string): void {
  if (options === undefined) return
  const place: Place = { store }
  checkSignal(objectOf<{ signal?: unknown }>(options, place).signal, place)
}

function objectOf<T>(options: unknown, place: Place): T {
  const kind = kindOf(options)
  if (typeof options === 'object' && options !== null && kind !== 'an array' && kind !== unreadable) return options as T
  throw invalidInput(`options must be an object, not ${kind}`, place)
}

function oneOf(v: unknown, words: readonly string[], name: string, place: Place): void {
  if (v === undefined || words.includes(v as string)) return
  throw invalidInput(`options.${name} must be ${words.map((w) => `"${w}"`).join(' or ')}`, place, [name])
}

function writerOf(execution: Execution, strategy: unknown, store: string): Writer {
  if (typeof strategy !== 'string' || strategy === '') {
    throw invalidInput('options.writeStrategy must be the name of a strategy', { store }, ['writeStrategy'])
  }
  const writer = execution.writer(strategy, store)
  if (writer !== undefined) return writer
  throw new AtomaError(
    'unknown_write_strategy',
    `no plugin has registered the write strategy ${JSON.stringify(strategy)} (store ${JSON.stringify(store)}): register it, or use "direct"`,
    { details: { store, path: ['writeStrategy'] } },
  )
}

function copyContext(context: unknown, place: Place): OpContext | undefined {
  if (context === undefined) return undefined
  const path: Path = ['opContext']
  if (typeof context !== 'object' || context === null) {
    throw invalidInput('options.opContext must be an object', place, path)
  }
  const copy: OpContext = {}
  for (const name of ['scope', 'actionId', 'label'] as const) {
    const v = (context as Record<string, unknown>)[name]
    if (v === undefined) continue
    if (typeof v !== 'string') throw invalidInput(`options.opContext.${name} must be a string`, place, [...path, name])
    copy[name] = v
  }
  const { origin } = context as OpContext
  if (origin === undefined) return copy
  if (!origins.includes(origin)) {
    throw invalidInput(
      'options.opContext.origin must be "user", "history", "sync" or "system"',
      place,
      [...path, 'origin'],
    )
  }
  copy.origin = origin
  return copy
}

const origins: readonly unknown[] = ['user', 'history', 'sync', 'system']

/** Throws `aborted` when the signal is. */
export function checkSignal(signal: unknown, place: Place): void {
  if (signal === undefined) return
  if (typeof signal !== 'object' || signal === null || typeof (signal as AbortSignal).aborted !== 'boolean') {
    throw invalidInput('options.signal must be an AbortSignal', place, ['signal'])
  }
  if (!(signal as AbortSignal).aborted) return
  throw aborted(signal as AbortSignal, place)
}

export function aborted(signal: AbortSignal, place: Place): AtomaError {
  return new AtomaError('aborted', `the call was aborted (store ${JSON.stringify(place.store)})`, {
    details: { ...place },
    cause: signal.reason,
  })
}
