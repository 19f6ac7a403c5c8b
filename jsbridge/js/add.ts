// addOne and addMany.

import { AtomaError } from './errors.js'
import { checkId, copyRow, invalidInput, itemsOf, type Row, Shape } from './input.js'
import { frozen } from './mode.js'
import {
  Added,
  OpAdd,
  WordIDEnds,
  WordIDs,
  WordSlot,
  WordSlots,
  WordStatus,
  WordStatuses,
} from './protocol.js'
import { peek } from './reads.js'
import { failed, type ItemResult, statusError } from './results.js'
import { putRow } from './row-in.js'
import { putRows } from './rows-in.js'
import { seal, type StoreHandle } from './store-handle.js'
import { getText } from './text.js'

/** Rows of one batch: enough to be columnar, few enough to stay in the processor's cache. */
export const chunkRows = 2048

/** Rows of one batch when they are not all alike: a batch has a cell for each row and each key of any. */
export const mixedRows = 512

export function addOne(handle: StoreHandle, item: unknown): Row {
  const row = copyNew(handle, item)
  const { instance } = handle
  const given = row['id'] as string | undefined
  instance.call(OpAdd, handle.number, putRow(handle, given, row, undefined))
  const status = instance.word(WordStatus)
  if (status !== Added) throw statusError(status, handle.storeName, given!)
  const id = given ?? generatedId(handle, 0)
  row['id'] = id
  row['version'] = 1
  handle.mirror.replace(instance.word(WordSlot), seal(row))
  handle.touch(id)
  return row
}

export function addMany(handle: StoreHandle, given: unknown): ItemResult[] {
  const items = itemsOf(given, 'rows', handle.place)
  const results: ItemResult[] = new Array(items.length)
  let chunk = new Chunk()
  for (let index = 0; index < items.length; index++) {
    try {
      chunk.rows.push(copyNew(handle, items[index], chunk.shape))
      chunk.indexes.push(index)
    } catch (error) {
      if (!(error instanceof AtomaError)) throw error
      if (chunk.rows.length === 0) chunk = new Chunk()
      results[index] = failed(index, error)
    }
    if (chunk.rows.length >= (chunk.shape.uniform ? chunkRows : mixedRows)) {
      addChunk(handle, chunk, results)
      chunk = new Chunk()
    }
  }
  if (chunk.rows.length > 0) addChunk(handle, chunk, results)
  handle.instance.trim()
  return results
}

/** Rows on their way into one batch. */
class Chunk {
  readonly shape = new Shape()
  readonly rows: Row[] = []
  readonly indexes: number[] = []
}

function addChunk(handle: StoreHandle, { rows, indexes, shape }: Chunk, results: ItemResult[]): void {
  const { instance } = handle
  const n = rows.length
  const ids = new Array<string | undefined>(n)
  for (let i = 0; i < n; i++) ids[i] = rows[i]!['id'] as string | undefined
  // told how many are to come, the engine makes room for all of them at once
  instance.call(OpAdd, handle.number, putRows(handle, ids, rows, shape, false), results.length - indexes[0]!)
  const statuses = instance.word(WordStatuses)
  const { u8, u32 } = instance
  const start = instance.word(WordSlots) >>> 2
  let slots = u32.subarray(start, start + n)
  const refused: Refused[] = []
  let added = rows
  for (let i = 0; i < n; i++) {
    const status = u8[statuses + i]!
    const index = indexes[i]!
    if (status !== Added) {
      refused.push({ index, status, id: ids[i]! })
      continue
    }
    const row = rows[i]!
    row['id'] = ids[i] ??= generatedId(handle, i)
    row['version'] = 1
    if (frozen) Object.freeze(row)
    results[index] = { index, ok: true, value: row }
  }
  if (refused.length > 0) {
    const isAdded = (_: unknown, i: number): boolean => u8[statuses + i] === Added
    added = rows.filter(isAdded)
    slots = slots.filter(isAdded)
  }
  if (added.length > 0) {
    handle.mirror.lend(slots, added)
    handle.touchAll(ids as string[])
  }
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
function copyNew(handle: StoreHandle, item: unknown, shape?: Shape): Row {
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
