// What the contract tests share. They run against the built package, as a user has it.

import assert from 'node:assert/strict'
import { after } from 'node:test'
import { inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  AtomaError,
  type AtomaErrorCode,
  type Client,
  type ClientOptions,
  createClient,
  type Entities,
  type Entity,
  type Store,
  type Watch,
  type WriteManyResult,
} from '../../../dist/npm/index.js'

/** A row of no particular shape: what adversarial tests put into stores. */
export type Loose = { id: string } & { [field: string]: unknown }

export type LooseStore = Store<Loose>

/** What every row carries beside its own fields. */
export type Versioned<T = Loose> = T & { version: number }

const opened: { dispose(): Promise<void> }[] = []

/** A client that is disposed when the file is done. */
export async function open<E extends Entities = Entities>(options: ClientOptions<E> = {}): Promise<Client<E>> {
  const client = await createClient<E>(options)
  opened.push(client)
  return client
}

after(() => Promise.all(opened.map((client) => client.dispose())))

/** A store of its own for one test. */
export async function openStore(options: ClientOptions<{ Thing: Loose }> = {}): Promise<LooseStore> {
  return (await open<{ Thing: Loose }>(options)).stores.Thing
}

/** Input that the types forbid. */
export function bad(input: unknown): never {
  return input as never
}

/** Asserts a rejection with an AtomaError of this code and gives it. */
export async function rejects(promise: Promise<unknown>, code: AtomaErrorCode): Promise<AtomaError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) return coded(outcome.error, code)
  assert.fail(`resolved to ${inspect(outcome.value, { depth: 3 })}; expected ${code}`)
}

/** Asserts a throw of an AtomaError of this code and gives it. */
export function throws(call: () => unknown, code: AtomaErrorCode): AtomaError {
  try {
    call()
  } catch (error) {
    return coded(error, code)
  }
  assert.fail(`did not throw; expected ${code}`)
}

export function coded(error: unknown, code: AtomaErrorCode): AtomaError {
  assert.ok(error instanceof AtomaError, `expected an AtomaError ${code}, got ${String(error)}`)
  assert.equal(error.code, code, error.message)
  assert.ok(error.message.length > 10, 'a message says what was wrong')
  return error
}

/** Calls a method, which must give a promise and not throw, whatever it is given. */
export function never<T>(call: () => Promise<T>): Promise<T> {
  let promise: Promise<T>
  try {
    promise = call()
  } catch (error) {
    assert.fail(`threw ${String(error)} instead of rejecting`)
  }
  assert.ok(promise instanceof Promise)
  return promise
}

/** The value of item i of a many-write. */
export function valueAt<T>(results: WriteManyResult<T>, i: number): T {
  const result = results[i]
  assert.ok(result?.ok, `item ${i} failed: ${result && !result.ok ? result.error.message : 'no result'}`)
  assert.equal(result.index, i)
  return result.value
}

/** The failure of item i of a many-write. */
export function failureAt<T>(results: WriteManyResult<T>, i: number, code: AtomaErrorCode): { error: AtomaError; current?: { value?: unknown } } {
  const result = results[i]
  assert.ok(result && !result.ok, `item ${i} did not fail`)
  assert.equal(result.index, i)
  coded(result.error, code)
  return result
}

/** Every store keeps versions, though T need not say so. */
export function versionOf(row: Entity | undefined): number {
  assert.ok(row)
  return (row as Versioned<Entity>).version
}

/** A row as plain fields: without the version. */
export function fields(row: Entity | undefined): Record<string, unknown> {
  assert.ok(row)
  const { version, ...rest } = row as Versioned
  assert.equal(typeof version, 'number')
  return rest
}

/** Lets all microtasks run. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Lets a task queued with a timer run, and what it queues. */
export const tasks = (ms = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

let collectGarbage: (() => void) | undefined

/** Collects garbage for real: weak references to what nobody holds are empty afterwards. */
export async function gc(): Promise<void> {
  if (!collectGarbage) {
    setFlagsFromString('--expose-gc')
    collectGarbage = runInNewContext('gc') as () => void
  }
  for (let i = 0; i < 3; i++) {
    await tasks(5)
    collectGarbage()
  }
  await tasks(5)
}

/** Records what goes to a method of the console while `run` runs. */
export async function capture(method: 'warn' | 'error', run: () => unknown): Promise<unknown[][]> {
  const calls: unknown[][] = []
  const original = console[method]
  console[method] = (...args: unknown[]) => void calls.push(args)
  try {
    await run()
    await turn()
  } finally {
    console[method] = original
  }
  return calls
}

/** Ids of rows, for comparisons of order. */
export const ids = (rows: readonly Entity[]): string[] => rows.map((row) => row.id)

/** The internal channel, as API.md names it. */
export interface Channel {
  storeName: string
  storeKey: string
  getHandle(): unknown
  resolveStore(name: string): LooseStore
  writeback(items: readonly unknown[]): Promise<void>
}

export function channel(store: object): Channel {
  const found = (store as Record<symbol, Channel | undefined>)[Symbol.for('atoma.storeInternal')]
  assert.ok(found)
  return found
}

/** Pseudo-random numbers that a printed seed brings back (mulberry32). */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  below(n: number): number {
    return Math.floor(this.next() * n)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }
}

/** What a watch has told so far. */
export function recorder<T>(): { told: T[][]; listener: (result: { data: T[] }) => void } {
  const told: T[][] = []
  return { told, listener: ({ data }) => void told.push(data) }
}

export type { AtomaError, Client, Watch }

/** Strict deep equality by content: -0 is not 0, NaN is NaN, and so are invalid dates (which node:assert refuses). */
export function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime())
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array) === 0
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    (!Array.isArray(a) || a.length === (b as unknown[]).length) &&
    keys.every((key) => Object.hasOwn(b, key) && alike((a as Loose)[key], (b as Loose)[key]))
  )
}

export function assertAlike(actual: unknown, expected: unknown, what = 'values differ'): void {
  if (alike(actual, expected)) return
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length === expected.length) {
    const i = actual.findIndex((item, k) => !alike(item, expected[k]))
    return assertAlike(actual[i], expected[i], `${what}[${i}]`)
  }
  const show = (v: unknown): string => inspect(v, { depth: 6, maxStringLength: 80, maxArrayLength: 20 })
  assert.fail(`${what}: ${show(actual)}\nexpected ${show(expected)}`)
}
