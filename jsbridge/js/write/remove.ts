// deleteOne, deleteMany and the writeback of plugins.

import { chunkRows } from './chunk.js'
import { AtomaError } from '../errors.js'
import { Remove } from '../codec/inbox.js'
import { checkId, copyRow, invalidInput, itemsOf, kindOf, type Row } from '../input.js'
import { hasLineage, succeed } from '../live/lineage.js'
import { frozen } from '../mode.js'
import { Deleted, Missing, OpDelete, OpWriteback, Same, WordSlot, WordSlots, WordStatus, WordStatuses, WordWrite } from '../protocol.js'
import { getMany } from '../read/reads.js'
import { failed, type ItemResult } from './results.js'
import { putRow } from '../codec/row-in.js'
import { putIds, putRows, shapeOf } from '../codec/rows-in.js'
import type { StoreHandle } from '../store-handle.js'
import { onlyItem, type Ticket } from './ticket.js'

const nothing: Row = {}

export function deleteOne(handle: StoreHandle, givenId: unknown, ticket?: Ticket): boolean {
  const id = checkId(givenId, handle.storeName)
  const { instance } = handle
  ticket?.track()
  instance.call(OpDelete, handle.number, putRow(handle, id, nothing, undefined))
  if (instance.word(WordStatus) !== Deleted) return false
  if (ticket) {
    ticket.ids[0] = id
    ticket.wrote(instance.word(WordWrite), onlyItem)
  }
  handle.mirror.forget(id, instance.word(WordSlot))
  handle.touch(id)
  return true
}

export function deleteMany(handle: StoreHandle, givenIds: unknown, ticket?: Ticket): ItemResult[] {
  const given = itemsOf(givenIds, 'ids', handle.place)
  const results: ItemResult[] = new Array(given.length)
  let ids: string[] = []
  let indexes: number[] = []
  for (let index = 0; index < given.length; index++) {
    try {
      ids.push(checkId(given[index], handle.storeName, [index]))
      indexes.push(index)
    } catch (error) {
      results[index] = failed(index, error as AtomaError)
    }
    if (ids.length === chunkRows || (index === given.length - 1 && ids.length > 0)) {
      deleteChunk(handle, ids, indexes, results, ticket)
      ids = []
      indexes = []
    }
  }
  return results
}

export function deleteChunk(
  handle: StoreHandle,
  ids: readonly string[],
  indexes: readonly number[],
  results: ItemResult[],
  ticket?: Ticket,
): void {
  const { instance } = handle
  ticket?.track()
  instance.call(OpDelete, handle.number, putIds(handle, ids))
  const first = instance.word(WordWrite)
  const statuses = instance.word(WordStatuses)
  const slots = instance.word(WordSlots) >>> 2
  const { u8, u32 } = instance
  const written: number[] = []
  for (let i = 0; i < ids.length; i++) {
    const index = indexes[i]!
    const value = u8[statuses + i] === Deleted
    results[index] = { index, ok: true, value }
    if (!value) continue
    written.push(index)
    if (ticket) ticket.ids[index] = ids[i]!
    handle.mirror.forget(ids[i]!, u32[slots + i]!)
    handle.touch(ids[i]!)
  }
  ticket?.wrote(first, written)
}

/**
 * Takes over what another party has stored: whole rows at their version, or
 * `{ id, deleted: true }`. Nothing is sent. All of it is checked before any of
 * it is applied; row objects are made only of rows that were composed with others.
 */
export function writeback(handle: StoreHandle, items: unknown): void {
  applyWriteback(handle, readWritebacks(handle, items))
}

/** Reads and checks all of the items of a writeback. */
export function readWritebacks(handle: StoreHandle, items: unknown): Writeback[] {
  return itemsOf(items, 'rows', handle.place).map((item, i) => readWriteback(handle, item, i))
}

/** Applies rows that have been checked. Flags: Writeback…. */
export function applyWriteback(handle: StoreHandle, rows: readonly Writeback[], flags = 0): void {
  for (let from = 0; from < rows.length; from += chunkRows) writebackChunk(handle, rows.slice(from, from + chunkRows), flags)
  handle.instance.trim()
}

/** A row that another party has stored, or has no more. Only the executor's may have no version. */
export interface Writeback {
  id: string
  version: number | undefined | typeof Remove
  row: Row
}

function readWriteback(handle: StoreHandle, item: unknown, index: number): Writeback {
  const row = copyRow(item, handle.place, false, frozen)
  const id = checkId(row['id'], handle.storeName, [index, 'id'])
  if (row['deleted'] === true && row['version'] === undefined) return { id, version: Remove, row: {} }
  const version = row['version']
  if (typeof version === 'number' && Number.isSafeInteger(version) && version >= 0) return { id, version, row }
  throw invalidInput(
    `${kindOf(version)} is no version: rows of a writeback carry a whole number, 0 or more`,
    { store: handle.storeName, id },
    [index, 'version'],
  )
}

/** Applies rows; at most chunkRows of them. Flags: Writeback…. */
export function writebackChunk(handle: StoreHandle, items: readonly Writeback[], flags = 0): void {
  const { instance } = handle
  const ids = items.map((item) => item.id)
  const rows = items.map((item) => item.row)
  const versions = items.map((item) => item.version)
  const length = putRows(handle, ids, rows, shapeOf(rows), false, versions)
  instance.call(OpWriteback, handle.number, length, flags)
  const statuses = instance.word(WordStatuses)
  const slots = instance.word(WordSlots) >>> 2
  const { u8, u32 } = instance
  const composed = new Map<string, Row>()
  for (let i = 0; i < items.length; i++) {
    const status = u8[statuses + i]
    handle.heardOf(ids[i]!, versions[i] === Remove)
    if (status === Same || status === Missing) continue
    const slot = u32[slots + i]!
    const former = handle.mirror.base(slot)
    if (former !== undefined && former['id'] === ids[i] && hasLineage(former)) composed.set(ids[i]!, former)
    handle.mirror.forget(ids[i]!, slot)
    handle.touch(ids[i]!)
  }
  if (composed.size > 0) makeSuccessors(handle, composed)
}

/** Makes objects of rows, as far as they are still there, that stand for the former ones. */
export function makeSuccessors(handle: StoreHandle, formers: Map<string, Row>): void {
  for (const row of getMany(handle, [...formers.keys()])) succeed(formers.get(row['id'] as string)!, row)
}
