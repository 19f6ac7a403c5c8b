// The package's main entry.

export { createClient } from './client.js'
export { watch, watchCount } from './watch.js'
export { aggregate, watchAggregate } from './aggregate.js'
export { highlight } from './highlight.js'
export type { Highlight, HighlightOptions } from './highlight.js'
export { observability } from './observability.js'
export type { Observability, ObservabilityOptions, ObservedEvent } from './observability.js'
export { history } from './history.js'
export type { History, HistoryConflict, HistoryOptions } from './history.js'
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
