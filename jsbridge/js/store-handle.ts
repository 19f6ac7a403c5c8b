// The runtime's entry for one store, found by storeKey: the engine's number of
// it, its row mirror and its live views. Facades, hooks and plugins hold none.

import { Gate } from './write/gate.js'
import { LiveViews } from './live/live.js'
import type { LiveHub } from './live/live-hub.js'
import { frozen } from './mode.js'
import { Mirror } from './mirror.js'
import type { Instance } from './instance.js'
import type { Place, Row } from './input.js'
import { peek } from './read/reads.js'
import { OpField, WordNumber } from './protocol.js'

/** A pending write of a row of which not all shows yet. */
export interface HiddenWrite {
  readonly write: number
  /** The row as its call left it; undefined: it deletes it. */
  readonly row: Row | undefined
  /** It is confirmed, and stays on top of one that is not. */
  readonly settled?: boolean
}

/** What has happened to rows since somebody began to note it. */
export interface Noted {
  /** The ids of rows that changed here. */
  readonly changed: Set<string>
  /** The ids of rows that the backend has told of, and whether they were gone then. */
  readonly heard: Map<string, boolean>
}

export class StoreHandle {
  readonly mirror = new Mirror()
  readonly live: LiveViews
  readonly place: Place
  /** The order of its write calls when some of them wait. */
  readonly gate = new Gate()
  /** The pending writes of rows of which not all shows yet, by id and in order; undefined: there are none. */
  hidden: Map<string, HiddenWrite[]> | undefined
  /** Counts changes; views compare it. */
  changes = 0
  /** Who notes what happens to rows, for as long as the executor is being asked for rows. */
  readonly noting = new Set<Noted>()
  /** Set when the client is disposed. */
  closed = false
  private readonly fields = new Map<string, number>()
  private readonly fieldNames: string[] = []

  constructor(
    readonly instance: Instance,
    /** What is live in the client. */
    readonly hub: LiveHub,
    /** The engine's number of this store. */
    readonly number: number,
    readonly storeName: string,
    readonly storeKey: string,
    readonly createId: (() => unknown) | undefined,
  ) {
    this.place = { store: storeName }
    this.live = new LiveViews(this)
    this.define('id')
    this.define('version')
  }

  /** The engine's number of a field. Uses the inbox when the field is new. */
  field(name: string): number {
    return this.fields.get(name) ?? this.define(name)
  }

  /** The same without asking the engine: undefined when the field is new. */
  knownField(name: string): number | undefined {
    return this.fields.get(name)
  }

  readonly fieldName = (field: number): string => this.fieldNames[field]!

  /** The current row of an id, synchronously: what hooks read while rendering. After the end, the last one. */
  peek(id: string): Row | undefined {
    return this.mirror.byId(id) ?? (this.closed || this.instance.dead ? undefined : peek(this, id))
  }

  /** Says that the row of this id changed, and with it the store. */
  touch(id: string): void {
    this.changes++
    if (this.noting.size > 0) for (const { changed } of this.noting) changed.add(id)
    this.live.changed(id)
  }

  /** The same for many rows. */
  touchAll(ids: Iterable<string>): void {
    this.changes++
    // the ids may be an iterator, which is read once
    if (this.noting.size > 0) this.note((ids = [...ids]))
    this.live.changedAll(ids)
  }

  close(): void {
    this.closed = true
    this.live.close()
    this.mirror.close()
  }

  /** Says that the backend has told of the row of this id: it has answered a write of it, or the row was written back. */
  heardOf(id: string, gone: boolean): void {
    if (this.noting.size > 0) for (const { heard } of this.noting) heard.set(id, gone || heard.get(id) === true)
  }

  private note(ids: Iterable<string>): void {
    for (const { changed } of this.noting) for (const id of ids) changed.add(id)
  }

  private define(name: string): number {
    const { instance } = this
    const w = instance.writer.reset()
    w.text(name)
    instance.call(OpField, this.number, w.p)
    const field = instance.word(WordNumber)
    this.fields.set(name, field)
    this.fieldNames[field] = name
    return field
  }
}

/** Completes a row that a write has made. */
export function seal(row: Row): Row {
  return frozen ? Object.freeze(row) : row
}
