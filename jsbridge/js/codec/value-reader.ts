import type { Instance } from '../instance.js'
import { Bytes, DateTag, False, List, Null, Num, Obj, Str, True, WordOut, WordOutLen } from '../protocol.js'
import { getText } from './text.js'

const float = new Float64Array(1)
const floatBytes = new Uint8Array(float.buffer)

/** Reads values where they lie. The engine has checked the bytes. */
export class ValueReader {
  p = 0

  constructor(
    private readonly u8: Uint8Array,
    private readonly freeze: boolean,
  ) {}

  /** The payload of a cell, from start to end. */
  cell(tag: number, start: number, end: number): unknown {
    this.p = start
    if (tag === Str) return getText(this.u8, start, end)
    if (tag === Bytes) return this.u8.slice(start, end)
    return this.payload(tag)
  }

  private payload(tag: number): unknown {
    switch (tag) {
      case Null:
        return null
      case False:
        return false
      case True:
        return true
      case Num:
        return this.float()
      case DateTag:
        return new Date(this.float())
      case Str: {
        const n = this.varint()
        this.p += n
        return getText(this.u8, this.p - n, this.p)
      }
      case Bytes: {
        const n = this.varint()
        this.p += n
        return this.u8.slice(this.p - n, this.p)
      }
      case List: {
        const items: unknown[] = new Array(this.varint())
        for (let i = 0; i < items.length; i++) items[i] = this.payload(this.u8[this.p++]!)
        return this.freeze ? Object.freeze(items) : items
      }
      case Obj: {
        const object: Record<string, unknown> = {}
        for (let n = this.varint(); n > 0; n--) {
          const length = this.varint()
          this.p += length
          const key = getText(this.u8, this.p - length, this.p)
          setOwn(object, key, this.payload(this.u8[this.p++]!))
        }
        return this.freeze ? Object.freeze(object) : object
      }
    }
    return undefined
  }

  private float(): number {
    for (let i = 0; i < 8; i++) floatBytes[i] = this.u8[this.p + i]!
    this.p += 8
    return float[0]!
  }

  private varint(): number {
    let v = 0
    let scale = 1
    for (;;) {
      const byte = this.u8[this.p++]!
      v += (byte & 0x7f) * scale
      if (byte < 0x80) return v
      scale *= 0x80
    }
  }
}

/** What the last call answered, as a value of this kind. */
export function readOut(instance: Instance, tag: number, freeze = false): unknown {
  const start = instance.word(WordOut)
  return new ValueReader(instance.u8, freeze).cell(tag, start, start + instance.word(WordOutLen))
}

/** Sets an own property of any name: plain assignment to __proto__ would set the prototype. */
export function setOwn(object: Record<string, unknown>, key: string, v: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value: v, writable: true, enumerable: true, configurable: true })
  } else {
    object[key] = v
  }
}
