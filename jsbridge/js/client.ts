import { type CheckedOptions, checkOptions, type StoreFunctions } from './client-options.js'
import type { WriteWatcher } from './core.js'
import { AtomaError } from './errors.js'
import { Events } from './plugins/events.js'
import { Execution } from './plugins/execution.js'
import { createFacade, type FacadeOwner } from './facade.js'
import type { Instance } from './instance.js'
import { LiveHub } from './live/live-hub.js'
import { closeInstance, openInstance } from './loader.js'
import { Pipeline } from './write/pipeline.js'
import type { CheckedPlugin } from './plugins/plugin-check.js'
import type { PluginClient } from './plugins/plugin-context.js'
import { PluginHost } from './plugins/plugin-host.js'
import { Obj, OpCloseClient, OpOpenClient, OpOpenStore, OpSuggest, WordNumber, WordOut, WordOutLen } from './protocol.js'
import { RemoteReads } from './read/remote-reads.js'
import { rejection } from './write/results.js'
import { Services } from './plugins/services.js'
import { clientInternal, liveStatus } from './status.js'
import { StoreHandle } from './store-handle.js'
import { createStores } from './stores.js'
import { getText } from './codec/text.js'
import { contextOf } from './plugins/trace.js'
import type { AnyEntities, ClientOptions, EntitiesLike, Entity, EventOptions, Extended, Plugin, Schema, Store } from './types.js'

/** Ids of the living clients of this page. */
const living = new Set<string>()

/**
 * Starts a client, ready for use, with its plugins. Without plugins it is a
 * complete in-memory client. Clients of one page share one runtime and never
 * see each other's stores.
 *
 * Rejects with `invalid_input` (options), `invalid_schema`, `already_exists` (a
 * living client has this id), `plugin_failed`, `executor_conflict` (two plugins
 * register executors), `network` (atoma.wasm could not be fetched) or `internal`
 * (it could not be compiled or started).
 */
export async function createClient<
  E extends EntitiesLike<E> = AnyEntities,
  S extends Schema<E> = Schema<E>,
  const P extends readonly Plugin<object>[] = readonly Plugin<object>[],
>(options: ClientOptions<E, S, P> = {}): Promise<Extended<E, S, P>> {
  const checked = checkOptions(options)
  if (living.has(checked.id)) {
    throw new AtomaError(
      'already_exists',
      `a living client has the id ${JSON.stringify(checked.id)}: use it, dispose it, or choose another id`,
      { details: { id: checked.id } },
    )
  }
  // taken before the first await, so that two calls cannot both pass
  living.add(checked.id)
  let instance: Instance | undefined
  let client: RunningClient
  try {
    instance = await openInstance(options.wasm)
    client = new RunningClient(instance, checked)
  } catch (error) {
    living.delete(checked.id)
    if (instance) closeInstance(instance)
    throw rejection(error)
  }
  return (await client.start(checked.plugins)) as Extended<E, S, P>
}

class RunningClient implements PluginClient, FacadeOwner {
  readonly id: string
  readonly number: number
  readonly events = new Events()
  readonly execution: Execution
  readonly pipeline: Pipeline
  readonly remote: RemoteReads
  readonly services = new Services()
  readonly watchers = new Set<WriteWatcher>()
  /** By name, which with the client's id is the storeKey: the only registry on this side. */
  readonly created = new Map<string, StoreHandle>()
  private readonly schema: Map<string, StoreFunctions>
  private readonly facades = new Map<string, Store<Entity>>()
  private readonly hub: LiveHub
  private readonly host: PluginHost
  private readonly disposeTimeoutMs: number
  private disposal: Promise<void> | undefined
  private released = false

  constructor(
    readonly instance: Instance,
    { id, schema, stores, processed, disposeTimeoutMs }: CheckedOptions,
  ) {
    this.id = id
    this.schema = stores
    this.disposeTimeoutMs = disposeTimeoutMs
    const w = instance.writer.reset()
    w.payload(Obj, { id, schema, processed })
    instance.call(OpOpenClient, 0, w.p)
    this.number = instance.word(WordNumber)
    this.hub = new LiveHub(instance, this.number, (name) => this.opened(name))
    this.execution = new Execution(this)
    this.pipeline = new Pipeline(this)
    this.remote = new RemoteReads(this)
    this.host = new PluginHost(this, disposeTimeoutMs)
  }

  /** Starts the plugins and gives what the user gets. */
  async start(plugins: readonly CheckedPlugin[]): Promise<object> {
    const client = {
      id: this.id,
      stores: createStores((name) => this.facade(name)),
      on: (event: string, listener: unknown, options?: EventOptions) => this.events.on(event, listener, options),
      dispose: () => this.dispose(),
    }
    Object.defineProperty(client, clientInternal, { value: liveStatus(this.pipeline) })
    try {
      if (plugins.length > 0) await this.host.start(plugins, client)
    } catch (error) {
      await this.dispose()
      throw rejection(error)
    }
    return Object.freeze(client)
  }

  get disposed(): boolean {
    return this.disposal !== undefined
  }

  functions(store: string): StoreFunctions | undefined {
    return this.schema.get(store)
  }

  handle(name: string): StoreHandle {
    if (this.disposal) throw this.gone(name)
    if (this.instance.dead) throw this.instance.death()
    return this.opened(name)
  }

  facade(name: string): Store<Entity> {
    let facade = this.facades.get(name)
    if (!facade) {
      facade = createFacade(this, name)
      this.facades.set(name, facade)
      this.suggest(name)
    }
    return facade
  }

  /** Also while the client is being disposed: what is in flight is brought to its end. */
  opened(name: string): StoreHandle {
    return this.created.get(name) ?? this.open(name)
  }

  private open(name: string): StoreHandle {
    if (this.released) throw this.gone(name)
    const { instance } = this
    const storeKey = `${this.id}:${name}`
    instance.call(OpOpenStore, this.number, this.putName(name))
    const handle = new StoreHandle(
      instance,
      this.hub,
      instance.word(WordNumber),
      name,
      storeKey,
      this.schema.get(name)?.createId,
    )
    this.created.set(name, handle)
    if (this.events.listening('storeCreated')) {
      const context = contextOf(this, { origin: 'system' })
      this.events.emit('storeCreated', { storeName: name, storeKey, traceId: context.traceId, context })
    }
    return handle
  }

  private gone(store: string): AtomaError {
    return new AtomaError('disposed', `the client ${JSON.stringify(this.id)} has been disposed: create a new one`, {
      details: { store },
    })
  }

  /** Warns of a name that the schema nearly lists: once, as a facade is made once. */
  private suggest(name: string): void {
    const { instance } = this
    if (this.schema.size === 0 || this.schema.has(name) || this.disposal || instance.dead) return
    instance.call(OpSuggest, this.number, this.putName(name))
    const start = instance.word(WordOut)
    const listed = getText(instance.u8, start, start + instance.word(WordOutLen))
    if (listed === '') return
    console.warn(
      `atoma: the schema lists no store ${JSON.stringify(name)}; did you mean ${JSON.stringify(listed)}? The store is used as it is named.`,
    )
  }

  private putName(name: string): number {
    const w = this.instance.writer.reset()
    w.text(name)
    return w.p
  }

  private dispose(): Promise<void> {
    if (this.disposal) return this.disposal
    let settle = (_outcome: Promise<void>): void => {}
    // before the release: listeners that are told in its course find the client disposed
    this.disposal = new Promise((resolve) => (settle = resolve))
    settle(this.end())
    return this.disposal
  }

  /** Nothing is awaited when nothing is in flight and there are no plugins: all is released when the call returns. */
  private async end(): Promise<void> {
    this.hub.flushNow()
    if (this.pipeline.pendingWrites > 0 || this.host.running) {
      await this.drain()
      await this.host.stop()
    }
    this.release()
  }

  /** Waits for what is in flight. */
  private async drain(): Promise<void> {
    const parts = [this.pipeline, this.remote]
    for (const outcome of await Promise.allSettled(parts.map((part) => part.drain(this.disposeTimeoutMs)))) {
      if (outcome.status === 'rejected') console.error(outcome.reason)
    }
    this.remote.close()
  }

  private release(): void {
    const { instance } = this
    this.hub.close()
    this.released = true
    this.pipeline.end()
    this.execution.close()
    for (const handle of this.created.values()) handle.close()
    this.created.clear()
    this.events.clear()
    living.delete(this.id)
    if (!instance.dead) instance.call(OpCloseClient, this.number, 0)
    closeInstance(instance)
  }
}
