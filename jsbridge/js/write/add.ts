// addOne and addMany.

import { AtomaError } from '../errors.js'
import { Chunk } from './chunk.js'
import { checkId, copyRow, invalidInput, itemsOf, type Row, type Shape } from '../input.js'
import { frozen } from '../mode.js'
import {
  Added,
  OpAdd,
  WordIDEnds,
  WordIDs,
  WordSlot,
  WordSlots,
  WordStatus,
  WordStatuses,
  WordVersion,
  WordVersions,
  WordWrite,
} from '../protocol.js'
import { peek } from '../read/reads.js'
import { failed, type ItemResult, statusError } from './results.js'
import { putRow } from '../codec/row-in.js'
import { putRows } from '../codec/rows-in.js'
import { seal, type StoreHandle } from '../store-handle.js'
import { getText } from '../codec/text.js'
import { onlyItem, type Ticket } from './ticket.js'

export function addOne(handle: StoreHandle, item: unknown, ticket?: Ticket): Row {
  const row = copyNew(handle, item)
  const { instance } = handle
  const given = row['id'] as string | undefined
  ticket?.track()
  instance.call(OpAdd, handle.number, putRow(handle, given, row, undefined))
  const status = instance.word(WordStatus)
  if (status !== Added) throw statusError(status, handle.storeName, given!)
  ticket?.wrote(instance.word(WordWrite), onlyItem)
  const id = given ?? generatedId(handle, 0)
  row['id'] = id
  row['version'] = instance.float(WordVersion)
  handle.mirror.replace(instance.word(WordSlot), seal(row))
  handle.touch(id)
  return row
}

export function addMany(handle: StoreHandle, given: unknown, ticket?: Ticket): ItemResult[] {
  const items = itemsOf(given, 'rows', handle.place)
  const results: ItemResult[] = new Array(items.length)
  let chunk = new Chunk()
  for (let index = 0; index < items.length; index++) {
    try {
      const row = copyNew(handle, items[index], chunk.shape)
      chunk.push(index, row['id'] as string | undefined, row)
    } catch (error) {
      if (!(error instanceof AtomaError)) throw error
      if (chunk.length === 0) chunk = new Chunk()
      results[index] = failed(index, error)
    }
    if (chunk.full) {
      addChunk(handle, chunk, results, ticket)
      chunk = new Chunk()
    }
  }
  if (chunk.length > 0) addChunk(handle, chunk, results, ticket)
  handle.instance.trim()
  return results
}

export function addChunk(handle: StoreHandle, chunk: Chunk, results: ItemResult[], ticket?: Ticket): void {
  const { instance } = handle
  const { ids, rows, indexes, shape } = chunk
  const n = rows.length
  ticket?.track()
  // told how many are to come, the engine makes room for all of them at once
  instance.call(OpAdd, handle.number, putRows(handle, ids, rows, shape, false), results.length - indexes[0]!)
  const first = instance.word(WordWrite)
  const statuses = instance.word(WordStatuses)
  const { u8, u32, f64 } = instance
  const start = instance.word(WordSlots) >>> 2
  const versions = instance.word(WordVersions) >>> 3
  let slots = u32.subarray(start, start + n)
  const refused: Refused[] = []
  let added = rows
  let written: readonly number[] = indexes
  for (let i = 0; i < n; i++) {
    const status = u8[statuses + i]!
    const index = indexes[i]!
    if (status !== Added) {
      refused.push({ index, status, id: ids[i]! })
      continue
    }
    const row = rows[i]!
    row['id'] = ids[i] ??= generatedId(handle, i)
    row['version'] = f64[versions + i]!
    if (frozen) Object.freeze(row)
    results[index] = { index, ok: true, value: row }
  }
  if (refused.length > 0) {
    const isAdded = (_: unknown, i: number): boolean => u8[statuses + i] === Added
    added = rows.filter(isAdded)
    written = indexes.filter(isAdded)
    slots = slots.filter(isAdded)
  }
  if (added.length > 0) {
    handle.mirror.lend(slots, added)
    handle.touchAll(ids as string[])
  }
  ticket?.wrote(first, written)
  // the rows in the way are read last: reading takes the outbox
  refuse(handle, refused, results)
}

interface Refused {
  index: number
  status: number
  id: string
}

function refuse(handle: StoreHandle, refused: readonly Refused[], results: ItemResult[]): void {
  for (const { index, status, id } of refused) {
    const current = peek(handle, id)
    results[index] = failed(index, statusError(status, handle.storeName, id, current), { value: current })
  }
}

/** The copy of a new row, with an id if it was given or createId makes it. */
export function copyNew(handle: StoreHandle, item: unknown, shape?: Shape): Row {
  const row = copyRow(item, handle.place, false, frozen, shape)
  const given = row['id']
  if (given !== undefined) checkId(given, handle.storeName)
  else if (handle.createId) row['id'] = checkId(makeId(handle, handle.createId), handle.storeName)
  return row
}

function makeId(handle: StoreHandle, createId: () => unknown): unknown {
  try {
    return createId()
  } catch (cause) {
    throw invalidInput('createId threw', handle.place, ['id'], cause)
  }
}

/** The id that the engine has made for item i of the last call. */
function generatedId({ instance }: StoreHandle, i: number): string {
  const ends = instance.word(WordIDEnds) >>> 2
  const ids = instance.word(WordIDs)
  const { u8, u32 } = instance
  return getText(u8, ids + (i === 0 ? 0 : u32[ends + i - 1]!), ids + u32[ends + i]!)
}
