// The public types of a client and its stores.

import type { AtomaError } from './errors.js'
import type { WasmSource } from './loader.js'

/** A row as the user declares it. The runtime adds `version: number` to every row. */
export type Entity = { id: string }

/** Store names and their rows. */
export type Entities = Record<string, Entity>

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

export type FilterExpr<T> =
  | { op: 'and' | 'or'; args: Filter<T>[] }
  | { op: 'not'; arg: Filter<T> }
  | { op: 'eq' | 'ne'; field: FieldPath<T>; value: Operand }
  | { op: 'in' | 'notIn'; field: FieldPath<T>; values: readonly Operand[] }
  | { op: 'gt' | 'gte' | 'lt' | 'lte'; field: FieldPath<T>; value: Comparable }
  | { op: 'startsWith' | 'endsWith' | 'contains'; field: FieldPath<T>; value: string }
  | { op: 'has'; field: FieldPath<T>; value: Operand }
  | { op: 'isNull' | 'exists'; field: FieldPath<T> }
  | { op: 'text'; field: FieldPath<T>; query: string; mode?: 'match' | 'fuzzy'; distance?: 0 | 1 | 2 }

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
  text?: { query: string; mode?: 'match' | 'fuzzy'; distance?: 0 | 1 | 2 }
}

export type FilterMap<T> = { [K in FieldPath<T>]?: Operand | FieldFilter } & NoOperator<T>

/** An object whose op is a string is an expression, so a field of that name takes anything but a string here. */
type NoOperator<T> = 'op' extends FieldPath<T> ? { op?: Exclude<Operand, string> | FieldFilter } : { op?: never }

export type Filter<T> = FilterExpr<T> | FilterMap<T>

export type Sort<T> = { field: FieldPath<T> | '$score'; dir?: 'asc' | 'desc' }

export type Page =
  | { mode: 'offset'; limit?: number; offset?: number; includeTotal?: boolean }
  | { mode: 'cursor'; limit?: number; after?: string; before?: string }

export type Include<R> = {
  [K in keyof R]?: true | { filter?: Filter<Entity>; sort?: Sort<Entity>[]; limit?: number; include?: Include<Record<string, unknown>> }
}

export type Query<T, R = {}> = {
  filter?: Filter<T>
  sort?: Sort<T>[]
  limit?: number
  offset?: number
  page?: Page
  include?: Include<R>
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
  findMany(query?: Query<T, R>, options?: ReadOptions): Promise<{ data: T[]; pageInfo?: PageInfo }>
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
  type: 'belongsTo' | 'hasMany' | 'hasOne'
  to: keyof E & string
  foreignKey: string
  primaryKey?: string
}

export type Relation<E, T> =
  | DirectRelation<E>
  | { type: 'variants'; branches: { when: Filter<T>; relation: DirectRelation<E> }[] }

export type StoreSchema<E, T extends Entity> = {
  indexes?: IndexSchema<T>[]
  relations?: Record<string, Relation<E, T>>
  /** Makes the id of a row that is added without one. Default: a UUID (version 7), in order of creation. */
  createId?: () => string
  write?: { strategy?: string }
}

export type Schema<E extends EntitiesLike<E>> = { [K in keyof E]?: StoreSchema<E, E[K]> }

type RelationsOf<S, K> = K extends keyof S ? (S[K] extends { relations: infer R } ? R : {}) : {}

/** client.stores.Todo and client.stores('Todo'): the same frozen facade for a name, always. */
export type Stores<E extends EntitiesLike<E>, S = Schema<E>> = {
  readonly [K in keyof E & string]: Store<E[K], RelationsOf<S, K>>
} & (<K extends keyof E & string>(name: K) => Store<E[K], RelationsOf<S, K>>)

export type ClientEvents = {
  storeCreated: { storeName: string; storeKey: string; traceId: string; context: { traceId: string } }
}

export interface Client<E extends EntitiesLike<E> = Entities, S = Schema<E>> {
  readonly id: string
  readonly stores: Stores<E, S>
  /** Listens until the returned function is called, the signal aborts, or the client is disposed. */
  on<K extends keyof ClientEvents>(
    event: K,
    listener: (event: ClientEvents[K]) => void,
    options?: { once?: boolean; signal?: AbortSignal },
  ): () => void
  /** Releases everything. Idempotent; every call afterwards rejects with `disposed`. */
  dispose(): Promise<void>
}

/** A plugin. None exists yet in this version; the shape is checked. */
export interface Plugin {
  id: string
  provides?: string[]
  requires?: string[]
  setup(context: unknown): unknown
}

export interface ClientOptions<E extends EntitiesLike<E>, S extends Schema<E> = Schema<E>> {
  /** A string that is not empty and holds no ":". Default: a random one. */
  id?: string
  schema?: S
  plugins?: Plugin[]
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
