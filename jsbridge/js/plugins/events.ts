// The events of one client. Nobody listening costs one comparison.

import { attempt } from '../attempt.js'
import { invalidInput, kindOf } from '../input.js'
import type { ClientEvents, EventOptions } from '../types.js'

export type EventName = keyof ClientEvents

export const eventNames: readonly EventName[] = [
  'storeCreated',
  'readStart',
  'readFinish',
  'writeStart',
  'writeCommitted',
  'writeFailed',
  'changeStart',
  'changeCommitted',
  'changeFailed',
]

interface Listener {
  tell(event: unknown): unknown
  off(): void
  /** Whose it is: a plugin, which takes its listeners with it. */
  owner: unknown
}

/** The listeners of one client. A listener that throws or rejects is reported and harms nobody. */
export class Events {
  private readonly listeners = new Map<EventName, Set<Listener>>()
  private count = 0

  /** Whether an event of this name has anybody to be told: if not, it need not be made. */
  listening(name: EventName): boolean {
    return this.count !== 0 && (this.listeners.get(name)?.size ?? 0) !== 0
  }

  /** Listens until the returned function is called, the signal aborts, or the client or the owner ends. */
  on(name: unknown, listener: unknown, options: unknown = {}, owner?: unknown): () => void {
    checkName(name)
    if (typeof listener !== 'function') throw invalidInput(`${kindOf(listener)} is no listener: pass a function`, {})
    const { once, signal } = checkOptions(options)
    if (signal?.aborted) return () => {}
    let set = this.listeners.get(name)
    if (!set) this.listeners.set(name, (set = new Set()))
    const own: Listener = {
      tell: (event) => {
        if (once) own.off()
        return (listener as (event: unknown) => unknown)(event)
      },
      off: () => {
        if (set.delete(own)) this.count--
        signal?.removeEventListener('abort', own.off)
      },
      owner,
    }
    set.add(own)
    this.count++
    signal?.addEventListener('abort', own.off)
    return own.off
  }

  /** Tells everybody who listened when it began; those who have gone meanwhile are left out. */
  emit<K extends EventName>(name: K, event: ClientEvents[K]): void {
    const set = this.count === 0 ? undefined : this.listeners.get(name)
    if (!set?.size) return
    Object.freeze(event)
    for (const listener of [...set]) if (set.has(listener)) attempt(() => listener.tell(event))
  }

  /** Ends the listeners of one owner. */
  release(owner: unknown): void {
    for (const listener of this.all()) if (listener.owner === owner) listener.off()
  }

  clear(): void {
    for (const listener of this.all()) listener.off()
  }

  private all(): Listener[] {
    return [...this.listeners.values()].flatMap((set) => [...set])
  }
}

/** Throws `invalid_input` for what is the name of no event. */
export function checkName(name: unknown): asserts name is EventName {
  if (eventNames.includes(name as EventName)) return
  const shown = typeof name === 'string' ? JSON.stringify(name) : kindOf(name)
  throw invalidInput(`there is no event ${shown}: listen to ${eventNames.join(', ')}`, {})
}

function checkOptions(options: unknown): EventOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalidInput(`options must be an object, not ${kindOf(options)}`, {})
  }
  const { once, signal } = options as EventOptions
  if (once !== undefined && typeof once !== 'boolean') throw invalidInput(`options.once must be true or false, not ${kindOf(once)}`, {}, ['once'])
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') {
    throw invalidInput('options.signal must be an AbortSignal', {}, ['signal'])
  }
  return options
}
