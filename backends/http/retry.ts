// When to send again, and how long to wait before it: exponential back-off with
// full jitter, as in "Exponential Backoff And Jitter" (M. Brooker, AWS), and
// what the server asks for by Retry-After.

import { invalidInput, kindOf } from '../../jsbridge/js/input.js'
import { checkOptions } from '../../jsbridge/js/plugins/plugin-options.js'

export type RetryOptions = {
  /** How often at most, the first time included. 1: never again. Default: 4. */
  attempts?: number
  /** The wait before the second attempt is up to so many milliseconds, twice that before the next. Default: 200. */
  baseMs?: number
  /** No wait but one that the server asks for is longer. Default: 10,000. */
  maxMs?: number
  /** From 0 to 1, the part of a wait that is waited. Default: Math.random. */
  jitter?: () => number
}

export type RetryPolicy = Required<RetryOptions>

/** A server that asks for a longer wait is not asked again: the call fails, and says so. */
export const longestWaitMs = 60_000

/** The options with defaults. Throws `invalid_input`. */
export function retryPolicy(options: RetryOptions = {}): RetryPolicy {
  checkOptions(options, 'retry of http()', ['retry'], ['attempts', 'baseMs', 'maxMs', 'jitter'])
  const policy = { attempts: 4, baseMs: 200, maxMs: 10_000, jitter: Math.random }
  for (const name of ['attempts', 'baseMs', 'maxMs'] as const) {
    const value: unknown = options[name]
    if (value === undefined) continue
    if (typeof value !== 'number' || !(value >= (name === 'attempts' ? 1 : 0))) {
      const shown = typeof value === 'number' ? String(value) : kindOf(value)
      throw invalidInput(`http(): retry.${name} is ${shown}: pass a number of ${name === 'attempts' ? '1 or more' : 'milliseconds'}`, {}, ['retry', name])
    }
    policy[name] = value
  }
  const { jitter } = options
  if (jitter === undefined) return policy
  if (typeof jitter !== 'function') throw invalidInput(`http(): retry.jitter is ${kindOf(jitter)} and no function`, {}, ['retry', 'jitter'])
  policy.jitter = jitter
  return policy
}

/** Milliseconds to wait after so many attempts; undefined: do not try again. `asked` is what the server asks for. */
export function waitBefore(policy: RetryPolicy, attempts: number, asked: number | undefined): number | undefined {
  if (attempts >= policy.attempts || (asked !== undefined && asked > longestWaitMs)) return undefined
  const most = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempts - 1))
  return Math.max(asked ?? 0, most * Math.min(1, Math.max(0, policy.jitter())))
}

/** A Retry-After header in milliseconds from now: seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
