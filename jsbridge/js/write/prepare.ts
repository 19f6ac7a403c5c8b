// Write calls that are more than a local change or a change and its sending:
// whose rows go through processors, or whose base may have to be fetched, or that
// have to wait for such a call, or that somebody watches. All of the input is
// read during the call; what it says is applied when its turn has come.

import { addChunk, copyNew } from './add.js'
import { Chunk } from './chunk.js'
import type { StoreFunctions } from '../client-options.js'
import { AtomaError } from '../errors.js'
import type { Gate } from './gate.js'
import { checkId, itemsOf, type Row } from '../input.js'
import { newId } from './new-id.js'
import { checkSignal } from './options.js'
import { processRow, validateRow } from './processors.js'
import { NoSlot, NotFound, UpsertLWW } from '../protocol.js'
import { locate } from '../read/reads.js'
import { deleteChunk } from './remove.js'
import { failed, rejection, statusError } from './results.js'
import { shapeOf } from '../codec/rows-in.js'
import { drive, type Steps } from './steps.js'
import type { StoreHandle } from '../store-handle.js'
import type { Ticket } from './ticket.js'
import type { ProcessorContext, UpsertOptions, WriteAction } from '../types.js'
import {
  currentRows,
  itemError,
  merge,
  type Mode,
  readPatch,
  readUpdate,
  readUpsert,
  update,
  upsertMode,
  writeChunk,
} from './update.js'
import { difference, runUpdater } from './updater.js'
import { setOwn } from '../codec/value-reader.js'
import { rowToBe, writeHidden } from './write-hidden.js'

type Updater = (draft: Row) => unknown

/** One item of a call, read and copied. */
interface Item {
  index: number
  id: string
  /** A new row, or a patch. */
  patch: Row
  expected: number | undefined
  /** To be run when the row that it changes is there. */
  updater: Updater | undefined
}

/** What a call was given: the item, the items, or an id, and what it is to become. */
export interface Given {
  first: unknown
  second?: unknown
  upsert?: UpsertOptions | undefined
}

/** Whether a store's rows go through functions on their way in. */
export function isProcessed(functions: StoreFunctions | undefined): boolean {
  return functions !== undefined && (functions.inbound !== undefined || functions.validate !== undefined)
}

/** Carries out a call and gives what its method gives. */
export function writePrepared(ticket: Ticket, given: Given, observed: boolean): unknown {
  const { pipeline, handle } = ticket
  const { core } = pipeline
  if (observed && core.watchers.size > 0) ticket.changes = new Map()
  const { action } = ticket.kind
  const preparation = new Preparation(ticket, action, action === 'upsert' ? upsertMode(given.upsert) : update)
  try {
    preparation.read(given)
    // an updater may have aborted the very write that it is part of
    checkSignal(ticket.plan.signal, handle.place)
  } catch (error) {
    if (observed) ticket.start()
    ticket.failWhole(error)
    return ticket.outcome()
  }
  if (observed) ticket.start()
  handle.gate.enter(() => preparation.run())
  ticket.watchUnlessShown()
  if (ticket.waitUnlessApplied()) preparation.lieUnder(handle.gate)
  return ticket.outcome()
}

class Preparation {
  private items: Item[] = []
  /** Rows as items before will leave them, while input is read or rows are processed. */
  private overlay: Map<string, Row | undefined> | undefined
  private readonly functions: StoreFunctions | undefined
  private readonly handle: StoreHandle

  constructor(
    private readonly ticket: Ticket,
    private readonly action: WriteAction,
    private readonly mode: Mode,
  ) {
    this.handle = ticket.handle
    this.functions = ticket.pipeline.core.functions(this.handle.storeName)
  }

  /** Reads all of the input and runs updaters. Throws what is wrong with the whole call. */
  read({ first, second }: Given): void {
    const { action, handle, ticket } = this
    if (!ticket.kind.many) {
      const item = action === 'update' ? this.readChange(0, checkId(first, handle.storeName), second) : this.readItem(0, first)
      this.take(item)
      ticket.results.length = 1
      return
    }
    const items = itemsOf(first, action === 'add' ? 'rows' : action === 'delete' ? 'ids' : 'items', handle.place)
    ticket.results.length = items.length
    for (let index = 0; index < items.length; index++) {
      try {
        this.take(this.readItem(index, items[index]))
      } catch (error) {
        ticket.results[index] = failed(index, itemError(error, handle.place))
      }
    }
  }

  /** Applies what was read, waiting where it must. */
  run(): void | Promise<void> {
    if (this.ticket.closed) return
    return drive(this.steps())
  }

  /** The call waits: updaters of later ones see its rows as they will be. */
  lieUnder({ rows }: Gate): void {
    for (const item of this.items) {
      if (item.updater !== undefined || this.action === 'delete') rows.set(item.id, undefined)
      else this.lay(rows, item)
    }
  }

  private take(item: Item): void {
    this.items.push(item)
    this.ticket.ids[item.index] = item.id
    if (this.overlay && item.updater === undefined) this.lay(this.overlay, item, this.handle.gate.rows)
  }

  private readItem(index: number, given: unknown): Item {
    const { action, handle } = this
    switch (action) {
      case 'add': {
        const patch = copyNew(handle, given)
        const id = (patch['id'] ??= newId()) as string
        return { index, id, patch, expected: undefined, updater: undefined }
      }
      case 'update': {
        const { id, change } = readUpdate(handle, given, index)
        return this.readChange(index, id, change)
      }
      case 'upsert':
        return { index, ...readUpsert(handle, given, this.mode), updater: undefined }
      case 'delete':
        return { index, id: checkId(given, handle.storeName, this.ticket.kind.many ? [index] : undefined), patch: {}, expected: undefined, updater: undefined }
    }
  }

  private readChange(index: number, id: string, change: unknown): Item {
    const { handle } = this
    if (typeof change !== 'function') {
      return { index, id, patch: readPatch(handle, id, change), expected: undefined, updater: undefined }
    }
    const layers = this.layers()
    const { rows } = handle.gate
    const base = layers.has(id) ? layers.get(id) : rows.has(id) ? rows.get(id) : rowToBe(handle, id)
    if (base !== undefined) {
      const patch = runUpdater(change as Updater, base, { store: handle.storeName, id })
      return { index, id, patch, expected: undefined, updater: undefined }
    }
    // the row may be fetched, or made by a call that waits
    if (handle.gate.busy || this.fetches) return { index, id, patch: {}, expected: undefined, updater: change as Updater }
    throw statusError(NotFound, handle.storeName, id)
  }

  /** Rows as the items before leave them: kept from the first updater on. */
  private layers(): Map<string, Row | undefined> {
    if (this.overlay) return this.overlay
    this.overlay = new Map()
    for (const item of this.items) if (item.updater === undefined) this.lay(this.overlay, item, this.handle.gate.rows)
    return this.overlay
  }

  /** Puts the row that an item leaves on top of others. `below`: what lies between them and the store. */
  private lay(overlay: Map<string, Row | undefined>, item: Item, below?: Map<string, Row | undefined>): void {
    const { id, patch } = item
    const base = overlay.has(id) ? overlay.get(id) : below?.has(id) ? below.get(id) : rowToBe(this.handle, id)
    if (base === undefined) overlay.set(id, this.action === 'update' ? undefined : complete(item, 1))
    else overlay.set(id, this.mode.whole ? complete(item, base['version'] as number) : merge(base, patch, base['version'] as number))
  }

  private get fetches(): boolean {
    return this.ticket.pipeline.core.execution.fetchesBase(this.handle.storeName)
  }

  private *steps(): Steps {
    const { ticket } = this
    this.overlay = undefined
    if (this.action !== 'add' && this.fetches) {
      const missing = this.missing()
      if (missing.length > 0) {
        let failure: unknown
        try {
          const fetch = ticket.pipeline.core.remote.fetchMissing(this.handle, missing, ticket.stop.signal, ticket.context)
          yield Promise.race([fetch, ticket.stop.said])
        } catch (error) {
          failure = error
        }
        if (ticket.closed) return
        if (failure !== undefined) this.refuse(missing, rejection(failure) as AtomaError)
      }
    }
    if (!this.runUpdaters()) return
    if (isProcessed(this.functions)) {
      yield* this.process(this.functions!)
      if (ticket.closed) return
    }
    try {
      this.apply()
    } catch (error) {
      ticket.failWhole(error)
    }
  }

  /** The ids of rows that items build on and that are not there. */
  private missing(): string[] {
    const { handle, mode } = this
    const replaces = this.action === 'upsert' && mode.whole
    const lww = (mode.flags & UpsertLWW) !== 0
    const ids = new Set<string>()
    for (const { id, expected } of this.items) if (!(replaces && (lww || expected === undefined))) ids.add(id)
    const known = handle.hidden
    const asked = known ? [...ids].filter((id) => !known.has(id)) : [...ids]
    if (asked.length === 0) return asked
    const slots = locate(handle, asked)
    return asked.filter((_, i) => slots[i] === NoSlot)
  }

  /** Items of these ids fail. */
  private refuse(ids: readonly string[], error: AtomaError): void {
    const refused = new Set(ids)
    this.items = this.items.filter(({ id, index }) => {
      if (refused.has(id)) this.ticket.results[index] = failed(index, error)
      return !refused.has(id)
    })
  }

  /** Runs the updaters whose rows were not there. False: the call has failed as a whole. */
  private runUpdaters(): boolean {
    const { ticket, handle } = this
    if (!this.items.some(({ updater }) => updater !== undefined)) return true
    const items: Item[] = []
    const overlay = new Map<string, Row>()
    for (const item of this.items) {
      try {
        if (item.updater !== undefined) {
          const base = overlay.get(item.id) ?? rowToBe(handle, item.id)
          if (base === undefined) throw statusError(NotFound, handle.storeName, item.id)
          item.patch = runUpdater(item.updater, base, { store: handle.storeName, id: item.id })
        }
        this.lay(overlay, item)
        items.push(item)
      } catch (error) {
        if (!ticket.kind.many) {
          ticket.failWhole(error)
          return false
        }
        ticket.results[item.index] = failed(item.index, itemError(error, handle.place))
      }
    }
    this.items = items
    return !ticket.closed
  }

  /** Has the new rows go through inbound and validate, item by item, later ones on top of earlier ones. */
  private *process({ inbound, validate }: StoreFunctions): Steps {
    const { ticket, handle } = this
    if (this.action === 'delete') return
    const context: ProcessorContext = { ...ticket.context, storeName: handle.storeName, action: this.action }
    const overlay = new Map<string, Row>()
    const items: Item[] = []
    for (const item of this.items) {
      const base = overlay.get(item.id) ?? rowToBe(handle, item.id)
      if (this.isRefused(item, base)) {
        items.push(item)
        continue
      }
      const version = base === undefined ? 1 : (base['version'] as number) + 1
      const whole = base === undefined || this.mode.whole || this.action === 'add'
      let row: Row = whole ? complete(item, version) : merge(base, item.patch, version)
      try {
        if (inbound) {
          const made = processRow('inbound', inbound as never, row, context, handle.place)
          row = made instanceof Promise ? ((yield Promise.race([made, ticket.stop.said])) as Row) : made
          if (ticket.closed) return
          row['version'] = version
        }
        if (validate) {
          const made = validateRow(validate as never, row, context, handle.place)
          if (made) yield Promise.race([made, ticket.stop.said])
          if (ticket.closed) return
        }
      } catch (error) {
        if (ticket.closed) return
        ticket.results[item.index] = failed(item.index, rejection(error) as AtomaError)
        continue
      }
      overlay.set(item.id, row)
      item.patch = whole ? row : difference(base, row)
      items.push(item)
    }
    this.items = items
  }

  /** Whether the engine will refuse an item, whatever its row. */
  private isRefused({ expected }: Item, base: Row | undefined): boolean {
    switch (this.action) {
      case 'add':
        return base !== undefined
      case 'update':
        return base === undefined
      default:
        return expected !== undefined && base?.['version'] !== expected
    }
  }

  private apply(): void {
    const { ticket, handle, action, mode, items } = this
    const { results } = ticket
    const before = ticket.changes && rowsOf(handle, items.map(({ id }) => id))
    for (let from = 0; from < items.length; ) {
      const chunk = new Chunk()
      for (; from < items.length && chunk.length < 512; from++) {
        const { index, id, patch, expected } = items[from]!
        chunk.push(index, id, patch, expected)
      }
      Object.assign(chunk.shape, shapeOf(chunk.rows))
      if (ticket.hidden || handle.hidden !== undefined) writeHidden(handle, action, mode, chunk, ticket)
      else if (action === 'add') addChunk(handle, chunk, results, ticket)
      else if (action === 'delete') deleteChunk(handle, chunk.ids as string[], chunk.indexes, results, ticket)
      else writeChunk(handle, mode, chunk, results, undefined, ticket)
    }
    handle.instance.trim()
    if (before) this.note(before)
    ticket.complete()
  }

  /** Notes how each row was changed. */
  private note(before: Map<string, Row | undefined>): void {
    const { ticket, items } = this
    const written = new Set(ticket.written)
    for (const { index, id } of items) {
      const result = ticket.results[index]!
      if (!result.ok || !written.has(index)) continue
      const after = this.action === 'delete' ? undefined : (result.value as Row)
      ticket.changes!.set(index, { id, before: before.get(id), after })
      before.set(id, after)
    }
  }
}

/** The rows that writes of these ids build on, as the calls before left them. */
function rowsOf(handle: StoreHandle, ids: readonly string[]): Map<string, Row | undefined> {
  const rows: Map<string, Row | undefined> = currentRows(handle, ids)
  const { hidden } = handle
  if (hidden) for (const id of ids) if (hidden.has(id)) rows.set(id, hidden.get(id)!.at(-1)!.row)
  return rows
}

/** A row that is the patch alone. */
function complete({ id, patch }: Item, version: number): Row {
  const row: Row = {}
  for (const key of Object.keys(patch)) if (patch[key] !== undefined) setOwn(row, key, patch[key])
  row['id'] = id
  row['version'] = version
  return row
}
