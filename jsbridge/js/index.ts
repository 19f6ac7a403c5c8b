// The package's main entry.

export { createClient } from './client.js'
export { watch, watchCount } from './live/watch.js'
export { aggregate, watchAggregate } from './live/aggregate.js'
export { highlight } from './live/highlight.js'
export type { Highlight, HighlightOptions } from './live/highlight.js'
export { observability } from './observe/observability.js'
export type { Observability, ObservabilityOptions, ObservedEvent } from './observe/observability.js'
export { history } from './history/history.js'
export type { History, HistoryConflict, HistoryOptions } from './history/history.js'
export { memory } from '../../backends/memory/memory.js'
export type { MemoryOptions } from '../../backends/memory/memory.js'
export { http } from '../../backends/http/http.js'
export type {
  BatchOptions as HttpBatchOptions,
  HeaderSource as HttpHeaders,
  HttpOptions,
  RetryOptions as HttpRetryOptions,
  Timers as HttpTimers,
} from '../../backends/http/http.js'
export { multiplex } from '../../backends/multiplex/multiplex.js'
export type { MultiplexBackend, MultiplexOptions, MultiplexRequest, MultiplexRule } from '../../backends/multiplex/multiplex.js'
export { AtomaError } from './errors.js'
export type { AtomaErrorCode, AtomaErrorDetails } from './errors.js'
export type { WasmSource } from './loader.js'
export type {
  AggregateRow,
  AggregateSpec,
  AnyEntities,
  AnyEntity,
  Change,
  ChangeEvent,
  Client,
  ClientEvent,
  ClientEvents,
  ClientOptions,
  ClientStatus,
  Comparable,
  DirectRelation,
  Draft,
  Entities,
  EntitiesLike,
  Entity,
  EventOptions,
  Executor,
  ExecutorQuery,
  ExecutorWrite,
  Explanation,
  Extended,
  Extensions,
  FieldFilter,
  FieldPath,
  Filter,
  FilterExpr,
  FilterMap,
  Include,
  IncludeQuery,
  IndexSchema,
  IndexStats,
  Listen,
  Metric,
  New,
  OpContext,
  Operand,
  OperationContext,
  Page,
  PageInfo,
  PartialWithId,
  Patch,
  Plugin,
  PluginContext,
  PluginSetup,
  Processor,
  ProcessorContext,
  Processors,
  Query,
  QueryAnswer,
  QueryRequest,
  ReadAction,
  ReadEvent,
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
  WriteAction,
  WriteAnswer,
  WriteEntry,
  WriteEvent,
  WriteItemResult,
  WriteManyResult,
  WriteOptions,
  WriteRequest,
} from './types.js'
