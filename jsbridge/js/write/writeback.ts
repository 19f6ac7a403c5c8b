// The writeback of plugins, with its events.

import type { Core } from '../core.js'
import type { AtomaError } from '../errors.js'
import { applyWriteback, readWritebacks } from './remove.js'
import { rejection } from './results.js'
import type { StoreHandle } from '../store-handle.js'
import { contextOf } from '../plugins/trace.js'

/** Tells who listens that rows of a store have changed, as a backend has them so. */
export function tellChanged(core: Core, storeName: string, ids: readonly string[]): void {
  const { events } = core
  const context = contextOf(core, { origin: 'sync' })
  const common = { storeName, traceId: context.traceId, context, ids }
  events.emit('changeStart', { ...common })
  events.emit('changeCommitted', { ...common, ms: 0 })
}

/** Takes over rows that a plugin brings, and tells who listens. */
export function writebackTold(core: Core, handle: StoreHandle, given: unknown): void {
  const { events } = core
  const observed =
    events.listening('changeStart') || events.listening('changeCommitted') || events.listening('changeFailed')
  if (!observed) return applyWriteback(handle, readWritebacks(handle, given))
  const begun = performance.now()
  const context = contextOf(core, { origin: 'sync' })
  const common = { storeName: handle.storeName, traceId: context.traceId, context }
  let ids: string[] = []
  let started = false
  try {
    const rows = readWritebacks(handle, given)
    ids = rows.map(({ id }) => id)
    started = true
    events.emit('changeStart', { ...common, ids })
    applyWriteback(handle, rows)
  } catch (thrown) {
    const error = rejection(thrown) as AtomaError
    // what cannot be read is begun and failed, as a write is: who counts comes out even
    if (!started) events.emit('changeStart', { ...common, ids })
    events.emit('changeFailed', { ...common, ids, ms: performance.now() - begun, error })
    throw thrown
  }
  events.emit('changeCommitted', { ...common, ids, ms: performance.now() - begun })
}
