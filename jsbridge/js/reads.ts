// Reads of one store: ids or slots in, row objects out.

import { readRows } from './batch-reader.js'
import { AtomaError } from './errors.js'
import { copyValue, kindOf, type Place, type Row, checkId, itemsOf } from './input.js'
import { frozen } from './mode.js'
import {
  NoSlot,
  Obj,
  OpCount,
  OpLocate,
  OpQuery,
  OpRead,
  WordCount,
  WordOut,
} from './protocol.js'
import { putIds } from './rows-in.js'
import type { StoreHandle } from './store-handle.js'
import { setOwn } from './value-reader.js'

/** Rows that are asked of the engine in one batch; keeps the outbox small. */
const chunkRows = 2048

/** The row with this id. Its object stays the same until the row changes. */
export function peek(handle: StoreHandle, id: string): Row | undefined {
  const { mirror } = handle
  const known = mirror.byId(id)
  if (known !== undefined) return known
  const slot = locate(handle, [id])[0]!
  if (slot === NoSlot) return undefined
  const row = mirror.bySlot(slot) ?? fetchSlots(handle, [slot])[0]!
  mirror.name(id, slot)
  return row
}

export function getMany(handle: StoreHandle, ids: unknown): Row[] {
  const checked = itemsOf(ids, 'ids', handle.place).map((id, i) => checkId(id, handle.storeName, [i]))
  const slots: number[] = []
  for (let i = 0; i < checked.length; i += chunkRows) {
    for (const slot of locate(handle, checked.slice(i, i + chunkRows))) if (slot !== NoSlot) slots.push(slot)
  }
  return rowsAt(handle, slots)
}

/** The slots of ids, NoSlot where there is none. The answer is the caller's. */
export function locate(handle: StoreHandle, ids: readonly string[]): Uint32Array {
  const { instance } = handle
  instance.call(OpLocate, handle.number, putIds(handle, ids))
  return slotsOut(handle)
}

/** The rows in these slots, which must be in use. */
export function rowsAt(handle: StoreHandle, slots: ArrayLike<number>): Row[] {
  const { mirror } = handle
  const rows: Row[] = new Array(slots.length)
  let missing: number[] | undefined
  for (let i = 0; i < slots.length; i++) {
    const row = mirror.bySlot(slots[i]!)
    if (row !== undefined) rows[i] = row
    else (missing ??= []).push(i)
  }
  if (missing) fillMissing(handle, slots, rows, missing)
  return rows
}

function fillMissing(handle: StoreHandle, slots: ArrayLike<number>, rows: Row[], missing: number[]): void {
  const { mirror } = handle
  for (let from = 0; from < missing.length; from += chunkRows) {
    // a slot asked for twice was fetched by an earlier chunk or is in this one twice
    const part = missing.slice(from, from + chunkRows).filter((i) => {
      const row = mirror.bySlot(slots[i]!)
      if (row !== undefined) rows[i] = row
      return row === undefined
    })
    const wanted = [...new Set(part.map((i) => slots[i]!))]
    fetchSlots(handle, wanted)
    for (const i of part) rows[i] = mirror.bySlot(slots[i]!)!
  }
}

/** Decodes the rows in these slots and keeps them in the mirror. */
function fetchSlots(handle: StoreHandle, slots: readonly number[]): Row[] {
  const rows = decodeSlots(handle, slots)
  for (let i = 0; i < rows.length; i++) handle.mirror.keep(slots[i]!, rows[i]!)
  return rows
}

/** Decodes the rows in these slots, for a write that lends them. */
export function decodeSlots(handle: StoreHandle, slots: readonly number[]): Row[] {
  const { instance, number } = handle
  const w = instance.writer.reset()
  for (let i = 0; i < slots.length; i++) w.word(slots[i]!)
  instance.call(OpRead, number, w.p)
  return readRows(instance, instance.word(WordOut), handle.fieldName, frozen)
}

/** Runs a query that encodeQuery has prepared. The answer is the caller's. */
export function runQuery(handle: StoreHandle, query: Uint8Array): Uint32Array {
  handle.instance.call(OpQuery, handle.number, putQuery(handle, query))
  return slotsOut(handle)
}

export function countQuery(handle: StoreHandle, query: Uint8Array): number {
  handle.instance.call(OpCount, handle.number, putQuery(handle, query))
  return handle.instance.word(WordCount)
}

function putQuery(handle: StoreHandle, query: Uint8Array): number {
  const w = handle.instance.writer.reset()
  w.raw(query)
  return w.p
}

function slotsOut({ instance }: StoreHandle): Uint32Array {
  const start = instance.word(WordOut) >>> 2
  return instance.u32.slice(start, start + instance.word(WordCount))
}

const everything = new Uint8Array(0)

/**
 * A query as the engine reads it: copied when it is given, empty for undefined.
 * The engine judges the operators and operands. `canonical`: equal queries give
 * equal bytes, whatever the order of their keys.
 */
export function encodeQuery(handle: StoreHandle, query: unknown, canonical = false): Uint8Array {
  return query === undefined ? everything : encodeCopy(handle, copyQuery(query, handle.place), canonical)
}

/** The query of findOne: the same with a limit of one. */
export function encodeFirst(handle: StoreHandle, query: unknown): Uint8Array {
  const copy = copyQuery(query === undefined ? {} : query, handle.place)
  // a limit that is malformed stays, for the engine to refuse it
  const limit = copy['limit']
  if (limit === undefined || (Number.isInteger(limit) && (limit as number) > 1)) copy['limit'] = 1
  return encodeCopy(handle, copy, false)
}

function encodeCopy({ instance }: StoreHandle, copy: Row, canonical: boolean): Uint8Array {
  const w = instance.writer.reset()
  w.payload(Obj, canonical ? sortKeys(copy) : copy)
  return instance.u8.slice(instance.inbox, instance.inbox + w.p)
}

function sortKeys(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sortKeys)
  if (typeof v !== 'object' || v === null || v instanceof Date || v instanceof Uint8Array) return v
  const sorted: Row = {}
  for (const key of Object.keys(v).sort()) setOwn(sorted, key, sortKeys((v as Row)[key]))
  return sorted
}

function copyQuery(query: unknown, place: Place): Row {
  const kind = kindOf(query)
  if (kind !== 'an object') {
    throw new AtomaError('invalid_query', `${kind} is no query: pass an object`, { details: { ...place } })
  }
  try {
    return copyValue(query, [], place, false, true) as Row
  } catch (error) {
    if (!(error instanceof AtomaError)) throw error
    const { path } = error.details!
    if (path?.length === 1 && (path[0] === 'limit' || path[0] === 'offset')) throw error
    throw new AtomaError('invalid_query', error.message, { details: { ...error.details }, cause: error.cause })
  }
}
