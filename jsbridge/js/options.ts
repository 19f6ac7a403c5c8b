// Checks of the options of a call. Each runs before anything changes.

import { AtomaError } from './errors.js'
import { invalidInput, kindOf, type Path, type Place, unreadable } from './input.js'
import type { UpsertOptions, WriteOptions } from './types.js'

/** The strategy that is the executor's own write, and there without any plugin. */
const direct = 'direct'

export function checkWrite(options: unknown, store: string, schemaStrategy: string | undefined): void {
  if (options === undefined) {
    if (schemaStrategy !== undefined) checkStrategy(schemaStrategy, store)
    return
  }
  const place: Place = { store }
  const o = objectOf<WriteOptions>(options, place)
  oneOf(o.confirmation, ['strict', 'optimistic'], 'confirmation', place)
  oneOf(o.timeoutBehavior, ['reject', 'resolve-enqueued'], 'timeoutBehavior', place)
  const { timeoutMs } = o
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    throw invalidInput('options.timeoutMs must be a number of milliseconds, 0 or more', place, ['timeoutMs'])
  }
  checkContext(o.opContext, place)
  checkSignal(o.signal, place)
  checkStrategy(o.writeStrategy ?? schemaStrategy ?? direct, store)
}

export function checkUpsert(options: unknown, store: string): void {
  if (options === undefined) return
  const place: Place = { store }
  const o = objectOf<UpsertOptions>(options, place)
  oneOf(o.conflict, ['cas', 'lww'], 'conflict', place)
  oneOf(o.apply, ['merge', 'replace'], 'apply', place)
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

function checkStrategy(strategy: unknown, store: string): void {
  if (strategy === direct) return
  if (typeof strategy !== 'string' || strategy === '') {
    throw invalidInput('options.writeStrategy must be the name of a strategy', { store }, ['writeStrategy'])
  }
  throw new AtomaError(
    'unknown_write_strategy',
    `no plugin has registered the write strategy ${JSON.stringify(strategy)} (store ${JSON.stringify(store)}): register it, or use "direct"`,
    { details: { store, path: ['writeStrategy'] } },
  )
}

function checkContext(context: unknown, place: Place): void {
  if (context === undefined) return
  const path: Path = ['opContext']
  if (typeof context !== 'object' || context === null) {
    throw invalidInput('options.opContext must be an object', place, path)
  }
  const c = context as Record<string, unknown>
  for (const name of ['scope', 'actionId', 'label']) {
    if (c[name] !== undefined && typeof c[name] !== 'string') {
      throw invalidInput(`options.opContext.${name} must be a string`, place, [...path, name])
    }
  }
  if (c['origin'] !== undefined && !['user', 'history', 'sync', 'system'].includes(c['origin'] as string)) {
    throw invalidInput(
      'options.opContext.origin must be "user", "history", "sync" or "system"',
      place,
      [...path, 'origin'],
    )
  }
}

/** Throws `aborted` when the signal is. */
export function checkSignal(signal: unknown, place: Place): void {
  if (signal === undefined) return
  if (typeof signal !== 'object' || signal === null || typeof (signal as AbortSignal).aborted !== 'boolean') {
    throw invalidInput('options.signal must be an AbortSignal', place, ['signal'])
  }
  if (!(signal as AbortSignal).aborted) return
  throw new AtomaError('aborted', `the call was aborted (store ${JSON.stringify(place.store)})`, {
    details: { ...place },
    cause: (signal as AbortSignal).reason,
  })
}
