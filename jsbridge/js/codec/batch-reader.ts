// Rows, out of a columnar batch. docs/wire-format.md has the byte diagrams.

import {
  Absent,
  DateTag,
  False,
  FieldVersion,
  FlagNames,
  LayoutF64,
  LayoutTags,
  LayoutVar,
  PerRow,
  Str,
  True,
  Undefined,
} from '../protocol.js'
import { getASCII, getText } from './text.js'
import { setOwn, ValueReader } from './value-reader.js'

/** The memory that a batch lies in, as three views of one buffer. */
export interface Memory {
  readonly u8: Uint8Array
  readonly u32: Uint32Array
  readonly f64: Float64Array
}

interface Column {
  readonly key: string
  readonly tag: number
  readonly tags: number // position of u8[rows], where tag is PerRow
  readonly layout: number
  readonly data: number // position of f64[rows] or of u32 ends[rows]
  readonly bytes: number // position of the bytes behind the ends
  readonly joined: string | undefined // all strings of the column, when that is sound
}

/** From this many rows on, an ASCII column is decoded as one block. */
const joinFrom = 4

/**
 * Reads the batch at `base` (a multiple of 8). Absent cells give no property,
 * `removed` stands where a patch removes a field. The version becomes the last
 * property, wherever its column stands.
 */
export function readRows(
  memory: Memory,
  base: number,
  fieldName: (field: number) => string,
  freeze: boolean,
  removed?: unknown,
): Record<string, unknown>[] {
  const { u8, u32 } = memory
  const rows = u32[(base + 4) >>> 2]!
  const columns = readColumns(memory, base, rows, fieldName)
  const values = new ValueReader(u8, freeze)
  const out: Record<string, unknown>[] = new Array(rows)
  for (let i = 0; i < rows; i++) {
    const row: Record<string, unknown> = {}
    for (const c of columns) {
      const tag = c.tag === PerRow ? u8[c.tags + i]! : c.tag
      if (tag === Absent) continue
      setOwn(row, c.key, tag === Undefined ? removed : readCell(memory, values, c, tag, i))
    }
    out[i] = freeze ? Object.freeze(row) : row
  }
  return out
}

function readColumns(
  { u8, u32 }: Memory,
  base: number,
  rows: number,
  fieldName: (field: number) => string,
): Column[] {
  const columns: Column[] = []
  let version: Column | undefined
  let p = base + 16
  let name = fieldName
  if (u8[base + 3]! & FlagNames) {
    const names = readNames(u8, u32, p)
    p = names.end
    name = (field) => names.names[field]!
  }
  for (let n = u32[(base + 8) >>> 2]!; n > 0; n--) {
    const field = u32[p >>> 2]!
    const layout = u8[p + 4]!
    const tag = u8[p + 5]!
    p += 8
    const tags = p
    if (tag === PerRow) p = pad8(p + rows)
    const data = p
    let bytes = p
    let joined: string | undefined
    if (layout === LayoutF64) {
      p += 8 * rows
    } else if (layout === LayoutVar && rows > 0) {
      bytes = p + 4 * rows
      const end = bytes + u32[(bytes - 4) >>> 2]!
      if (tag === Str && rows >= joinFrom) joined = getASCII(u8, bytes, end)
      p = pad8(end)
    }
    const column = { key: name(field), tag, tags, layout, data, bytes, joined }
    if (column.key === 'version' && field === FieldVersion) version = column
    else columns.push(column)
  }
  if (version) columns.push(version)
  return columns
}

function readNames(u8: Uint8Array, u32: Uint32Array, p: number): { names: string[]; end: number } {
  const count = u32[p >>> 2]!
  const bytes = p + 4 + 4 * count
  const names: string[] = []
  let start = bytes
  for (let i = 0; i < count; i++) {
    const end = bytes + u32[(p + 4 + 4 * i) >>> 2]!
    names.push(getText(u8, start, end))
    start = end
  }
  return { names, end: pad8(start) }
}

function readCell(memory: Memory, values: ValueReader, c: Column, tag: number, i: number): unknown {
  if (c.layout === LayoutTags || tag <= True) return tag === True ? true : tag === False ? false : null
  if (c.layout === LayoutF64) {
    const v = memory.f64[(c.data >>> 3) + i]!
    return tag === DateTag ? new Date(v) : v
  }
  const at = (c.data >>> 2) + i
  const start = i === 0 ? 0 : memory.u32[at - 1]!
  const end = memory.u32[at]!
  if (c.joined !== undefined) return c.joined.substring(start, end)
  return values.cell(tag, c.bytes + start, c.bytes + end)
}

function pad8(p: number): number {
  return Math.ceil(p / 8) * 8
}
