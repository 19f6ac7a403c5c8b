// Rows into a batch in the inbox.

import { beginBatch, endBatch, putColumn } from './batch-writer.js'
import { Remove } from './inbox.js'
import { type Row, Shape } from '../input.js'
import { FieldID, FieldVersion } from '../protocol.js'
import type { StoreHandle } from '../store-handle.js'

// Scratch space; nothing in this file calls user code, so it is never shared.
const cells: unknown[] = []
const fields: number[] = []

/**
 * Writes rows as one batch and gives its length. `ids[i]` undefined: the engine
 * makes one. `versions`: a column of them, where given. Properties named id and
 * version are left out; undefined ones are absent or, with `removals`, removed.
 */
export function putRows(
  handle: StoreHandle,
  ids: readonly (string | undefined)[],
  rows: readonly Row[],
  shape: Shape,
  removals: boolean,
  versions?: readonly unknown[],
): number {
  const n = rows.length
  const { uniform, gaps } = shape
  const plain = uniform && !(removals && gaps)
  const keys = uniform ? shape.keys : union(rows)
  let columns = versions ? 2 : 1
  for (let k = 0; k < keys.length; k++) {
    const key = keys[k]!
    if (key === 'id' || key === 'version') {
      fields[k] = -1
    } else {
      fields[k] = handle.field(key)
      columns++
    }
  }
  const w = handle.instance.writer
  beginBatch(w, n, columns)
  putColumn(w, FieldID, ids, n)
  if (versions) putColumn(w, FieldVersion, versions, n)
  for (let k = 0; k < keys.length; k++) {
    if (fields[k]! < 0) continue
    gather(rows, keys[k]!, plain, removals)
    putColumn(w, fields[k]!, cells, n)
  }
  cells.fill(undefined, 0, n)
  return endBatch(w)
}

function gather(rows: readonly Row[], key: string, plain: boolean, removals: boolean): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (plain) {
      cells[i] = row[key]
    } else if (Object.hasOwn(row, key)) {
      const v = row[key]
      cells[i] = v === undefined && removals ? Remove : v
    } else {
      cells[i] = undefined
    }
  }
}

/** Writes a batch of nothing but ids and gives its length. */
export function putIds(handle: StoreHandle, ids: readonly string[]): number {
  const w = handle.instance.writer
  beginBatch(w, ids.length, 1)
  putColumn(w, FieldID, ids, ids.length)
  return endBatch(w)
}

/** The shape of rows that were copied without one. */
export function shapeOf(rows: readonly Row[]): Shape {
  const shape = new Shape()
  for (const row of rows) {
    shape.begin()
    for (const key of Object.keys(row)) {
      shape.see(key)
      if (row[key] === undefined) shape.gaps = true
    }
    shape.end()
  }
  return shape
}

function union(rows: readonly Row[]): string[] {
  const keys = new Set<string>()
  for (const row of rows) for (const key of Object.keys(row)) keys.add(key)
  return [...keys]
}
