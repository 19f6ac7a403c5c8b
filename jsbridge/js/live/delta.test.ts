// Deltas of windows, against splicing one by one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advance, applyDelta, type Delta, readDelta, sameItems } from './delta.js'
import { PullHeader } from '../protocol.js'
import { randomNumbers } from '../codec/testing.js'

type Item = { n: number }

const positions = (list: readonly number[]): Uint32Array => Uint32Array.from(list)
const delta = (removed: number[], inserted: number[], replaced: number[]): Delta => ({
  reset: false, removed: positions(removed), inserted: positions(inserted), replaced: positions(replaced), slots: positions([]), trees: 0,
})

function naive(former: readonly Item[], d: Delta, items: readonly Item[]): Item[] {
  const next = [...former]
  for (const at of [...d.removed].reverse()) next.splice(at, 1)
  d.inserted.forEach((at, i) => next.splice(at, 0, items[i]!))
  d.replaced.forEach((at, i) => (next[at] = items[d.inserted.length + i]!))
  return next
}

/** So many different numbers below n, ascending. */
function some(random: (below: number) => number, n: number, most: number): number[] {
  const found = new Set<number>()
  for (let k = random(most + 1); k > 0 && n > 0; k--) found.add(random(n))
  return [...found].sort((a, b) => a - b)
}

test('random deltas', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  const random = randomNumbers(seed)
  for (let round = 0; round < 5000; round++) {
    const former: readonly Item[] = Object.freeze(Array.from({ length: random(12) }, (_, n) => ({ n })))
    const removed = some(random, former.length, 4)
    const left = former.length - removed.length
    const count = random(5)
    const inserted = some(random, left + count, count).filter((at, i) => at <= left + i)
    const after = left + inserted.length
    const replaced = some(random, after, 3).filter((at) => !inserted.includes(at))
    const d = delta(removed, inserted, replaced)
    const items = Array.from({ length: inserted.length + replaced.length }, (_, i) => ({ n: 100 + i }))
    const next = applyDelta(former, d, items)
    assert.deepEqual(next, naive(former, d, items), `SEED=${seed} ${JSON.stringify([former.length, removed, inserted, replaced])}`)
    assert.deepEqual(advance([...former], d, items), next, `SEED=${seed}: in place`)
    if (next !== former) assert.ok(!sameItems(next, former), `SEED=${seed}: a new array of the same items`)
  }
})

test('what is put back as it was is no change', () => {
  const former = Object.freeze([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }])
  assert.equal(applyDelta(former, delta([], [], []), []), former)
  assert.equal(applyDelta(former, delta([1], [1], []), [former[1]!]), former)
  assert.equal(applyDelta(former, delta([1, 3], [1, 3], [0]), [former[1]!, former[3]!, former[0]!]), former)
  assert.equal(applyDelta(former, delta([], [], [2]), [former[2]!]), former)
  assert.notEqual(applyDelta(former, delta([1], [2], []), [former[1]!]), former)
  assert.notEqual(applyDelta(former, delta([], [], [2]), [{ n: 2 }]), former)
})

test('a delta is read where it lies', () => {
  const words = Uint32Array.from([9, 0, 1, 2, 1, 3, 5, 0, 2, 1, 70, 72, 71, 9])
  const { reset, removed, inserted, replaced, slots, trees } = readDelta(words, 1, PullHeader + 7)
  assert.deepEqual([reset, trees], [false, 3])
  assert.deepEqual([removed, inserted, replaced, slots].map((list) => [...list]), [[5], [0, 2], [1], [70, 72, 71]])
  const whole = readDelta(Uint32Array.from([1, 0, 0, 0, 0, 4, 5, 6]), 0, 8)
  assert.deepEqual([whole.reset, [...whole.slots]], [true, [4, 5, 6]])
})
