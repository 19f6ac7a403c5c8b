// The package's main entry.

export { createClient } from './client.js'
export { watch, watchCount } from './watch.js'
export { aggregate, watchAggregate } from './aggregate.js'
export { highlight } from './highlight.js'
export type { Highlight, HighlightOptions } from './highlight.js'
export { AtomaError } from './errors.js'
export type { AtomaErrorCode, AtomaErrorDetails } from './errors.js'
export type { WasmSource } from './loader.js'
export type {
  AggregateRow,
  AggregateSpec,
  AnyEntities,
  AnyEntity,
  Change,
  Client,
  ClientEvents,
  ClientOptions,
  ClientStatus,
  Comparable,
  DirectRelation,
  Draft,
  Entities,
  EntitiesLike,
  Entity,
  Explanation,
  FieldFilter,
  FieldPath,
  Filter,
  FilterExpr,
  FilterMap,
  Include,
  IncludeQuery,
  IndexSchema,
  IndexStats,
  Metric,
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
  Related,
  Relation,
  RelationsOf,
  Schema,
  Sort,
  Store,
  Stores,
  StoreSchema,
  StoreStats,
  TextQuery,
  UpsertOptions,
  Watch,
  WatchAggregate,
  WithRelated,
  WriteManyResult,
  WriteOptions,
} from './types.js'
