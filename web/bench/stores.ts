// Stores to work on. One client outlives all others: it keeps the runtime, as an
// app would, and keeps rows alive, so that V8 does not forget their shape (and
// what it compiled for it) between two rounds.

import { type Client, createClient, type IndexSchema, type Plugin, type Store } from 'atoma-wasm'
import { type StoreChannel, storeInternal } from '../../jsbridge/js/channel.js'
import { type Item, makeItems } from './items.js'
import { makeRows, type Todo } from './rows.js'

type Clients = Client<{ Todo: Todo }>

let keeper: Clients | undefined
export const livingRows: Map<string, Todo> = new Map(makeRows(50).map((row) => [row.id, row]))

/** An empty store in a client of its own. */
export async function openStore(plugins: readonly Plugin[] = []): Promise<{ store: Store<Todo>; client: Clients; close: () => Promise<void> }> {
  if (!keeper) {
    keeper = await createClient<{ Todo: Todo }>()
    await keeper.stores.Todo.addMany(makeRows(50))
    await keeper.stores.Todo.getAll()
  }
  const client = await createClient<{ Todo: Todo }>({ plugins })
  return { store: client.stores.Todo as Store<Todo>, client, close: () => client.dispose() }
}

const ok = { ok: true } as const

/** A backend that confirms every write at once. */
export const yes: Plugin = {
  id: 'yes',
  setup: ({ execution }) =>
    void execution.register({ id: 'yes', write: async ({ entries }) => ({ results: entries.map(() => ok) }) }),
}

/** A store with n rows in it, and the wait until it has settled. */
export async function loadStore(n: number): Promise<Store<Todo>> {
  const { store } = await openStore()
  await store.addMany(makeRows(n))
  return store
}

export type Indexes = IndexSchema<Item>[]

/** An empty store of items in a client of its own. */
export async function openItems(indexes: Indexes): Promise<{ store: Store<Item>; close: () => Promise<void> }> {
  const client = await createClient<{ Item: Item }>({ schema: { Item: { indexes } } })
  return { store: client.stores.Item as Store<Item>, close: () => client.dispose() }
}

/** What keeps rows alive: an app that shows rows holds them, as the plain sides do. */
const held: Item[][] = []

/** A store with n items in it, all of which JavaScript has objects of. */
export async function loadItems(n: number, indexes: Indexes = []): Promise<Store<Item>> {
  const { store } = await openItems(indexes)
  await store.addMany(makeItems(n))
  held.push(await store.getAll())
  return store
}

/** The internal channel of a store, which the hooks read rows through. */
export const channelOf = (store: object): StoreChannel => (store as { [storeInternal]: StoreChannel })[storeInternal]
