// A row goes in as a batch of one by a path of its own: its bytes must be those of the general one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRows } from './batch-reader.js'
import { beginBatch, endBatch, putColumn } from './batch-writer.js'
import { Remove } from './inbox.js'
import type { Row } from '../input.js'
import { FieldID, FieldVersion } from '../protocol.js'
import { putRow } from './row-in.js'
import type { StoreHandle } from '../store-handle.js'
import { FakeInstance, hexOf, memoryOf, randomNumbers, randomString } from './testing.js'

/** A handle with nothing but fields and memory. Naming a field takes the inbox, as the engine's command does. */
class FakeHandle {
  readonly names = ['id', 'version']
  readonly instance = new FakeInstance()

  knownField(name: string): number | undefined {
    const field = this.names.indexOf(name)
    return field < 0 ? undefined : field
  }

  field(name: string): number {
    const w = this.instance.writer.reset()
    w.text(name)
    w.text('x'.repeat(500))
    return this.knownField(name) ?? this.names.push(name) - 1
  }

  put(id: string | undefined, row: Row, expected: number | undefined): Uint8Array {
    return this.instance.bytes(putRow(this as unknown as StoreHandle, id, row, expected))
  }

  /** The same by columns of one cell. */
  byColumns(id: string | undefined, row: Row, expected: number | undefined): Uint8Array {
    const w = this.instance.writer
    const keys = Object.keys(row).filter((key) => key !== 'id' && key !== 'version')
    beginBatch(w, 1, keys.length + (expected === undefined ? 1 : 2))
    putColumn(w, FieldID, [id], 1)
    if (expected !== undefined) putColumn(w, FieldVersion, [expected], 1)
    for (const key of keys) putColumn(w, this.knownField(key)!, [row[key] === undefined ? Remove : row[key]], 1)
    return this.instance.bytes(endBatch(w))
  }
}

function same(handle: FakeHandle, id: string | undefined, row: Row, expected?: number): void {
  const bytes = handle.put(id, row, expected)
  assert.equal(hexOf(bytes), hexOf(handle.byColumns(id, row, expected)))
  assert.equal(hexOf(handle.put(id, row, expected)), hexOf(bytes), 'again, with all fields known')
}

test('every kind of value, removals, and a row without fields', () => {
  const handle = new FakeHandle()
  same(handle, 'x', {})
  same(handle, undefined, {})
  same(handle, '\ud800', { id: 'ignored', version: 9, a: 1 }, 3)
  same(handle, 'x', {
    s: 'é', empty: '', n: -0, nan: NaN, yes: true, no: false, nil: null, gone: undefined, date: new Date(NaN), bytes: new Uint8Array([1, 2, 3]),
    list: [1, 'a'.repeat(200), [null]], object: { a: { b: [] } }, long: '日'.repeat(5000),
  })
  same(handle, 'long id '.repeat(1000), { after: 1 }, NaN)
})

test('keys of any name, those of prototypes included', () => {
  const handle = new FakeHandle()
  same(handle, 'x', JSON.parse('{"__proto__":1,"constructor":"c","":true,"a.b":null,"10":2,"\\ud800":3}') as Row)
})

test('what is on Object.prototype is not written', () => {
  const handle = new FakeHandle()
  const prototype = Object.prototype as Record<string, unknown>
  prototype['polluted'] = 1
  try {
    same(handle, 'x', { a: 1 })
  } finally {
    delete prototype['polluted']
  }
  assert.ok(!handle.names.includes('polluted'))
})

test('random rows give the same bytes, and read back as they were', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  console.log(`row-in: SEED=${seed}`)
  const random = randomNumbers(seed)
  const value = (): unknown =>
    [random(9), random(1e9) / 3, randomString(random, 150), randomString(random, 5), 'plain'.repeat(random(40)), random(2) === 0, null, new Date(random(1e6)), [random(3), randomString(random, 300)], { k: random(2) }, undefined][random(11)]
  const handle = new FakeHandle()
  for (let i = 0; i < 400; i++) {
    const row: Row = {}
    for (let k = random(8); k > 0; k--) row[`field${random(60)}`] = value()
    const id = random(10) ? randomString(random, 40) || 'x' : undefined
    const expected = random(3) ? undefined : random(100)
    same(handle, id, row, expected)
    const [read] = readRows(memoryOf(handle.put(id, row, expected), 8), 8, (field) => handle.names[field]!, false, undefined)
    assert.deepEqual(read, { ...(id === undefined ? {} : { id }), ...row, ...(expected === undefined ? {} : { version: expected }) }, `SEED=${seed}`)
  }
})
