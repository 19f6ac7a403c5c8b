// Updaters: a user's function over a draft, turned into a patch.

import { copyRow, invalidInput, kindOf, type Place, type Row, unreadable } from '../input.js'
import { frozen } from '../mode.js'
import { UpdaterThrew } from './results.js'
import { setOwn } from '../codec/value-reader.js'

/**
 * Runs an updater over a draft of `base` and gives what it changed. A patch and
 * not the whole row: calls made inside the updater may have changed other
 * fields meanwhile. What the updater throws is thrown as UpdaterThrew.
 */
export function runUpdater(updater: (draft: Row) => unknown, base: Row, place: Place): Row {
  const draft = thaw(base) as Row
  let result: unknown
  try {
    result = updater(draft)
  } catch (error) {
    throw new UpdaterThrew(error)
  }
  const next = result === undefined ? draft : result
  const kind = kindOf(next)
  if (kind !== 'an object' && kind !== unreadable) {
    ignoreRejection(next)
    throw invalidInput(
      `the updater returned ${kind}: change the draft, or return it or a whole new row, and do so without await`,
      place,
      ['change'],
    )
  }
  const copy = copyRow(next, place, false, frozen)
  if (copy['id'] !== undefined && copy['id'] !== base['id']) {
    throw invalidInput('the updater changed the id: ids cannot change', place, ['id'])
  }
  return difference(base, copy)
}

/** The patch that makes one row of another: undefined where a field goes. */
export function difference(base: Row, next: Row): Row {
  const patch: Row = {}
  for (const key of Object.keys(next)) {
    if (!Object.hasOwn(base, key) || !same(base[key], next[key])) setOwn(patch, key, next[key])
  }
  for (const key of Object.keys(base)) if (!Object.hasOwn(next, key)) setOwn(patch, key, undefined)
  return patch
}

/** Whether a field is as it was: numbers by Object.is, the rest by content. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && Object.is(a.getTime(), b.getTime())
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((v, i) => v === b[i])
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Row)[key], (b as Row)[key]))
  )
}

/** A copy that may be changed, of a row or of what is in it. */
export function thaw(v: unknown): unknown {
  if (typeof v !== 'object' || v === null) return v
  if (v instanceof Date) return new Date(v.getTime())
  if (v instanceof Uint8Array) return new Uint8Array(v)
  if (Array.isArray(v)) return v.map(thaw)
  const copy: Row = {}
  for (const key of Object.keys(v)) setOwn(copy, key, thaw((v as Row)[key]))
  return copy
}

function ignoreRejection(v: unknown): void {
  try {
    if (typeof (v as PromiseLike<unknown> | null | undefined)?.then !== 'function') return
  } catch {
    return
  }
  void Promise.resolve(v as PromiseLike<unknown>).then(undefined, () => {})
}
