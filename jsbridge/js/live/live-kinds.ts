// The kinds of live results: rows, their ids alone, a number, groups.

import { readShape, readTree, type Level } from './composer.js'
import { advance, applyDelta, keepDelta, readDelta, sameItems, type Delta } from './delta.js'
import type { Row } from '../input.js'
import { LiveResult, type Shelf } from './live-result.js'
import { frozen } from '../mode.js'
import { readPageInfo, samePage } from '../read/page-info.js'
import {
  List,
  ViewAggregates,
  ViewCount,
  ViewRows,
  WordCount,
  WordOut,
  WordOutLen,
  WordTree,
  WordTreeLen,
} from '../protocol.js'
import { encodeQuery } from '../read/query-input.js'
import { idsAt, rowsAt } from '../read/reads.js'
import type { StoreHandle } from '../store-handle.js'
import type { PageInfo } from '../types.js'
import { ValueReader } from '../codec/value-reader.js'

export type Snapshot = { readonly data: readonly Row[]; readonly pageInfo?: PageInfo }

const nothing: Snapshot = Object.freeze({ data: Object.freeze([]) as readonly Row[] })
const noItems: readonly never[] = Object.freeze([])

/** The rows of a query, with what it includes. */
export class LiveRows extends LiveResult<Snapshot> {
  private level: Level | undefined
  /** The rows of the window without what they include. */
  private bases: Row[] = []

  constructor(
    handle: StoreHandle,
    private readonly query: Row | undefined,
    shelf: Shelf,
  ) {
    super(handle, encodeQuery(handle, query), ViewRows, query?.['include'] !== undefined, shelf, nothing)
  }

  protected override opened(): void {
    const shape = readShape(this.handle.instance)
    if (shape) this.level = this.handle.hub.composer.level(shape, this.query!['include'])
  }

  protected take(former: Snapshot): Snapshot {
    const { handle, level } = this
    const pageInfo = readPageInfo(handle.instance)
    const delta = deltaOut(handle)
    const data = level ? this.takeComposed(former.data, delta, level) : this.takeRows(former.data, delta)
    if (data === former.data && samePage(pageInfo, former.pageInfo)) return former
    return Object.freeze(pageInfo === undefined ? { data } : { data, pageInfo })
  }

  protected same(a: Snapshot, b: Snapshot): boolean {
    return sameItems(a.data, b.data) && samePage(a.pageInfo, b.pageInfo)
  }

  private takeRows(former: readonly Row[], delta: Delta): readonly Row[] {
    if (delta.reset) return unlessSame(former, rowsAt(this.handle, delta.slots))
    const own = keepDelta(delta)
    return settled(former, applyDelta(former, own, rowsAt(this.handle, own.slots)))
  }

  /** Whatever is new in the window comes with its tree, and so does a parent whose related rows changed. */
  private takeComposed(former: readonly Row[], now: Delta, level: Level): readonly Row[] {
    const delta = keepDelta(now)
    const { removed, inserted } = delta
    const tree = readTree(this.handle.instance)
    const rows = rowsAt(this.handle, delta.slots)
    const bases = (this.bases = delta.reset ? rows : advance(this.bases, delta, rows))
    let next: Row[] | undefined
    if (delta.reset) {
      next = new Array<Row>(bases.length)
    } else if (removed.length + inserted.length > 0) {
      const places = { ...delta, replaced: noPositions }
      next = applyDelta(former, places, new Array<Row>(inserted.length).fill(placeholder)) as Row[]
    }
    this.handle.hub.composer.composeAt(bases, delta.trees, level, tree, (position, row) => {
      if (!next && former[position] === row) return
      next ??= former.slice()
      next[position] = row
    })
    if (!next) return former
    // what was taken out may have been put back as it was
    return delta.reset || removed.length === inserted.length ? unlessSame(former, next) : settled(former, next)
  }
}

const placeholder: Row = {}
const noPositions = new Uint32Array(0)

/** The ids of a query's rows, which change only when membership or order does. */
export class LiveIds extends LiveResult<readonly string[]> {
  constructor(handle: StoreHandle, query: Row | undefined, shelf: Shelf) {
    super(handle, encodeQuery(handle, query), ViewRows, false, shelf, noItems)
  }

  protected take(former: readonly string[]): readonly string[] {
    const delta = keepDelta(deltaOut(this.handle))
    if (delta.reset) return unlessSame(former, idsAt(this.handle, delta.slots))
    const places = { ...delta, replaced: noPositions, slots: delta.slots.subarray(0, delta.inserted.length) }
    return settled(former, applyDelta(former, places, idsAt(this.handle, places.slots)))
  }

  protected same(a: readonly string[], b: readonly string[]): boolean {
    return sameItems(a, b)
  }
}

/** How many rows match. */
export class LiveCount extends LiveResult<number> {
  constructor(handle: StoreHandle, query: Row | undefined, shelf: Shelf) {
    super(handle, encodeQuery(handle, query), ViewCount, false, shelf, 0)
  }

  protected take(): number {
    return this.handle.instance.word(WordCount)
  }

  protected same(a: number, b: number): boolean {
    return a === b
  }
}

/** Groups of rows and what was computed of each. */
export class LiveGroups extends LiveResult<readonly Row[]> {
  constructor(handle: StoreHandle, spec: Row | undefined, shelf: Shelf) {
    super(handle, encodeQuery(handle, spec), ViewAggregates, false, shelf, noItems)
  }

  protected take(former: readonly Row[]): readonly Row[] {
    const { instance } = this.handle
    const start = instance.word(WordTree)
    const groups = new ValueReader(instance.u8, frozen).cell(List, start, start + instance.word(WordTreeLen)) as Row[]
    const delta = deltaOut(this.handle)
    return delta.reset ? unlessSame(former, groups) : settled(former, applyDelta(former, delta, groups))
  }

  protected same(a: readonly Row[], b: readonly Row[]): boolean {
    return sameItems(a, b)
  }
}

/** The changes that the last call answered, where they lie. */
function deltaOut({ instance }: StoreHandle): Delta {
  return readDelta(instance.u32, instance.word(WordOut) >>> 2, instance.word(WordOutLen) >>> 2)
}

/** A list as it is given out: nobody changes it any more. */
function settled<T>(former: readonly T[], next: readonly T[]): readonly T[] {
  return frozen && next !== former ? Object.freeze(next) : next
}

/** The same, and the former list where nothing is new. */
function unlessSame<T>(former: readonly T[], next: readonly T[]): readonly T[] {
  return sameItems(former, next) ? former : settled(former, next)
}
