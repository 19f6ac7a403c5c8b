// updateOne, updateMany, upsertOne and upsertMany.

import { mixedRows } from './add.js'
import { AtomaError } from './errors.js'
import { checkId, copyRow, invalidInput, itemsOf, kindOf, type Place, type Row, Unreadable, withoutGaps } from './input.js'
import { succeed } from './lineage.js'
import { frozen } from './mode.js'
import {
  Added,
  Changed,
  Conflict,
  NoSlot,
  NotFound,
  OpUpdate,
  OpUpsert,
  Same,
  UpsertLWW,
  UpsertReplace,
  WordSlot,
  WordSlots,
  WordStatus,
  WordStatuses,
  WordVersion,
  WordVersions,
} from './protocol.js'
import { checkSignal } from './options.js'
import { decodeSlots, locate, peek } from './reads.js'
import { failed, type ItemResult, statusError, UpdaterThrew } from './results.js'
import { putRow } from './row-in.js'
import { putRows, shapeOf } from './rows-in.js'
import { seal, type StoreHandle } from './store-handle.js'
import type { UpsertOptions, WriteOptions } from './types.js'
import { type Before, takeBack } from './undo.js'
import { runUpdater } from './updater.js'
import { setOwn } from './value-reader.js'

/** One item, read and copied: what the batch and the result are made of. */
interface Intent {
  index: number
  id: string
  patch: Row
  /** The version expected to be stored; undefined: any. */
  expected: number | undefined
}

interface Mode {
  op: number
  flags: number
  /** The result is the patch alone and not the patch on top of the row. */
  whole: boolean
}

const update: Mode = { op: OpUpdate, flags: 0, whole: false }

export function updateOne(handle: StoreHandle, id: unknown, change: unknown, options: WriteOptions | undefined): Row {
  const intent = readChange(handle, 0, id, change, undefined)
  // an updater may have aborted the very write that it is part of
  checkSignal(options?.signal, handle.place)
  return writeOne(handle, update, intent)
}

export function updateMany(handle: StoreHandle, items: unknown, options: WriteOptions | undefined): ItemResult[] {
  return writeMany(handle, update, items, options?.signal, (item, index, flush) => {
    if (Unreadable.is(item)) throw item.cause
    if (typeof item !== 'object' || item === null) {
      throw invalidInput(`${kindOf(item)} is no update: pass { id, change }`, handle.place, [index])
    }
    const { id, change } = item as { id: unknown; change: unknown }
    return readChange(handle, index, id, change, flush)
  })
}

export function upsertOne(handle: StoreHandle, item: unknown, options: UpsertOptions | undefined): Row {
  const mode = upsertMode(options)
  return writeOne(handle, mode, readUpsert(handle, 0, item, mode))
}

export function upsertMany(
  handle: StoreHandle,
  items: unknown,
  options: (WriteOptions & UpsertOptions) | undefined,
): ItemResult[] {
  const mode = upsertMode(options)
  return writeMany(handle, mode, items, options?.signal, (item, index) => readUpsert(handle, index, item, mode))
}

function upsertMode(options: UpsertOptions | undefined): Mode {
  const whole = options?.apply === 'replace'
  return { op: OpUpsert, flags: (options?.conflict === 'lww' ? UpsertLWW : 0) | (whole ? UpsertReplace : 0), whole }
}

function readChange(
  handle: StoreHandle,
  index: number,
  givenId: unknown,
  change: unknown,
  beforeUpdater: (() => void) | undefined,
): Intent {
  const id = checkId(givenId, handle.storeName)
  const place: Place = { store: handle.storeName, id }
  if (typeof change === 'function') {
    // an updater sees the items before it
    beforeUpdater?.()
    const base = peek(handle, id)
    if (base === undefined) throw statusError(NotFound, handle.storeName, id)
    return { index, id, patch: runUpdater(change as (draft: Row) => unknown, base, place), expected: undefined }
  }
  const patch = copyRow(change, place, true, frozen)
  const patchId = patch['id']
  if (patchId !== undefined && patchId !== id) {
    throw invalidInput('the change has another id: ids cannot change', place, ['id'])
  }
  return { index, id, patch, expected: undefined }
}

function readUpsert(handle: StoreHandle, index: number, item: unknown, mode: Mode): Intent {
  const patch = copyRow(item, handle.place, !mode.whole, frozen)
  const id = checkId(patch['id'], handle.storeName)
  const version = patch['version']
  if (version === undefined || mode.flags & UpsertLWW) return { index, id, patch, expected: undefined }
  if (typeof version !== 'number') {
    throw invalidInput(
      `${kindOf(version)} is no version: pass the number of the version that should be stored`,
      { store: handle.storeName, id },
      ['version'],
    )
  }
  return { index, id, patch, expected: version }
}

function writeOne(handle: StoreHandle, mode: Mode, { id, patch, expected }: Intent): Row {
  const { instance, mirror } = handle
  instance.call(mode.op, handle.number, putRow(handle, id, patch, expected), mode.flags)
  const status = instance.word(WordStatus)
  const slot = instance.word(WordSlot)
  const version = instance.float(WordVersion)
  if (status === Changed || status === Added) {
    const base = mirror.base(slot)
    const row = status === Added || mode.whole ? fresh(patch, id, version) : merged(handle, slot, base, patch, version)
    if (base) succeed(base, row)
    mirror.replace(slot, row)
    handle.touch(id)
    return row
  }
  const stored = peek(handle, id)
  if (status === Same) return stored!
  throw statusError(status, handle.storeName, id, stored)
}

function merged(handle: StoreHandle, slot: number, base: Row | undefined, patch: Row, version: number): Row {
  // without an object to build on, the row is decoded as the write left it
  return base === undefined ? decodeSlots(handle, [slot])[0]! : merge(base, patch, version)
}

function merge(base: Row, patch: Row, version: number): Row {
  // a second spread would be several times slower than setting what changed
  const row: Row = { ...base }
  let gaps = false
  for (const key of Object.keys(patch)) {
    if (key === 'id') continue
    const v = patch[key]
    if (v === undefined) gaps = true
    setOwn(row, key, v)
  }
  row['version'] = version
  return seal(gaps ? withoutGaps(row) : row)
}

/** A row that is the patch alone. */
function fresh(patch: Row, id: string, version: number): Row {
  const row: Row = { ...patch, id, version }
  for (const key of Object.keys(patch)) if (row[key] === undefined) return seal(withoutGaps(row))
  return seal(row)
}

function writeMany(
  handle: StoreHandle,
  mode: Mode,
  given: unknown,
  signal: AbortSignal | undefined,
  read: (item: unknown, index: number, flush: () => void) => Intent,
): ItemResult[] {
  const items = itemsOf(given, 'items', handle.place)
  const results: ItemResult[] = new Array(items.length)
  // only a write that can be aborted, by an updater of its own, has to be taken back
  const before: Before | undefined = signal && new Map()
  let intents: Intent[] = []
  const flush = (): void => {
    const chunk = intents
    intents = []
    if (chunk.length > 0) writeChunk(handle, mode, chunk, results, before)
  }
  for (let index = 0; index < items.length; index++) {
    try {
      // reading may flush, and leave another array behind
      const intent = read(items[index], index, flush)
      intents.push(intent)
    } catch (error) {
      results[index] = failed(index, itemError(error, handle.place))
    }
    if (intents.length === mixedRows) flush()
  }
  flush()
  handle.instance.trim()
  if (signal?.aborted) {
    takeBack(handle, before!)
    checkSignal(signal, handle.place)
  }
  return results
}

/** An updater's own throw is the cause here; in updateOne it is the rejection itself. */
function itemError(thrown: unknown, place: Place): AtomaError {
  if (thrown instanceof AtomaError) return thrown
  if (thrown instanceof UpdaterThrew) return invalidInput('the updater threw', place, ['change'], thrown.error)
  return invalidInput('reading the item threw', place, [], thrown)
}

function writeChunk(
  handle: StoreHandle,
  mode: Mode,
  intents: Intent[],
  results: ItemResult[],
  before: Before | undefined,
): void {
  const { instance } = handle
  const ids = intents.map((intent) => intent.id)
  const rows = currentRows(handle, ids)
  const versions = intents.some((intent) => intent.expected !== undefined)
    ? intents.map((intent) => intent.expected)
    : undefined
  const patches = intents.map((intent) => intent.patch)
  const length = putRows(handle, ids, patches, shapeOf(patches), true, versions)
  instance.call(mode.op, handle.number, length, mode.flags)
  const statuses = instance.word(WordStatuses)
  const slots = instance.word(WordSlots) >>> 2
  const numbers = instance.word(WordVersions) >>> 3
  // nothing is asked of the engine in this loop, so the outbox stays as it is
  const { u8, u32, f64 } = instance
  for (let i = 0; i < intents.length; i++) {
    const { index, id, patch } = intents[i]!
    const status = u8[statuses + i]!
    const base = rows.get(id)
    if (status === Same) {
      results[index] = { index, ok: true, value: base }
    } else if (status === Changed || status === Added) {
      const version = f64[numbers + i]!
      const row = status === Added || mode.whole ? fresh(patch, id, version) : merge(base!, patch, version)
      if (before && !before.has(id)) before.set(id, base)
      if (base) succeed(base, row)
      rows.set(id, row)
      handle.mirror.replace(u32[slots + i]!, row)
      handle.touch(id)
      results[index] = { index, ok: true, value: row }
    } else {
      results[index] = failed(index, statusError(status, handle.storeName, id, base), status === Conflict ? currentOf(base) : undefined)
    }
  }
}

function currentOf(base: Row | undefined): { value?: Row } {
  return base === undefined ? {} : { value: base }
}

/** The rows that the items of a chunk will build on, by id. */
function currentRows(handle: StoreHandle, ids: readonly string[]): Map<string, Row> {
  const rows = new Map<string, Row>()
  const { mirror } = handle
  const unknown: string[] = []
  for (const id of ids) {
    const row = mirror.byId(id)
    if (row !== undefined) rows.set(id, row)
    else unknown.push(id)
  }
  if (unknown.length === 0) return rows
  const slots = locate(handle, unknown)
  const decode: number[] = []
  const decodeIds: string[] = []
  unknown.forEach((id, i) => {
    const slot = slots[i]!
    if (slot === NoSlot || rows.has(id)) return
    const row = mirror.base(slot)
    if (row !== undefined) {
      rows.set(id, row)
    } else {
      decode.push(slot)
      decodeIds.push(id)
    }
  })
  if (decode.length > 0) {
    decodeSlots(handle, decode).forEach((row, i) => {
      mirror.replace(decode[i]!, row)
      rows.set(decodeIds[i]!, row)
    })
  }
  return rows
}
