// Queries and aggregates as users pass them: read once, during the call, and
// copied. The engine judges the operators and operands.

import { AtomaError, pathText } from '../errors.js'
import { isPlain, kindOf, type Path, type Place, type Row, ValueCopier, whereText } from '../input.js'
import { MaxDepth, Obj } from '../protocol.js'
import type { StoreHandle } from '../store-handle.js'

/** Bytes for a query that asks for nothing in particular. */
const everything = new Uint8Array(0)

/**
 * What a query may be deep as an object: each of its 1,000 levels takes up to two
 * (an object and its args), with an operand of 1,000 inside, and a few around it.
 */
const maxQueryDepth = 3 * MaxDepth + 8

/** A checked copy of a query without what says nothing in it; undefined counts as empty. */
export function copyQuery(query: unknown, place: Place): Row | undefined {
  const copy = copyAsked(query, place, 'query')
  return copy && tidy(copy, place)
}

/** The same of the description of an aggregate. */
export function copySpec(spec: unknown, place: Place): Row | undefined {
  return copyAsked(spec, place, 'aggregate')
}

function copyAsked(asked: unknown, place: Place, what: string): Row | undefined {
  if (asked === undefined) return undefined
  const kind = kindOf(asked)
  if (kind !== 'an object') {
    throw new AtomaError('invalid_query', `${kind} is no ${what}: pass an object${whereText(place)}`, { details: { ...place } })
  }
  try {
    return new ValueCopier([], place, false, true, maxQueryDepth, `the ${what}`).copy(asked) as Row
  } catch (error) {
    if (!(error instanceof AtomaError)) throw error
    const { path } = error.details!
    const last = path?.[path.length - 1]
    const ofWindow = path?.length === 1 || (path?.length === 2 && path[0] === 'page')
    if (ofWindow && (last === 'limit' || last === 'offset')) throw error
    throw new AtomaError('invalid_query', error.message, { details: { ...error.details }, cause: error.cause })
  }
}

/** So many includes may be one inside the other: what follows them, here and in the engine, is made of calls. */
const maxIncludes = 500

/** Takes out of a copied query what says nothing, so that queries are equal whether they say it or not. */
function tidy(query: Row, place: Place): Row | undefined {
  dropEmpty(query)
  const parts: { part: Row; path: Path }[] = [{ part: query, path: [] }]
  for (let next = parts.pop(); next !== undefined; next = parts.pop()) {
    const { part, path } = next
    const { include } = part
    if (!isObject(include)) continue
    if (path.length === 2 * maxIncludes) {
      const what = `${pathText(path)}: no more than ${maxIncludes} includes may be one inside the other`
      throw new AtomaError('invalid_query', what + whereText(place), { details: { ...place, path: [...path, 'include'] } })
    }
    for (const name of Object.keys(include)) {
      const related = include[name]
      if (!isObject(related)) continue
      dropEmpty(related)
      if (Object.keys(related).length === 0) include[name] = true
      else parts.push({ part: related, path: [...path, 'include', name] })
    }
  }
  return Object.keys(query).length > 0 ? query : undefined
}

function dropEmpty(part: Row): void {
  const { sort, include } = part
  if (Array.isArray(sort) && sort.length === 0) delete part['sort']
  if (isObject(include)) {
    dropUndefined(include)
    if (Object.keys(include).length === 0) delete part['include']
  }
  dropUndefined(part)
}

function dropUndefined(part: Row): void {
  for (const key of Object.keys(part)) if (part[key] === undefined) delete part[key]
}

/** An object of a copied value, with or without properties. */
function isObject(v: unknown): v is Row {
  return typeof v === 'object' && v !== null && !Array.isArray(v) && isPlain(v)
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
  let text = ''
  // a list and not calls, which a deep query would have too many of
  const rest: unknown[] = [v]
  while (rest.length > 0) {
    const next = rest.pop()
    if (next instanceof Verbatim) text += next.text
    else if (Array.isArray(next)) text += openList(next, rest)
    else if (isObject(next)) text += openObject(next, rest)
    else text += keyOfLeaf(next)
  }
  return text
}

class Verbatim {
  constructor(readonly text: string) {}
}

const comma = new Verbatim(',')
const endList = new Verbatim(']')
const endObject = new Verbatim('}')

function openList(items: readonly unknown[], rest: unknown[]): string {
  rest.push(endList)
  for (let i = items.length - 1; i >= 0; i--) rest.push(items[i], comma)
  return '['
}

function openObject(object: Row, rest: unknown[]): string {
  rest.push(endObject)
  for (const key of Object.keys(object).sort().reverse()) rest.push(object[key], new Verbatim(`${JSON.stringify(key)}:`))
  return '{'
}

function keyOfLeaf(v: unknown): string {
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
  return v instanceof Date ? `d${v.getTime()}` : `b${(v as Uint8Array).join(' ')}`
}
