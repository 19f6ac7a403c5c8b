// What the unit tests of this folder share: memory without an engine.

import { Inbox } from './inbox.js'
import type { Instance } from '../instance.js'

/** An instance's memory over a plain ArrayBuffer, full of rubbish, which moves whenever it grows. */
export class FakeInstance implements Pick<Instance, 'u8' | 'u32' | 'f64' | 'inbox' | 'inboxSize' | 'writer' | 'growInbox' | 'refresh'> {
  u8 = new Uint8Array(0)
  u32 = new Uint32Array(0)
  f64 = new Float64Array(0)
  inbox = 0
  inboxSize = 0
  readonly writer: Inbox

  constructor(size = 64) {
    this.writer = new Inbox(this as unknown as Instance)
    this.growInbox(size)
  }

  growInbox(size: number): void {
    const room = Math.ceil(size / 8) * 8 + 8
    const inbox = this.inbox + 8
    const memory = new ArrayBuffer(inbox + room + 64)
    const u8 = new Uint8Array(memory).fill(0xaa)
    u8.set(this.u8.subarray(this.inbox, this.inbox + this.inboxSize), inbox)
    this.u8 = u8
    this.u32 = new Uint32Array(memory)
    this.f64 = new Float64Array(memory)
    this.inbox = inbox
    this.inboxSize = room
  }

  /** The memory never moves by itself. */
  refresh(): void {}

  /** The first n bytes of the inbox. */
  bytes(n: number): Uint8Array {
    return this.u8.slice(this.inbox, this.inbox + n)
  }
}

/** Bytes as the memory that a reader takes, at a position that is a multiple of 8. */
export function memoryOf(bytes: Uint8Array, base: number): { u8: Uint8Array; u32: Uint32Array; f64: Float64Array } {
  const memory = new ArrayBuffer(Math.ceil((base + bytes.length) / 8) * 8 + 8)
  new Uint8Array(memory).fill(0xaa).set(bytes, base)
  return { u8: new Uint8Array(memory), u32: new Uint32Array(memory), f64: new Float64Array(memory) }
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Pseudo-random numbers that a seed brings back (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

/** A string of any code units, with many surrogates, in pairs and alone. */
export function randomString(random: (below: number) => number, most: number): string {
  let s = ''
  for (let n = random(most + 1); n > 0; n--) {
    const kind = random(7)
    if (kind < 2) s += String.fromCharCode(random(0x80))
    else if (kind === 2) s += String.fromCharCode(random(0x800))
    else if (kind === 3) s += String.fromCharCode(0x800 + random(0xd000))
    else if (kind === 4) s += String.fromCharCode(0xd800 + random(0x800))
    else if (kind === 5) s += String.fromCodePoint(0x10000 + random(0x100000))
    else s += String.fromCharCode(0xe000 + random(0x2000))
  }
  return s
}
