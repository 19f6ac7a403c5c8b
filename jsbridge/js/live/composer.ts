// Rows with their related rows. The engine answers an include with trees of
// slots; here they become objects: a copy of the parent with the related rows
// under the names of the relations. What was composed of the same row and the
// same related rows is not composed again, so that it keeps its identity; and
// lists of related rows keep theirs when only their parent's own fields change.

import type { Instance } from '../instance.js'
import type { Row } from '../input.js'
import { lineageOf } from './lineage.js'
import { frozen } from '../mode.js'
import { Obj, WordShape, WordShapeLen, WordTree, WordTreeLen } from '../protocol.js'
import { keyOf } from '../read/query-input.js'
import { rowsAt } from '../read/reads.js'
import type { StoreHandle } from '../store-handle.js'
import { setOwn, ValueReader } from '../codec/value-reader.js'

/** How the engine describes the includes of a query. Branches that lead to one store have the same includes. */
export interface Shape {
  stores: string[]
  includes: IncludeShape[]
}

interface IncludeShape {
  name: string
  branches: { target: number; includes: IncludeShape[] }[]
}

/** The word before related rows: a kind, and the number of their store from bit 8 on. */
const none = 0
const one = 1

/** The includes of one query at one depth, and what was composed for them. */
export interface Level {
  readonly includes: { name: string; branches: Branch[] }[]
  /** By the lineage of the row. */
  readonly composed: WeakMap<object, Composed>
}

interface Branch {
  store: string
  level: Level
}

interface Composed {
  /** The row without what it includes. */
  base: Row
  /** In the order of the includes: null, a row, or an array of rows. */
  related: (Row | readonly Row[] | null)[]
  row: Row
}

/** Rows without related rows. */
const bare: Level = { includes: [], composed: new WeakMap() }

/** So many different includes are remembered; a live view remembers its own as long as it lives. */
const rememberedLevels = 64

/** How the includes of the last call's query are made up; undefined when it includes nothing. */
export function readShape(instance: Instance): Shape | undefined {
  if (instance.word(WordShapeLen) === 0) return undefined
  const start = instance.word(WordShape)
  return new ValueReader(instance.u8, false).cell(Obj, start, start + instance.word(WordShapeLen)) as unknown as Shape
}

/** The trees of the last call; the answer is the caller's. */
export function readTree(instance: Instance): Uint32Array {
  const start = instance.word(WordTree) >>> 2
  return instance.u32.slice(start, start + instance.word(WordTreeLen))
}

/** Composes the rows of one client. */
export class Composer {
  private readonly levels = new Map<string, WeakMap<object, Composed>>()

  constructor(private readonly handleOf: (store: string) => StoreHandle) {}

  /** The level of a query's include, a copied value, which the engine describes by a shape. */
  level({ stores, includes }: Shape, include: unknown): Level {
    return this.levelOf(stores, includes, include, '')
  }

  /** Rows with their related rows, whose trees stand one behind the other. */
  compose(rows: readonly Row[], level: Level, tree: Uint32Array): Row[] {
    const walk = new Walk(this.handleOf, tree)
    for (let i = 0; i < rows.length; i++) walk.visit(level)
    walk.fetch()
    return rows.map((row) => walk.compose(row, level))
  }

  /** The same for some of the rows of a window: so many positions, then their trees. Calls back with each. */
  composeAt(
    rows: readonly Row[],
    n: number,
    level: Level,
    tree: Uint32Array,
    use: (position: number, row: Row) => void,
  ): void {
    const walk = new Walk(this.handleOf, tree.subarray(n))
    for (let i = 0; i < n; i++) walk.visit(level)
    walk.fetch()
    for (let i = 0; i < n; i++) use(tree[i]!, walk.compose(rows[tree[i]!]!, level))
  }

  private levelOf(stores: readonly string[], shape: readonly IncludeShape[], include: unknown, of: string): Level {
    if (shape.length === 0) return bare
    return {
      composed: this.remembered(`${of}${keyOf(include)}`),
      includes: shape.map(({ name, branches }) => {
        const spec = (include as Row)[name]
        const inner = typeof spec === 'object' && spec !== null ? (spec as Row)['include'] : undefined
        // by number of the store, as the trees have it
        const byStore: Branch[] = []
        for (const { target, includes } of branches) {
          const store = stores[target]!
          byStore[target] ??= { store, level: this.levelOf(stores, includes, inner, `${store} `) }
        }
        return { name, branches: byStore }
      }),
    }
  }

  private remembered(key: string): WeakMap<object, Composed> {
    const { levels } = this
    const known = levels.get(key)
    const composed = known ?? new WeakMap<object, Composed>()
    // the order of a Map is that of insertion: the first is the one not asked for longest
    if (known) levels.delete(key)
    levels.set(key, composed)
    if (levels.size > rememberedLevels) levels.delete(levels.keys().next().value!)
    return composed
  }
}

/** One passage through trees: first to see which rows are needed, then to compose. */
class Walk {
  private p = 0
  private readonly slots = new Map<string, number[]>()
  private readonly handles = new Map<string, StoreHandle>()

  constructor(
    private readonly handleOf: (store: string) => StoreHandle,
    private readonly tree: Uint32Array,
  ) {}

  take(): number {
    return this.tree[this.p++]!
  }

  /** Notes the slots in the tree of one parent. */
  visit({ includes }: Level): void {
    for (let i = 0; i < includes.length; i++) {
      const head = this.take()
      if ((head & 0xff) === none) continue
      const { store, level } = includes[i]!.branches[head >>> 8]!
      let slots = this.slots.get(store)
      if (!slots) this.slots.set(store, (slots = []))
      for (let n = (head & 0xff) === one ? 1 : this.take(); n > 0; n--) {
        slots.push(this.take())
        this.visit(level)
      }
    }
  }

  /** Has every row that was noted in its mirror, a batch a store, and goes back to the start. */
  fetch(): void {
    this.p = 0
    for (const [store, slots] of this.slots) {
      const handle = this.handleOf(store)
      this.handles.set(store, handle)
      rowsAt(handle, Uint32Array.from(slots))
    }
  }

  /** A row with the related rows of the tree that stands next. */
  compose(row: Row, level: Level): Row {
    const { includes, composed } = level
    if (includes.length === 0) return row
    const lineage = lineageOf(row)
    const known = composed.get(lineage)
    const related = new Array<Row | readonly Row[] | null>(includes.length)
    let same = known?.base === row
    for (let i = 0; i < includes.length; i++) {
      const before = known?.related[i]
      related[i] = this.related(includes[i]!.branches, before)
      if (related[i] !== before) same = false
    }
    if (same) return known!.row
    const copy: Row = { ...row }
    for (let i = 0; i < includes.length; i++) setOwn(copy, includes[i]!.name, related[i])
    composed.set(lineage, { base: row, related, row: frozen ? Object.freeze(copy) : copy })
    return copy
  }

  private related(
    branches: readonly Branch[],
    before: Row | readonly Row[] | null | undefined,
  ): Row | readonly Row[] | null {
    const head = this.take()
    const kind = head & 0xff
    if (kind === none) return null
    const { store, level } = branches[head >>> 8]!
    if (kind === one) return this.relatedRow(store, level)
    const rows: Row[] = new Array(this.take())
    let same = Array.isArray(before) && before.length === rows.length
    for (let i = 0; i < rows.length; i++) {
      const row = this.relatedRow(store, level)
      rows[i] = row
      if (same && (before as readonly Row[])[i] !== row) same = false
    }
    if (same) return before as readonly Row[]
    return frozen ? Object.freeze(rows) : rows
  }

  private relatedRow(store: string, level: Level): Row {
    const row = this.handles.get(store)!.mirror.bySlot(this.take())!
    return this.compose(row, level)
  }
}
