import type { Instance } from '../instance.js'
import { DateTag, False, List, Null, Num, Obj, Str, True, Undefined, Absent, Bytes } from '../protocol.js'
import { putText } from './text.js'

const float = new Float64Array(1)
const floatBytes = new Uint8Array(float.buffer)

/** Stands for "remove this field" in a patch; a missing cell is undefined. */
export const Remove: unique symbol = Symbol('remove')

/** The kind of a copied value (see input.ts: nothing else occurs here). */
export function tagOf(v: unknown): number {
  switch (typeof v) {
    case 'string':
      return Str
    case 'number':
      return Num
    case 'boolean':
      return v ? True : False
    case 'undefined':
      return Absent
    case 'symbol':
      return Undefined
  }
  if (v === null) return Null
  if (Array.isArray(v)) return List
  if (v instanceof Date) return DateTag
  if (v instanceof Uint8Array) return Bytes
  return Obj
}

/** Appends to the inbox of an instance; positions count from the inbox's start. */
export class Inbox {
  p = 0

  constructor(readonly instance: Instance) {}

  /** Starts a new command. */
  reset(): this {
    this.instance.refresh()
    this.p = 0
    return this
  }

  room(bytes: number): void {
    const need = this.p + bytes
    if (need > this.instance.inboxSize) this.instance.growInbox(need)
  }

  byte(v: number): void {
    this.room(1)
    this.instance.u8[this.instance.inbox + this.p++] = v
  }

  /** p must be a multiple of 4. */
  word(v: number): void {
    this.room(4)
    this.instance.u32[(this.instance.inbox + this.p) >>> 2] = v
    this.p += 4
  }

  float(v: number): void {
    this.room(8)
    float[0] = v
    // every NaN is written as the one that the format knows
    if (v !== v) floatBytes.set(canonicalNaN)
    this.instance.u8.set(floatBytes, this.instance.inbox + this.p)
    this.p += 8
  }

  varint(v: number): void {
    while (v >= 0x80) {
      this.byte((v % 0x80) | 0x80)
      v = Math.floor(v / 0x80)
    }
    this.byte(v)
  }

  /** A string without its length. */
  text(s: string): void {
    this.room(3 * s.length)
    const { u8, inbox } = this.instance
    this.p = putText(u8, inbox + this.p, s) - inbox
  }

  sizedText(s: string): void {
    // the length stands before the bytes and is not known yet: most are short
    // and take one byte, the others are moved up
    const start = this.p
    this.byte(0)
    this.text(s)
    const length = this.p - start - 1
    if (length < 0x80) {
      this.instance.u8[this.instance.inbox + start] = length
      return
    }
    let more = 0
    for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) more++
    this.room(more)
    const { u8, inbox } = this.instance
    const body = inbox + start + 1
    u8.copyWithin(body + more, body, body + length)
    this.p = start
    this.varint(length)
    this.p += length
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.instance.u8.set(bytes, this.instance.inbox + this.p)
    this.p += bytes.length
  }

  /** Zeroes up to the next multiple of 8. */
  pad(): void {
    this.room(8)
    const { u8, inbox } = this.instance
    while (this.p & 7) u8[inbox + this.p++] = 0
  }

  /** The payload of a cell: what stands behind its tag, without a length. */
  payload(tag: number, v: unknown): void {
    switch (tag) {
      case Num:
        return this.float(v as number)
      case DateTag:
        return this.float((v as Date).getTime())
      case Str:
        return this.text(v as string)
      case Bytes:
        return this.raw(v as Uint8Array)
      case List:
      case Obj:
        return this.tree(tag, v as object)
    }
  }

  /**
   * An array or object. What is to come after the one that is being written is
   * kept in a list and not in calls: a query may be deeper than the page's stack.
   */
  private tree(tag: number, root: object): void {
    const above: Tree[] = []
    let tree = this.beginTree(tag, root)
    for (;;) {
      if (tree.next === tree.items.length) {
        const outer = above.pop()
        if (outer === undefined) return
        tree = outer
        continue
      }
      const { items, keys } = tree
      if (keys) this.sizedText(keys[tree.next]!)
      const item = items[tree.next++]
      const inner = item === undefined ? Undefined : tagOf(item)
      this.byte(inner)
      if (inner === List || inner === Obj) {
        above.push(tree)
        tree = this.beginTree(inner, item as object)
      } else if (inner === Str) {
        this.sizedText(item as string)
      } else {
        if (inner === Bytes) this.varint((item as Uint8Array).length)
        this.payload(inner, item)
      }
    }
  }

  private beginTree(tag: number, v: object): Tree {
    const keys = tag === Obj ? Object.keys(v) : undefined
    const items = keys ? Object.values(v) : (v as unknown[])
    this.varint(items.length)
    return { keys, items, next: 0 }
  }
}

/** An array or object that is being written, and how far. */
interface Tree {
  /** Of an object. */
  keys: string[] | undefined
  items: readonly unknown[]
  next: number
}

export const canonicalNaN = new Uint8Array([0, 0, 0, 0, 0, 0, 0xf8, 0x7f])
