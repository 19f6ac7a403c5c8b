// The columnar batch, out of rows. docs/wire-format.md has the byte diagrams;
// runtime/wire is the twin, and both read the same golden vectors.

import { canonicalNaN, type Inbox, tagOf } from './inbox.js'
import {
  DateTag,
  FlagNames,
  FormatVersion,
  LayoutF64,
  LayoutTags,
  LayoutVar,
  Magic,
  Num,
  PerRow,
  Str,
  True,
  Undefined,
} from '../protocol.js'
import { putText } from './text.js'

let tags = new Uint8Array(4096)

/** Writes the header; columns follow, then endBatch. */
export function beginBatch(w: Inbox, rows: number, columns: number, names?: readonly string[]): void {
  w.reset()
  const { u32, inbox } = w.instance
  const at = inbox >>> 2
  u32[at] = Magic | (FormatVersion << 16) | ((names ? FlagNames : 0) << 24)
  u32[at + 1] = rows
  u32[at + 2] = columns
  w.p = 16
  if (names) {
    w.word(names.length)
    const ends = w.p
    for (let i = 0; i < names.length; i++) w.word(0)
    const start = w.p
    names.forEach((name, i) => {
      w.text(name)
      w.instance.u32[(w.instance.inbox + ends + 4 * i) >>> 2] = w.p - start
    })
    w.pad()
  }
}

/** Writes the size into the header and gives it. */
export function endBatch(w: Inbox): number {
  w.instance.u32[(w.instance.inbox + 12) >>> 2] = w.p
  return w.p
}

/** One column of n cells: copied values, undefined where there is none, Remove where it goes. */
export function putColumn(w: Inbox, field: number, cells: readonly unknown[], n: number): void {
  if (n > 0) {
    const first = cells[0]
    if (typeof first === 'string') {
      if (putStrings(w, field, cells, n)) return
    } else if (typeof first === 'number') {
      if (putNumbers(w, field, cells, n)) return
    }
  }
  putMixed(w, field, cells, n)
}

function header(w: Inbox, field: number, layout: number, tag: number): void {
  w.word(field)
  w.word(layout | (tag << 8))
}

/** Longer strings go through TextEncoder (text.ts). */
const shortUnits = 64

function putStrings(w: Inbox, field: number, cells: readonly unknown[], n: number): boolean {
  const begin = w.p
  header(w, field, LayoutVar, Str)
  w.room(4 * n)
  const ends = w.p
  const start = (w.p += 4 * n)
  let { u8, u32, inbox, inboxSize } = w.instance
  let p = start
  for (let i = 0; i < n; i++) {
    const s = cells[i]
    if (typeof s !== 'string') {
      w.p = begin
      return false
    }
    const length = s.length
    if (p + 3 * length > inboxSize) {
      w.p = p
      w.room(3 * length)
      ;({ u8, u32, inbox, inboxSize } = w.instance)
    }
    // the loop of putText for what is nearly always the case, without a call
    let at = inbox + p
    let k = 0
    if (length <= shortUnits) {
      for (; k < length; k++) {
        const c = s.charCodeAt(k)
        if (c >= 0x80) break
        u8[at + k] = c
      }
    }
    at = k === length ? at + k : putText(u8, at, s)
    p = at - inbox
    u32[(inbox + ends + 4 * i) >>> 2] = p - start
  }
  w.p = p
  w.pad()
  return true
}

function putNumbers(w: Inbox, field: number, cells: readonly unknown[], n: number): boolean {
  w.room(8 + 8 * n)
  const { u8, f64, inbox } = w.instance
  const at = (inbox + w.p + 8) >>> 3
  for (let i = 0; i < n; i++) {
    const v = cells[i]
    if (typeof v !== 'number') return false
    f64[at + i] = v
    if (v !== v) u8.set(canonicalNaN, (at + i) << 3)
  }
  header(w, field, LayoutF64, Num)
  w.p += 8 * n
  return true
}

function putMixed(w: Inbox, field: number, cells: readonly unknown[], n: number): void {
  if (n > tags.length) tags = new Uint8Array(2 * n)
  let layout = LayoutTags
  let uniform = true
  for (let i = 0; i < n; i++) {
    const tag = tagOf(cells[i])
    tags[i] = tag
    if (tag !== tags[0]) uniform = false
    if (tag > True && tag !== Undefined) {
      if (tag > DateTag) layout = LayoutVar
      else if (layout === LayoutTags) layout = LayoutF64
    }
  }
  header(w, field, layout, n === 0 ? 0 : uniform ? tags[0]! : PerRow)
  if (!uniform) {
    w.raw(tags.subarray(0, n))
    w.pad()
  }
  if (layout === LayoutF64) putFloats(w, cells, n)
  else if (layout === LayoutVar) putVar(w, cells, n)
}

function putFloats(w: Inbox, cells: readonly unknown[], n: number): void {
  for (let i = 0; i < n; i++) {
    const tag = tags[i]
    w.float(tag === Num ? (cells[i] as number) : tag === DateTag ? (cells[i] as Date).getTime() : 0)
  }
}

function putVar(w: Inbox, cells: readonly unknown[], n: number): void {
  w.room(4 * n)
  const ends = w.p
  w.p += 4 * n
  const start = w.p
  for (let i = 0; i < n; i++) {
    const tag = tags[i]!
    if (tag > True && tag !== Undefined) w.payload(tag, cells[i])
    w.instance.u32[(w.instance.inbox + ends + 4 * i) >>> 2] = w.p - start
  }
  w.pad()
}
