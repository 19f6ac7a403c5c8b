// updateOne, updateMany, upsertOne and upsertMany.

import { Chunk } from './chunk.js'
import { AtomaError, isA } from '../errors.js'
import {
  checkId,
  copyRow,
  invalidInput,
  itemsOf,
  kindOf,
  type Place,
  type Row,
  type Shape,
  Unreadable,
  withoutGaps,
} from '../input.js'
import { succeed } from '../live/lineage.js'
import { frozen } from '../mode.js'
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
  WordWrite,
} from '../protocol.js'
import { checkSignal } from './options.js'
import { decodeSlots, locate, peek } from '../read/reads.js'
import { failed, type ItemResult, statusError, UpdaterThrew } from './results.js'
import { putRow } from '../codec/row-in.js'
import { putRows, shapeOf } from '../codec/rows-in.js'
import { seal, type StoreHandle } from '../store-handle.js'
import { onlyItem, type Ticket } from './ticket.js'
import type { UpsertOptions } from '../types.js'
import { type Before, takeBack } from './undo.js'
import { runUpdater } from './updater.js'
import { setOwn } from '../codec/value-reader.js'

/** The command of a write that changes rows. */
export interface Mode {
  op: number
  flags: number
  /** The result is the patch alone and not the patch on top of the row. */
  whole: boolean
}

export const update: Mode = { op: OpUpdate, flags: 0, whole: false }

/** A change that has been read: of which row, and what becomes of it. */
interface Change {
  id: string
  patch: Row
  /** The version expected to be stored; undefined: any. */
  expected: number | undefined
}

export function updateOne(
  handle: StoreHandle,
  givenId: unknown,
  change: unknown,
  signal: AbortSignal | undefined,
  ticket?: Ticket,
): Row {
  const id = checkId(givenId, handle.storeName)
  const patch = readChange(handle, id, change, undefined)
  // an updater may have aborted the very write that it is part of
  if (signal) checkSignal(signal, handle.place)
  return writeOne(handle, update, id, patch, undefined, ticket)
}

export function updateMany(
  handle: StoreHandle,
  items: unknown,
  signal: AbortSignal | undefined,
  ticket?: Ticket,
): ItemResult[] {
  return writeMany(handle, update, items, signal, ticket, (chunk, item, index, flush) => {
    const { id, change } = readUpdate(handle, item, index)
    const patch = readChange(handle, id, change, flush, chunk.shape)
    return { id, patch, expected: undefined }
  })
}

export function upsertOne(handle: StoreHandle, item: unknown, options: UpsertOptions | undefined, ticket?: Ticket): Row {
  const mode = upsertMode(options)
  const { id, patch, expected } = readUpsert(handle, item, mode)
  return writeOne(handle, mode, id, patch, expected, ticket)
}

export function upsertMany(
  handle: StoreHandle,
  items: unknown,
  options: UpsertOptions | undefined,
  signal: AbortSignal | undefined,
  ticket?: Ticket,
): ItemResult[] {
  const mode = upsertMode(options)
  return writeMany(handle, mode, items, signal, ticket, (chunk, item) => readUpsert(handle, item, mode, chunk.shape))
}

export function upsertMode(options: UpsertOptions | undefined): Mode {
  const whole = options?.apply === 'replace'
  return { op: OpUpsert, flags: (options?.conflict === 'lww' ? UpsertLWW : 0) | (whole ? UpsertReplace : 0), whole }
}

/** An item of updateMany: its id, checked, and its change, not read yet. */
export function readUpdate(handle: StoreHandle, item: unknown, index: number): { id: string; change: unknown } {
  if (Unreadable.is(item)) throw item.cause
  if (typeof item !== 'object' || item === null) {
    throw invalidInput(`${kindOf(item)} is no update: pass { id, change }`, handle.place, [index])
  }
  const { id, change } = item as { id: unknown; change: unknown }
  return { id: checkId(id, handle.storeName), change }
}

function readChange(
  handle: StoreHandle,
  id: string,
  change: unknown,
  beforeUpdater: (() => void) | undefined,
  shape?: Shape,
): Row {
  if (typeof change !== 'function') return readPatch(handle, id, change, shape)
  // an updater sees the items before it
  beforeUpdater?.()
  const base = peek(handle, id)
  if (base === undefined) throw statusError(NotFound, handle.storeName, id)
  return runUpdater(change as (draft: Row) => unknown, base, { store: handle.storeName, id })
}

/** A patch of a row, copied. */
export function readPatch(handle: StoreHandle, id: string, change: unknown, shape?: Shape): Row {
  const place: Place = { store: handle.storeName, id }
  const patch = copyRow(change, place, true, frozen, shape)
  const patchId = patch['id']
  if (patchId === undefined || patchId === id) return patch
  throw invalidInput('the change has another id: ids cannot change', place, ['id'])
}

export function readUpsert(handle: StoreHandle, item: unknown, mode: Mode, shape?: Shape): Change {
  const patch = copyRow(item, handle.place, !mode.whole, frozen, shape)
  const id = checkId(patch['id'], handle.storeName)
  const version = patch['version']
  if (version === undefined || mode.flags & UpsertLWW) return { id, patch, expected: undefined }
  if (typeof version !== 'number') {
    throw invalidInput(
      `${kindOf(version)} is no version: pass the number of the version that should be stored`,
      { store: handle.storeName, id },
      ['version'],
    )
  }
  return { id, patch, expected: version }
}

function writeOne(
  handle: StoreHandle,
  mode: Mode,
  id: string,
  patch: Row,
  expected: number | undefined,
  ticket: Ticket | undefined,
): Row {
  const { instance, mirror } = handle
  ticket?.track()
  instance.call(mode.op, handle.number, putRow(handle, id, patch, expected), mode.flags)
  const status = instance.word(WordStatus)
  const slot = instance.word(WordSlot)
  const version = instance.float(WordVersion)
  if (status === Changed || status === Added) {
    ticket?.wrote(instance.word(WordWrite), onlyItem)
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

/** A row with a patch on top. */
export function merge(base: Row, patch: Row, version: number): Row {
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
  const row: Row = {}
  for (const key of Object.keys(patch)) {
    const v = patch[key]
    if (v !== undefined) setOwn(row, key, v)
  }
  row['id'] = id
  row['version'] = version
  return seal(row)
}

function writeMany(
  handle: StoreHandle,
  mode: Mode,
  given: unknown,
  signal: AbortSignal | undefined,
  ticket: Ticket | undefined,
  read: (chunk: Chunk, item: unknown, index: number, flush: () => void) => Change,
): ItemResult[] {
  const items = itemsOf(given, 'items', handle.place)
  const results: ItemResult[] = new Array(items.length)
  // only a local write that can be aborted, by an updater of its own, has to be taken back here
  const before: Before | undefined = signal && !ticket ? new Map() : undefined
  let chunk = new Chunk()
  const flush = (): void => {
    const full = chunk
    chunk = new Chunk()
    if (full.length > 0) writeChunk(handle, mode, full, results, before, ticket)
  }
  for (let index = 0; index < items.length; index++) {
    try {
      const { id, patch, expected } = read(chunk, items[index], index, flush)
      // reading may have flushed, and left another chunk behind
      chunk.push(index, id, patch, expected)
    } catch (error) {
      if (chunk.length === 0) chunk = new Chunk()
      results[index] = failed(index, itemError(error, handle.place))
    }
    if (chunk.full) flush()
  }
  flush()
  handle.instance.trim()
  if (before && signal!.aborted) {
    takeBack(handle, before)
    checkSignal(signal, handle.place)
  }
  return results
}

/** An updater's own throw is the cause here; in updateOne it is the rejection itself. */
export function itemError(thrown: unknown, place: Place): AtomaError {
  if (isA(thrown, AtomaError)) return thrown
  if (isA(thrown, UpdaterThrew)) return invalidInput('the updater threw', place, ['change'], thrown.error)
  return invalidInput('reading the item threw', place, [], thrown)
}

/** Writes a chunk whose ids are all given. */
export function writeChunk(
  handle: StoreHandle,
  mode: Mode,
  chunk: Chunk,
  results: ItemResult[],
  before: Before | undefined,
  ticket: Ticket | undefined,
): void {
  if (chunk.shape.uniform && !before) writeUniform(handle, mode, chunk, results, ticket)
  else writeMixed(handle, mode, chunk, results, before, ticket)
}

/**
 * Rows of one shape. As all of them set the same fields, what an item left can
 * be told afterwards even where a later one changed the same row; so nothing
 * need be looked up before.
 */
function writeUniform(handle: StoreHandle, mode: Mode, chunk: Chunk, results: ItemResult[], ticket: Ticket | undefined): void {
  const { instance, mirror } = handle
  const { shape, rows, indexes } = chunk
  const ids = chunk.ids as string[]
  const n = rows.length
  ticket?.track()
  const length = putRows(handle, ids, rows, shape, true, chunk.expected)
  instance.call(mode.op, handle.number, length, mode.flags)
  const first = instance.word(WordWrite)
  const statuses = instance.word(WordStatuses)
  const slots = instance.word(WordSlots) >>> 2
  const numbers = instance.word(WordVersions) >>> 3
  // nothing is asked of the engine in this loop, so the outbox stays as it is
  const { u8, u32, f64 } = instance
  const own = shape.gaps || !shape.keys.includes('id') ? undefined : shape.keys
  let last = 0
  for (let i = 0; i < n; i++) if (u8[statuses + i]! <= Changed && u32[slots + i]! > last) last = u32[slots + i]!
  mirror.room(last)
  // which items have changed something: made when one has not
  let written: number[] | undefined
  const rest: Rest[] = []
  for (let i = 0; i < n; i++) {
    const status = u8[statuses + i]!
    const index = indexes[i]!
    const slot = u32[slots + i]!
    const base = mirror.base(slot)
    if (status > Changed) {
      written ??= indexes.slice(0, i)
      if (base === undefined) rest.push({ i, index, status, slot, version: f64[numbers + i]! })
      else if (status === Same) results[index] = { index, ok: true, value: base }
      else results[index] = failed(index, statusError(status, handle.storeName, ids[i]!, base), status === Conflict ? currentOf(base) : undefined)
      continue
    }
    written?.push(index)
    const patch = rows[i]!
    const version = f64[numbers + i]!
    let row: Row
    if (status === Added || mode.whole || (base !== undefined && own !== undefined && covers(own, base))) {
      if (own === undefined) {
        row = fresh(patch, ids[i]!, version)
      } else {
        // the copy of the input is the row
        row = patch
        row['version'] = version
        if (frozen) Object.freeze(row)
      }
    } else if (base === undefined) {
      rest.push({ i, index, status, slot, version })
      continue
    } else {
      row = merge(base, patch, version)
    }
    if (base !== undefined) succeed(base, row)
    mirror.replace(slot, row)
    results[index] = { index, ok: true, value: row }
  }
  if (written === undefined || written.length > 0) handle.touchAll(written === undefined ? ids : writtenIds(chunk, written))
  ticket?.wrote(first, written ?? indexes)
  if (rest.length > 0) completeRest(handle, chunk, rest, results)
}

function writtenIds({ ids, indexes }: Chunk, written: readonly number[]): string[] {
  let k = 0
  return (ids as string[]).filter((_, i) => indexes[i] === written[k] && ++k)
}

/** An item of which the row, or what stands in its way, has to be read. */
interface Rest {
  i: number
  index: number
  status: number
  slot: number
  version: number
}

function completeRest(handle: StoreHandle, { ids, rows }: Chunk, rest: readonly Rest[], results: ItemResult[]): void {
  const { mirror } = handle
  const wanted = new Set<number>()
  for (const { status, slot } of rest) if (status <= Same && mirror.base(slot) === undefined) wanted.add(slot)
  const slots = [...wanted]
  if (slots.length > 0) decodeSlots(handle, slots).forEach((row, k) => mirror.replace(slots[k]!, row))
  for (const { i, index, status, slot, version } of rest) {
    if (status <= Same) {
      const last = mirror.base(slot)!
      const value = last['version'] === version ? last : merge(last, rows[i]!, version)
      results[index] = { index, ok: true, value }
    } else {
      const stored = peek(handle, ids[i]!)
      const error = statusError(status, handle.storeName, ids[i]!, stored)
      results[index] = failed(index, error, status === Conflict ? currentOf(stored) : undefined)
    }
  }
}

/** Whether a row has no fields but such as a patch of these keys sets, in the same order. */
function covers(keys: readonly string[], base: Row): boolean {
  let k = 0
  for (const key in base) {
    if (key === 'version') continue
    if (keys[k] === 'version') k++
    if (keys[k] !== key) return false
    k++
  }
  return true
}

function writeMixed(
  handle: StoreHandle,
  mode: Mode,
  chunk: Chunk,
  results: ItemResult[],
  before: Before | undefined,
  ticket: Ticket | undefined,
): void {
  const { instance } = handle
  const { rows: patches, indexes } = chunk
  const ids = chunk.ids as string[]
  const rows = currentRows(handle, ids)
  ticket?.track()
  const length = putRows(handle, ids, patches, shapeOf(patches), true, chunk.expected)
  instance.call(mode.op, handle.number, length, mode.flags)
  const first = instance.word(WordWrite)
  const statuses = instance.word(WordStatuses)
  const slots = instance.word(WordSlots) >>> 2
  const numbers = instance.word(WordVersions) >>> 3
  // nothing is asked of the engine in this loop, so the outbox stays as it is
  const { u8, u32, f64 } = instance
  const written: number[] = []
  for (let i = 0; i < ids.length; i++) {
    const index = indexes[i]!
    const id = ids[i]!
    const patch = patches[i]!
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
      written.push(index)
      results[index] = { index, ok: true, value: row }
    } else {
      results[index] = failed(index, statusError(status, handle.storeName, id, base), status === Conflict ? currentOf(base) : undefined)
    }
  }
  ticket?.wrote(first, written)
}

export function currentOf(base: Row | undefined): { value?: Row } {
  return base === undefined ? {} : { value: base }
}

/** The rows that the items of a chunk will build on, by id. */
export function currentRows(handle: StoreHandle, ids: readonly string[]): Map<string, Row> {
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
