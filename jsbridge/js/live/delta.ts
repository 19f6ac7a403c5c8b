// Changes of a window, applied to immutable arrays.

import { PullHeader, PullInserted, PullRemoved, PullReplaced, PullReset, PullTrees } from '../protocol.js'

/**
 * How a window changed: the new one is the former without what was removed, then
 * with what was inserted at its final positions. A row that moved was removed and
 * inserted; one that changed and kept its place was replaced. Positions ascend.
 */
export interface Delta {
  reset: boolean
  removed: Uint32Array
  inserted: Uint32Array
  replaced: Uint32Array
  /** Of the inserted, then of the replaced; of the whole window after a reset. */
  slots: Uint32Array
  /** How many trees of related rows come with it. */
  trees: number
}

/** Reads a delta where it lies: the arrays are views of memory, good until the next call. */
export function readDelta(u32: Uint32Array, start: number, words: number): Delta {
  let p = start + PullHeader
  const take = (n: number): Uint32Array => u32.subarray(p, (p += n))
  const inserted = u32[start + PullInserted]!
  const replaced = u32[start + PullReplaced]!
  const delta = {
    reset: u32[start + PullReset] === 1,
    removed: take(u32[start + PullRemoved]!),
    inserted: take(inserted),
    replaced: take(replaced),
    slots: take(0),
    trees: u32[start + PullTrees]!,
  }
  delta.slots = take(delta.reset ? start + words - p : inserted + replaced)
  return delta
}

/** The same delta in memory of its own, for when another call comes in between. */
export function keepDelta(delta: Delta): Delta {
  return {
    ...delta,
    removed: delta.removed.slice(),
    inserted: delta.inserted.slice(),
    replaced: delta.replaced.slice(),
    slots: delta.slots.slice(),
  }
}

/**
 * The new window; the former itself when nothing differs. `items` are those of
 * the inserted, then of the replaced. Costs a copy and, for more than one change
 * of place, one pass.
 */
export function applyDelta<T>(former: readonly T[], { removed, inserted, replaced }: Delta, items: readonly T[]): readonly T[] {
  let next: T[]
  if (removed.length + inserted.length === 0) {
    if (replaced.length === 0) return former
    next = former.slice()
  } else if (removed.length <= 1 && inserted.length <= 1) {
    // a copy and two moves of memory
    next = former.slice()
    if (removed.length === 1) next.splice(removed[0]!, 1)
    if (inserted.length === 1) next.splice(inserted[0]!, 0, items[0]!)
  } else {
    next = merge(former, removed, inserted, items)
  }
  for (let i = 0; i < replaced.length; i++) next[replaced[i]!] = items[inserted.length + i]!
  return differs(former, next, removed, inserted, replaced) ? next : former
}

/** The new window of a list that nobody else sees: changed in place where that is less work. */
export function advance<T>(list: T[], { removed, inserted, replaced }: Delta, items: readonly T[]): T[] {
  let next = list
  if (removed.length <= 1 && inserted.length <= 1) {
    if (removed.length === 1) next.splice(removed[0]!, 1)
    if (inserted.length === 1) next.splice(inserted[0]!, 0, items[0]!)
  } else {
    next = merge(list, removed, inserted, items)
  }
  for (let i = 0; i < replaced.length; i++) next[replaced[i]!] = items[inserted.length + i]!
  return next
}

function merge<T>(former: readonly T[], removed: Uint32Array, inserted: Uint32Array, items: readonly T[]): T[] {
  const next: T[] = new Array(former.length - removed.length + inserted.length)
  let from = 0
  let r = 0
  let gone = removed.length > 0 ? removed[0]! : -1
  let to = 0
  for (let i = 0; i <= inserted.length; i++) {
    const stop = i < inserted.length ? inserted[i]! : next.length
    while (to < stop) {
      if (from === gone) {
        from++
        gone = ++r < removed.length ? removed[r]! : -1
        continue
      }
      next[to++] = former[from++]!
    }
    if (i < inserted.length) next[to++] = items[i]!
  }
  return next
}

/**
 * Whether anything is new. Items are distinct, so a window can only be the same
 * when each removed item was put back where it was.
 */
function differs<T>(
  former: readonly T[],
  next: readonly T[],
  removed: Uint32Array,
  inserted: Uint32Array,
  replaced: Uint32Array,
): boolean {
  if (removed.length !== inserted.length) return true
  for (let i = 0; i < removed.length; i++) {
    const at = removed[i]!
    if (at !== inserted[i] || former[at] !== next[at]) return true
  }
  for (let i = 0; i < replaced.length; i++) if (former[replaced[i]!] !== next[replaced[i]!]) return true
  return false
}

/** Whether two lists have the same items in the same places. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
