// Queries as API.md words them, evaluated the naive way: what the engine's answers are compared with.

import type { Loose } from './support.js'
import { matchesText, type ModelText } from './text-model.js'

export type ModelFilter = { [key: string]: unknown }
export type ModelSort = { field: string; dir?: 'asc' | 'desc' }
export type ModelPage = { mode: 'offset'; limit?: number; offset?: number; includeTotal?: boolean }
export type ModelQuery = { filter?: ModelFilter; sort?: ModelSort[]; limit?: number; offset?: number; page?: ModelPage }

/** The rows of an answer, in order. */
export function answer<T extends Loose>(rows: Iterable<T>, query: ModelQuery = {}): T[] {
  const found = inOrder(rows, query)
  const { offset: from = 0, limit } = query.page ?? query
  return found.slice(from, limit === undefined ? undefined : from + limit)
}

/** All rows that match, in order. */
export function inOrder<T extends Loose>(rows: Iterable<T>, query: ModelQuery = {}): T[] {
  const found = [...rows].filter((row) => query.filter === undefined || matches(row, query.filter))
  return found.sort((a, b) => compareRows(a, b, query.sort))
}

/** The order of a query, ties by id included. Cells of a former state of a row will do, too. */
export function compareRows(a: Loose, b: Loose, sort: ModelSort[] = []): number {
  for (const { field, dir } of sort) {
    const order = compareCells(cell(a, field), cell(b, field), dir === 'desc')
    if (order !== 0) return order
  }
  return compareText(a.id, b.id)
}

export function matches(row: Loose, filter: ModelFilter): boolean {
  if (typeof filter['op'] === 'string') return matchesExpression(row, filter)
  return Object.keys(filter).every((field) => {
    const operand = filter[field]
    if (!isPlainObject(operand)) return compareWith(cell(row, field), 'eq', operand)
    return Object.keys(operand).every((op) => compareWith(cell(row, field), op, operand[op]))
  })
}

function matchesExpression(row: Loose, { op, args, arg, field, value, values, query, mode, distance }: ModelFilter): boolean {
  switch (op) {
    case 'and':
      return (args as ModelFilter[]).every((one) => matches(row, one))
    case 'or':
      return (args as ModelFilter[]).some((one) => matches(row, one))
    case 'not':
      return !matches(row, arg as ModelFilter)
    case 'in':
    case 'notIn':
      return compareWith(cell(row, field as string), op, values)
    case 'text':
      return matchesText(cell(row, field as string), { query, mode, distance } as ModelText)
  }
  return compareWith(cell(row, field as string), op as string, value)
}

function compareWith(v: unknown, op: string, operand: unknown): boolean {
  switch (op) {
    case 'eq':
      return operand === null ? v === null || v === undefined : equal(v, operand)
    case 'ne':
      return !compareWith(v, 'eq', operand)
    case 'in':
      return (operand as unknown[]).some((one) => compareWith(v, 'eq', one))
    case 'notIn':
      return !compareWith(v, 'in', operand)
    case 'has':
      return Array.isArray(v) && v.some((item) => equal(item, operand))
    case 'isNull':
      return v === null || v === undefined
    case 'exists':
      return v !== null && v !== undefined
    case 'startsWith':
      return typeof v === 'string' && folded(operand as string, '^', '').test(v)
    case 'endsWith':
      return typeof v === 'string' && folded(operand as string, '', '$').test(v)
    case 'contains':
      return typeof v === 'string' && folded(operand as string, '', '').test(v)
    case 'text':
      return matchesText(v, operand as ModelText)
  }
  const kind = kindOf(operand)
  if (kindOf(v) !== kind) return false
  const order = kind === 'string' ? compareText(v as string, operand as string) : compareNumbers(Number(v), Number(operand))
  return op === 'gt' ? order > 0 : op === 'gte' ? order >= 0 : op === 'lt' ? order < 0 : order <= 0
}

/** The flags i and u together are Unicode's simple case folding. */
function folded(text: string, before: string, after: string): RegExp {
  const plain = [...text].map((one) => `\\u{${one.codePointAt(0)!.toString(16)}}`).join('')
  return new RegExp(before + plain + after, 'iu')
}

/** Dots walk own properties of plain objects. */
export function cell(row: Loose, path: string): unknown {
  let v: unknown = row
  for (const step of path.split('.')) {
    if (!isPlainObject(v) || !Object.hasOwn(v, step)) return undefined
    v = v[step]
  }
  return v
}

function isPlainObject(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof Date) && !(v instanceof Uint8Array)
}

type Kind = 'boolean' | 'number' | 'date' | 'string' | 'other' | 'none'

function kindOf(v: unknown): Kind {
  if (v === null || v === undefined) return 'none'
  if (typeof v === 'boolean' || typeof v === 'number' || typeof v === 'string') return typeof v as Kind
  return v instanceof Date ? 'date' : 'other'
}

export function equal(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a === b || (a !== a && b !== b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if (a instanceof Date || b instanceof Date) return a instanceof Date && b instanceof Date && equal(a.getTime(), b.getTime())
  if (a instanceof Uint8Array !== b instanceof Uint8Array || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal((a as Loose)[key], (b as Loose)[key]))
  )
}

const rank: Record<Kind, number> = { boolean: 0, number: 1, date: 2, string: 3, other: 4, none: 5 }

export function compareCells(a: unknown, b: unknown, down: boolean): number {
  const [none, noneToo] = [isLast(a), isLast(b)]
  if (none || noneToo) return Number(none) - Number(noneToo)
  const order = compareKinds(a, b)
  return down ? -order : order
}

/** Null, absent and NaN come last in both directions. */
function isLast(v: unknown): boolean {
  return v === null || v === undefined || ((typeof v === 'number' || v instanceof Date) && Number.isNaN(Number(v)))
}

function compareKinds(a: unknown, b: unknown): number {
  const kind = kindOf(a)
  if (kind !== kindOf(b)) return rank[kind] - rank[kindOf(b)]
  if (kind === 'other') return 0
  if (kind === 'string') return compareText(a as string, b as string)
  return compareNumbers(Number(a), Number(b))
}

/** NaN where either is NaN, so that no comparison holds. A difference would not do: of infinities it is NaN. */
function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN
}

/** By code point: < would go by code unit. Lone surrogates count as the code points that they are. */
export function compareText(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!
    if (order !== 0) return Math.sign(order)
  }
  return Math.sign(left.length - right.length)
}
