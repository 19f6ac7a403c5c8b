import { attempt } from './attempt.js'
import { invalidInput, kindOf } from './input.js'
import type { ClientEvents } from './types.js'

const names: readonly string[] = ['storeCreated'] satisfies (keyof ClientEvents)[]

/** The listeners of one client. A listener that throws or rejects is reported and harms nobody. */
export class Events {
  private readonly listeners = new Map<string, Set<(event: never) => unknown>>()

  on(
    name: string,
    listener: unknown,
    options: { once?: boolean; signal?: AbortSignal } = {},
  ): () => void {
    if (!names.includes(name)) {
      throw invalidInput(`there is no event ${JSON.stringify(name)}: listen to ${names.join(', ')}`, {})
    }
    if (typeof listener !== 'function') throw invalidInput(`${kindOf(listener)} is no listener: pass a function`, {})
    const { once, signal } = options
    if (signal?.aborted) return () => {}
    let set = this.listeners.get(name)
    if (!set) this.listeners.set(name, (set = new Set()))
    const off = (): void => {
      set.delete(own)
      signal?.removeEventListener('abort', off)
    }
    const own = (event: unknown): unknown => {
      if (once) off()
      return (listener as (event: unknown) => unknown)(event)
    }
    set.add(own)
    signal?.addEventListener('abort', off)
    return off
  }

  emit<K extends keyof ClientEvents>(name: K, event: ClientEvents[K]): void {
    const set = this.listeners.get(name)
    if (!set) return
    for (const listener of [...set]) attempt(() => listener(event as never))
  }

  clear(): void {
    this.listeners.clear()
  }
}
