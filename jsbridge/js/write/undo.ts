// Takes a write of many items back: what an abort on the way asks for.

import { NoSlot } from '../protocol.js'
import { locate } from '../read/reads.js'
import { writeback } from './remove.js'
import type { Row } from '../input.js'
import type { StoreHandle } from '../store-handle.js'

/** The rows that a write has changed, as they were before: undefined where there was none. */
export type Before = Map<string, Row | undefined>

/** Puts rows back at their versions, and their objects with them. */
export function takeBack(handle: StoreHandle, before: Before): void {
  const ids = [...before.keys()]
  writeback(
    handle,
    ids.map((id) => before.get(id) ?? { id, deleted: true }),
  )
  locate(handle, ids).forEach((slot, i) => {
    const row = before.get(ids[i]!)
    if (slot !== NoSlot && row !== undefined) handle.mirror.replace(slot, row)
  })
}
