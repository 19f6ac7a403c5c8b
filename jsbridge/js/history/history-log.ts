// What can be undone and redone: for each scope two stacks of groups, a group
// being the changes of one action. Pure: it is told what writes did to rows, and
// what became of them, and knows nothing of stores.

import { CallOrder } from './call-order.js'
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
  /** Made by a step: it brought values back that entries before it know. */
  readonly restores: boolean
  earlier: Entry | undefined
  later: Entry | undefined
}

/** The changes of one action. */
export interface Group {
  /** Of its first write. */
  readonly context: OpContext
  /** Of the call of its first write, by the order of the calls; a stack is in this order. */
  readonly number: number
  readonly timeline: Timeline
  readonly entries: Set<Entry>
}

/** What happened in one scope. */
interface Timeline {
  readonly undo: Group[]
  readonly redo: Group[]
  /** The number of the user's last call: what was undone before cannot be redone. */
  acted: number
  /** What an action, by a call of this number, made impossible to redo: it comes back if nothing of the action stands. */
  shadowed: { by: Group; number: number; redo: Group[]; acted: number } | undefined
  cleared: boolean
}

/** The last change of a row, and the row as it left it then. */
export interface LastChange {
  readonly entry: Entry
  readonly left: Row | undefined
}

/** A group that is being taken back, and the one that its taking back makes. */
export interface Step {
  readonly direction: Direction
  readonly group: Group
  readonly inverse: Group
}

export class HistoryLog {
  readonly order = new CallOrder()
  private readonly timelines = new Map<string, Timeline>()
  /** The last entry of each row, by store and id. */
  private readonly rows = new Map<string, Map<string, Entry>>()
  /** What is being taken back, by the action id of its writes. */
  private readonly steps = new Map<string, Step>()

  constructor(
    /** How many groups a stack holds; the oldest go. */
    private readonly limit: number,
    /** Called when a stack may have changed. */
    private readonly changed: () => void,
  ) {}

  /** Whether there is something to take back, of what has taken effect so far. */
  can(direction: Direction, scope: string): boolean {
    const stack = this.timelines.get(scope)?.[direction]
    return stack !== undefined && stack.some((group) => !isVoid(group))
  }

  /** Enters what a user's write, or a step's, has done. What has another origin is not history. */
  written({ storeName, opContext, writeStrategy, changes, call }: WriteRecord): void {
    if (changes.length === 0) return
    const { origin = 'user', actionId } = opContext
    const restores = origin === 'history'
    const group = origin === 'user' ? this.act(opContext, this.order.numberOf(call)) : restores ? this.inverseOf(actionId) : undefined
    if (!group) return
    for (const change of changes) this.enter(group, storeName, writeStrategy, restores, change)
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
      rename(entry, field, own(after, field), value)
      shift(entry.later, field, own(after, field), value)
    }
  }

  /** The last change of a row, and the row as it left it. */
  last(storeName: string, id: string): LastChange | undefined {
    const entry = this.rows.get(storeName)?.get(id)
    return entry && { entry, left: entry.after }
  }

  /**
   * The backend's answers to writes of this client, and nothing else, have made
   * `now` of a row that was as `shown`, undefined: that did not show, when
   * `known` was the last change of it. What is new in it is as if it had been so
   * when the row was changed last, and is nobody else's change; but in fields
   * that somebody else had changed already.
   */
  settled(storeName: string, id: string, shown: Row | undefined, known: LastChange | undefined, now: Row | undefined): void {
    let last = this.rows.get(storeName)?.get(id)
    if (last && !last.after && last !== known?.entry) {
      // deleted by what showed now: as it was before that
      now = last.before
      last = last.earlier
    }
    if (!last?.after || !now) return
    for (const field of differing(shown ?? last.after, now)) {
      if (shown && known?.left && !same(own(known.left, field), own(shown, field))) continue
      settle(last, known?.entry, field, own(now, field))
    }
  }

  /**
   * Takes the newest group of a scope off its stack, to be taken back by writes of this action id; undefined: there is
   * none. `number`: of the call that asks for it; what was called later is left alone.
   */
  take(direction: Direction, scope: string, actionId: string, number = this.order.next()): Step | undefined {
    const timeline = this.timelines.get(scope)
    if (!timeline) return undefined
    const { shadowed } = timeline
    const stack = direction === 'redo' && shadowed && shadowed.number > number ? shadowed.redo : timeline[direction]
    let group: Group | undefined
    for (let i = stack.length - 1; i >= 0 && !group; i--) {
      if (stack[i]!.number > number) continue
      const [top] = stack.splice(i, 1)
      if (isVoid(top!)) this.forget(top!)
      else group = top
    }
    if (!group) return undefined
    const inverse: Group = { context: group.context, number, timeline, entries: new Set() }
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

  /** The group that a user's action goes into: the one next to it in the order of the calls, if that is of the same action. */
  private act(context: OpContext, number: number): Group {
    const { scope = defaultScope, actionId } = context
    let timeline = this.timelines.get(scope)
    if (!timeline) {
      timeline = { undo: [], redo: [], acted: 0, shadowed: undefined, cleared: false }
      this.timelines.set(scope, timeline)
    }
    const { undo, redo } = timeline
    const at = placeOf(number, undo)
    let group = [undo[at - 1], undo[at]].find(
      (near) => near && actionId !== undefined && near.context.actionId === actionId && !this.order.parts(scope, actionId, near.number, number),
    )
    if (!group) {
      group = { context, number, timeline, entries: new Set() }
      this.shadow(timeline, group, number)
      this.put(undo, group)
    } else if (redo.length > 0) {
      this.shadow(timeline, group, number)
    }
    timeline.acted = Math.max(timeline.acted, number)
    return group
  }

  /** Empties the redo stack because of an action. */
  private shadow(timeline: Timeline, by: Group, number: number): void {
    for (const group of timeline.shadowed?.redo ?? []) this.forget(group)
    timeline.shadowed = { by, number, redo: timeline.redo.splice(0), acted: timeline.acted }
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

  /** Puts a group where it belongs in a stack, which may push the oldest out. */
  private put(stack: Group[], group: Group): void {
    stack.splice(placeOf(group.number, stack), 0, group)
    if (stack.length > this.limit) this.forget(stack.shift()!)
  }

  private enter(group: Group, storeName: string, strategy: string, restores: boolean, change: RowChange): void {
    const { id } = change
    const { before, after } = 'found' in change ? onto(change.found, change) : change
    let rows = this.rows.get(storeName)
    if (!rows) this.rows.set(storeName, (rows = new Map()))
    const earlier = rows.get(id)
    const entry: Entry = { storeName, id, strategy, before, after, change, group, restores, earlier, later: undefined }
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

/** Where a group of this number stands in a stack. */
function placeOf(number: number, stack: readonly Group[]): number {
  let at = stack.length
  while (at > 0 && stack[at - 1]!.number > number) at--
  return at
}

/** Whether all rows of a group are after it as they were before: what it did, it has taken back itself. */
function isVoid({ entries }: Group): boolean {
  const seen = new Set<Entry>()
  for (const first of entries) {
    if (seen.has(first)) continue
    let last = first
    for (let e = first.later; e; e = e.later) {
      if (e.group !== first.group) continue
      last = e
      seen.add(e)
    }
    if (!isNothing({ before: first.before, after: last.after })) return false
  }
  return entries.size > 0
}

/** Says that a field is `to`, to the entries that came after `known`, whatever they say, and to those before that say the same as it. */
function settle(last: Entry, known: Entry | undefined, field: string, to: unknown): void {
  for (let e: Entry | undefined = last; e?.after; e = e.earlier) {
    const from = own(e.after, field)
    if (e === known) return rename(e, field, from, to)
    const kept = e.before !== undefined && same(own(e.before, field), from)
    e.after = withField(e.after, field, to)
    if (kept) e.before = withField(e.before!, field, to)
    else return e.restores && e.earlier ? rename(e.earlier, field, from, to, true) : undefined
  }
}

/**
 * Says that a field is `to` where it was `from`, to `entry`, whose change left it so, and to those before it, back to
 * the one that set it. Who brought a former value back (`restored`) did not set it: the one that had set it then did.
 */
function rename(entry: Entry, field: string, from: unknown, to: unknown, restored = false): void {
  for (let e: Entry | undefined = entry; e; e = e.earlier) {
    const left = e.after !== undefined && same(own(e.after, field), from)
    if (!left && !restored) return
    const found = e.before !== undefined && same(own(e.before, field), from)
    if (left) e.after = withField(e.after!, field, to)
    if (found) e.before = withField(e.before!, field, to)
    if (!left || found) continue
    if (!e.restores) return
    restored = true
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
function isNothing({ before, after }: Difference): boolean {
  return before && after ? differing(before, after).length === 0 : before === after
}
