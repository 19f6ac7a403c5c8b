// Taking changes back, field by field: a three-way merge of how a change found
// a row, how it left it, and how it is now. Pure: rows in, rows out.

import type { Row } from '../input.js'
import { setOwn } from '../codec/value-reader.js'

/** How a row was changed: undefined where there is none. */
export interface Difference {
  readonly before: Row | undefined
  readonly after: Row | undefined
}

/** A row as it would be, and the fields that stay as they are because somebody else has changed them since. */
export interface Reverted {
  readonly row: Row | undefined
  readonly conflicts: readonly string[]
}

const none: readonly string[] = []

/**
 * `now` with one change taken back.
 *
 * Of a changed row, each field that is as the change left it goes back; others
 * stay. An added row is deleted if it is as it was added, a deleted one is
 * added again if nobody else has. Everything else is a conflict and stays: a
 * row that others have changed is not deleted under them, and one that they
 * have deleted does not come back in parts.
 */
export function revert(now: Row | undefined, { before, after }: Difference): Reverted {
  if (before && after) return now ? revertFields(now, before, after) : { row: now, conflicts: differing(before, after) }
  if (!now) return { row: before, conflicts: none }
  const conflicts = differing(now, (after ?? before)!)
  if (before) return { row: now, conflicts }
  return conflicts.length === 0 ? { row: undefined, conflicts } : { row: now, conflicts }
}

function revertFields(now: Row, before: Row, after: Row): Reverted {
  const conflicts: string[] = []
  let row = now
  for (const field of differing(before, after)) {
    const current = own(now, field)
    const former = own(before, field)
    if (same(current, former)) continue
    if (!same(current, own(after, field))) {
      conflicts.push(field)
      continue
    }
    if (row === now) row = { ...now }
    if (former === undefined) delete row[field]
    else setOwn(row, field, former)
  }
  return { row, conflicts }
}

/** The same change as made on another row than the one it was made on. */
export function onto(row: Row | undefined, { before, after }: Difference): Difference {
  if (!row || !before || !after) return { before: row, after }
  return { before: row, after: differing(before, after).reduce((to, field) => withField(to, field, own(after, field)), row) }
}

/** The fields in which two rows differ; id and version are no fields. */
export function differing(a: Row, b: Row): string[] {
  const fields: string[] = []
  for (const field of Object.keys(a)) if (isField(field) && !same(a[field], own(b, field))) fields.push(field)
  for (const field of Object.keys(b)) if (isField(field) && !Object.hasOwn(a, field)) fields.push(field)
  return fields
}

/** What updateOne takes to make a row of another: undefined for a field that goes. */
export function patchOf(from: Row, to: Row): Row {
  const patch: Row = {}
  for (const field of differing(from, to)) setOwn(patch, field, own(to, field))
  return patch
}

/** A row without its version, which the runtime keeps. */
export function unversioned(row: Row): Row {
  const { version: _, ...fields } = row
  return fields
}

/** The value of a field; a field may be named as something that all objects inherit. */
export function own(row: Row, field: string): unknown {
  return Object.hasOwn(row, field) ? row[field] : undefined
}

/** A row with another value in a field; undefined: without it. */
export function withField(row: Row, field: string, value: unknown): Row {
  const copy = { ...row }
  if (value === undefined) delete copy[field]
  else setOwn(copy, field, value)
  return copy
}

function isField(name: string): boolean {
  return name !== 'id' && name !== 'version'
}

/** Whether two values are equal as the engine sees it: by kind and content, numbers by Object.is, keys in any order. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Date) return b instanceof Date && Object.is(a.getTime(), b.getTime())
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i])
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]))
  if (Array.isArray(b) || b instanceof Date || b instanceof Uint8Array) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same((a as Row)[key], (b as Row)[key]))
  )
}
