// What can be undone and redone: for each scope two stacks of groups, a group
// being the changes of one action. Pure: it is told what writes did to rows, and
// what became of them, and knows nothing of stores.

import type { RowChange, WriteWatcher } from '../core.js'
import { type Difference, differing, onto, own, same, withField } from './history-merge.js'
import type { Row } from '../input.js'
import type { OpContext } from '../types.js'

export type WriteRecord = Parameters<WriteWatcher['written']>[0]

export type Direction = 'undo' | 'redo'

/** The scope of writes that name none. */
export const defaultScope = 'default'

/**
 * One change of one row. The entries of a row are linked in the order of its
 * changes, so that a change that is refused, or that the backend has altered,
 * is made good in those that found its result.
 */
export interface Entry extends Difference {
  readonly storeName: string
  readonly id: string
  /** Taken back by writes of the same strategy: those of another could overtake it. */
  readonly strategy: string
  before: Row | undefined
  after: Row | undefined
  /** By which the write is known: its record's own object. */
  readonly change: RowChange
  readonly group: Group
  earlier: Entry | undefined
  later: Entry | undefined
}

/** The changes of one action. */
export interface Group {
  /** Of its first write. */
  readonly context: OpContext
  /** Counts groups; a stack is in this order. */
  readonly number: number
  readonly timeline: Timeline
  readonly entries: Set<Entry>
}

/** What happened in one scope. */
interface Timeline {
  readonly undo: Group[]
  readonly redo: Group[]
  /** When a user last acted, in numbers of groups: what was undone before cannot be redone. */
  acted: number
  /** What that action made impossible to redo: it comes back if nothing of the action stands. */
  shadowed: { by: Group; redo: Group[]; acted: number } | undefined
  cleared: boolean
}

/** A group that is being taken back, and the one that its taking back makes. */
export interface Step {
  readonly direction: Direction
  readonly group: Group
  readonly inverse: Group
}

export class HistoryLog {
  private readonly timelines = new Map<string, Timeline>()
  /** The last entry of each row, by store and id. */
  private readonly rows = new Map<string, Map<string, Entry>>()
  /** What is being taken back, by the action id of its writes. */
  private readonly steps = new Map<string, Step>()
  private groups = 0

  constructor(
    /** How many groups a stack holds; the oldest go. */
    private readonly limit: number,
    /** Called when a stack may have changed. */
    private readonly changed: () => void,
  ) {}

  can(direction: Direction, scope: string): boolean {
    return (this.timelines.get(scope)?.[direction].length ?? 0) > 0
  }

  /** Enters what a user's write, or a step's, has done. What has another origin is not history. */
  written({ storeName, opContext, writeStrategy, changes }: WriteRecord): void {
    if (changes.length === 0) return
    const { origin = 'user', actionId } = opContext
    const group = origin === 'user' ? this.act(opContext) : origin === 'history' ? this.inverseOf(actionId) : undefined
    if (!group) return
    for (const change of changes) this.enter(group, storeName, writeStrategy, change)
    this.changed()
  }

  /** A write was rolled back: it leaves its group, and those after it find what it had found. */
  refused(storeName: string, change: RowChange): void {
    const entry = this.find(storeName, change)
    if (!entry) return
    const { before, after, group, later } = entry
    if (before && after) for (const field of differing(before, after)) shift(later, field, own(after, field), own(before, field))
    else if (later) later.before = before
    for (let e = later; e; e = e.later) if (isNothing(e)) this.leave(e)
    this.leave(entry)
    this.unshadow(group)
    this.changed()
  }

  /** The backend has answered a write with the row: what it made of the written fields counts as written. */
  answered(storeName: string, change: RowChange, row: Row): void {
    const entry = this.find(storeName, change)
    if (!entry || !entry.after) return
    const { before, after } = entry
    // an added row is all ours; of another, only what was written
    const fields = before ? differing(before, after) : differing(after, row)
    for (const field of fields) {
      const value = own(row, field)
      entry.after = withField(entry.after, field, value)
      shift(entry.later, field, own(after, field), value)
    }
  }

  /** Takes the newest group of a scope off its stack, to be taken back by writes of this action id; undefined: there is none. */
  take(direction: Direction, scope: string, actionId: string): Step | undefined {
    const timeline = this.timelines.get(scope)
    const group = timeline?.[direction].pop()
    if (!timeline || !group) return undefined
    const inverse = this.group(timeline, group.context)
    const step: Step = { direction, group, inverse }
    this.steps.set(actionId, step)
    this.changed()
    return step
  }

  /** A step is over. What was not taken back, its writes being refused, can be tried again. */
  settle(step: Step, actionId: string, failed: ReadonlySet<Entry>): void {
    const { direction, group } = step
    const { timeline } = group
    this.steps.delete(actionId)
    for (const entry of group.entries) if (!failed.has(entry)) this.leave(entry)
    if (group.entries.size > 0) {
      if (timeline.cleared || (direction === 'redo' && timeline.acted > group.number)) this.forget(group)
      else this.put(timeline[direction], group)
    }
    this.changed()
  }

  /** Forgets a scope, both ways. */
  clear(scope: string): void {
    const timeline = this.timelines.get(scope)
    if (!timeline) return
    this.timelines.delete(scope)
    timeline.cleared = true
    for (const group of [...timeline.undo, ...timeline.redo, ...(timeline.shadowed?.redo ?? [])]) this.forget(group)
    timeline.undo.length = timeline.redo.length = 0
    timeline.shadowed = undefined
    this.changed()
  }

  clearAll(): void {
    for (const scope of [...this.timelines.keys()]) this.clear(scope)
  }

  /** Changes that are kept, for tests of leaks. */
  get size(): number {
    let size = 0
    for (const rows of this.rows.values()) {
      for (let entries = [...rows.values()]; entries.length > 0; size += entries.length, entries = entries.flatMap((e) => e.earlier ?? []));
    }
    return size
  }

  /** The group that a user's action goes into: the newest, if it is of the same action. */
  private act(context: OpContext): Group {
    const { scope = defaultScope, actionId } = context
    let timeline = this.timelines.get(scope)
    if (!timeline) {
      timeline = { undo: [], redo: [], acted: 0, shadowed: undefined, cleared: false }
      this.timelines.set(scope, timeline)
    }
    const { undo, redo } = timeline
    let group = undo[undo.length - 1]
    if (!group || actionId === undefined || group.context.actionId !== actionId) {
      group = this.group(timeline, context)
      this.shadow(timeline, group)
      this.put(undo, group)
    } else if (redo.length > 0) {
      this.shadow(timeline, group)
    }
    timeline.acted = ++this.groups
    return group
  }

  /** Empties the redo stack because of an action. */
  private shadow(timeline: Timeline, by: Group): void {
    for (const group of timeline.shadowed?.redo ?? []) this.forget(group)
    timeline.shadowed = { by, redo: timeline.redo.splice(0), acted: timeline.acted }
  }

  /** If nothing of an action stands, what it made impossible is possible again. */
  private unshadow(by: Group): void {
    const { timeline } = by
    const { shadowed } = timeline
    if (shadowed?.by !== by || by.entries.size > 0 || timeline.redo.length > 0) return
    timeline.redo.push(...shadowed.redo)
    timeline.acted = shadowed.acted
    timeline.shadowed = undefined
  }

  /** The group that a step's writes go into: on the other stack from when they show, unless an action has come between. */
  private inverseOf(actionId: string | undefined): Group | undefined {
    const step = actionId === undefined ? undefined : this.steps.get(actionId)
    if (!step) return undefined
    const { direction, inverse } = step
    const { timeline } = inverse
    if (timeline.cleared || (direction === 'undo' && timeline.acted > inverse.number)) return undefined
    if (inverse.entries.size === 0) this.put(timeline[direction === 'undo' ? 'redo' : 'undo'], inverse)
    return inverse
  }

  private group(timeline: Timeline, context: OpContext): Group {
    return { context, number: ++this.groups, timeline, entries: new Set() }
  }

  /** Puts a group where it belongs in a stack, which may push the oldest out. */
  private put(stack: Group[], group: Group): void {
    let at = stack.length
    while (at > 0 && stack[at - 1]!.number > group.number) at--
    stack.splice(at, 0, group)
    if (stack.length > this.limit) this.forget(stack.shift()!)
  }

  private enter(group: Group, storeName: string, strategy: string, change: RowChange): void {
    const { id } = change
    const { before, after } = 'found' in change ? onto(change.found, change) : change
    let rows = this.rows.get(storeName)
    if (!rows) this.rows.set(storeName, (rows = new Map()))
    const earlier = rows.get(id)
    const entry: Entry = { storeName, id, strategy, before, after, change, group, earlier, later: undefined }
    if (earlier) earlier.later = entry
    rows.set(id, entry)
    group.entries.add(entry)
  }

  private find(storeName: string, change: RowChange): Entry | undefined {
    let entry = this.rows.get(storeName)?.get(change.id)
    while (entry && entry.change !== change) entry = entry.earlier
    return entry
  }

  /** Takes an entry out of its group, and a group that is empty then off its stack. */
  private leave(entry: Entry): void {
    const { group } = entry
    this.unlink(entry)
    group.entries.delete(entry)
    if (group.entries.size > 0) return
    for (const stack of [group.timeline.undo, group.timeline.redo]) {
      const at = stack.indexOf(group)
      if (at >= 0) stack.splice(at, 1)
    }
  }

  /** Lets a group that is on no stack go. */
  private forget(group: Group): void {
    for (const entry of group.entries) this.unlink(entry)
    group.entries.clear()
  }

  private unlink(entry: Entry): void {
    const { storeName, id, earlier, later } = entry
    if (earlier) earlier.later = later
    if (later) {
      later.earlier = earlier
      return
    }
    const rows = this.rows.get(storeName)!
    if (earlier) rows.set(id, earlier)
    else if (rows.delete(id) && rows.size === 0) this.rows.delete(storeName)
  }
}

/** Says to the entries from `entry` on, which found `from` in a field, that it was `to`; up to the one that set it. */
function shift(entry: Entry | undefined, field: string, from: unknown, to: unknown): void {
  for (let e = entry; e && e.before && same(own(e.before, field), from); e = e.later) {
    const set = !e.after || !same(own(e.after, field), from)
    e.before = withField(e.before, field, to)
    if (set) return
    e.after = withField(e.after!, field, to)
  }
}

/** A change that would change nothing any more. */
function isNothing({ before, after }: Entry): boolean {
  return before && after ? differing(before, after).length === 0 : before === after
}
