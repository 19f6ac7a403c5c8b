// Which parts of a field a text query matches: for lists of search results.

import { invalidInput, isPlain, kindOf } from '../input.js'
import { Instance } from '../instance.js'
import { Obj, OpHighlight, WordCount, WordOut } from '../protocol.js'
import type { Entity, FieldPath, Query, TextQuery } from '../types.js'

/** A part of a text, in UTF-16 units; `index` is the element where the field is an array. */
export type Highlight = { start: number; end: number; index?: number }

/** Those of the field's text index, where the schema has one. */
export type HighlightOptions = { tokenizer?: 'unicode' | 'whitespace'; minTokenLength?: number }

/**
 * The parts of a row's field that a search matches, ascending and apart from
 * each other. The search is a text, a text operand, or a query, whose `text`
 * filters on this field count, unless under a `not`. Empty when nothing matches,
 * the field holds no text, or no client is running.
 */
export function highlight<T extends Entity>(
  row: T | null | undefined,
  field: FieldPath<T>,
  query: string | TextQuery | Query<T, never>,
  options: HighlightOptions = {},
): Highlight[] {
  const searches = searchesOf(query, field)
  const found = row === null || row === undefined || searches.length === 0 ? undefined : valueAt(row, field)
  const instance = Instance.any()
  if (found === undefined || !instance) return []
  const rangesOf = (text: string): Highlight[] =>
    joined(searches.flatMap((search) => ranges(instance, text, search, options)))
  if (typeof found === 'string') return rangesOf(found)
  if (!Array.isArray(found)) return []
  return found.flatMap((item: unknown, index) =>
    typeof item === 'string' ? rangesOf(item).map((range) => ({ ...range, index })) : [],
  )
}

function searchesOf(query: unknown, field: string): TextQuery[] {
  if (typeof query === 'string') return [{ query }]
  if (typeof query !== 'object' || query === null) {
    throw invalidInput(`${kindOf(query)} is no search: pass a text, { query, mode, distance } or a query`, {})
  }
  if (typeof (query as TextQuery).query === 'string') return [query as TextQuery]
  const found: TextQuery[] = []
  collect((query as { filter?: unknown }).filter, field, found)
  return found
}

/** Gathers the text leaves of a filter that are on a field. The engine checks filters; here the rest is passed over. */
function collect(filter: unknown, field: string, found: TextQuery[]): void {
  if (typeof filter !== 'object' || filter === null) return
  const expr = filter as { op?: unknown; args?: unknown; field?: unknown }
  if (typeof expr.op === 'string') {
    if (Array.isArray(expr.args)) for (const arg of expr.args) collect(arg, field, found)
    if (expr.op === 'text' && expr.field === field) found.push(filter as TextQuery)
    return
  }
  const operand = Object.hasOwn(filter, field) ? (filter as Record<string, unknown>)[field] : undefined
  const text = (operand as { text?: TextQuery } | null | undefined)?.text
  if (typeof text === 'object' && text !== null) found.push(text)
}

function valueAt(row: object, field: string): unknown {
  let v: unknown = row
  for (const key of field.split('.')) {
    if (typeof v !== 'object' || v === null || !isPlain(v) || !Object.hasOwn(v, key)) return undefined
    v = (v as Record<string, unknown>)[key]
  }
  return v
}

function ranges(
  instance: Instance,
  text: string,
  { query, mode, distance }: TextQuery,
  { tokenizer, minTokenLength }: HighlightOptions,
): Highlight[] {
  const w = instance.writer.reset()
  w.payload(Obj, {
    text,
    query: String(query),
    fuzzy: mode === 'fuzzy',
    distance: mode === 'fuzzy' ? (distance ?? 1) : 0,
    whitespace: tokenizer === 'whitespace',
    minLength: minTokenLength ?? 1,
  })
  instance.call(OpHighlight, 0, w.p)
  const start = instance.word(WordOut) >>> 2
  return inUnits(text, instance.u32.subarray(start, start + 2 * instance.word(WordCount)))
}

/** Offsets in bytes of WTF-8, ascending, as offsets in UTF-16 units. */
function inUnits(text: string, bytes: Uint32Array): Highlight[] {
  const found: Highlight[] = []
  let at = 0
  let unit = 0
  const unitAt = (byte: number): number => {
    while (at < byte) {
      const code = text.codePointAt(unit)!
      at += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
      unit += code < 0x10000 ? 1 : 2
    }
    return unit
  }
  for (let i = 0; i < bytes.length; i += 2) found.push({ start: unitAt(bytes[i]!), end: unitAt(bytes[i + 1]!) })
  return found
}

/** Ranges of several searches as one list. */
function joined(all: Highlight[]): Highlight[] {
  all.sort((a, b) => a.start - b.start)
  const out: Highlight[] = []
  for (const range of all) {
    const last = out[out.length - 1]
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end)
    else out.push(range)
  }
  return out
}
