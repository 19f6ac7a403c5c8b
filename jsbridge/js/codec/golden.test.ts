// The golden vectors that Go reads too (runtime/wire): bytes to cells, and cells to the same bytes.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readRows } from './batch-reader.js'
import { beginBatch, endBatch, putColumn } from './batch-writer.js'
import { Remove } from './inbox.js'
import { FakeInstance, hexOf, memoryOf, randomNumbers, randomString } from './testing.js'
import { setOwn } from './value-reader.js'

type Cell =
  | { t: 'absent' | 'null' | 'undefined' }
  | { t: 'bool'; v: boolean }
  | { t: 'number' | 'date'; v: string }
  | { t: 'string'; u: number[] }
  | { t: 'bytes'; v: number[] }
  | { t: 'array'; v: Cell[] }
  | { t: 'object'; v: [number[], Cell][] }

interface Vector {
  name: string
  hex: string
  rows: number
  columns: { field: string; cells: Cell[] }[]
}

const file = new URL('../../../runtime/wire/testdata/golden.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[]

const textOf = (units: readonly number[]): string => units.map((unit) => String.fromCharCode(unit)).join('')

function valueOf(cell: Cell, inOrder = false): unknown {
  switch (cell.t) {
    case 'absent':
      return undefined
    case 'undefined':
      return Remove
    case 'null':
      return null
    case 'bool':
      return cell.v
    case 'number':
      return Number(cell.v)
    case 'date':
      return new Date(Number(cell.v))
    case 'string':
      return textOf(cell.u)
    case 'bytes':
      return new Uint8Array(cell.v)
    case 'array':
      return cell.v.map((item) => valueOf(item, inOrder))
    case 'object': {
      const object: Record<string, unknown> = {}
      for (const [key, inner] of cell.v) setOwn(object, textOf(key), valueOf(inner, inOrder))
      // JavaScript moves keys that look like integers to the front: for writing they must stay where Go has them
      const keys = cell.v.map(([key]) => textOf(key))
      return inOrder && keys.some((key) => /^\d+$/.test(key)) ? new Proxy(object, { ownKeys: () => keys }) : object
    }
  }
}

/** Equal down to -0, NaN, invalid dates and the order of keys. */
function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime())
  const [left, right] = [Object.keys(a), Object.keys(b)]
  return (
    left.length === right.length &&
    left.every((key, i) => right[i] === key && alike((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  )
}

function rowsOf(vector: Pick<Vector, 'rows' | 'columns'>): Record<string, unknown>[] {
  return Array.from({ length: vector.rows }, (_, i) => {
    const row: Record<string, unknown> = {}
    for (const { field, cells } of vector.columns) if (cells[i]!.t !== 'absent') setOwn(row, field, valueOf(cells[i]!))
    return row
  })
}

function encode(names: readonly string[], columns: readonly (readonly unknown[])[], rows: number, instance = new FakeInstance()): Uint8Array {
  const w = instance.writer
  beginBatch(w, rows, columns.length, names)
  columns.forEach((cells, field) => putColumn(w, field, cells, rows))
  return instance.bytes(endBatch(w))
}

const noField = (): string => assert.fail('a batch with names has no use for field numbers')

test('there are vectors', () => assert.ok(vectors.length >= 40))

for (const vector of vectors) {
  test(`reads: ${vector.name}`, () => {
    const bytes = Buffer.from(vector.hex, 'hex')
    for (const base of [0, 8, 80]) {
      const rows = readRows(memoryOf(bytes, base), base, noField, false, Remove)
      assert.ok(alike(rows.map(withoutVersionOrder), rowsOf(vector).map(withoutVersionOrder)), 'cells differ')
    }
  })

  test(`writes: ${vector.name}`, () => {
    const names = vector.columns.map(({ field }) => field)
    const columns = vector.columns.map(({ cells }) => cells.map((cell) => valueOf(cell, true)))
    assert.equal(hexOf(encode(names, columns, vector.rows)), vector.hex)
    assert.equal(hexOf(encode(names, columns, vector.rows, new FakeInstance(1 << 20))), vector.hex, 'with room from the start')
  })
}

/** The version stands last in a row, wherever its column stands. */
function withoutVersionOrder(row: Record<string, unknown>): Record<string, unknown> {
  if (!Object.hasOwn(row, 'version')) return row
  const { version, ...rest } = row
  return { ...rest, version }
}

test('rows are frozen to their depths if that is wanted, and only then', () => {
  const bytes = encode(['a'], [[{ list: [{ x: [] }] }]], 1)
  for (const freeze of [true, false]) {
    const [row] = readRows(memoryOf(bytes, 0), 0, noField, freeze)
    const a = row!['a'] as { list: [{ x: unknown[] }] }
    for (const part of [row!, a, a.list, a.list[0], a.list[0].x]) assert.equal(Object.isFrozen(part), freeze)
  }
})

test('field numbers are named by the caller; the version becomes the last property', () => {
  const instance = new FakeInstance()
  const w = instance.writer
  beginBatch(w, 2, 3)
  putColumn(w, 0, ['a', 'b'], 2)
  putColumn(w, 1, [3, 4], 2)
  putColumn(w, 7, [true, undefined], 2)
  const bytes = instance.bytes(endBatch(w))
  const rows = readRows(memoryOf(bytes, 16), 16, (field) => ['id', 'version'][field] ?? `field${field}`, false)
  assert.deepEqual(rows, [{ id: 'a', field7: true, version: 3 }, { id: 'b', version: 4 }])
  assert.deepEqual(Object.keys(rows[0]!), ['id', 'field7', 'version'])
})

test('what the inbox held before does not show through', () => {
  const instance = new FakeInstance()
  const first = encode(['a'], [[1, undefined, 'x', null]], 4, instance)
  encode(['a', 'b'], [Array.from({ length: 50 }, (_, i) => 'y'.repeat(i)), new Array(50).fill(NaN)], 50, instance)
  assert.deepEqual(encode(['a'], [[1, undefined, 'x', null]], 4, instance), first)
})

test('random columns come back as they were', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  console.log(`golden: SEED=${seed}`)
  const random = randomNumbers(seed)
  const kinds: (() => unknown)[] = [
    () => undefined, () => Remove, () => null, () => random(2) === 0, () => random(5) - 2, () => random(1e9) / 7, () => [NaN, -0, Infinity][random(3)],
    () => new Date([NaN, 0, random(1e9)][random(3)]!), () => randomString(random, 6), () => 'ascii'.repeat(random(5)), () => randomString(random, 300),
    () => new Uint8Array(random(5)).fill(random(256)), () => nested(3), () => '\ud800', () => 'a\udc00',
  ]
  const nested = (depth: number): unknown => {
    const kind = random(4)
    if (depth === 0 || kind === 0) {
      const leaf = kinds[2 + random(10)]!()
      return leaf
    }
    if (kind === 1) return Array.from({ length: random(4) }, () => nested(depth - 1))
    const object: Record<string, unknown> = {}
    for (let n = random(4); n > 0; n--) setOwn(object, randomString(random, random(10) ? 3 : 200), nested(depth - 1))
    return object
  }
  for (let round = 0; round < 300; round++) {
    const rows = random(30)
    const names = Array.from({ length: random(5) }, (_, i) => randomString(random, 5) + i)
    const columns = names.map(() => {
      const some = Array.from({ length: 1 + random(3) }, () => kinds[random(kinds.length)]!)
      return Array.from({ length: rows }, () => some[random(some.length)]!())
    })
    const expected = Array.from({ length: rows }, (_, i) => {
      const row: Record<string, unknown> = {}
      names.forEach((name, k) => {
        if (columns[k]![i] !== undefined) setOwn(row, name, columns[k]![i])
      })
      return row
    })
    const read = readRows(memoryOf(encode(names, columns, rows), 8), 8, noField, false, Remove)
    assert.equal(read.length, rows)
    read.forEach((row, i) => assert.ok(alike(row, expected[i]), `SEED=${seed}, round ${round}, row ${i}`))
  }
})
