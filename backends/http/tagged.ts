// Values as JSON. What JSON cannot say is an object with one key that begins
// with "$"; everything else stands as it is. docs/http-protocol.md has the table.

import { AtomaError } from '../../jsbridge/js/errors.js'

type Fields = { [key: string]: unknown }

/** The JSON text of a value that a row or a query may hold. */
export function stringify(value: unknown): string {
  return JSON.stringify(encode(value))
}

/** The value of a JSON text. Throws what JSON.parse throws, and `internal` for a tag that is none. */
export function parse(text: string): unknown {
  return decode(JSON.parse(text))
}

/** The value in plain JSON. Parts that need no tag are the same objects, not copies. */
export function encode(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? value : { $utf16: base64Of(utf16Of(value)) }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'object':
      if (value === null) return value
      if (Array.isArray(value)) return encodeItems(value)
      if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
      if (value instanceof Uint8Array) return { $bytes: base64Of(value) }
      return encodeFields(value as Fields)
  }
  return value
}

function encodeItems(items: unknown[]): unknown[] {
  let copy: unknown[] | undefined
  for (let i = 0; i < items.length; i++) {
    const item = encode(items[i])
    if (item !== items[i] && !Object.is(item, items[i])) copy ??= items.slice()
    if (copy) copy[i] = item
  }
  return copy ?? items
}

function encodeFields(fields: Fields): object {
  const keys = Object.keys(fields)
  if ((keys.length === 1 && keys[0]!.startsWith('$')) || !keys.every(isWellFormed)) {
    return { $object: keys.filter((key) => fields[key] !== undefined).map((key) => [encode(key), encode(fields[key])]) }
  }
  let copy: Fields | undefined
  for (const key of keys) {
    const value = encode(fields[key])
    if (value !== fields[key]) {
      // without a prototype, so that __proto__ is a key like others
      copy ??= Object.assign(Object.create(null) as Fields, fields)
      copy[key] = value
    }
  }
  return copy ?? fields
}

/** The value that plain JSON stands for. What it is given is changed and becomes part of the value. */
export function decode(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) {
    for (let i = 0; i < json.length; i++) json[i] = decode(json[i])
    return json
  }
  const fields = json as Fields
  const keys = Object.keys(fields)
  if (keys.length === 1 && keys[0]!.startsWith('$')) return decodeTag(keys[0]!, fields[keys[0]!])
  for (const key of keys) {
    const value = fields[key]
    if (typeof value === 'object' && value !== null) put(fields, key, decode(value))
  }
  return fields
}

function decodeTag(tag: string, said: unknown): unknown {
  switch (tag) {
    case '$date':
      if (said === null) return new Date(NaN)
      if (typeof said === 'number' || typeof said === 'string') return dateOf(said)
      break
    case '$bytes':
      if (typeof said === 'string') return bytesOf(tag, said)
      break
    case '$number':
      if (said === 'NaN') return NaN
      if (said === 'Infinity' || said === '-Infinity' || said === '-0') return Number(said)
      break
    case '$utf16':
      if (typeof said === 'string') return stringOf(bytesOf(tag, said))
      break
    case '$object':
      if (Array.isArray(said) && said.every((entry) => Array.isArray(entry) && entry.length === 2)) return objectOf(said)
  }
  throw malformed(tag, said)
}

function dateOf(said: string | number): Date {
  const date = new Date(said)
  if (Number.isNaN(date.getTime())) throw malformed('$date', said)
  return date
}

function objectOf(entries: [unknown, unknown][]): Fields {
  const fields: Fields = {}
  for (const [key, value] of entries) {
    const name = decode(key)
    if (typeof name !== 'string') throw malformed('$object', key)
    put(fields, name, decode(value))
  }
  return fields
}

/** Sets an own property, `__proto__` too. */
function put(fields: Fields, key: string, value: unknown): void {
  if (key !== '__proto__') fields[key] = value
  else Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true })
}

function malformed(tag: string, said: unknown): AtomaError {
  const shown = JSON.stringify(said)?.slice(0, 80)
  return new AtomaError('internal', `the server sent {"${tag}": ${shown}}, which is no value: docs/http-protocol.md lists the tags, and writes other objects like it as "$object"`)
}

/** One half of a pair without the other. */
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

export function isWellFormed(text: string): boolean {
  return !loneSurrogate.test(text)
}

/** Code units, little-endian. */
export function utf16Of(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes[2 * i] = unit & 0xff
    bytes[2 * i + 1] = unit >> 8
  }
  return bytes
}

function stringOf(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw malformed('$utf16', `${bytes.length} bytes`)
  let text = ''
  for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode(bytes[i]! | (bytes[i + 1]! << 8))
  return text
}

/** As many arguments as any engine takes in one call. */
const atOnce = 8192

export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += atOnce) text += String.fromCharCode(...bytes.subarray(i, i + atOnce))
  return btoa(text)
}

function bytesOf(tag: string, said: string): Uint8Array {
  let text: string
  try {
    text = atob(said)
  } catch {
    throw malformed(tag, said)
  }
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
