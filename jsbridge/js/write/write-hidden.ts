// Writes of a store in which some change does not show yet: those that are
// hidden themselves, and those that build on them. What shows tells nothing of
// how such a write leaves its row, so the engine is asked.

import type { Chunk } from './chunk.js'
import type { Row } from '../input.js'
import {
  Added,
  Changed,
  Conflict,
  Deleted,
  NoSlot,
  OpAdd,
  OpDelete,
  Same,
  WordSlots,
  WordStatuses,
  WordWrite,
} from '../protocol.js'
import { peek } from '../read/reads.js'
import { readWriteRows } from './requests.js'
import { failed, statusError } from './results.js'
import { putIds, putRows } from '../codec/rows-in.js'
import type { StoreHandle } from '../store-handle.js'
import type { Ticket } from './ticket.js'
import type { WriteAction } from '../types.js'
import { currentOf, type Mode } from './update.js'
import { difference } from './updater.js'

/** Writes a chunk whose ids are all given. */
export function writeHidden(handle: StoreHandle, action: WriteAction, mode: Mode, chunk: Chunk, ticket: Ticket): void {
  const { instance } = handle
  const { rows, indexes, shape, expected } = chunk
  const ids = chunk.ids as string[]
  const n = ids.length
  ticket.track()
  if (action === 'delete') instance.call(OpDelete, handle.number, putIds(handle, ids))
  else if (action === 'add') instance.call(OpAdd, handle.number, putRows(handle, ids, rows, shape, false))
  else instance.call(mode.op, handle.number, putRows(handle, ids, rows, shape, true, expected), mode.flags)
  const first = instance.word(WordWrite)
  const statusesAt = instance.word(WordStatuses)
  const statuses = instance.u8.slice(statusesAt, statusesAt + n)
  const slotsAt = instance.word(WordSlots) >>> 2
  const slots = instance.u32.slice(slotsAt, slotsAt + n)
  const written: number[] = []
  for (let i = 0; i < n; i++) {
    const status = statuses[i]!
    if (status === Added || status === Changed || status === Deleted) written.push(i)
  }
  if (!ticket.hidden) show(handle, written.map((i) => ids[i]!), written.map((i) => slots[i]!))
  const left = ticket.tracked && action !== 'delete' && written.length > 0 ? readWriteRows(handle, written.map((_, k) => first + k)) : []
  const latest = new Map<string, Row | undefined>()
  const rowOf = (id: string): Row | undefined => (latest.has(id) ? latest.get(id) : rowToBe(handle, id))
  let k = 0
  for (let i = 0; i < n; i++) {
    const index = indexes[i]!
    const id = ids[i]!
    const status = statuses[i]!
    if (status === Added || status === Changed || status === Deleted) {
      const row = status === Deleted ? undefined : ticket.tracked ? left[k] : peek(handle, id)
      latest.set(id, row)
      if (ticket.hidden || (ticket.tracked && handle.hidden?.has(id))) {
        handle.hidden ??= new Map()
        handle.hidden.set(id, [...(handle.hidden.get(id) ?? []), { write: first + k, row }])
      }
      ticket.results[index] = { index, ok: true, value: row ?? true }
      k++
    } else if (action === 'delete') {
      ticket.results[index] = { index, ok: true, value: false }
    } else if (status === Same) {
      ticket.results[index] = { index, ok: true, value: rowOf(id) }
    } else {
      const row = rowOf(id)
      const error = statusError(status, handle.storeName, id, row)
      ticket.results[index] = failed(index, error, action === 'add' || status === Conflict ? currentOf(row) : undefined)
    }
  }
  ticket.wrote(first, written.length === n ? indexes : written.map((i) => indexes[i]!))
}

/** The row that a write of this id builds on: as it shows, or will when the writes before it are confirmed. */
export function rowToBe(handle: StoreHandle, id: string): Row | undefined {
  const last = handle.hidden?.get(id)?.at(-1)
  if (last === undefined) return peek(handle, id)
  if (last.row === undefined || last.settled) return last.row
  const row = readWriteRows(handle, [last.write])[0]!
  if (row['version'] === undefined) return undefined
  const moved = row['version'] !== last.row['version'] || Object.keys(difference(last.row, row)).length > 0
  return moved ? row : last.row
}

/** Rows show another state than before, which is read when it is asked for. */
function show(handle: StoreHandle, ids: readonly string[], slots: readonly number[]): void {
  ids.forEach((id, i) => {
    const slot = slots[i]!
    if (slot !== NoSlot && handle.mirror.base(slot)?.['id'] === id) handle.mirror.forget(id, slot)
    else handle.mirror.unname(id)
  })
  handle.touchAll(ids)
}
