// observability(): what a client did, kept for a while and told to whom it concerns.

import { attempt } from '../attempt.js'
import { checkName, type EventName, eventNames } from '../plugins/events.js'
import { invalidInput, kindOf } from '../input.js'
import type { ClientEvents, Plugin } from '../types.js'

/** An event and when it was: milliseconds since 1970. */
export type ObservedEvent = { [K in EventName]: { name: K; time: number; event: ClientEvents[K] } }[EventName]

export type ObservabilityOptions = {
  /** How many events are kept; the oldest go first. Default: 1000; 0: none, for a sink alone. */
  limit?: number
  /**
   * The share of operations that is looked at, from 0 to 1. Default: 1, all. Of one
   * operation all events are, or none: the choice is made by its trace id.
   */
  sample?: number
  /** Is given each event that is looked at. What it throws or rejects with is reported with console.error. */
  sink?: (entry: ObservedEvent) => unknown
  /** Which events; default: all. */
  events?: readonly EventName[]
}

export interface Observability {
  /** What is kept, the oldest first. A new array at each call. */
  entries(): ObservedEvent[]
  clear(): void
}

const defaultLimit = 1000

/** A plugin that keeps the last events of its client, and hands them on. */
export function observability(options: ObservabilityOptions = {}): Plugin<{ observability: Observability }> {
  const { limit, sample, sink, events } = checkOptions(options)
  return {
    id: 'observability',
    setup({ events: { on } }) {
      const ring = new Ring<ObservedEvent>(limit)
      const see = (entry: ObservedEvent): void => {
        if (!sampled(entry.event.traceId, sample)) return
        ring.push(entry)
        if (sink) attempt(() => sink(entry))
      }
      // of a sample of nothing, nobody listens
      for (const name of sample > 0 ? events : []) {
        on(name, (event) => see(Object.freeze({ name, time: Date.now(), event }) as ObservedEvent))
      }
      return {
        extension: { observability: Object.freeze({ entries: () => ring.list(), clear: () => ring.clear() }) },
        dispose: () => ring.clear(),
      }
    },
  }
}

/** The last so many items, in order. */
class Ring<T> {
  private items: T[] = []
  /** Where the oldest is, once it is full. */
  private first = 0

  constructor(private readonly limit: number) {}

  push(item: T): void {
    if (this.items.length < this.limit) this.items.push(item)
    else if (this.limit > 0) {
      this.items[this.first] = item
      this.first = (this.first + 1) % this.limit
    }
  }

  list(): T[] {
    return [...this.items.slice(this.first), ...this.items.slice(0, this.first)]
  }

  clear(): void {
    this.items = []
    this.first = 0
  }
}

/** Whether a trace is looked at: its hash, evenly spread, is below the share. */
function sampled(traceId: string, share: number): boolean {
  return share === 1 || hash(traceId) < share * 2 ** 32
}

/** FNV-1a over code units, its bits mixed as MurmurHash3 ends: trace ids differ in their last digits only. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

function checkOptions(options: unknown): { limit: number; sample: number; sink: ObservabilityOptions['sink']; events: readonly EventName[] } {
  if (typeof options !== 'object' || options === null) {
    throw invalidInput(`the options of observability() must be an object, not ${kindOf(options)}`, {})
  }
  const { limit = defaultLimit, sample = 1, sink, events = eventNames } = options as ObservabilityOptions
  if (!Number.isInteger(limit) || limit < 0) {
    throw invalidInput('options.limit of observability() must be a whole number of events, 0 or more', {}, ['limit'])
  }
  if (!(typeof sample === 'number' && sample >= 0 && sample <= 1)) {
    throw invalidInput('options.sample of observability() must be a number from 0 to 1', {}, ['sample'])
  }
  if (sink !== undefined && typeof sink !== 'function') {
    throw invalidInput(`options.sink of observability() must be a function, not ${kindOf(sink)}`, {}, ['sink'])
  }
  if (!Array.isArray(events)) {
    throw invalidInput(`options.events of observability() must be an array of names, not ${kindOf(events)}`, {}, ['events'])
  }
  events.forEach(checkName)
  return { limit, sample, sink, events: [...new Set(events)] }
}
