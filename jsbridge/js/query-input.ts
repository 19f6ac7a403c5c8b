// Queries and aggregates as users pass them: read once, during the call, and
// copied. The engine judges the operators and operands.

import { AtomaError } from './errors.js'
import { copyValue, kindOf, type Place, type Row } from './input.js'
import { Obj } from './protocol.js'
import type { StoreHandle } from './store-handle.js'

/** Bytes for a query that asks for nothing in particular. */
const everything = new Uint8Array(0)

/** A checked copy of a query, or of another description as `what` names it; undefined counts as empty. */
export function copyQuery(query: unknown, place: Place, what = 'query'): Row | undefined {
  if (query === undefined) return undefined
  const kind = kindOf(query)
  if (kind !== 'an object') {
    throw new AtomaError('invalid_query', `${kind} is no ${what}: pass an object`, { details: { ...place } })
  }
  try {
    return copyValue(query, [], place, false, true) as Row
  } catch (error) {
    if (!(error instanceof AtomaError)) throw error
    const { path } = error.details!
    const last = path?.[path.length - 1]
    const ofWindow = path?.length === 1 || (path?.length === 2 && path[0] === 'page')
    if (ofWindow && (last === 'limit' || last === 'offset')) throw error
    throw new AtomaError('invalid_query', error.message, { details: { ...error.details }, cause: error.cause })
  }
}

/** Writes a copied query into the inbox as a command, and gives its length. */
export function putQuery({ instance }: StoreHandle, copy: Row | undefined): number {
  const w = instance.writer.reset()
  if (copy !== undefined) w.payload(Obj, copy)
  return w.p
}

/** The same as bytes to keep. */
export function encodeQuery(handle: StoreHandle, copy: Row | undefined): Uint8Array {
  if (copy === undefined) return everything
  const { instance } = handle
  const length = putQuery(handle, copy)
  return instance.u8.slice(instance.inbox, instance.inbox + length)
}

/**
 * A copied value as a text that equal values share, whatever the order of their
 * keys. Made without the engine: components render after its end, too.
 */
export function keyOf(v: unknown): string {
  switch (typeof v) {
    case 'string':
      return JSON.stringify(v)
    case 'number':
      return Object.is(v, -0) ? '-0' : String(v)
    case 'boolean':
      return v ? 't' : 'f'
    case 'undefined':
      return 'u'
  }
  if (v === null) return 'n'
  if (Array.isArray(v)) return `[${v.map(keyOf).join()}]`
  if (v instanceof Date) return `d${v.getTime()}`
  if (v instanceof Uint8Array) return `b${v.join(' ')}`
  const object = v as Row
  return `{${Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${keyOf(object[key])}`)
    .join()}}`
}
