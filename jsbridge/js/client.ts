import { type CheckedOptions, checkOptions, type StoreFunctions } from './client-options.js'
import { AtomaError } from './errors.js'
import { Events } from './events.js'
import { createFacade, type FacadeOwner } from './facade.js'
import type { Instance } from './instance.js'
import { LiveHub } from './live-hub.js'
import { closeInstance, openInstance } from './loader.js'
import { Obj, OpCloseClient, OpOpenClient, OpOpenStore, OpSuggest, WordNumber, WordOut, WordOutLen } from './protocol.js'
import { rejection } from './results.js'
import { clientInternal, inMemory } from './status.js'
import { StoreHandle } from './store-handle.js'
import { createStores } from './stores.js'
import { getText } from './text.js'
import type { AnyEntities, Client, ClientOptions, EntitiesLike, Entity, Schema, Store } from './types.js'

/** Numbers the calls that events are traced to. */
let traces = 0

/** Ids of the living clients of this page. */
const living = new Set<string>()

/**
 * Starts a client, ready for use. Without plugins it is a complete in-memory
 * client. Clients of one page share one runtime and never see each other's
 * stores.
 *
 * Rejects with `invalid_input` (options), `invalid_schema`, `already_exists` (a
 * living client has this id), `plugin_failed`, `network` (atoma.wasm could not
 * be fetched) or `internal` (it could not be compiled or started).
 */
export async function createClient<E extends EntitiesLike<E> = AnyEntities, S extends Schema<E> = Schema<E>>(
  options: ClientOptions<E, S> = {},
): Promise<Client<E, S>> {
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
  try {
    instance = await openInstance(options.wasm)
    return new RunningClient(instance, checked).client as unknown as Client<E, S>
  } catch (error) {
    living.delete(checked.id)
    if (instance) closeInstance(instance)
    throw rejection(error)
  }
}

class RunningClient implements FacadeOwner {
  readonly id: string
  readonly client: object
  private readonly number: number
  private readonly schema: Map<string, StoreFunctions>
  private readonly facades = new Map<string, Store<Entity>>()
  private readonly events = new Events()
  private readonly hub: LiveHub
  private disposal: Promise<void> | undefined

  constructor(
    private readonly instance: Instance,
    { id, schema, stores }: CheckedOptions,
  ) {
    this.id = id
    this.schema = stores
    const w = instance.writer.reset()
    w.payload(Obj, { id, schema })
    instance.call(OpOpenClient, 0, w.p)
    this.number = instance.word(WordNumber)
    this.hub = new LiveHub(instance, this.number, (name) => this.opened(name, `${id}:${name}`))
    const client = {
      id,
      stores: createStores((name) => this.facade(name)),
      on: (event: string, listener: unknown, options?: { once?: boolean; signal?: AbortSignal }) =>
        this.events.on(event, listener, options),
      dispose: () => this.dispose(),
    }
    Object.defineProperty(client, clientInternal, { value: inMemory })
    this.client = Object.freeze(client)
  }

  handle(name: string, storeKey: string): StoreHandle {
    if (this.disposal) {
      throw new AtomaError('disposed', `the client ${JSON.stringify(this.id)} has been disposed: create a new one`, {
        details: { store: name },
      })
    }
    if (this.instance.dead) throw this.instance.death()
    return this.opened(name, storeKey)
  }

  strategy(name: string): string | undefined {
    return this.schema.get(name)?.strategy
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

  private opened(name: string, storeKey: string): StoreHandle {
    return this.instance.handles.get(storeKey) ?? this.open(name, storeKey)
  }

  private open(name: string, storeKey: string): StoreHandle {
    const { instance } = this
    instance.call(OpOpenStore, this.number, this.putName(name))
    const handle = new StoreHandle(
      instance,
      this.hub,
      instance.word(WordNumber),
      name,
      storeKey,
      this.schema.get(name)?.createId,
    )
    instance.handles.set(storeKey, handle)
    const traceId = `${this.id}-${++traces}`
    this.events.emit('storeCreated', { storeName: name, storeKey, traceId, context: { traceId } })
    return handle
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
    settle(this.release())
    return this.disposal
  }

  private async release(): Promise<void> {
    const { instance } = this
    this.hub.close()
    for (const name of this.facades.keys()) {
      const storeKey = `${this.id}:${name}`
      instance.handles.get(storeKey)?.close()
      instance.handles.delete(storeKey)
    }
    this.events.clear()
    living.delete(this.id)
    if (!instance.dead) instance.call(OpCloseClient, this.number, 0)
    closeInstance(instance)
  }
}
