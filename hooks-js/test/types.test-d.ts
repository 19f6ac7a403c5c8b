// Types, as a user meets them: the built package's declarations, checked by `npm run check` and never run.

import {
  aggregate,
  AtomaError,
  type AtomaErrorCode,
  type Client,
  type ClientOptions,
  createClient,
  type Draft,
  type Filter,
  type FilterExpr,
  type FilterMap,
  highlight,
  type New,
  type PageInfo,
  type PartialWithId,
  type Query,
  type ReadOptions,
  type Schema,
  type Store,
  type Stores,
  type UpsertOptions,
  type WasmSource,
  watch,
  type WriteManyResult,
  type WriteOptions,
} from '../../dist/npm/index.js'
import { useAll, useOne } from '../../dist/npm/react.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function exact<_ extends true>(): void {}
/** The type of a value that is never computed. */
declare function some<T>(): T

interface Todo {
  id: string
  title: string
  done: boolean
  priority?: number
  due: Date | null
  tags: readonly string[]
  meta: { readonly color: string; size: { w: number } }
  bytes: Uint8Array
}
type ListId = string & { readonly brand: 'ListId' }
type List = { id: ListId; name: string; version: number }
type App = { Todo: Todo; List: List }

/** Users write their stores down as they like. */
interface AppInterface {
  Todo: Todo
}

type Shape = { id: string; kind: 'circle'; radius: number } | { id: string; kind: 'box'; width: number; height: number }

/** Rows of one store may be of several shapes. */
export async function unions(shapes: Store<Shape>): Promise<void> {
  const row = await shapes.addOne({ kind: 'circle', radius: 1 })
  exact<Equal<typeof row, Shape>>()
  await shapes.addMany([{ kind: 'box', width: 1, height: 2 }, { id: 'x', kind: 'circle', radius: 2 }])
  await shapes.updateOne('x', { radius: 3 })
  await shapes.updateOne('x', (draft) => { if (draft.kind === 'circle') draft.radius++ })
  await shapes.findMany({ filter: { kind: 'box', width: { gt: 1 } }, sort: [{ field: 'radius' }] })
  // @ts-expect-error a box has no radius
  await shapes.addOne({ kind: 'box', radius: 1 })
}

/** Without types of its own, a client takes rows of any fields and queries about any. */
export async function untyped(): Promise<void> {
  const client = await createClient()
  const any = client.stores('Any')
  const named = client.stores['Any']!
  exact<Equal<typeof named, typeof any>>()
  const row = await any.addOne({ x: 1, nested: { y: [2] } })
  exact<Equal<typeof row.id, string>>()
  exact<Equal<typeof row.x, unknown>>()
  await any.addOne({ id: 'a', x: 'whatever' })
  await any.addMany([{ id: 'b' }, { z: new Date() }])
  await any.updateOne('a', { x: 2, more: true })
  await any.updateOne('a', (draft) => { draft.x = 5 })
  await any.upsertOne({ id: 'a', x: null, version: 3 })
  const found = await any.findMany({ filter: { x: 1, 'nested.y': { has: 2 } }, sort: [{ field: 'y' }], limit: 5 })
  exact<Equal<(typeof found.data)[0], typeof row>>()
  await any.findMany({ filter: { op: 'and', args: [{ x: 1 }, { op: 'eq', field: 'y', value: 2 }] } })
  await any.findOne({ filter: { x: { gte: 1 } } })
  await any.count({ filter: { x: 1 } })
  const { data } = await any.findMany({ include: { parts: { filter: { x: 1 } } } })
  exact<Equal<(typeof data)[0]['id'], string>>()
  exact<Equal<(typeof data)[0]['parts'], unknown>>()
  const live = watch(any, { filter: { x: 1 } }, ({ data }) => exact<Equal<(typeof data)[0]['id'], string>>())
  exact<Equal<(typeof live.current.data)[0]['x'], unknown>>()
  const sums = await aggregate(any, { groupBy: ['x'], metrics: { n: 'count', sum: { sum: 'y' } } })
  exact<Equal<(typeof sums)[0]['n'], number>>()
  exact<Equal<(typeof sums)[0]['sum'], number | null>>()
  highlight(row, 'x', 'word')
  const declared: Client = client
  const withSchema = await createClient({ schema: { Any: { indexes: [{ field: 'x', type: 'number' }], relations: { other: { type: 'belongsTo', to: 'Other', foreignKey: 'y' } } }, Other: {} } })
  await withSchema.stores('Any').findMany({ filter: { x: 1 }, include: { other: true } })
  void declared
  // @ts-expect-error an id is a string
  await any.addOne({ id: 5 })
  // @ts-expect-error an id is needed
  await any.upsertOne({ x: 1 })
  // @ts-expect-error asc or desc
  await any.findMany({ sort: [{ field: 'y', dir: 'up' }] })
  // @ts-expect-error no such operator
  await any.findMany({ filter: { op: 'equals', field: 'x', value: 1 } })
  // @ts-expect-error no such part of a query
  await any.findMany({ where: {} })
}

// createClient

export async function interfaces(): Promise<void> {
  const client = await createClient<AppInterface>({ id: 'app', schema: { Todo: {} } })
  exact<Equal<typeof client.stores.Todo, Store<Todo>>>()
}

export async function clients(): Promise<void> {
  const client = await createClient<App>({
    id: 'app',
    schema: {
      Todo: {
        indexes: [{ field: 'priority', type: 'number' }, { field: 'meta.color', type: 'string' }, { field: 'title', type: 'text', options: { minTokenLength: 2, tokenizer: 'unicode' } }],
        relations: { list: { type: 'belongsTo', to: 'List', foreignKey: 'listId' }, any: { type: 'variants', branches: [{ when: { done: true }, relation: { type: 'hasOne', to: 'List', foreignKey: 'x' } }] } },
        createId: () => 'x',
        write: { strategy: 'direct' },
      },
    },
    plugins: [],
    wasm: new URL('file:///atoma.wasm'),
    disposeTimeoutMs: 100,
  })
  exact<Equal<typeof client, Client<App, Schema<App>>>>()
  exact<Equal<typeof client.id, string>>()
  exact<Equal<ReturnType<typeof client.dispose>, Promise<void>>>()
  exact<Equal<typeof client.stores.Todo, Store<Todo>>>()
  exact<Equal<typeof client.stores.List, Store<List>>>()
  const called = client.stores('Todo')
  exact<Equal<typeof called, Store<Todo>>>()
  exact<Equal<Client<App>['stores'], Stores<App>>>()

  const off = client.on('storeCreated', (event) => { exact<Equal<typeof event.storeName, string>>() }, { once: true, signal: some<AbortSignal>() })
  exact<Equal<typeof off, () => void>>()

  // @ts-expect-error no such event
  client.on('everything', () => {})
  // @ts-expect-error a listener is a function
  client.on('storeCreated', 5)
  // @ts-expect-error no such store
  client.stores.Nobody
  // @ts-expect-error no such store
  client.stores('Nobody')
  // @ts-expect-error stores cannot be replaced
  client.stores.Todo = client.stores.Todo
  // @ts-expect-error a client cannot be changed
  client.id = 'other'

  // @ts-expect-error an id is a string
  void createClient<App>({ id: 5 })
  // @ts-expect-error there is no such option
  void createClient<App>({ backend: 'x' })
  // @ts-expect-error a schema lists stores of the app
  void createClient<App>({ schema: { Nobody: {} } })
  // @ts-expect-error no such field
  void createClient<App>({ schema: { Todo: { indexes: [{ field: 'nope', type: 'number' }] } } })
  // @ts-expect-error no such kind of index
  void createClient<App>({ schema: { Todo: { indexes: [{ field: 'done', type: 'btree' }] } } })
  // @ts-expect-error no such store to relate to
  void createClient<App>({ schema: { Todo: { relations: { x: { type: 'belongsTo', to: 'Nobody', foreignKey: 'y' } } } } })
  // @ts-expect-error createId makes strings
  void createClient<App>({ schema: { Todo: { createId: () => 5 } } })
  // @ts-expect-error rows have a string id
  void createClient<{ Bad: { id: number } }>()
  // @ts-expect-error rows have an id
  void createClient<{ Bad: { name: string } }>()

  for (const wasm of [some<URL>(), some<string>(), some<Response>(), some<ArrayBuffer>(), some<WebAssembly.Module>()] satisfies WasmSource[]) void createClient({ wasm })

  // without types of one's own every name is a store
  const loose = await createClient()
  exact<Equal<typeof loose.stores.Whatever extends Store<{ id: string }> | undefined ? true : false, true>>()
  exact<Equal<ClientOptions<App>['id'], string | undefined>>()
}

// Stores

const todos = some<Store<Todo>>()
const lists = some<Store<List>>()
const full: Omit<Todo, 'id'> = { title: 't', done: false, due: null, tags: [], meta: { color: 'red', size: { w: 1 } }, bytes: new Uint8Array() }

exact<Equal<Parameters<typeof todos.getOne>, [id: string, options?: ReadOptions | undefined]>>()
exact<Equal<Store<Todo>['name'], string>>()

export async function adds(): Promise<void> {
  const row = await todos.addOne(full)
  exact<Equal<typeof row, Todo>>()
  await todos.addOne({ ...full, id: 'x' })
  await lists.addOne({ name: 'n' })
  const made = { id: 'l' as ListId, name: 'n' } satisfies New<List>
  await lists.addOne(made)
  // @ts-expect-error title is missing
  await todos.addOne({ done: false, due: null, tags: [], meta: full.meta, bytes: full.bytes })
  // @ts-expect-error done is a boolean
  await todos.addOne({ ...full, done: 'no' })
  // @ts-expect-error no such field
  await todos.addOne({ title: 't', done: false, due: null, tags: [], meta: full.meta, bytes: full.bytes, nope: 1 })
  // @ts-expect-error an id of a List is branded
  await lists.addOne({ id: 'plain', name: 'n' })
  // @ts-expect-error version is the runtime's
  await lists.addOne({ name: 'n', version: 5 })
  exact<Equal<'version' extends keyof New<List> ? true : false, false>>()

  const results = await todos.addMany([full, { ...full, id: 'x' }])
  exact<Equal<typeof results, WriteManyResult<Todo>>>()
  // @ts-expect-error an array of rows
  await todos.addMany(full)
  await todos.addMany(Object.freeze([full]))
}

export async function updates(): Promise<void> {
  exact<Equal<Awaited<ReturnType<typeof todos.updateOne>>, Todo>>()
  await todos.updateOne('x', { title: 'a', priority: undefined })
  await todos.updateOne('x', {})
  await todos.updateOne('x', (draft) => {
    exact<Equal<typeof draft, Draft<Todo>>>()
    exact<Equal<typeof draft.due, Date | null>>()
    exact<Equal<typeof draft.bytes, Uint8Array>>()
    exact<Equal<typeof draft.priority, number | undefined>>()
    draft.tags.push('a draft may be changed, readonly as its row may be')
    draft.meta.color = 'blue'
    draft.meta.size.w++
    draft.due?.setTime(0)
    delete draft.priority
    // @ts-expect-error a string
    draft.title = 5
    // @ts-expect-error no such field
    draft.nope
  })
  await todos.updateOne('x', (draft) => draft)
  await todos.updateOne('x', (draft) => ({ ...draft, title: 'b' }))
  await todos.updateOne('x', (draft): Todo => ({ ...full, id: draft.id }))
  // @ts-expect-error an updater is not asynchronous
  await todos.updateOne('x', async (draft) => { draft.title = 'c' })
  // @ts-expect-error a part is no row
  await todos.updateOne('x', () => ({ title: 'c' }))
  // @ts-expect-error nor is a string
  await todos.updateOne('x', () => 'c')
  // @ts-expect-error title is a string
  await todos.updateOne('x', { title: 5 })
  // @ts-expect-error no such field
  await todos.updateOne('x', { nope: 1 })
  // @ts-expect-error an id is a string
  await todos.updateOne(5, {})
  // @ts-expect-error an id of a List is branded
  await lists.updateOne('plain', {})

  const results = await todos.updateMany([{ id: 'x', change: { done: true } }, { id: 'y', change: (draft) => { draft.done = true } }])
  exact<Equal<typeof results, WriteManyResult<Todo>>>()
  // @ts-expect-error change is missing
  await todos.updateMany([{ id: 'x' }])
  // @ts-expect-error done is a boolean
  await todos.updateMany([{ id: 'x', change: { done: 1 } }])
}

export async function upsertsAndDeletes(): Promise<void> {
  const options: WriteOptions & UpsertOptions = { conflict: 'lww', apply: 'replace', confirmation: 'optimistic' }
  exact<Equal<Awaited<ReturnType<typeof todos.upsertOne>>, Todo>>()
  await todos.upsertOne({ id: 'x' })
  await todos.upsertOne({ id: 'x', done: true, priority: undefined, version: 3 }, options)
  await todos.upsertMany([{ id: 'x', title: 'a' }] satisfies PartialWithId<Todo>[], options)
  await lists.upsertOne({ id: 'l' as ListId, version: 2 })
  // @ts-expect-error an id is needed
  await todos.upsertOne({ done: true })
  // @ts-expect-error a version is a number
  await todos.upsertOne({ id: 'x', version: '3' })
  // @ts-expect-error no such field
  await todos.upsertOne({ id: 'x', nope: 1 })
  // @ts-expect-error cas or lww
  await todos.upsertOne({ id: 'x' }, { conflict: 'newest' })
  // @ts-expect-error only upserts have these options
  await todos.addOne(full, { conflict: 'lww' })

  exact<Equal<Awaited<ReturnType<typeof todos.deleteOne>>, boolean>>()
  exact<Equal<Awaited<ReturnType<typeof todos.deleteMany>>, WriteManyResult<boolean>>>()
  // @ts-expect-error ids
  await todos.deleteMany('x')
}

export function options(): void {
  const good: WriteOptions[] = [
    {}, { writeStrategy: 'queue', confirmation: 'strict', timeoutMs: 5, timeoutBehavior: 'resolve-enqueued', signal: some<AbortSignal>() },
    { opContext: { scope: 's', actionId: 'a', origin: 'user', label: 'l' } }, { opContext: {} },
  ]
  void good
  // @ts-expect-error no such origin
  const origin: WriteOptions = { opContext: { origin: 'me' } }
  // @ts-expect-error no such confirmation
  const confirmation: WriteOptions = { confirmation: 'none' }
  // @ts-expect-error there is no route, by design
  const route: WriteOptions = { route: 'remote' }
  // @ts-expect-error reads know a signal only
  void todos.getOne('x', { writeStrategy: 'direct' })
  void [origin, confirmation, route]
}

export async function reads(): Promise<void> {
  exact<Equal<Awaited<ReturnType<typeof todos.getOne>>, Todo | undefined>>()
  exact<Equal<Awaited<ReturnType<typeof todos.getMany>>, Todo[]>>()
  exact<Equal<Awaited<ReturnType<typeof todos.getAll>>, Todo[]>>()
  exact<Equal<Awaited<ReturnType<typeof todos.findMany>>, { data: Todo[]; pageInfo?: PageInfo }>>()
  exact<Equal<Awaited<ReturnType<typeof todos.findOne>>, Todo | undefined>>()
  exact<Equal<Awaited<ReturnType<typeof todos.count>>, number>>()
  await todos.getOne('x', { signal: some<AbortSignal>() })
  // @ts-expect-error ids
  await todos.getMany([5])
}

// Results of many-writes

export function narrows(results: WriteManyResult<Todo>): string[] {
  return results.map((result) => {
    exact<Equal<typeof result.index, number>>()
    // @ts-expect-error not before a look at ok
    result.value
    if (result.ok) {
      exact<Equal<typeof result.value, Todo>>()
      // @ts-expect-error no error where all is well
      result.error
      return result.value.title
    }
    exact<Equal<typeof result.error, AtomaError>>()
    exact<Equal<typeof result.current, { value?: unknown } | undefined>>()
    return result.error.code
  })
}

// Queries

export async function queries(): Promise<void> {
  const good: Query<Todo>[] = [
    {}, { limit: 1, offset: 2 }, { sort: [{ field: 'title' }, { field: 'meta.size.w', dir: 'desc' }, { field: '$score', dir: 'desc' }] },
    { filter: {} }, { filter: { done: false } }, { filter: { due: null, title: 'a' } }, { filter: { due: new Date(), bytes: new Uint8Array(), tags: ['a'] } },
    { filter: { priority: { gte: 1, lt: 5, ne: 3 }, title: { in: ['a', 'b'] }, due: { isNull: true }, tags: { has: 'x' } } },
    { filter: { 'meta.color': 'red', 'meta.size.w': { gt: 1 } } },
    { filter: { title: { startsWith: 'a', contains: 'b', endsWith: 'c', text: { query: 'x', mode: 'fuzzy', distance: 2 } } } },
    { filter: { op: 'and', args: [{ done: true }, { op: 'not', arg: { op: 'eq', field: 'meta.color', value: 'red' } }] } },
    { filter: { op: 'in', field: 'title', values: ['a', null] } }, { filter: { op: 'exists', field: 'due' } }, { filter: { op: 'gte', field: 'due', value: new Date() } },
    { page: { mode: 'offset', limit: 1, includeTotal: true } }, { page: { mode: 'cursor', after: 'c' } },
  ]
  for (const query of good) await todos.findMany(query, { signal: some<AbortSignal>() })
  const map: FilterMap<Todo> = { done: true }
  const expr: FilterExpr<Todo> = { op: 'or', args: [map] }
  const either: Filter<Todo> = Math.random() > 2 ? map : expr
  await todos.findOne({ filter: either })

  // @ts-expect-error no such field
  await todos.findMany({ filter: { nope: 1 } })
  // @ts-expect-error no such field
  await todos.findMany({ filter: { op: 'eq', field: 'nope', value: 1 } })
  // @ts-expect-error no such field to begin a path with
  await todos.findMany({ filter: { 'nope.x': 1 } })
  // @ts-expect-error no such operator
  await todos.findMany({ filter: { op: 'equals', field: 'title', value: 1 } })
  // @ts-expect-error eq needs a value
  await todos.findMany({ filter: { op: 'eq', field: 'title' } })
  // @ts-expect-error values are a list
  await todos.findMany({ filter: { op: 'in', field: 'title', values: 'a' } })
  // @ts-expect-error a boolean has no greater and smaller
  await todos.findMany({ filter: { op: 'gt', field: 'done', value: true } })
  // @ts-expect-error undefined is no operand
  await todos.findMany({ filter: { done: undefined } })
  // @ts-expect-error asc or desc
  await todos.findMany({ sort: [{ field: 'title', dir: 'up' }] })
  // @ts-expect-error no such field
  await todos.findMany({ sort: [{ field: 'nope' }] })
  // @ts-expect-error a number
  await todos.findMany({ limit: '1' })
  // @ts-expect-error no such part of a query
  await todos.findMany({ where: {} })
}

// Reading live

export function live(): void {
  const watching = watch(todos, { filter: { done: false } }, (result) => {
    exact<Equal<typeof result, { data: Todo[]; pageInfo?: PageInfo }>>()
  })
  exact<Equal<typeof watching.current.data, Todo[]>>()
  exact<Equal<typeof watching.unsubscribe, () => void>>()
  watch(todos, undefined, () => {})
  // @ts-expect-error current is for reading
  watching.current = { data: [] }
  // @ts-expect-error a listener is needed
  watch(todos, undefined)
  // @ts-expect-error no such field
  watch(todos, { filter: { nope: 1 } }, () => {})
  // @ts-expect-error a store, not its name
  watch('Todo', undefined, () => {})

  exact<Equal<ReturnType<typeof useAll<Todo, {}>>, Todo[]>>()
  const all = useAll(todos)
  exact<Equal<typeof all, Todo[]>>()
  const one = useOne(todos, 'x')
  exact<Equal<typeof one, Todo | undefined>>()
  useOne(todos, undefined)
  useOne(lists, 'l' as ListId)
  // @ts-expect-error an id of a List is branded
  useOne(lists, 'plain')
  // @ts-expect-error an id is a string
  useOne(todos, 5)
  // @ts-expect-error a store, not a name
  useAll('Todo')
}

// Errors

export function errors(): void {
  const error = new AtomaError('conflict', 'message', { details: { store: 'Todo', id: 'x', path: ['a', 0], more: 1 }, cause: 5 })
  // those of atoma, and whatever codes backends have
  exact<Equal<typeof error.code, AtomaErrorCode | (string & {})>>()
  exact<Equal<Extract<AtomaErrorCode, 'invalid_input' | 'quota_exceeded' | 'internal'>, 'invalid_input' | 'quota_exceeded' | 'internal'>>()
  const asError: Error = error
  void [asError, new AtomaError('internal', 'm'), new AtomaError('internal', 'm', {})]
  // @ts-expect-error a code is a string
  new AtomaError(5, 'm')
  // @ts-expect-error a message is needed
  new AtomaError('internal')
  // @ts-expect-error a code stays
  error.code = 'internal'
}
