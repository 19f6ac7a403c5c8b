// explain and stats, on the symbol channel.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Explanation, StoreStats } from '../../../dist/npm/index.js'
import { bad, channel, type Loose, type LooseStore, open, openStore, rejects } from './support.js'

type Internal = { explain(query?: unknown): Promise<Explanation>; stats(): Promise<StoreStats> }
const internal = (store: LooseStore): Internal => channel(store) as unknown as Internal

const indexes = [{ field: 'n', type: 'number' }, { field: 's', type: 'string' }, { field: 's', type: 'substring' }, { field: 's', type: 'text' }, { field: 'd', type: 'date' }] as const

async function filled(withIndexes: boolean): Promise<LooseStore> {
  const store = await openStore(withIndexes ? { schema: { Thing: { indexes: [...indexes] } } } : {})
  await store.addMany(Array.from({ length: 2000 }, (_, i): Loose => ({ id: `r${i}`, n: i % 100, s: `word${i % 50} text`, d: new Date(i), m: i % 7 })))
  return store
}

const queries = [
  undefined, {}, { filter: { n: 5 } }, { filter: { n: { gte: 95 }, m: 3 } }, { filter: { s: { startsWith: 'WORD4' } } }, { filter: { s: { contains: 'd49' } } }, { filter: { s: { text: { query: 'word7' } } } },
  { filter: { d: { lt: new Date(10) } } }, { filter: { id: 'r7' } }, { filter: { id: { in: ['r7', 'r8', 'none'] } } }, { filter: { op: 'not', arg: { n: 5 } } }, { filter: { op: 'or', args: [{ n: 5 }, { n: 6 }] } }, { filter: { m: 3 } }, { sort: [{ field: 'n' }], limit: 5 },
  { filter: { m: 3 }, sort: [{ field: 'n', dir: 'desc' }, { field: 'd' }] }, { filter: { s: { text: { query: 'word7', mode: 'fuzzy' } } }, sort: [{ field: '$score', dir: 'desc' }] }, { sort: [{ field: 'm' }], page: { mode: 'cursor', limit: 3 } }, { limit: 0 },
]

test('explain says how many rows match, were returned and were looked at, and how long it took', async () => {
  for (const store of [await filled(true), await filled(false)]) {
    for (const query of queries) {
      const where = JSON.stringify(query)
      const explained = await internal(store).explain(query)
      assert.equal(explained.matched, await store.count(bad({ filter: query?.filter })), where)
      assert.equal(explained.returned, (await store.findMany(bad(query))).data.length, where)
      assert.ok(explained.looked >= 0 && explained.micros >= 0, where)
      assert.ok(Array.isArray(explained.steps), where)
      for (const { step, via } of explained.steps) assert.ok(['filter', 'sort', 'page'].includes(step) && (via === undefined || typeof via === 'string'), where)
    }
  }
})

test('an index is used where there is one, and spares looking at rows', async () => {
  const [indexed, plain] = [internal(await filled(true)), internal(await filled(false))]
  const uses: [object, RegExp][] = [
    [{ filter: { n: 5 } }, /index number/], [{ filter: { d: { lt: new Date(10) } } }, /index/], [{ filter: { s: { startsWith: 'word4' } } }, /index/], [{ filter: { s: { contains: 'd49' } } }, /substring index/], [{ filter: { s: { text: { query: 'word7' } } } }, /text index/],
  ]
  for (const [query, via] of uses) {
    const [fast, slow] = [await indexed.explain(query), await plain.explain(query)]
    assert.ok(fast.steps.some((step) => via.test(step.via ?? '')), JSON.stringify(fast))
    assert.ok(slow.steps.every((step) => !/index/.test(step.via ?? '')), JSON.stringify(slow))
    assert.ok(fast.looked < slow.looked, `${JSON.stringify(query)}: ${fast.looked} of ${slow.looked}`)
    assert.equal(slow.looked, 2000)
  }
  assert.equal((await indexed.explain({ filter: { id: 'r7' } })).looked <= 1, true)
})

test('stats say what a store and its indexes hold', async () => {
  const store = await filled(true)
  const { rows, bytes, indexes: listed } = await internal(store).stats()
  assert.equal(rows, 2000)
  assert.ok(bytes > 10_000)
  assert.deepEqual(listed.map(({ field, type }) => ({ field, type })), indexes)
  assert.deepEqual(listed.map(({ documents }) => documents), [2000, 2000, 2000, 2000, 2000])
  assert.deepEqual([listed[0]!.distinct, listed[1]!.distinct, listed[3]!.distinct, listed[4]!.distinct], [100, 50, 51, 2000])
  assert.ok(listed.every((index) => index.bytes > 0))
  await store.deleteMany((await store.findMany({ filter: { n: { lt: 50 } } })).data.map(({ id }) => id))
  const after = await internal(store).stats()
  assert.deepEqual([after.rows, after.indexes[0]!.documents, after.indexes[0]!.distinct], [1000, 1000, 50])
  assert.deepEqual((await internal(await openStore()).stats()).indexes, [])
})

test('malformed queries and disposed clients reject', async () => {
  const client = await open<{ T: Loose }>()
  await rejects(internal(client.stores.T).explain({ filter: { n: { nope: 1 } } }), 'invalid_query')
  await client.dispose()
  await rejects(internal(client.stores.T).explain(), 'disposed')
  await rejects(internal(client.stores.T).stats(), 'disposed')
})
