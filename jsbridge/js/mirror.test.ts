// Which row objects the mirror keeps, which it lends, and when it lets go.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Row } from './input.js'
import { Mirror } from './mirror.js'

setFlagsFromString('--expose-gc')
const collectNow = runInNewContext('gc') as () => void
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Lets lent rows become weak, and collects what nobody holds. */
async function collect(): Promise<void> {
  await pause(10)
  for (let i = 0; i < 4; i++) {
    collectNow()
    await pause(5)
  }
}

const row = (id: string): Row => ({ id })

/** Fills slots with rows that nobody holds: in a function of its own, so that no frame keeps one. */
function lend(mirror: Mirror, count: number, from = 0): void {
  for (let slot = from; slot < from + count; slot++) mirror.replace(slot, row(`r${slot}`))
}

function living(mirror: Mirror, count: number): number {
  let n = 0
  for (let slot = 0; slot < count; slot++) if (mirror.base(slot) !== undefined) n++
  return n
}

test('an empty mirror has nothing, at any slot', () => {
  const mirror = new Mirror()
  assert.equal(mirror.bySlot(0), undefined)
  assert.equal(mirror.bySlot(1_000_000), undefined)
  assert.equal(mirror.base(5), undefined)
  assert.equal(mirror.byId('x'), undefined)
  mirror.forget('x', 99)
})

test('a lent row that is held is found by slot, before and after it became weak', async () => {
  const mirror = new Mirror()
  const held = row('a')
  mirror.replace(3, held)
  assert.equal(mirror.base(3), held)
  await collect()
  assert.equal(mirror.base(3), held)
  assert.equal(mirror.bySlot(3), held)
})

test('lent rows that nobody holds are collected', async () => {
  const mirror = new Mirror()
  lend(mirror, 500)
  assert.equal(living(mirror, 500), 500, 'all are there for the moment')
  await collect()
  await collect()
  assert.ok(living(mirror, 500) < 50, `${living(mirror, 500)} of 500 are still there`)
})

test('more rows than one task makes weak are collected in the end', async () => {
  const mirror = new Mirror()
  lend(mirror, 5000)
  await collect()
  await collect()
  assert.ok(living(mirror, 5000) < 500)
})

test('a row that somebody looked at is kept', async () => {
  const mirror = new Mirror()
  lend(mirror, 100)
  for (let slot = 0; slot < 100; slot += 2) mirror.bySlot(slot)
  await collect()
  await collect()
  for (let slot = 0; slot < 100; slot += 2) assert.ok(mirror.base(slot), 'kept')
  assert.ok(living(mirror, 100) < 60)
})

test('a lent row that is read after it became weak is kept from then on', async () => {
  const mirror = new Mirror()
  let held: Row | undefined = row('a')
  mirror.replace(0, held)
  await collect()
  assert.equal(mirror.bySlot(0), held)
  held = undefined
  await collect()
  await collect()
  assert.deepEqual(mirror.base(0), { id: 'a' })
})

test('keep and replace: what is kept stays kept when a write replaces it', async () => {
  const mirror = new Mirror()
  mirror.keep(2, row('a'))
  mirror.replace(2, { id: 'a', n: 2 })
  await collect()
  await collect()
  assert.deepEqual(mirror.base(2), { id: 'a', n: 2 })
})

test('a weak row that a write replaces gives the new one, and never the old', async () => {
  const mirror = new Mirror()
  const held = [row('a')]
  mirror.replace(0, held[0]!)
  await collect()
  held.push({ id: 'a', n: 2 })
  mirror.replace(0, held[1]!)
  assert.equal(mirror.base(0), held[1])
  await collect()
  assert.equal(mirror.base(0), held[1])
  assert.equal(mirror.bySlot(0), held[1])
})

test('names lead to kept rows, and follow their replacements', () => {
  const mirror = new Mirror()
  mirror.keep(4, row('a'))
  mirror.name('a', 4)
  assert.deepEqual(mirror.byId('a'), { id: 'a' })
  const next = { id: 'a', n: 1 }
  mirror.replace(4, next)
  assert.equal(mirror.byId('a'), next)
})

test('a forgotten row is gone, by slot and by id, and its slot may be used for another', async () => {
  const mirror = new Mirror()
  mirror.keep(1, row('a'))
  mirror.name('a', 1)
  mirror.forget('a', 1)
  assert.equal(mirror.byId('a'), undefined)
  assert.equal(mirror.bySlot(1), undefined)
  const other = row('b')
  mirror.replace(1, other)
  assert.equal(mirror.byId('a'), undefined)
  await collect()
  assert.equal(mirror.bySlot(1), other)
})

test('slots that change hands many times between tasks never show a former row', async () => {
  const mirror = new Mirror()
  const held: Row[] = []
  for (let round = 0; round < 40; round++) {
    for (let slot = 0; slot < 10; slot++) {
      if (round % 3 === slot % 3) mirror.forget(`r${slot}`, slot)
      const next = { id: `r${slot}`, round }
      held[slot] = next
      mirror.replace(slot, next)
      if ((round + slot) % 5 === 0) assert.equal(mirror.bySlot(slot), next)
    }
    if (round % 10 === 0) await collect()
    for (let slot = 0; slot < 10; slot++) assert.equal(mirror.base(slot), held[slot])
  }
  await collect()
  await collect()
  for (let slot = 0; slot < 10; slot++) assert.equal(mirror.base(slot), held[slot])
})

test('slots come in any order', () => {
  const mirror = new Mirror()
  const slots = [5000, 3, 64, 63, 65, 0, 4999]
  for (const slot of slots) mirror.replace(slot, row(`r${slot}`))
  for (const slot of slots) assert.equal(mirror.bySlot(slot)?.['id'], `r${slot}`)
  assert.equal(mirror.bySlot(1), undefined)
})

test('close ends what was under way, and what was read stays', async () => {
  const mirror = new Mirror()
  lend(mirror, 100)
  mirror.keep(200, row('k'))
  mirror.name('k', 200)
  mirror.close()
  await collect()
  assert.equal(mirror.byId('k')?.['id'], 'k')
  assert.equal(living(mirror, 100), 100, 'nothing is made weak any more')
})
