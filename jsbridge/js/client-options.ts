// What createClient is given, checked before anything starts.

import { AtomaError } from './errors.js'
import { copyValue, invalidInput, isPlain, kindOf, type Row } from './input.js'
import { type CheckedPlugin, checkPlugins } from './plugins/plugin-check.js'
import type { ProcessorContext } from './types.js'

/** A processor, bound to the object that it was given in. What it gives is to be checked. */
export type RowFunction = (row: Row, context: ProcessorContext) => unknown

/** The functions of a store's schema, which stay in JavaScript, and its default strategy. */
export interface StoreFunctions {
  createId: (() => unknown) | undefined
  strategy: string | undefined
  inbound: RowFunction | undefined
  outbound: RowFunction | undefined
  writeback: RowFunction | undefined
  validate: RowFunction | undefined
}

export interface CheckedOptions {
  id: string
  /** The schema as the engine reads it: without functions. */
  schema: Row
  stores: Map<string, StoreFunctions>
  /** Stores whose rows go through functions between here and the backend. */
  processed: string[]
  plugins: CheckedPlugin[]
  disposeTimeoutMs: number
}

/** How long dispose waits for what is in flight. */
const defaultDisposeTimeoutMs = 5000
/** The longest that a timer can wait: more would be at once. */
const longestTimeoutMs = 2 ** 31 - 1

export function checkOptions(options: unknown): CheckedOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidInput(`the options must be an object, not ${kindOf(options)}`, {})
  }
  const o = options as Row
  const plugins = checkPlugins(o['plugins'])
  const { disposeTimeoutMs = defaultDisposeTimeoutMs } = o
  if (!(typeof disposeTimeoutMs === 'number' && disposeTimeoutMs >= 0)) {
    throw invalidInput('options.disposeTimeoutMs must be a number of milliseconds, 0 or more', {}, ['disposeTimeoutMs'])
  }
  const { schema, stores } = splitSchema(o['schema'])
  const processed = [...stores].filter(([, { outbound, writeback }]) => outbound || writeback).map(([name]) => name)
  return {
    id: checkClientId(o['id']),
    schema,
    stores,
    processed,
    plugins,
    disposeTimeoutMs: Math.min(disposeTimeoutMs, longestTimeoutMs),
  }
}

function checkClientId(id: unknown): string {
  if (id === undefined) return crypto.randomUUID?.() ?? randomId()
  if (typeof id === 'string' && id !== '' && !id.includes(':')) return id
  throw invalidInput('options.id must be a string that is not empty and holds no ":"', {}, ['id'])
}

/** crypto.randomUUID is there in secure contexts only. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}

function splitSchema(schema: unknown): { schema: Row; stores: Map<string, StoreFunctions> } {
  const stores = new Map<string, StoreFunctions>()
  if (schema === undefined) return { schema: {}, stores }
  if (typeof schema !== 'object' || schema === null || !isPlain(schema)) {
    throw invalidSchema(`${kindOf(schema)} is no schema: pass an object of stores`, [])
  }
  const data: Row = {}
  for (const name of Object.keys(schema)) {
    const store = (schema as Row)[name]
    if (store === undefined) continue
    if (typeof store !== 'object' || store === null || !isPlain(store)) {
      throw invalidSchema(`the schema of store ${JSON.stringify(name)} is ${kindOf(store)}: pass an object`, [name])
    }
    const { createId, processor, ...rest } = store as Row
    if (createId !== undefined && typeof createId !== 'function') {
      throw invalidSchema(`createId of store ${JSON.stringify(name)} must be a function`, [name, 'createId'])
    }
    Object.defineProperty(data, name, { value: rest, enumerable: true })
    const strategy = (rest['write'] as Row | undefined)?.['strategy']
    stores.set(name, {
      createId: createId as (() => unknown) | undefined,
      strategy: typeof strategy === 'string' ? strategy : undefined,
      ...splitProcessor(processor, name),
    })
  }
  try {
    return { schema: copyValue(data, [], {}, false) as Row, stores }
  } catch (error) {
    if (!(error instanceof AtomaError)) throw error
    throw invalidSchema(error.message, error.details?.path ?? [])
  }
}

type ProcessorFunctions = Pick<StoreFunctions, 'inbound' | 'outbound' | 'writeback' | 'validate'>

function splitProcessor(processor: unknown, store: string): ProcessorFunctions {
  const functions: ProcessorFunctions = { inbound: undefined, outbound: undefined, writeback: undefined, validate: undefined }
  if (processor === undefined) return functions
  const place = `processor of store ${JSON.stringify(store)}`
  if (typeof processor !== 'object' || processor === null || Array.isArray(processor)) {
    throw invalidSchema(`${place} is ${kindOf(processor)}: pass { inbound?, outbound?, writeback?, validate? }`, [store, 'processor'])
  }
  const names = Object.keys(functions)
  const unknown = Object.keys(processor).find((key) => !names.includes(key))
  if (unknown !== undefined) {
    throw invalidSchema(`${place} has no ${JSON.stringify(unknown)}: there are ${names.join(', ')}`, [store, 'processor', unknown])
  }
  for (const name of names as (keyof ProcessorFunctions)[]) {
    const f = (processor as Row)[name]
    if (f === undefined) continue
    if (typeof f !== 'function') {
      throw invalidSchema(`${place}: ${name} must be a function, not ${kindOf(f)}`, [store, 'processor', name])
    }
    functions[name] = f.bind(processor) as RowFunction
  }
  return functions
}

function invalidSchema(message: string, path: (string | number)[]): AtomaError {
  return new AtomaError('invalid_schema', message, { details: { path } })
}
