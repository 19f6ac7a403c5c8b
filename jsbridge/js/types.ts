// The public types of a client and its stores.

import type { AtomaError } from './errors.js'
import type { WasmSource } from './loader.js'

/** A row as the user declares it. The runtime adds `version: number` to every row. */
export type Entity = { id: string }

/** Store names and their rows. */
export type Entities = Record<string, Entity>

/** A row of which nothing is known but its id. */
export type AnyEntity = Entity & { [field: string]: unknown }

/** The stores of a client that is given no types: of any name, with rows of any fields. */
export type AnyEntities = Record<string, AnyEntity>

/** Any type that maps store names to rows: a type literal or an interface. */
export type EntitiesLike<E> = { [K in keyof E]: Entity }

/** What addOne takes: a row whose id may be left to createId; `version` is the runtime's. */
export type New<T extends Entity> = T extends unknown ? Omit<T, 'id' | 'version'> & { id?: T['id'] } : never

/** Fields to change. undefined removes a field. */
export type Patch<T extends Entity> = T extends unknown ? { [K in keyof T]?: T[K] | undefined } : never

/** What upsertOne takes. With `conflict: 'cas'`, `version` is the version expected to be stored. */
export type PartialWithId<T extends Entity> = T extends unknown
  ? { [K in Exclude<keyof T, 'id' | 'version'>]?: T[K] | undefined } & { id: T['id']; version?: number }
  : never

/** A row or a value that an updater may change in place. */
export type Draft<T> = T extends Date | Uint8Array ? T : T extends object ? { -readonly [K in keyof T]: Draft<T[K]> } : T

/** A patch, or a function that changes a draft, returns it, or returns a whole new row. */
export type Change<T extends Entity> = Patch<T> | ((draft: Draft<T>) => T | Draft<T> | void)

export type OpContext = {
  scope?: string
  actionId?: string
  origin?: 'user' | 'history' | 'sync' | 'system'
  label?: string
}

export type ReadOptions = { signal?: AbortSignal }

export type WriteOptions = {
  /** This write only; else the schema's write.strategy; else 'direct'. */
  writeStrategy?: string
  /** When the promise settles. Default: strict. */
  confirmation?: 'strict' | 'optimistic'
  /** Milliseconds; default: no limit. */
  timeoutMs?: number
  /** Default: reject. */
  timeoutBehavior?: 'reject' | 'resolve-enqueued'
  opContext?: OpContext
  signal?: AbortSignal
}

export type UpsertOptions = {
  /** cas (default): a passed version must be the stored one. lww: it is ignored. */
  conflict?: 'cas' | 'lww'
  /** merge (default): fields not passed stay. replace: they go. */
  apply?: 'merge' | 'replace'
}

export type WriteManyResult<T> = (
  | { index: number; ok: true; value: T }
  | { index: number; ok: false; error: AtomaError; current?: { value?: unknown } }
)[]

/** A value that a field may be compared with. */
export type Operand = null | boolean | number | string | Date | Uint8Array | readonly unknown[] | object

export type Comparable = number | string | Date

/** The names of T's fields; deeper paths are any string with a dot. */
export type FieldPath<T> = T extends unknown ? (keyof T & string) | `${keyof T & string}.${string}` : never

/** What the `text` operator looks for. */
export type TextQuery = { query: string; mode?: 'match' | 'fuzzy'; distance?: 0 | 1 | 2 }

export type FilterExpr<T> =
  | { op: 'and' | 'or'; args: readonly Filter<T>[] }
  | { op: 'not'; arg: Filter<T> }
  | { op: 'eq' | 'ne'; field: FieldPath<T>; value: Operand }
  | { op: 'in' | 'notIn'; field: FieldPath<T>; values: readonly Operand[] }
  | { op: 'gt' | 'gte' | 'lt' | 'lte'; field: FieldPath<T>; value: Comparable }
  | { op: 'startsWith' | 'endsWith' | 'contains'; field: FieldPath<T>; value: string }
  | { op: 'has'; field: FieldPath<T>; value: Operand }
  | { op: 'isNull' | 'exists'; field: FieldPath<T> }
  | ({ op: 'text'; field: FieldPath<T> } & TextQuery)

export type FieldFilter = {
  eq?: Operand
  ne?: Operand
  in?: readonly Operand[]
  notIn?: readonly Operand[]
  gt?: Comparable
  gte?: Comparable
  lt?: Comparable
  lte?: Comparable
  startsWith?: string
  endsWith?: string
  contains?: string
  has?: Operand
  isNull?: true
  exists?: true
  text?: TextQuery
}

export type FilterMap<T> = { [K in FieldPath<T>]?: Operand | FieldFilter } & NoOperator<T>

/** An object whose op is a string is an expression, so a field of that name takes anything but a string here. */
type NoOperator<T> = 'op' extends FieldPath<T> ? { op?: Exclude<Operand, string> | FieldFilter } : { op?: never }

export type Filter<T> = FilterExpr<T> | FilterMap<T>

export type Sort<T> = { field: FieldPath<T> | '$score'; dir?: 'asc' | 'desc' }

export type Page =
  | { mode: 'offset'; limit?: number; offset?: number; includeTotal?: boolean }
  | { mode: 'cursor'; limit?: number; after?: string; before?: string }

/** What a relation leads to: one row or null, or a list; R are the relations of those rows. */
export type Related<T, R, Many extends boolean> = { row: T; relations: R; many: Many }

/** Which related rows to attach, of rows with the relations R. Relations that the types do not know take anything. */
export type Include<R> = string extends keyof R
  ? LooseInclude
  : { [K in keyof R]?: true | (R[K] extends Related<infer T, infer R2, boolean> ? IncludeQuery<T, R2> : LooseIncludeQuery) }

/** Of the related rows: which, in what order, how many of each parent, and what they include. */
export type IncludeQuery<T, R> = { filter?: Filter<T>; sort?: readonly Sort<T>[]; limit?: number; include?: Include<R> }

type LooseInclude = { [relation: string]: true | LooseIncludeQuery }
type LooseIncludeQuery = {
  filter?: Filter<{ [field: string]: unknown }>
  sort?: readonly { field: string; dir?: 'asc' | 'desc' }[]
  limit?: number
  include?: LooseInclude
}

/** A row with the related rows that I includes, under the names of the relations. */
export type WithRelated<T, R, I> = unknown extends I
  ? T
  : string extends keyof I
    ? T
    : [keyof I] extends [never]
      ? T
      : T extends unknown
        ? Without<T, keyof I & string> & { [K in keyof I & string]: RelatedValue<K extends keyof R ? R[K] : unknown, IncludeIn<I[K]>> }
        : never

/** Omit, but for rows of any fields, of which it would leave not even the id. */
type Without<T, K extends string> = string extends keyof T ? T : Omit<T, K>

/** Refuses relations that R does not have, where it has any: I is inferred, so nothing else would. */
export type OnlyKnown<I, R> = [keyof R] extends [never] ? unknown : { [K in Exclude<keyof I, keyof R>]: never }

type IncludeIn<S> = S extends { include: infer I } ? I : {}

type RelatedValue<Rel, I> =
  Rel extends Related<infer T, infer R, infer Many>
    ? true extends Many
      ? WithRelated<T, R, I>[] | (false extends Many ? WithRelated<T, R, I> | null : never)
      : WithRelated<T, R, I> | null
    : unknown

export type Query<T, R = {}, I = Include<R>> = {
  filter?: Filter<T>
  sort?: readonly Sort<T>[]
  limit?: number
  offset?: number
  page?: Page
  include?: I
}

export type PageInfo = {
  hasNextPage: boolean
  hasPreviousPage: boolean
  startCursor?: string
  endCursor?: string
  total?: number
}

/**
 * The stateless facade of one store. Its methods work when taken off it. Whatever
 * goes wrong in one is a rejection with an AtomaError, never a throw.
 */
export interface Store<T extends Entity, R = {}> {
  readonly name: string
  addOne(item: New<T>, options?: WriteOptions): Promise<T>
  addMany(items: readonly New<T>[], options?: WriteOptions): Promise<WriteManyResult<T>>
  updateOne(id: T['id'], change: Change<T>, options?: WriteOptions): Promise<T>
  updateMany(items: readonly { id: T['id']; change: Change<T> }[], options?: WriteOptions): Promise<WriteManyResult<T>>
  upsertOne(item: PartialWithId<T>, options?: WriteOptions & UpsertOptions): Promise<T>
  upsertMany(items: readonly PartialWithId<T>[], options?: WriteOptions & UpsertOptions): Promise<WriteManyResult<T>>
  /** False: there was none. */
  deleteOne(id: T['id'], options?: WriteOptions): Promise<boolean>
  deleteMany(ids: readonly T['id'][], options?: WriteOptions): Promise<WriteManyResult<boolean>>
  getOne(id: T['id'], options?: ReadOptions): Promise<T | undefined>
  /** In the order and as often as asked; missing ones are left out. */
  getMany(ids: readonly T['id'][], options?: ReadOptions): Promise<T[]>
  /** By id ascending. */
  getAll(options?: ReadOptions): Promise<T[]>
  findMany<const I extends Include<R>>(
    query: Query<T, R, I> & { include: I & OnlyKnown<I, R> },
    options?: ReadOptions,
  ): Promise<{ data: WithRelated<T, R, NoInfer<I>>[]; pageInfo?: PageInfo }>
  findMany(query?: Query<T, R>, options?: ReadOptions): Promise<{ data: T[]; pageInfo?: PageInfo }>
  findOne<const I extends Include<R>>(
    query: Query<T, R, I> & { include: I & OnlyKnown<I, R> },
    options?: ReadOptions,
  ): Promise<WithRelated<T, R, NoInfer<I>> | undefined>
  findOne(query?: Query<T, R>, options?: ReadOptions): Promise<T | undefined>
  count(query?: Query<T, R>, options?: ReadOptions): Promise<number>
}

export type IndexSchema<T> = {
  field: FieldPath<T>
  type: 'number' | 'date' | 'string' | 'substring' | 'text'
  options?: {
    minTokenLength?: number
    fuzzyDistance?: 0 | 1 | 2
    ngramSize?: number
    tokenizer?: 'unicode' | 'whitespace'
  }
}

export type DirectRelation<E> = {
  readonly type: 'belongsTo' | 'hasMany' | 'hasOne'
  readonly to: keyof E & string
  readonly foreignKey: string
  readonly primaryKey?: string
}

export type Relation<E, T> =
  | DirectRelation<E>
  | {
      readonly type: 'variants'
      readonly branches: readonly { readonly when: Filter<T>; readonly relation: DirectRelation<E> }[]
    }

export type StoreSchema<E, T extends Entity> = {
  indexes?: readonly IndexSchema<T>[]
  relations?: Record<string, Relation<E, T>>
  /** Makes the id of a row that is added without one. Default: a UUID (version 7), in order of creation. */
  createId?: () => string
  /** What rows go through on their way in and out. Each may be asynchronous. */
  processor?: Processors<T>
  write?: { strategy?: string }
}

export type Schema<E extends EntitiesLike<E>> = { [K in keyof E]?: StoreSchema<E, E[K]> }

/**
 * The relations of a store, as far as the type of the schema tells them: pass it as
 * `createClient<E, typeof schema>` with a schema that is declared `as const satisfies Schema<E>`.
 */
export type RelationsOf<E, S, K> = K extends keyof S
  ? S[K] extends { readonly relations: infer R }
    ? { [N in keyof R]: RelationTo<E, S, R[N]> }
    : {}
  : {}

type RelationTo<E, S, Rel> = Rel extends { readonly type: 'variants'; readonly branches: readonly (infer B)[] }
  ? B extends { readonly relation: infer D }
    ? RelationTo<E, S, D>
    : never
  : Rel extends { readonly type: infer Type; readonly to: infer To }
    ? To extends keyof E
      ? Related<E[To], RelationsOf<E, S, To>, Type extends 'hasMany' ? true : false>
      : never
    : never

/** client.stores.Todo and client.stores('Todo'): the same frozen facade for a name, always. */
export type Stores<E extends EntitiesLike<E>, S = Schema<E>> = {
  readonly [K in keyof E & string]: Store<E[K], RelationsOf<E, S, K>>
} & (<K extends keyof E & string>(name: K) => Store<E[K], RelationsOf<E, S, K>>)

/** What an event, a request and a processor are told of where a change comes from. */
export type OperationContext = {
  /** As passed, with `origin: 'user'` and an `actionId` of its own where none was. */
  opContext: OpContext
  /** The same from a call through its request to the executor, and in all events of it. */
  traceId: string
}

export type ReadAction = 'getOne' | 'getMany' | 'getAll' | 'findMany' | 'findOne' | 'count'

export type WriteAction = 'add' | 'update' | 'upsert' | 'delete'

/** What all events have. */
export type ClientEvent = {
  storeName: string
  traceId: string
  context: OperationContext
}

export type ReadEvent = ClientEvent & { action: ReadAction }
export type WriteEvent = ClientEvent & { action: WriteAction; writeStrategy: string; ids: readonly string[] }
export type ChangeEvent = ClientEvent & {
  /** Of rows that were written back, and of those that were deleted. */
  ids: readonly string[]
}

export type ClientEvents = {
  storeCreated: ClientEvent & { storeKey: string }
  readStart: ReadEvent
  /** `fromBackend`: the executor was asked. `rows`: how many it gave, or the count. `ms`: since readStart. */
  readFinish: ReadEvent & { fromBackend: boolean; rows: number; ms: number; error?: AtomaError }
  writeStart: WriteEvent
  /** The ids that were written, and confirmed where there is a backend. `ms`: since writeStart. */
  writeCommitted: WriteEvent & { ms: number }
  /** The ids that were not written, or rolled back. */
  writeFailed: WriteEvent & { ms: number; error: AtomaError }
  changeStart: ChangeEvent
  changeCommitted: ChangeEvent & { ms: number }
  changeFailed: ChangeEvent & { ms: number; error: AtomaError }
}

export type EventOptions = { once?: boolean; signal?: AbortSignal }

/** Listens until the returned function is called, the signal aborts, or the client is disposed. */
export type Listen = <K extends keyof ClientEvents>(
  event: K,
  listener: (event: ClientEvents[K]) => void,
  options?: EventOptions,
) => () => void

export interface Client<E extends EntitiesLike<E> = AnyEntities, S = Schema<E>> {
  readonly id: string
  readonly stores: Stores<E, S>
  readonly on: Listen
  /**
   * Waits for what is in flight, at most `disposeTimeoutMs`, then releases everything, plugins in
   * reverse order of their start. Idempotent; every call afterwards rejects with `disposed`.
   */
  dispose(): Promise<void>
}

/** One item of a write, as the executor is given it. */
export type WriteEntry = {
  action: WriteAction
  id: string
  /** The whole row as this write leaves it, after the outbound processor; absent for delete. */
  value?: AnyEntity & { version: number }
  /** The version that the backend is expected to have. Put in by backend adapters. */
  baseVersion?: number
  options?: UpsertOptions
  /** The same whenever this write is sent again. */
  idempotencyKey: string
}

export type WriteItemResult =
  | { ok: true; version?: number; value?: { id: string; [field: string]: unknown } }
  | { ok: false; error: { code: string; message: string }; current?: { value?: unknown } }

export type WriteRequest = {
  storeName: string
  entries: readonly WriteEntry[]
  writeStrategy: string
  context: OperationContext
}

/** results[i] answers entries[i]. */
export type WriteAnswer = { results: readonly WriteItemResult[] }

export type QueryRequest = {
  storeName: string
  /** As the caller wrote it. Rows that are missing are asked for with `{ filter: { op: 'in', field: 'id', values } }`. */
  query: Query<AnyEntity>
  context: OperationContext
}

/** Rows with an `id`, and a `version` where the backend has one. */
export type QueryAnswer = { data: readonly unknown[]; pageInfo?: PageInfo }

export type ExecutorWrite = (request: WriteRequest, options: { signal: AbortSignal }) => Promise<WriteAnswer>
export type ExecutorQuery = (request: QueryRequest, options: { signal: AbortSignal }) => Promise<QueryAnswer>

/** A backend, to the client. */
export interface Executor {
  id: string
  /** Without it, reads are local. */
  query?: ExecutorQuery
  /** Without it, writes are local. */
  write?: ExecutorWrite
  consistency?: {
    /** A row that is to be changed and is missing: asked for (the default where there is a query), or `not_found`. */
    base?: 'fetch' | 'cache'
    /** A change shows at once (the default), or when it is confirmed. */
    commit?: 'optimistic' | 'confirm'
  }
}

/** A row on its way, for a processor: a copy that may be changed, or another row with the same id to be returned. */
export type Processor<T extends Entity> = (row: T, context: ProcessorContext) => T | Promise<T>

export type ProcessorContext = OperationContext & {
  storeName: string
  /** What is being done with the row; `query` and `writeback` for rows that arrive without a write. */
  action: WriteAction | 'query' | 'writeback'
}

export type Processors<T extends Entity> = {
  /** The whole new row, before it is stored. */
  inbound?: Processor<T>
  /** The whole row, before it is sent. */
  outbound?: Processor<T>
  /** A row that comes from the backend, before it is stored. */
  writeback?: Processor<T>
  /** Refuses the whole new row, after inbound, by throwing or by false. */
  validate?: (row: T, context: ProcessorContext) => unknown
}

export interface PluginContext {
  readonly clientId: string
  readonly stores: {
    /** The names of the stores that exist. */
    list(): string[]
    use(name: string): Store<AnyEntity>
    /** The row as it shows, without asking a backend. */
    peek(name: string, id: string): AnyEntity | undefined
    /** All rows as they show, by id. */
    snapshot(name: string): AnyEntity[]
  }
  readonly events: {
    on: Listen
    once<K extends keyof ClientEvents>(event: K, listener: (event: ClientEvents[K]) => void): () => void
  }
  readonly services: {
    /** Offers something to other plugins. A name that is taken is `already_exists`. */
    register(name: string, value: unknown): void
    resolve(name: string): unknown
  }
  readonly execution: {
    /** Takes the client's one executor slot, until the returned function is called. Throws `executor_conflict`. */
    register(executor: Executor): () => void
    /** Makes a `writeStrategy` of this name known. Throws `already_exists`, or `invalid_input` for `direct`. */
    registerStrategy(name: string, write: ExecutorWrite): () => void
  }
}

/** What a plugin's set-up gives: `extension` is merged into the client. */
export type PluginSetup<X extends object = object> = { extension?: X; dispose?(): void | Promise<void> }

/** A part of a client, started with it. X is what it adds to the client. */
export interface Plugin<X extends object = {}> {
  id: string
  /** What others may require of it, beside its id. */
  provides?: readonly string[]
  /** Ids, or what other plugins provide, that must have started before. */
  requires?: readonly string[]
  setup(context: PluginContext): PluginSetup<X> | void | Promise<PluginSetup<X> | void>
}

/** What the plugins of a client add to it. */
export type Extensions<P> = P extends readonly (infer Q)[] ? Merged<Q extends Plugin<infer X> ? X : never> : {}

type Merged<X> = [X] extends [never] ? {} : (X extends unknown ? (x: X) => void : never) extends (x: infer All) => void ? All : {}

/** A client with what its plugins add to it. */
export type Extended<E extends EntitiesLike<E>, S, P> = [keyof Extensions<P>] extends [never]
  ? Client<E, S>
  : Client<E, S> & Readonly<Extensions<P>>

export interface ClientOptions<
  E extends EntitiesLike<E>,
  S extends Schema<E> = Schema<E>,
  P extends readonly Plugin<object>[] = readonly Plugin<object>[],
> {
  /** A string that is not empty and holds no ":". Default: a random one. */
  id?: string
  schema?: S
  plugins?: P
  /** Default: the file beside the module. */
  wasm?: WasmSource
  /** How long dispose waits for what is in flight, in milliseconds. Default: 5000. */
  disposeTimeoutMs?: number
}

/** A live result. `data` is a new array whenever it changed; unchanged rows keep identity. */
export interface Watch<T> {
  readonly current: { data: T[]; pageInfo?: PageInfo }
  unsubscribe(): void
}

/** What to compute of each group: the number of its rows, or of a field. */
export type Metric<T> =
  | 'count'
  | { readonly count: FieldPath<T> }
  | { readonly sum: FieldPath<T> }
  | { readonly avg: FieldPath<T> }
  | { readonly min: FieldPath<T> }
  | { readonly max: FieldPath<T> }

export type AggregateSpec<T> = {
  readonly filter?: Filter<T>
  readonly groupBy?: readonly FieldPath<T>[]
  readonly metrics: { readonly [name: string]: Metric<T> }
}

/** The cells that a group has in common, then its metrics. */
export type AggregateRow<T, S extends AggregateSpec<T>> = {
  [F in S['groupBy'] extends readonly (infer F extends string)[] ? F : never]: CellOf<T, F> | null
} & { [M in keyof S['metrics']]: MetricValue<T, S['metrics'][M]> }

type MetricValue<T, M> = M extends 'count' | { count: unknown }
  ? number
  : M extends { sum: unknown } | { avg: unknown }
    ? number | null
    : M extends { min: infer F } | { max: infer F }
      ? CellOf<T, F> | null
      : never

type CellOf<T, F> = T extends unknown ? (F extends keyof T ? Exclude<T[F], undefined | null> : unknown) : never

/** A live aggregate. The array is a new one whenever a group changed; unchanged groups keep identity. */
export interface WatchAggregate<Row> {
  readonly current: Row[]
  unsubscribe(): void
}

/** What a query did, `looked` being rows whose cells were read: docs/queries.md. */
export type Explanation = {
  /** Rows that match the filter. */
  matched: number
  returned: number
  looked: number
  micros: number
  steps: { step: 'filter' | 'sort' | 'page'; via?: string; [more: string]: unknown }[]
}

export type IndexStats = {
  field: string
  type: 'number' | 'date' | 'string' | 'substring' | 'text'
  /** Rows that the index holds. */
  documents: number
  /** Different values, n-grams or tokens. */
  distinct: number
  bytes: number
}

export type StoreStats = { rows: number; bytes: number; indexes: IndexStats[] }

/** How a client is doing, for a status line. */
export type ClientStatus = {
  /** Persisted data is loaded. */
  hydrated: boolean
  /** Writes that no backend has confirmed yet. */
  pendingWrites: number
}
