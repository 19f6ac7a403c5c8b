// A backend that is asked: its answers are those of a client that has all rows.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertAlike, fields, ids, type Loose, open, Random } from '../contract/support.js'
import { type Make, using } from './fixture.js'

const cities = ['Oslo', 'bergen', 'Ås', 'oslo', 'São Paulo', '東京']

function someRows(random: Random): Loose[] {
  return Array.from({ length: 60 }, (_, i) => {
    const row: Loose = { id: `r${i}` }
    if (random.below(5) > 0) row['n'] = random.pick([NaN, -0, 0, 1, 2, 3, 10, -5, Infinity])
    if (random.below(5) > 0) row['city'] = random.pick(cities)
    if (random.below(3) > 0) row['at'] = random.pick([new Date(0), new Date(1000), new Date(NaN), null])
    if (random.below(3) > 0) row['tags'] = [random.pick(cities), random.below(3)]
    row['deep'] = { n: random.below(4), text: `${random.pick(cities)} and ${random.pick(cities)}` }
    return row
  })
}

const filters: readonly object[] = [
  { n: 1 },
  { n: { gte: 1, lt: 10 } },
  { city: { in: ['Oslo', '東京'] } },
  { city: { startsWith: 'OS' }, n: { ne: 0 } },
  { op: 'or', args: [{ n: { isNull: true } }, { at: { gt: new Date(0) } }] },
  { op: 'not', arg: { op: 'contains', field: 'city', value: 'o' } },
  { tags: { has: 'Oslo' } },
  { at: null },
  { n: NaN },
  { 'deep.n': { notIn: [1, 2] } },
  { op: 'text', field: 'deep.text', query: 'Oslo' },
  { op: 'in', field: 'id', values: ['r1', 'r3', 'none', 'r2'] },
  { op: 'and', args: [] },
  { op: 'or', args: [] },
]

const sorts: readonly (readonly object[])[] = [
  [],
  [{ field: 'n' }],
  [{ field: 'n', dir: 'desc' }, { field: 'city' }],
  [{ field: 'city', dir: 'desc' }],
  [{ field: 'at' }, { field: 'deep.n', dir: 'desc' }],
]

export function queryTests(make: Make): void {
  test('queries are answered as by a client that has all rows', using(make, async (bench) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
    const random = new Random(seed)
    const rows = someRows(random)
    const local = (await open<{ Thing: Loose }>()).stores.Thing
    await local.addMany(rows)
    const writer = await bench.client()
    await writer.stores.Thing!.addMany(rows)
    for (const filter of [undefined, ...filters]) {
      // a client that knows nothing yet: whatever it answers it has from the backend
      const store = (await bench.client()).stores.Thing!
      for (const window of [{ limit: 5 }, { limit: 4, offset: 3 }, { offset: 5 }, {}]) {
        const query = { ...(filter && { filter }), sort: random.pick(sorts), ...window } as object
        const where = `${JSON.stringify(query)}; replay with SEED=${seed}`
        assertAlike((await store.findMany(query)).data, (await local.findMany(query)).data, where)
        assert.equal(await store.count(query), await local.count(query), where)
        assertAlike(await store.findOne(query), await local.findOne(query), where)
      }
    }
  }))

  test('offset pages say what lies around them, and how much there is', using(make, async (bench) => {
    const random = new Random(7)
    const rows = someRows(random)
    const local = (await open<{ Thing: Loose }>()).stores.Thing
    await local.addMany(rows)
    await (await bench.client()).stores.Thing!.addMany(rows)
    const store = (await bench.client()).stores.Thing!
    for (const offset of [0, 10, 50, 70]) {
      const page = { mode: 'offset', limit: 10, offset, includeTotal: true } as const
      const [answer, expected] = [await store.findMany({ page }), await local.findMany({ page })]
      assertAlike(answer.data, expected.data)
      assert.equal(answer.pageInfo?.hasNextPage, expected.pageInfo?.hasNextPage, `offset ${offset}`)
      assert.equal(answer.pageInfo?.hasPreviousPage, expected.pageInfo?.hasPreviousPage, `offset ${offset}`)
      assert.equal(answer.pageInfo?.total, rows.length)
    }
  }))

  test('cursor pages go through all rows, forwards and back', using(make, async (bench) => {
    const rows = someRows(new Random(8))
    const local = (await open<{ Thing: Loose }>()).stores.Thing
    await local.addMany(rows)
    await (await bench.client()).stores.Thing!.addMany(rows)
    const store = (await bench.client()).stores.Thing!
    const sort = [{ field: 'city' }, { field: 'n', dir: 'desc' }] as const
    const expected = ids((await local.findMany({ sort })).data)
    const seen: string[] = []
    let after: string | undefined
    let first: string | undefined
    for (;;) {
      const { data, pageInfo } = await store.findMany({ sort, page: { mode: 'cursor', limit: 7, ...(after && { after }) } })
      assert.ok(pageInfo)
      seen.push(...ids(data))
      first = pageInfo.startCursor
      if (!pageInfo.hasNextPage) break
      assert.ok(pageInfo.endCursor)
      after = pageInfo.endCursor
    }
    assert.deepEqual(seen, expected)
    assert.ok(first)
    const { data } = await store.findMany({ sort, page: { mode: 'cursor', limit: 7, before: first } })
    const last = expected.length % 7 || 7
    assert.deepEqual(ids(data), expected.slice(-last - 7, -last))
  }))

  test('misses of one turn are found together, and in the order that was asked for', using(make, async (bench) => {
    await (await bench.client()).stores.Thing!.addMany(['a', 'b', 'c', 'd'].map((id) => ({ id, of: id })))
    const store = (await bench.client()).stores.Thing!
    const [c, some, none, all] = await Promise.all([
      store.getOne('c'),
      store.getMany(['d', 'x', 'a', 'd']),
      store.getOne('y'),
      store.getMany(['a', 'b', 'c', 'd']),
    ])
    assert.deepEqual(fields(c), { id: 'c', of: 'c' })
    assert.deepEqual(ids(some), ['d', 'a', 'd'])
    assert.equal(none, undefined)
    assert.deepEqual(ids(all), ['a', 'b', 'c', 'd'])
  }))

  test('a malformed query is refused, and the next one is answered', using(make, async (bench) => {
    const store = (await bench.client()).stores.Thing!
    await store.addOne({ id: 'x' })
    await assert.rejects(store.findMany({ filter: { op: 'near', field: 'n' } } as never))
    await assert.rejects(store.findMany({ limit: -1 }))
    assert.deepEqual(ids(await store.getAll()), ['x'])
  }))
}
