import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differing, patchOf, revert, same } from './history-merge.js'
import type { Row } from '../input.js'

const proto = (value: unknown): Row => JSON.parse(`{"id":"a","__proto__":${JSON.stringify(value)}}`) as Row

test('a field goes back if it is as the change left it, and stays if others have changed it since', () => {
  const before = { id: 'a', n: 1, s: 'x', gone: true, version: 3 }
  const after = { id: 'a', n: 2, s: 'y', made: [1], version: 4 }
  const cases: { name: string; now: Row | undefined; row: Row | undefined; conflicts: string[] }[] = [
    { name: 'nobody did anything', now: after, row: { id: 'a', n: 1, s: 'x', gone: true, version: 4 }, conflicts: [] },
    { name: 'another field', now: { ...after, other: 1 }, row: { id: 'a', n: 1, s: 'x', gone: true, other: 1, version: 4 }, conflicts: [] },
    { name: 'the same field', now: { ...after, n: 9 }, row: { id: 'a', n: 9, s: 'x', gone: true, version: 4 }, conflicts: ['n'] },
    { name: 'a field that the change removed', now: { ...after, gone: false }, row: { id: 'a', n: 1, s: 'x', gone: false, version: 4 }, conflicts: ['gone'] },
    { name: 'a field that the change made', now: { ...after, made: [1, 2] }, row: { id: 'a', n: 1, s: 'x', gone: true, made: [1, 2], version: 4 }, conflicts: ['made'] },
    { name: 'they put it back', now: { ...before, version: 9 }, row: { ...before, version: 9 }, conflicts: [] },
    { name: 'they deleted the row', now: undefined, row: undefined, conflicts: ['n', 's', 'gone', 'made'] },
  ]
  for (const { name, now, row, conflicts } of cases) {
    const kept = now && { ...now }
    assert.deepEqual(revert(now, { before, after }), { row, conflicts }, name)
    assert.deepEqual(now, kept, 'rows are not altered')
  }
})

test('an added row is deleted if it is as it was added; a deleted one comes back if nobody added it', () => {
  const row = { id: 'a', n: 1, version: 1 }
  const added = { before: undefined, after: row }
  const deleted = { before: row, after: undefined }
  assert.deepEqual(revert({ ...row, version: 8 }, added), { row: undefined, conflicts: [] })
  assert.deepEqual(revert(undefined, added), { row: undefined, conflicts: [] })
  assert.deepEqual(revert({ ...row, n: 2 }, added), { row: { ...row, n: 2 }, conflicts: ['n'] })
  assert.deepEqual(revert({ ...row, more: 2 }, added), { row: { ...row, more: 2 }, conflicts: ['more'] })
  assert.deepEqual(revert(undefined, deleted), { row, conflicts: [] })
  assert.deepEqual(revert({ ...row, version: 8 }, deleted), { row: { ...row, version: 8 }, conflicts: [] })
  assert.deepEqual(revert({ id: 'a', version: 1 }, deleted), { row: { id: 'a', version: 1 }, conflicts: ['n'] })
})

test('a patch makes one row of the other and names no more fields than differ', () => {
  assert.deepEqual(patchOf({ id: 'a', x: 1, y: [1], z: 0, version: 1 }, { id: 'a', y: [1], z: -0, w: null, version: 7 }), { x: undefined, z: -0, w: null })
  const patch = patchOf({ id: 'a', version: 1 }, proto(5))
  assert.deepEqual(Object.keys(patch), ['__proto__'])
  assert.equal(Object.getPrototypeOf(patch), Object.prototype)
})

test('fields are told apart by kind and content, whatever they are named', () => {
  const values = [null, false, true, 0, -0, 1, NaN, '', '1', new Date(1), new Date(2), new Date(NaN), new Uint8Array([1]), new Uint8Array([2]), [], [1], [[1]], {}, { a: 1 }, { a: 2 }, { b: 1 }, { length: 0 }]
  for (const [i, a] of values.entries()) {
    for (const [j, b] of values.entries()) assert.equal(same(a, structuredClone(b)), i === j, `${i} and ${j}`)
  }
  assert.ok(same({ a: 1, b: [2] }, { b: [2], a: 1 }))
  assert.deepEqual(differing(proto(1), proto(2)), ['__proto__'])
  assert.deepEqual(differing({ id: 'a' }, proto(2)), ['__proto__'])
  assert.deepEqual(differing({ id: 'a', toString: 1 } as Row, { id: 'a' }), ['toString'])
  assert.deepEqual(revert(proto(2), { before: proto(1), after: proto(2) }).row, proto(1))
})
