// The package's main entry.

export { createClient } from './client.js'
export { watch } from './watch.js'
export { AtomaError } from './errors.js'
export type { AtomaErrorCode, AtomaErrorDetails } from './errors.js'
export type { WasmSource } from './loader.js'
export type {
  Change,
  Client,
  ClientEvents,
  ClientOptions,
  Comparable,
  DirectRelation,
  Draft,
  Entities,
  EntitiesLike,
  Entity,
  FieldFilter,
  FieldPath,
  Filter,
  FilterExpr,
  FilterMap,
  Include,
  IndexSchema,
  New,
  OpContext,
  Operand,
  Page,
  PageInfo,
  PartialWithId,
  Patch,
  Plugin,
  Query,
  ReadOptions,
  Relation,
  Schema,
  Sort,
  Store,
  Stores,
  StoreSchema,
  UpsertOptions,
  Watch,
  WriteManyResult,
  WriteOptions,
} from './types.js'
