// The facade of a store: frozen, stateless. Each call names its store to the
// runtime, which looks the handle up by storeKey.

import { addMany, addOne } from './write/add.js'
import { type StoreChannel, storeInternal } from './channel.js'
import type { Core } from './core.js'
import { direct } from './plugins/execution.js'
import { checkRead, checkUpsert, isLocal, planWrite, type WritePlan } from './write/options.js'
import { isProcessed } from './write/prepare.js'
import { explain, stats } from './read/reads.js'
import { deleteMany, deleteOne } from './write/remove.js'
import { settle } from './write/results.js'
import type { StoreHandle } from './store-handle.js'
import { checkName } from './stores.js'
import type { Kind, Ticket } from './write/ticket.js'
import type { Entity, ReadOptions, Store } from './types.js'
import { updateMany, updateOne, upsertMany, upsertOne } from './write/update.js'
import {
  adding,
  addingMany,
  carryOut,
  deleting,
  deletingMany,
  type Given,
  isPrepared,
  updating,
  updatingMany,
  upserting,
} from './write/write-call.js'
import { writebackTold } from './write/writeback.js'

/** What a facade asks of its client. */
export interface FacadeOwner extends Core {
  /** The handle of a store, made with the first call. Throws `disposed` or why the runtime is gone. */
  handle(name: string): StoreHandle
}

export function createFacade(owner: FacadeOwner, name: string): Store<Entity> {
  const storeKey = `${owner.id}:${name}`
  const { remote } = owner
  const functions = owner.functions(name)
  const strategy = functions?.strategy
  const processed = isProcessed(functions)
  const read = (options: unknown): StoreHandle => {
    const handle = owner.handle(name)
    if (options !== undefined) checkRead(options, name)
    return handle
  }
  /** Undefined: without options, and local. */
  const plan = (options: unknown): WritePlan | undefined =>
    options === undefined && strategy === undefined && isLocal(owner.execution.writer(direct, name)!)
      ? undefined
      : planWrite(owner.execution, options, name, strategy)
  /** Whether a call is no more than a change of what is here. */
  const plain = (handle: StoreHandle, p: WritePlan | undefined, fetches: boolean): boolean =>
    (p === undefined || isLocal(p.writer)) && !isPrepared(owner, handle, processed, fetches)
  const carry = (handle: StoreHandle, p: WritePlan | undefined, kind: Kind, direct: (ticket: Ticket) => unknown, given: Given): unknown =>
    carryOut(owner, handle, p ?? planWrite(owner.execution, undefined, name, strategy), kind, processed, direct, given)
  const facade = {
    name,
    addOne: (item: unknown, options?: unknown) =>
      settle(() => {
        const handle = owner.handle(name)
        const p = plan(options)
        if (plain(handle, p, false)) return addOne(handle, item)
        return carry(handle, p, adding, (ticket) => addOne(handle, item, ticket), { first: item })
      }),
    addMany: (items: unknown, options?: unknown) =>
      settle(() => {
        const handle = owner.handle(name)
        const p = plan(options)
        if (plain(handle, p, false)) return addMany(handle, items)
        return carry(handle, p, addingMany, (ticket) => addMany(handle, items, ticket), { first: items })
      }),
    updateOne: (id: unknown, change: unknown, options?: unknown) =>
      settle(() => {
        const handle = owner.handle(name)
        const p = plan(options)
        if (plain(handle, p, true)) return updateOne(handle, id, change, p?.signal)
        return carry(handle, p, updating, (ticket) => updateOne(handle, id, change, p?.signal, ticket), {
          first: id,
          second: change,
        })
      }),
    updateMany: (items: unknown, options?: unknown) =>
      settle(() => {
        const handle = owner.handle(name)
        const p = plan(options)
        if (plain(handle, p, true)) return updateMany(handle, items, p?.signal)
        return carry(handle, p, updatingMany, (ticket) => updateMany(handle, items, p?.signal, ticket), { first: items })
      }),
    upsertOne: (item: unknown, options?: unknown) =>
      settle(() => {
        const handle = owner.handle(name)
        const p = plan(options)
        const upsert = checkUpsert(options, name)
        if (plain(handle, p, true)) return upsertOne(handle, item, upsert)
        return carry(handle, p, upserting(upsert, false), (ticket) => upsertOne(handle, item, upsert, ticket), {
          first: item,
          upsert,
        })
      }),
    upsertMany: (items: unknown, options?: unknown) =>
      settle(() => {
        const handle = owner.handle(name)
        const p = plan(options)
        const upsert = checkUpsert(options, name)
        if (plain(handle, p, true)) return upsertMany(handle, items, upsert, p?.signal)
        return carry(handle, p, upserting(upsert, true), (ticket) => upsertMany(handle, items, upsert, p?.signal, ticket), {
          first: items,
          upsert,
        })
      }),
    deleteOne: (id: unknown, options?: unknown) =>
      settle(() => {
        const handle = owner.handle(name)
        const p = plan(options)
        if (plain(handle, p, true)) return deleteOne(handle, id)
        return carry(handle, p, deleting, (ticket) => deleteOne(handle, id, ticket), { first: id })
      }),
    deleteMany: (ids: unknown, options?: unknown) =>
      settle(() => {
        const handle = owner.handle(name)
        const p = plan(options)
        if (plain(handle, p, true)) return deleteMany(handle, ids)
        return carry(handle, p, deletingMany, (ticket) => deleteMany(handle, ids, ticket), { first: ids })
      }),
    getOne: (id: unknown, options?: ReadOptions) => settle(() => remote.getOne(read(options), id, options)),
    getMany: (ids: unknown, options?: ReadOptions) => settle(() => remote.getMany(read(options), ids, options)),
    getAll: (options?: ReadOptions) => settle(() => remote.getAll(read(options), options)),
    findMany: (query?: unknown, options?: ReadOptions) => settle(() => remote.findMany(read(options), query, options)),
    findOne: (query?: unknown, options?: ReadOptions) => settle(() => remote.findOne(read(options), query, options)),
    count: (query?: unknown, options?: ReadOptions) => settle(() => remote.count(read(options), query, options)),
  }
  const channel: StoreChannel = Object.freeze({
    storeName: name,
    storeKey,
    getHandle: () => owner.handle(name),
    resolveStore: (other: string) => owner.facade(checkName(other)),
    writeback: (items: readonly unknown[]) => settle(() => writebackTold(owner, owner.handle(name), items)),
    explain: (query?: unknown) => settle(() => explain(owner.handle(name), query)),
    remote,
    stats: () => settle(() => stats(owner.handle(name))),
  })
  Object.defineProperty(facade, storeInternal, { value: channel })
  return Object.freeze(facade) as unknown as Store<Entity>
}
