// The backends of a multiplex, and their lives in one client.

import { AtomaError, pathText } from '../../jsbridge/js/errors.js'
import { checkExecutor } from '../../jsbridge/js/plugins/execution.js'
import { type CheckedPlugin, checkPlugin } from '../../jsbridge/js/plugins/plugin-check.js'
import { pluginCore } from '../../jsbridge/js/plugins/plugin-core.js'
import type { Executor, PluginContext } from '../../jsbridge/js/types.js'

/** A backend: a plugin, or an executor itself. */
export interface Part {
  readonly plugin?: CheckedPlugin
  readonly executor?: Executor
}

/** What is no plugin and no executor is `invalid_input`. */
export function partOf(backend: unknown, path: (string | number)[]): Part {
  const isPlugin = typeof backend === 'object' && backend !== null && 'setup' in backend
  return isPlugin ? { plugin: checkPlugin(backend, pathText(path), path) } : { executor: checkExecutor(backend) }
}

/** The backends as they are set up in one client. */
export class PartsInUse {
  /** What they extend the client by. */
  readonly extension: object = {}
  private readonly executors = new Map<Part, Executor>()
  private readonly disposals: (() => unknown)[] = []

  constructor(private readonly context: PluginContext) {}

  /** The executor of a backend. One whose plugin has taken it back refuses. */
  executor(part: Part): Executor {
    const executor = this.executors.get(part)
    if (executor) return executor
    const name = JSON.stringify(part.plugin?.id)
    throw new AtomaError('internal', `the backend ${name} has taken its executor back: nothing can be asked of it any more`)
  }

  async start(part: Part): Promise<void> {
    if (part.plugin) await this.setUp(part, part.plugin)
    else this.executors.set(part, part.executor!)
  }

  /** Stops the plugins, the last one first. One that throws is reported and stops nothing. */
  async dispose(): Promise<void> {
    for (let last = this.disposals.pop(); last; last = this.disposals.pop()) {
      try {
        await last()
      } catch (error) {
        console.error(error)
      }
    }
  }

  private async setUp(part: Part, { plugin, id }: CheckedPlugin): Promise<void> {
    const given: unknown = await plugin.setup(this.contextOf(part, id))
    // as with any plugin, what is no object is nothing
    const setup = (typeof given === 'object' && given !== null ? given : {}) as { extension?: object; dispose?: () => unknown }
    if (setup.dispose) this.disposals.push(() => setup.dispose!())
    if (!this.executors.has(part)) {
      throw failure(id, 'registers no executor: a backend of multiplex must register one in its set-up')
    }
    if (setup.extension) this.extend(id, setup.extension)
  }

  /** The context of a plugin whose executor is not the client's. */
  private contextOf(part: Part, id: string): PluginContext {
    const { clientId, stores, events, services, execution } = this.context
    const own = {
      clientId,
      stores,
      events,
      services,
      execution: Object.freeze({
        register: (executor: unknown) => this.register(part, id, checkExecutor(executor)),
        registerStrategy: execution.registerStrategy,
      }),
    }
    Object.defineProperty(own, pluginCore, { value: (this.context as { [pluginCore]?: unknown })[pluginCore] })
    return Object.freeze(own)
  }

  private register(part: Part, id: string, executor: Executor): () => void {
    const { executors } = this
    const other = executors.get(part)
    if (other) {
      const ids = [other.id, executor.id]
      throw new AtomaError(
        'executor_conflict',
        `the executor ${JSON.stringify(ids[1])} cannot be registered, as ${JSON.stringify(ids[0])} is: the backend ${JSON.stringify(id)} of multiplex has one`,
        { details: { executors: ids, plugin: id } },
      )
    }
    executors.set(part, executor)
    return () => {
      if (executors.get(part) === executor) executors.delete(part)
    }
  }

  private extend(id: string, extension: object): void {
    for (const key of Reflect.ownKeys(extension)) {
      const property = Object.getOwnPropertyDescriptor(extension, key)!
      if (!property.enumerable) continue
      if (Object.hasOwn(this.extension, key)) {
        throw failure(id, `extends the client by ${JSON.stringify(String(key))}, as another backend of multiplex does: choose another name`)
      }
      Object.defineProperty(this.extension, key, ownProperty(extension, property))
    }
  }
}

/** A property as one of another object; a getter still gets it of its own. */
function ownProperty(owner: object, property: PropertyDescriptor): PropertyDescriptor {
  const { get, set } = property
  if (!get && !set) return property
  const moved: PropertyDescriptor = { enumerable: true, configurable: true }
  if (get) moved.get = () => get.call(owner) as unknown
  if (set) moved.set = (value: unknown) => set.call(owner, value)
  return moved
}

function failure(plugin: string, what: string): AtomaError {
  return new AtomaError('plugin_failed', `the plugin ${JSON.stringify(plugin)} ${what}`, { details: { plugin } })
}
