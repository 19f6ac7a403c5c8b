// The row mirror: row objects by slot, made when somebody first looks at a row
// and replaced only when the row changes.
//
// A row that was read is kept. A row that a write merely returned is lent: its
// caller may hold on to it, and must get the same object when reading it, but a
// bulk load that nobody looks at must cost nothing. So lent rows are kept for
// the moment and turned into weak references soon after, in slices, because
// making 100,000 of them costs about 50 ms (measured in Chromium).

import type { Row } from './input.js'

type Held = Row | WeakRef<Row> | undefined

const none = 0
const lent = 1
const weak = 2
const kept = 3

/** Rows made weak per task; about 0.2 ms. */
const sliceRows = 1000

export class Mirror {
  private rows: Held[] = []
  private holds = new Uint8Array(64)
  /** A bit for each row that is kept: so little memory that reading many rows does not wait for it. */
  private keptBits = new Uint32Array(2)
  private readonly slots = new Map<string, number>() // of rows that were read by id
  private toWeaken: number[] = [] // slots that are lent
  private timer: ReturnType<typeof setTimeout> | undefined
  private canary: FinalizationRegistry<undefined> | undefined

  /** The row with this id, if it has been read by id before and still lives. */
  byId(id: string): Row | undefined {
    const slot = this.slots.get(id)
    return slot === undefined ? undefined : (this.rows[slot] as Row)
  }

  /** The row in this slot, if there is an object of it; it is kept from now on. */
  bySlot(slot: number): Row | undefined {
    if (this.holds[slot] === kept) return this.rows[slot] as Row
    const row = this.base(slot)
    if (row !== undefined) this.keep(slot, row)
    return row
  }

  /** Puts the rows in these slots into `out`; gives the positions of those without an object. They are kept from now on. */
  collect(slots: Uint32Array, out: Row[]): number[] | undefined {
    const { rows, keptBits } = this
    let missing: number[] | undefined
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!
      if ((keptBits[slot >>> 5]! >>> (slot & 31)) & 1) {
        out[i] = rows[slot] as Row
        continue
      }
      const row = this.bySlot(slot)
      if (row !== undefined) out[i] = row
      else (missing ??= []).push(i)
    }
    return missing
  }

  /** The same, for a write that replaces it anyway: changes nothing. */
  base(slot: number): Row | undefined {
    const held = this.rows[slot]
    return this.holds[slot] === weak ? (held as WeakRef<Row>).deref() : (held as Row | undefined)
  }

  /** Keeps a row that somebody looks at. */
  keep(slot: number, row: Row): void {
    this.room(slot)
    this.rows[slot] = row
    this.holds[slot] = kept
    this.keptBits[slot >>> 5]! |= 1 << (slot & 31)
  }

  /** Lets byId find a kept row. */
  name(id: string, slot: number): void {
    this.slots.set(id, slot)
  }

  /** Puts the row that a write made in place of the former one. */
  replace(slot: number, row: Row): void {
    this.room(slot)
    this.rows[slot] = row
    const hold = this.holds[slot]
    if (hold === kept || hold === lent) return
    this.holds[slot] = lent
    this.toWeaken.push(slot)
    this.weakenSoon()
  }

  /** Lends the rows that a write has added; their slots are new or have been freed. */
  lend(slots: Uint32Array, rows: readonly Row[]): void {
    let last = 0
    for (let i = 0; i < slots.length; i++) if (slots[i]! > last) last = slots[i]!
    this.room(last)
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!
      this.rows[slot] = rows[i]
      this.holds[slot] = lent
      this.toWeaken.push(slot)
    }
    this.weakenSoon()
  }

  /** Forgets the object of a row that changed elsewhere. */
  forget(id: string, slot: number): void {
    this.slots.delete(id)
    if (slot >= this.rows.length) return
    this.rows[slot] = undefined
    this.holds[slot] = none
    this.keptBits[slot >>> 5]! &= ~(1 << (slot & 31))
  }

  /** Forgets where the row of an id lies. */
  unname(id: string): void {
    this.slots.delete(id)
  }

  /** Ends deferred work. What was read stays for the components that still show it. */
  close(): void {
    clearTimeout(this.timer)
    this.toWeaken = []
  }

  /** Makes room up to a slot: at once for many rows. */
  room(slot: number): void {
    const { rows } = this
    // one by one: a jump would turn the array into a slow dictionary
    while (rows.length <= slot) rows.push(undefined)
    if (slot >= this.holds.length) {
      const grown = new Uint8Array(Math.max(slot + 1, Math.ceil(this.holds.length * 1.5)))
      grown.set(this.holds)
      this.holds = grown
      const bits = new Uint32Array(Math.ceil(grown.length / 32))
      bits.set(this.keptBits)
      this.keptBits = bits
    }
  }

  private weakenSoon(): void {
    this.timer ??= later(() => this.weaken())
  }

  private weaken(): void {
    this.timer = undefined
    const { rows, holds, toWeaken } = this
    for (let n = sliceRows; n > 0 && toWeaken.length > 0; n--) {
      const slot = toWeaken.pop()!
      if (holds[slot] !== lent) continue
      rows[slot] = new WeakRef(rows[slot] as Row)
      holds[slot] = weak
    }
    if (toWeaken.length > 0) return this.weakenSoon()
    this.toWeaken = []
    this.awaitCollection()
  }

  /** Has the dead references swept after the next garbage collection, whenever that is. */
  private awaitCollection(): void {
    if (this.canary) return
    this.canary = new FinalizationRegistry(() => this.sweep(0, 0))
    this.canary.register({}, undefined)
  }

  /**
   * Drops references to rows that are gone, from a slot on and a slice a task,
   * since asking a reference costs as much as making it. `left` are in use.
   */
  private sweep(from: number, left: number): void {
    const { rows, holds } = this
    let slot = from
    for (let n = sliceRows; n > 0 && slot < rows.length; slot++) {
      if (holds[slot] !== weak) continue
      n--
      if ((rows[slot] as WeakRef<Row>).deref() !== undefined) {
        left++
      } else {
        rows[slot] = undefined
        holds[slot] = none
      }
    }
    if (slot < rows.length) return void later(() => this.sweep(slot, left))
    this.canary = undefined
    if (left > 0) this.awaitCollection()
  }
}

/** A task of its own, which does not keep a Node process alive. */
function later(task: () => void): ReturnType<typeof setTimeout> {
  const timer: { unref?: () => void } | number = setTimeout(task, 0)
  if (typeof timer === 'object') timer.unref?.()
  return timer as ReturnType<typeof setTimeout>
}
