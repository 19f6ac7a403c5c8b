// The facade of a store: frozen, stateless. Each call names its store to the
// runtime, which looks the handle up by storeKey.

import { addMany, addOne } from './add.js'
import { type StoreChannel, storeInternal } from './channel.js'
import { checkId } from './input.js'
import { checkRead, checkUpsert, checkWrite } from './options.js'
import { countQuery, explain, findMany, findOne, getAll, getMany, peek, stats } from './reads.js'
import { deleteMany, deleteOne, writeback } from './remove.js'
import { settle } from './results.js'
import type { StoreHandle } from './store-handle.js'
import { checkName } from './stores.js'
import type { Entity, Store, UpsertOptions, WriteOptions } from './types.js'
import { updateMany, updateOne, upsertMany, upsertOne } from './update.js'

/** What a facade asks of its client. */
export interface FacadeOwner {
  readonly id: string
  /** The handle of a store, made with the first call. Throws `disposed` or why the runtime is gone. */
  handle(name: string, storeKey: string): StoreHandle
  strategy(name: string): string | undefined
  facade(name: string): Store<Entity>
}

export function createFacade(owner: FacadeOwner, name: string): Store<Entity> {
  const strategy = owner.strategy(name)
  const storeKey = `${owner.id}:${name}`
  const read = (options: unknown): StoreHandle => {
    const handle = owner.handle(name, storeKey)
    if (options !== undefined) checkRead(options, name)
    return handle
  }
  const write = (options: unknown): StoreHandle => {
    const handle = owner.handle(name, storeKey)
    if (options !== undefined || strategy !== undefined) checkWrite(options, name, strategy)
    return handle
  }
  const upsert = (options: unknown): StoreHandle => {
    const handle = write(options)
    checkUpsert(options, name)
    return handle
  }
  const facade = {
    name,
    addOne: (item: unknown, options?: unknown) => settle(() => addOne(write(options), item)),
    addMany: (items: unknown, options?: unknown) => settle(() => addMany(write(options), items)),
    updateOne: (id: unknown, change: unknown, options?: unknown) =>
      settle(() => updateOne(write(options), id, change, options as WriteOptions | undefined)),
    updateMany: (items: unknown, options?: unknown) =>
      settle(() => updateMany(write(options), items, options as WriteOptions | undefined)),
    upsertOne: (item: unknown, options?: unknown) =>
      settle(() => upsertOne(upsert(options), item, options as UpsertOptions | undefined)),
    upsertMany: (items: unknown, options?: unknown) =>
      settle(() => upsertMany(upsert(options), items, options as (WriteOptions & UpsertOptions) | undefined)),
    deleteOne: (id: unknown, options?: unknown) => settle(() => deleteOne(write(options), id)),
    deleteMany: (ids: unknown, options?: unknown) => settle(() => deleteMany(write(options), ids)),
    getOne: (id: unknown, options?: unknown) => settle(() => peek(read(options), checkId(id, name))),
    getMany: (ids: unknown, options?: unknown) => settle(() => getMany(read(options), ids)),
    getAll: (options?: unknown) => settle(() => getAll(read(options))),
    findMany: (query?: unknown, options?: unknown) => settle(() => findMany(read(options), query)),
    findOne: (query?: unknown, options?: unknown) => settle(() => findOne(read(options), query)),
    count: (query?: unknown, options?: unknown) => settle(() => countQuery(read(options), query)),
  }
  const channel: StoreChannel = Object.freeze({
    storeName: name,
    storeKey,
    getHandle: () => owner.handle(name, storeKey),
    resolveStore: (other: string) => owner.facade(checkName(other)),
    writeback: (items: readonly unknown[]) => settle(() => writeback(owner.handle(name, storeKey), items)),
    explain: (query?: unknown) => settle(() => explain(owner.handle(name, storeKey), query)),
    stats: () => settle(() => stats(owner.handle(name, storeKey))),
  })
  Object.defineProperty(facade, storeInternal, { value: channel })
  return Object.freeze(facade) as unknown as Store<Entity>
}
