// What a user passes in is read once, completely, during the call: checked,
// copied, never kept, never changed. Everything behind this file may rely on
// plain data: null, booleans, numbers, strings, Date, Uint8Array, arrays and
// plain objects of these, all of this realm.

import { AtomaError, type AtomaErrorDetails, isA, pathText } from './errors.js'
import { MaxDepth } from './protocol.js'
import { setOwn } from './codec/value-reader.js'

export type Row = Record<string, unknown>
export type Path = (string | number)[]

/** Where the input stands: completed by the path of what is wrong in it. */
export interface Place {
  store?: string
  id?: string
}

const getTime = Date.prototype.getTime
const typedArrayTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!
const objectPrototype = Object.prototype

export function invalidInput(what: string, place: Place, path: Path = [], cause?: unknown): AtomaError {
  const details: AtomaErrorDetails = { ...place }
  if (path.length > 0) details.path = path
  return new AtomaError('invalid_input', what + whereText(place), cause === undefined ? { details } : { details, cause })
}

export function whereText(place: Place): string {
  let text = ''
  if (place.store !== undefined) text += ` (store ${JSON.stringify(place.store)}`
  if (place.id !== undefined) text += `${text === '' ? ' (' : ', '}id ${JSON.stringify(place.id)}`
  return text === '' ? '' : text + ')'
}

/** A plain object: made by {}, Object.create(null) or the same in another realm. */
export function isPlain(v: object): boolean {
  const prototype = Object.getPrototypeOf(v)
  if (prototype === objectPrototype || prototype === null) return true
  // another realm's Object.prototype: the end of a chain, with what only it has
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** The keys that the rows of a batch have, as long as all have the same in the same order. */
export class Shape {
  readonly keys: string[] = []
  uniform = true
  /** Some property of some row is undefined. */
  gaps = false
  /** How many it has seen. */
  rows = 0
  private at = 0

  begin(): void {
    this.at = 0
  }

  see(key: string): void {
    if (this.rows === 0) this.keys.push(key)
    else if (this.keys[this.at] !== key) this.uniform = false
    this.at++
  }

  end(): void {
    if (this.at !== this.keys.length) this.uniform = false
    this.rows++
  }
}

/**
 * A checked, deeply copied row. `removals`: undefined properties stay (a patch
 * removes them); otherwise they count as absent. With `freeze`, what is inside
 * is frozen, the row itself not yet. The shape, where given, sees the keys.
 */
export function copyRow(input: unknown, place: Place, removals: boolean, freeze: boolean, shape?: Shape): Row {
  try {
    if (typeof input !== 'object' || input === null || Array.isArray(input) || !isPlain(input)) {
      if (Unreadable.is(input)) throw input.cause
      throw invalidInput(`${kindOf(input)} is no row: pass a plain object`, place)
    }
    return copyPlain(input, place, removals, freeze, shape)
  } catch (error) {
    if (isA(error, AtomaError)) throw error
    // a getter or a trap of a Proxy
    throw invalidInput('reading the row threw', place, [], error)
  }
}

function copyPlain(input: object, place: Place, removals: boolean, freeze: boolean, shape: Shape | undefined): Row {
  // Property by property into an empty object: a clone would be made sooner, but
  // what is added to it later, the version above all, costs several times the rest.
  const copy: Row = {}
  const careful = polluted() || Object.getPrototypeOf(input) !== objectPrototype
  let gaps = false
  shape?.begin()
  // for-in takes no array of keys, which counts for 100,000 rows
  for (const key in input) {
    if (careful && !Object.hasOwn(input, key)) continue
    shape?.see(key)
    const v = (input as Row)[key]
    switch (typeof v) {
      case 'string':
      case 'number':
      case 'boolean':
        break
      case 'undefined':
        gaps = true
        if (shape) shape.gaps = true
        break
      case 'object':
        setOwn(copy, key, v === null ? null : copyValue(v, [key], place, freeze))
        continue
      default:
        throw unfit(v, place, [key])
    }
    if (key === '__proto__') setOwn(copy, key, v)
    else copy[key] = v
  }
  shape?.end()
  return gaps && !removals ? withoutGaps(copy) : copy
}

/** The items of an array, read once. One that cannot be read is an Unreadable. */
export function copyItems(items: readonly unknown[]): unknown[] {
  const n = items.length
  const copy: unknown[] = new Array(n)
  for (let i = 0; i < n; i++) {
    try {
      copy[i] = items[i]
    } catch (cause) {
      copy[i] = new Unreadable(cause)
    }
  }
  return copy
}

/** Stands for an item whose getter threw; as an instance of a class it is no valid input anywhere. */
export class Unreadable {
  #isOne = true
  constructor(readonly cause: unknown) {}

  /** Unlike instanceof, asks no Proxy for its prototype. */
  static is(v: unknown): v is Unreadable {
    return typeof v === 'object' && v !== null && #isOne in v
  }
}

const bare = {}

/** Whether somebody has put enumerable properties on Object.prototype, which for-in would show. */
export function polluted(): boolean {
  for (const _ in bare) return true
  return false
}

/** The same row without its undefined properties; delete would make it slow for ever. */
export function withoutGaps(row: Row): Row {
  const kept: Row = {}
  for (const key of Object.keys(row)) {
    const v = row[key]
    if (v !== undefined) setOwn(kept, key, v)
  }
  return kept
}

/** A checked deep copy of one value, standing at `path`. undefined counts as absent in objects and is refused in arrays. */
export function copyValue(v: unknown, path: Path, place: Place, freeze: boolean): unknown {
  if (typeof v !== 'object' || v === null) {
    if (v === null || typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean') return v
    throw unfit(v, place, path)
  }
  return new ValueCopier(path, place, freeze).copy(v)
}

/** An array or object that is being copied, and how far. */
interface Tree {
  from: Record<string | number, unknown>
  to: unknown[] | Row
  /** Of an object. */
  keys: string[] | undefined
  size: number
  next: number
}

/** Copies one value. What is inside what is kept in a list and not in calls: a value may be deeper than the page's stack. */
export class ValueCopier {
  /** The arrays and objects that the current value is in. */
  private readonly above: Tree[] = []

  constructor(
    /** Where the value stands. */
    private readonly start: Path,
    private readonly place: Place,
    private readonly freeze: boolean,
    /** undefined inside stays, so that a query does not lose an operand to a typing error. */
    private readonly undefineds = false,
    private readonly maxDepth = MaxDepth,
    /** What messages call the whole. */
    private readonly what = 'the value',
  ) {}

  copy(v: unknown): unknown {
    const { above } = this
    try {
      const copy = this.begin(v)
      while (above.length > 0) this.fill(above[above.length - 1]!)
      return copy
    } catch (error) {
      if (isA(error, AtomaError)) throw error
      // a getter or a trap of a Proxy
      throw this.refusal(`reading ${this.where()} threw`, error)
    }
  }

  /** Copies items of an array or object up to one that is an array or object itself, or to the end. */
  private fill(tree: Tree): void {
    const { above, undefineds } = this
    const { from, to, keys, size } = tree
    const depth = above.length
    while (tree.next < size) {
      const key = keys ? keys[tree.next]! : tree.next
      tree.next++
      const item = from[key]
      if (item === undefined && keys && !undefineds) continue
      const copy = this.begin(item)
      if (keys) setOwn(to as Row, key as string, copy)
      else (to as unknown[]).push(copy)
      if (above.length > depth) return
    }
    if (this.freeze) Object.freeze(to)
    above.pop()
  }

  /** The copy of a value: of an array or object an empty one, to be filled. */
  private begin(v: unknown): unknown {
    switch (typeof v) {
      case 'string':
      case 'number':
      case 'boolean':
        return v
      case 'object':
        return v === null ? null : this.beginObject(v)
    }
    if (v === undefined && this.undefineds) return v
    throw unfit(v, this.place, this.path())
  }

  private beginObject(v: object): unknown {
    const { above } = this
    const list = Array.isArray(v)
    if (!list && !isPlain(v)) {
      const leaf = copyLeaf(v)
      if (leaf === undefined) throw unfit(v, this.place, this.path())
      return leaf
    }
    for (let i = 0; i < above.length; i++) {
      if (above[i]!.from === v) throw this.refusal(`a cycle at ${this.where()}: values must be trees`)
    }
    if (above.length >= this.maxDepth) {
      throw this.refusal(`${this.where()}: no more than 1,000 levels are allowed: flatten the value`)
    }
    const from = v as Tree['from']
    const keys = list ? undefined : Object.keys(v)
    const to = list ? [] : {}
    above.push({ from, to, keys, size: keys ? keys.length : (v as unknown[]).length, next: 0 })
    return to
  }

  /** Where the current value stands. */
  private path(): Path {
    return [...this.start, ...this.above.map(({ keys, next }) => (keys ? keys[next - 1]! : next - 1))]
  }

  private where(): string {
    return pathText(this.path()) || this.what
  }

  private refusal(what: string, cause?: unknown): AtomaError {
    return invalidInput(what, this.place, this.path(), cause)
  }
}

/** Dates and bytes, judged by what they are and not by whose they are. */
function copyLeaf(v: object): Date | Uint8Array | undefined {
  if (ArrayBuffer.isView(v)) {
    return typedArrayTag.call(v) === 'Uint8Array' ? new Uint8Array(v as Uint8Array) : undefined
  }
  try {
    return new Date(getTime.call(v))
  } catch {
    return undefined
  }
}

function unfit(v: unknown, place: Place, path: Path): AtomaError {
  const hint =
    typeof v === 'undefined'
      ? 'leave it out or use null'
      : typeof v === 'bigint'
        ? 'store a number or a string'
        : 'store null, booleans, numbers, strings, Date, Uint8Array, arrays and plain objects'
  return invalidInput(`${pathText(path)} is ${kindOf(v)}, which can't be stored: ${hint}`, place, path)
}

/** What a value is, in words for messages; no trap of a Proxy gets through. */
export function kindOf(v: unknown): string {
  if (v === null) return 'null'
  switch (typeof v) {
    case 'undefined':
      return 'undefined'
    case 'object':
      return kindOfObject(v)
    case 'string':
      return v === '' ? 'an empty string' : 'a string'
    default:
      return `a ${typeof v}`
  }
}

/** What kindOf says of a Proxy whose traps throw. */
export const unreadable = 'an object that cannot be read'

function kindOfObject(v: object): string {
  try {
    if (Array.isArray(v)) return 'an array'
    return isPlain(v) ? 'an object' : 'an instance of a class'
  } catch {
    return unreadable
  }
}

/** The items of an array argument; anything else is refused as no array of `what`. */
export function itemsOf(items: unknown, what: string, place: Place): unknown[] {
  let list: boolean
  try {
    list = Array.isArray(items)
  } catch {
    list = false
  }
  if (list) return copyItems(items as unknown[])
  throw invalidInput(`${kindOf(items)} is no array of ${what}`, place)
}

/** Checks an id and gives it. */
export function checkId(id: unknown, store: string, path: Path = ['id']): string {
  if (typeof id === 'string' && id !== '') return id
  if (Unreadable.is(id)) throw invalidInput('reading the id threw', { store }, path, id.cause)
  throw invalidInput(`${kindOf(id)} is no id: ids are strings that are not empty`, { store }, path)
}
