// What createClient is given, checked before anything starts.

import { AtomaError } from './errors.js'
import { copyValue, invalidInput, isPlain, kindOf, type Row } from './input.js'

/** The functions of a store's schema, which stay in JavaScript, and its default strategy. */
export interface StoreFunctions {
  createId: (() => unknown) | undefined
  strategy: string | undefined
}

export interface CheckedOptions {
  id: string
  /** The schema as the engine reads it: without functions. */
  schema: Row
  stores: Map<string, StoreFunctions>
}

export function checkOptions(options: unknown): CheckedOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidInput(`the options must be an object, not ${kindOf(options)}`, {})
  }
  const o = options as Row
  checkPlugins(o['plugins'])
  const timeout = o['disposeTimeoutMs']
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw invalidInput('options.disposeTimeoutMs must be a number of milliseconds, 0 or more', {}, ['disposeTimeoutMs'])
  }
  return { id: checkClientId(o['id']), ...splitSchema(o['schema']) }
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

function checkPlugins(plugins: unknown): void {
  if (plugins === undefined) return
  if (!Array.isArray(plugins)) throw invalidInput('options.plugins must be an array', {}, ['plugins'])
  plugins.forEach((plugin: unknown, i) => {
    const p = plugin as Row | null
    if (typeof p !== 'object' || p === null || typeof p['id'] !== 'string' || typeof p['setup'] !== 'function') {
      throw invalidInput(`options.plugins[${i}] is no plugin: pass { id, setup }`, {}, ['plugins', i])
    }
  })
  if (plugins.length > 0) {
    throw new AtomaError('plugin_failed', `this version of atoma starts no plugins: remove ${JSON.stringify((plugins[0] as Row)['id'])}`, {
      details: { path: ['plugins', 0] },
    })
  }
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
    if (processor !== undefined) {
      throw invalidSchema(`this version of atoma runs no processors (store ${JSON.stringify(name)})`, [name, 'processor'])
    }
    Object.defineProperty(data, name, { value: rest, enumerable: true })
    const strategy = (rest['write'] as Row | undefined)?.['strategy']
    stores.set(name, {
      createId: createId as (() => unknown) | undefined,
      strategy: typeof strategy === 'string' ? strategy : undefined,
    })
  }
  try {
    return { schema: copyValue(data, [], {}, false) as Row, stores }
  } catch (error) {
    if (!(error instanceof AtomaError)) throw error
    throw invalidSchema(error.message, error.details?.path ?? [])
  }
}

function invalidSchema(message: string, path: (string | number)[]): AtomaError {
  return new AtomaError('invalid_schema', message, { details: { path } })
}
