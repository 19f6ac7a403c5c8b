// How a write call is carried out when it is more than a local change.

import type { Core } from '../core.js'
import { isLocal, type WritePlan } from './options.js'
import { type Given, writePrepared } from './prepare.js'
import type { StoreHandle } from '../store-handle.js'
import { type Kind, Ticket } from './ticket.js'
import type { UpsertOptions } from '../types.js'

export type { Given }

export const adding: Kind = { action: 'add', many: false }
export const addingMany: Kind = { action: 'add', many: true }
export const updating: Kind = { action: 'update', many: false }
export const updatingMany: Kind = { action: 'update', many: true }
export const deleting: Kind = { action: 'delete', many: false }
export const deletingMany: Kind = { action: 'delete', many: true }

export function upserting(options: UpsertOptions | undefined, many: boolean): Kind {
  const { conflict = 'cas', apply = 'merge' } = options ?? {}
  return { action: 'upsert', many, upsert: Object.freeze({ conflict, apply }) }
}

/** Whether anybody is told of write calls. */
function isObserved({ events, watchers }: Core): boolean {
  return (
    watchers.size > 0 ||
    events.listening('writeStart') ||
    events.listening('writeCommitted') ||
    events.listening('writeFailed')
  )
}

/**
 * Whether a call has to be read before any of it is applied. `fetches`: it
 * builds on rows, which are fetched if they are missing.
 */
export function isPrepared(core: Core, handle: StoreHandle, processed: boolean, fetches: boolean): boolean {
  return (
    processed ||
    handle.gate.busy ||
    handle.hidden !== undefined ||
    isObserved(core) ||
    (fetches && core.execution.fetchesBase(handle.storeName))
  )
}

/** Carries out a call. `direct`: what does all of it at once, for the ticket that it is given. */
export function carryOut(
  core: Core,
  handle: StoreHandle,
  plan: WritePlan,
  kind: Kind,
  processed: boolean,
  direct: (ticket: Ticket) => unknown,
  given: Given,
): unknown {
  const ticket = new Ticket(core.pipeline, handle, plan, kind)
  const prepared =
    plan.writer.hides || isLocal(plan.writer) || isPrepared(core, handle, processed, kind.action !== 'add')
  if (prepared) return writePrepared(ticket, given, isObserved(core))
  let value: unknown
  try {
    value = direct(ticket)
  } catch (error) {
    // an item that fails throws before it is written; an engine that fails may do so after some were
    if (ticket.runs.length > 0) ticket.failWhole(error)
    throw error
  }
  ticket.results = kind.many ? (value as Ticket['results']) : [{ index: 0, ok: true, value }]
  ticket.complete()
  // an item that was read may have aborted the call that it is part of
  return ticket.outcome()
}
