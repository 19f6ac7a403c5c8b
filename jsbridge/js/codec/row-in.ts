// One row into a batch of one: the path of every single write, so it goes
// without columns of cells and without asking for room value by value.

import { beginBatch, endBatch, putColumn } from './batch-writer.js'
import { canonicalNaN } from './inbox.js'
import { polluted, type Row } from '../input.js'
import { False, FieldID, FieldVersion, LayoutF64, LayoutVar, Null, Num, Str, True, Undefined } from '../protocol.js'
import type { StoreHandle } from '../store-handle.js'
import { putText } from './text.js'

const one: unknown[] = [undefined]

/**
 * Writes a row as a batch of one and gives its length. `id` undefined: the
 * engine makes one. `expected`: the version cell, where given. Undefined
 * properties are written as removals, so a new row must have none.
 */
export function putRow(handle: StoreHandle, id: string | undefined, row: Row, expected: number | undefined): number {
  const w = handle.instance.writer
  beginBatch(w, 1, 0)
  if (id === undefined) putOther(handle, FieldID, undefined)
  else putString(handle, FieldID, id)
  let columns = 1
  if (expected !== undefined) {
    putNumber(handle, FieldVersion, expected)
    columns++
  }
  const careful = polluted()
  for (const key in row) {
    if (key === 'id' || key === 'version' || (careful && !Object.hasOwn(row, key))) continue
    const field = handle.knownField(key)
    if (field === undefined) {
      // naming a field is a command of its own and takes the inbox: name all, then begin again
      for (const other of Object.keys(row)) if (other !== 'id' && other !== 'version') handle.field(other)
      return putRow(handle, id, row, expected)
    }
    columns++
    const v = row[key]
    switch (typeof v) {
      case 'string':
        putString(handle, field, v)
        continue
      case 'number':
        putNumber(handle, field, v)
        continue
      case 'boolean':
        putTag(handle, field, v ? True : False)
        continue
      case 'undefined':
        putTag(handle, field, Undefined)
        continue
    }
    if (v === null) putTag(handle, field, Null)
    else putOther(handle, field, v)
  }
  handle.instance.u32[(handle.instance.inbox + 8) >>> 2] = columns
  return endBatch(w)
}

function putTag({ instance }: StoreHandle, field: number, tag: number): void {
  const w = instance.writer
  w.room(8)
  const at = (instance.inbox + w.p) >>> 2
  instance.u32[at] = field
  instance.u32[at + 1] = tag << 8
  w.p += 8
}

function putNumber({ instance }: StoreHandle, field: number, v: number): void {
  const w = instance.writer
  w.room(16)
  const { u8, u32, f64, inbox } = instance
  const p = inbox + w.p
  u32[p >>> 2] = field
  u32[(p >>> 2) + 1] = LayoutF64 | (Num << 8)
  f64[(p >>> 3) + 1] = v
  if (v !== v) u8.set(canonicalNaN, p + 8)
  w.p += 16
}

function putString({ instance }: StoreHandle, field: number, s: string): void {
  const w = instance.writer
  w.room(20 + 3 * s.length)
  const { u8, u32, inbox } = instance
  const at = (inbox + w.p) >>> 2
  u32[at] = field
  u32[at + 1] = LayoutVar | (Str << 8)
  const start = inbox + w.p + 12
  let p = putText(u8, start, s)
  u32[at + 2] = p - start
  while (p & 7) u8[p++] = 0
  w.p = p - inbox
}

function putOther(handle: StoreHandle, field: number, v: unknown): void {
  one[0] = v
  putColumn(handle.instance.writer, field, one, 1)
  one[0] = undefined
}
