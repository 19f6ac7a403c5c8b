// Reads of one store: ids or slots in, row objects out.

import { readRows } from '../codec/batch-reader.js'
import { readShape, readTree, type Shape } from '../live/composer.js'
import { checkId, itemsOf, type Row } from '../input.js'
import { frozen } from '../mode.js'
import { readPageInfo } from './page-info.js'
import {
  List,
  NoSlot,
  Obj,
  OpCount,
  OpExplain,
  OpLocate,
  OpQuery,
  OpRead,
  OpStats,
  OpViewClose,
  OpViewOpen,
  ReadIDs,
  WordCount,
  WordNumber,
  WordOut,
} from '../protocol.js'
import { copyQuery, putQuery } from './query-input.js'
import { putIds } from '../codec/rows-in.js'
import type { StoreHandle } from '../store-handle.js'
import type { Explanation, IndexStats, PageInfo, StoreStats } from '../types.js'
import { readOut } from '../codec/value-reader.js'

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

/** The ids of a getMany, checked. */
export function checkIds(handle: StoreHandle, ids: unknown): string[] {
  return itemsOf(ids, 'ids', handle.place).map((id, i) => checkId(id, handle.storeName, [i]))
}

/** The rows with these ids, in the order and as often as asked; missing ones are left out. */
export function getMany(handle: StoreHandle, checked: readonly string[]): Row[] {
  const slots = new Uint32Array(checked.length)
  let n = 0
  for (let i = 0; i < checked.length; i += chunkRows) {
    for (const slot of locate(handle, checked.slice(i, i + chunkRows))) if (slot !== NoSlot) slots[n++] = slot
  }
  return rowsAt(handle, slots.subarray(0, n))
}

/** The slots of ids, NoSlot where there is none. The answer is the caller's. */
export function locate(handle: StoreHandle, ids: readonly string[]): Uint32Array {
  const { instance } = handle
  instance.call(OpLocate, handle.number, putIds(handle, ids))
  return slotsOut(handle).slice()
}

/**
 * The rows in these slots, which must be in use. The slots may lie in the
 * engine's memory: they are read before anything is asked of it.
 */
export function rowsAt(handle: StoreHandle, slots: Uint32Array): Row[] {
  const rows: Row[] = new Array(slots.length)
  const missing = handle.mirror.collect(slots, rows)
  if (missing) fillMissing(handle, slots.slice(), rows, missing)
  return rows
}

function fillMissing(handle: StoreHandle, slots: Uint32Array, rows: Row[], missing: number[]): void {
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

/** The ids in these slots: no row is made for them. The slots may lie in the engine's memory. */
export function idsAt(handle: StoreHandle, slots: Uint32Array): string[] {
  const { mirror } = handle
  const ids: string[] = new Array(slots.length)
  const missing: number[] = []
  for (let i = 0; i < slots.length; i++) {
    const row = mirror.base(slots[i]!)
    if (row !== undefined) ids[i] = row['id'] as string
    else missing.push(i)
  }
  if (missing.length === 0) return ids
  const own = slots.slice()
  for (let from = 0; from < missing.length; from += chunkRows) {
    const part = missing.slice(from, from + chunkRows)
    decodeSlots(handle, part.map((i) => own[i]!), ReadIDs).forEach((row, i) => {
      ids[part[i]!] = row['id'] as string
    })
  }
  return ids
}

/** Decodes the rows in these slots and keeps them in the mirror. */
function fetchSlots(handle: StoreHandle, slots: readonly number[]): Row[] {
  const rows = decodeSlots(handle, slots)
  for (let i = 0; i < rows.length; i++) handle.mirror.keep(slots[i]!, rows[i]!)
  return rows
}

/** Decodes the rows in these slots, for a write that lends them. */
export function decodeSlots(handle: StoreHandle, slots: readonly number[], flags = 0): Row[] {
  const { instance, number } = handle
  const w = instance.writer.reset()
  for (let i = 0; i < slots.length; i++) w.word(slots[i]!)
  instance.call(OpRead, number, w.p, flags)
  return readRows(instance, instance.word(WordOut), handle.fieldName, frozen)
}

/** The slots that the last call answered, where they lie: good until the next call. */
function slotsOut({ instance }: StoreHandle): Uint32Array {
  const start = instance.word(WordOut) >>> 2
  return instance.u32.subarray(start, start + instance.word(WordCount))
}

/** All rows, by id. */
export function getAll(handle: StoreHandle): Row[] {
  handle.instance.call(OpQuery, handle.number, putQuery(handle, undefined))
  return rowsAt(handle, slotsOut(handle))
}

/** A copied query for the first of its rows alone. */
export function firstOf(copy: Row | undefined): Row {
  // a limit that is malformed stays, for the engine to refuse it
  const page = copy?.['page'] as Row | undefined
  if (page === undefined) return limitedToOne(copy ?? {})
  if (typeof page !== 'object' || page === null || page['before'] !== undefined) return copy!
  return { ...copy, page: limitedToOne(page) }
}

function limitedToOne(part: Row): Row {
  const limit = part['limit']
  const more = limit === undefined || (typeof limit === 'number' && limit > 1 && (Number.isInteger(limit) || limit === Infinity))
  return more ? { ...part, limit: 1 } : part
}

/** The rows of a copied query. */
export function find(handle: StoreHandle, copy: Row | undefined): { data: Row[]; pageInfo?: PageInfo } {
  const { instance } = handle
  instance.call(OpQuery, handle.number, putQuery(handle, copy))
  const pageInfo = copy?.['page'] === undefined ? undefined : readPageInfo(instance)
  const shape = copy?.['include'] === undefined ? undefined : readShape(instance)
  const data = shape ? withRelated(handle, shape, copy!['include']) : rowsAt(handle, slotsOut(handle))
  return pageInfo === undefined ? { data } : { data, pageInfo }
}

function withRelated(handle: StoreHandle, shape: Shape, include: unknown): Row[] {
  const { instance, hub } = handle
  const level = hub.composer.level(shape, include)
  const slots = slotsOut(handle).slice()
  const tree = readTree(instance)
  return hub.composer.compose(rowsAt(handle, slots), level, tree)
}

/** How many rows match the filter of a copied query. */
export function countOf(handle: StoreHandle, copy: Row | undefined): number {
  handle.instance.call(OpCount, handle.number, putQuery(handle, copy))
  return handle.instance.word(WordCount)
}

/**
 * Throws what is wrong with a copied query that is to be asked of a backend,
 * whose cursors are its own.
 */
export function checkQuery(handle: StoreHandle, copy: Row | undefined): void {
  const { instance } = handle
  instance.call(OpViewOpen, handle.number, putQuery(handle, withoutCursor(copy)))
  instance.call(OpViewClose, instance.word(WordNumber), 0)
}

function withoutCursor(copy: Row | undefined): Row | undefined {
  const page = copy?.['page'] as Row | undefined
  if (typeof page !== 'object' || page === null || page['mode'] !== 'cursor') return copy
  const { after, before, ...rest } = page
  if (after !== undefined && before !== undefined) return copy
  return typeof (after ?? before ?? '') === 'string' ? { ...copy, page: rest } : copy
}

/** What a query did and what it cost: docs/queries.md. */
export function explain(handle: StoreHandle, query: unknown): Explanation {
  const { instance } = handle
  instance.call(OpExplain, handle.number, putQuery(handle, copyQuery(query, handle.place)))
  return readOut(instance, Obj) as Explanation
}

/** What a store and its indexes hold. */
export function stats(handle: StoreHandle): StoreStats {
  const { instance } = handle
  instance.call(OpStats, handle.number, 0)
  const rows = instance.word(WordCount)
  const bytes = instance.word(WordNumber)
  return { rows, bytes, indexes: readOut(instance, List) as IndexStats[] }
}
