// The plugins of one client: started in order of what they require, stopped in
// reverse. What one of them did is taken back with it, whatever happens.

import { AtomaError, isA, thrownText } from '../errors.js'
import { kindOf } from '../input.js'
import type { CheckedPlugin } from './plugin-check.js'
import { type PluginClient, PluginScope } from './plugin-context.js'
import { startOrder } from './plugin-order.js'

interface Started {
  readonly id: string
  readonly scope: PluginScope
  dispose: (() => unknown) | undefined
}

export class PluginHost {
  private readonly started: Started[] = []
  /** Who brought which property of the client. */
  private readonly brought = new Map<PropertyKey, string>()

  constructor(
    private readonly client: PluginClient,
    /** How long a plugin's dispose is waited for, in milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  /**
   * Starts plugins, one after the other, and puts their extensions on `target`.
   * Rejects with `plugin_failed`, or `executor_conflict`; those that had started
   * are then to be stopped.
   */
  async start(plugins: readonly CheckedPlugin[], target: object): Promise<void> {
    for (const plugin of startOrder(plugins)) await this.startOne(plugin, target)
  }

  get running(): boolean {
    return this.started.length > 0
  }

  /** Stops those that have started, the last one first. Reports what fails, or takes too long, and goes on. */
  async stop(): Promise<void> {
    for (let last = this.started.pop(); last; last = this.started.pop()) {
      await this.stopOne(last).catch((error: unknown) => console.error(error))
      last.scope.end()
    }
  }

  private async startOne({ plugin, id }: CheckedPlugin, target: object): Promise<void> {
    const started: Started = { id, scope: new PluginScope(this.client, id), dispose: undefined }
    this.started.push(started)
    try {
      const given: unknown = await plugin.setup(started.scope.context)
      // anything but an object is as nothing: an arrow function may give what its last call gave
      if (typeof given !== 'object' || given === null) return
      const { extension, dispose } = given as { extension?: unknown; dispose?: unknown }
      if (dispose !== undefined) {
        if (typeof dispose !== 'function') throw failure(id, `gave a dispose that is ${kindOf(dispose)}: give a function`)
        started.dispose = () => dispose.call(given) as unknown
      }
      if (extension !== undefined) this.extend(target, id, extension)
    } catch (error) {
      throw failureOf(id, error)
    }
  }

  /** Getters stay getters of the extension: what they give may change. */
  private extend(target: object, id: string, extension: unknown): void {
    if (typeof extension !== 'object' || extension === null) {
      throw failure(id, `gave an extension that is ${kindOf(extension)}: give an object`)
    }
    for (const key of Reflect.ownKeys(extension)) {
      const property = Object.getOwnPropertyDescriptor(extension, key)!
      if (!property.enumerable) continue
      if (Object.hasOwn(target, key)) {
        const owner = this.brought.get(key)
        const whose = owner === undefined ? 'which the client has itself' : `as the plugin ${JSON.stringify(owner)} does`
        throw failure(id, `extends the client by ${JSON.stringify(String(key))}, ${whose}: choose another name`, {
          key: String(key),
          ...(owner === undefined ? {} : { other: owner }),
        })
      }
      // createClient's promise would take it for a promise
      if (key === 'then') throw failure(id, 'extends the client by "then", which would make it a promise: choose another name', { key })
      this.brought.set(key, id)
      Object.defineProperty(target, key, own(extension, property))
    }
  }

  private async stopOne({ id, dispose }: Started): Promise<void> {
    if (!dispose) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooLate(id, this.timeoutMs)), this.timeoutMs)
    })
    try {
      await Promise.race([dispose(), late])
    } finally {
      clearTimeout(timer)
    }
  }
}

/** A property of an extension as a property of the client. */
function own(extension: object, { value, get, set }: PropertyDescriptor): PropertyDescriptor {
  if (!get && !set) return { value: value as unknown, enumerable: true }
  const property: PropertyDescriptor = { enumerable: true }
  if (get) property.get = () => get.call(extension) as unknown
  if (set) property.set = (v: unknown) => set.call(extension, v)
  return property
}

function tooLate(plugin: string, timeoutMs: number): AtomaError {
  return new AtomaError('timeout', `dispose of the plugin ${JSON.stringify(plugin)} has not ended after ${timeoutMs} ms: it is not waited for`, {
    details: { plugin },
  })
}

function failure(plugin: string, what: string, more: { [detail: string]: unknown } = {}): AtomaError {
  return new AtomaError('plugin_failed', `the plugin ${JSON.stringify(plugin)} ${what}`, { details: { plugin, ...more } })
}

/** What createClient rejects with when a set-up throws. */
function failureOf(plugin: string, thrown: unknown): AtomaError {
  if (isA(thrown, AtomaError) && (thrown.code === 'plugin_failed' || thrown.code === 'executor_conflict')) return thrown
  const text = isA(thrown, Error) ? thrownText(thrown) : typeof thrown === 'string' ? thrown : `it threw ${kindOf(thrown)}`
  return new AtomaError('plugin_failed', `the plugin ${JSON.stringify(plugin)} could not be set up: ${text}`, {
    details: { plugin },
    cause: thrown,
  })
}
