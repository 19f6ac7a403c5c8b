// What a plugin is given to work with. What it took is taken back with it.

import { attempt } from '../attempt.js'
import type { Core } from '../core.js'
import { AtomaError } from '../errors.js'
import { checkId } from '../input.js'
import { pluginCore } from './plugin-core.js'
import { getAll, peek } from '../read/reads.js'
import type { Services } from './services.js'
import type { StoreHandle } from '../store-handle.js'
import { checkName } from '../stores.js'
import type { AnyEntity, EventOptions, PluginContext, Store } from '../types.js'

/** What a context asks of the client beyond the core. */
export interface PluginClient extends Core {
  readonly services: Services
  /** The stores that exist, by name. */
  readonly created: ReadonlyMap<string, StoreHandle>
}

/** The context of one plugin and its end. */
export class PluginScope {
  readonly context: PluginContext
  private ended = false
  private readonly undos = new Set<() => void>()

  constructor(
    private readonly client: PluginClient,
    private readonly plugin: string,
  ) {
    const { id, services, created } = client
    const context = {
      clientId: id,
      stores: Object.freeze({
        list: () => this.use(() => [...created.keys()]),
        use: (name: string) => this.use(() => client.facade(checkName(name)) as unknown as Store<AnyEntity>),
        peek: (name: string, id: string) => this.use(() => this.peek(checkName(name), checkId(id, name))),
        snapshot: (name: string) => this.use(() => this.snapshot(checkName(name))),
      }),
      events: Object.freeze({
        on: (event: string, listener: unknown, options?: EventOptions) =>
          this.use(() => client.events.on(event, listener, options, this)),
        once: (event: string, listener: unknown) =>
          this.use(() => client.events.on(event, listener, { once: true }, this)),
      }),
      services: Object.freeze({
        register: (name: string, value: unknown) => this.use(() => services.register(name, value, this)),
        resolve: (name: string) => this.use(() => services.resolve(name)),
      }),
      execution: Object.freeze({
        register: (executor: unknown) => this.use(() => this.undoable(client.execution.register(executor))),
        registerStrategy: (name: unknown, write: unknown) =>
          this.use(() => this.undoable(client.execution.registerStrategy(name, write))),
      }),
    }
    Object.defineProperty(context, pluginCore, { value: client })
    this.context = Object.freeze(context) as unknown as PluginContext
  }

  /** Takes back what the plugin registered and listens to. Its context throws `disposed` from now on. */
  end(): void {
    this.ended = true
    for (const undo of [...this.undos].reverse()) attempt(undo)
    this.client.events.release(this)
    this.client.services.release(this)
  }

  private use<T>(run: () => T): T {
    if (!this.ended) return run()
    throw new AtomaError(
      'disposed',
      `the plugin ${JSON.stringify(this.plugin)} of the client ${JSON.stringify(this.client.id)} has ended: its context cannot be used any more`,
      { details: { plugin: this.plugin } },
    )
  }

  private undoable(undo: () => void): () => void {
    const own = (): void => {
      if (this.undos.delete(own)) undo()
    }
    this.undos.add(own)
    return own
  }

  private peek(name: string, id: string): AnyEntity | undefined {
    const handle = this.client.created.get(name)
    return handle && (peek(handle, id) as AnyEntity | undefined)
  }

  private snapshot(name: string): AnyEntity[] {
    const handle = this.client.created.get(name)
    return handle ? (getAll(handle) as AnyEntity[]) : []
  }
}
