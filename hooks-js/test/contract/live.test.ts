// The law of live results: after every change each one equals a fresh evaluation, windows, pages and includes too.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, watch } from '../../../dist/npm/index.js'
import { answer, type ModelQuery, type ModelSort } from './query-model.js'
import { type ModelInclude, type ModelSchema, related, type World } from './relation-model.js'
import { bad, channel, ids, type Loose, type LooseStore, open, openStore, Random, recorder, turn } from './support.js'

const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
console.log(`live: SEED=${seed}`)

const randomSort = (random: Random): ModelSort[] => Array.from({ length: random.below(3) }, () => ({ field: random.pick(['n', 's', 'v', 'id', 'version']), dir: random.pick(['asc', 'desc'] as const) }))

function randomRow(random: Random, id: string): Loose {
  const row: Loose = { id, n: random.below(8), s: random.pick(['a', 'b', 'B', 'c', '']) }
  const v = random.pick([undefined, null, 1, 'x', true, NaN, new Date(3)])
  if (v !== undefined) row['v'] = v
  return row
}

/** Some writes, of all kinds, one-by-one and many. */
async function write(random: Random, store: LooseStore, round: number): Promise<void> {
  const all = ids(await store.getAll())
  const any = (): string => (all.length > 0 && random.below(4) > 0 ? random.pick(all) : `k${random.below(60)}`)
  const change = (): Loose => {
    const { id: _, ...fields } = randomRow(random, 'x')
    return (random.below(2) ? fields : { n: fields['n'] }) as Loose
  }
  switch (random.below(9)) {
    case 0:
      return void (await store.addOne(randomRow(random, `k${random.below(60)}`)).catch(() => {}))
    case 1:
      return void (await store.addMany(Array.from({ length: random.below(12) }, () => randomRow(random, `k${random.below(60)}`))))
    case 2:
    case 3:
      return void (await store.updateOne(any(), change()).catch(() => {}))
    case 4:
      return void (await store.updateMany(Array.from({ length: random.below(10) }, () => ({ id: any(), change: change() }))))
    case 5:
      return void (await store.deleteOne(any()))
    case 6:
      return void (await store.deleteMany(Array.from({ length: random.below(6) }, any)))
    case 7:
      return void (await channel(store).writeback([random.below(2) ? { ...randomRow(random, any()), version: 100 + round } : { id: any(), deleted: true }]))
    default:
      // the same id again, in one turn
      const id = any()
      void store.deleteOne(id)
      void store.addOne(randomRow(random, id)).catch(() => {})
  }
}

test('windows equal a fresh evaluation after random writes; unchanged rows keep identity; nobody is told of nothing', async () => {
  const random = new Random(seed)
  for (let world = 0; world < 6; world++) {
    const store = await openStore(world % 2 ? { schema: { Thing: { indexes: [{ field: 'n', type: 'number' }, { field: 's', type: 'string' }] } } } : {})
    await store.addMany(Array.from({ length: 30 }, (_, i) => randomRow(random, `k${i}`)))
    const filters = [undefined, { n: 3 }, { n: { gte: 2 }, s: { ne: 'a' } }, { op: 'or', args: [{ v: null }, { s: 'b' }] }, { s: { startsWith: 'b' } }, { id: { in: ['k1', 'k7', 'k33'] } }, { n: { in: [1, 2] } }]
    const views = Array.from({ length: 25 }, () => {
      const query: ModelQuery = { sort: randomSort(random) }
      const filter = random.pick(filters)
      if (filter) query.filter = filter
      if (random.below(2)) query.limit = random.below(12)
      if (random.below(3) === 0) query.offset = random.below(8)
      const paged = random.below(3) === 0
      if (paged) {
        query.page = { mode: 'offset', includeTotal: true, ...(query.limit === undefined ? {} : { limit: query.limit }), ...(query.offset === undefined ? {} : { offset: query.offset }) }
        delete query.limit
        delete query.offset
      }
      const { told, listener } = recorder<Loose>()
      const live = watch(store, bad(query), listener)
      return { query, told, live, data: live.current.data, page: live.current.pageInfo, copy: [...live.current.data] }
    })
    for (let round = 0; round < 120; round++) {
      const writes = 1 + random.below(3)
      for (let i = 0; i < writes; i++) await write(random, store, round)
      const look = random.below(2) === 0
      const stored = await store.getAll()
      if (look) for (const { live } of views) void live.current
      await turn()
      for (const view of views) {
        const { query, told, live } = view
        const where = `SEED=${seed} world ${world} round ${round} ${JSON.stringify(query)}`
        const wanted = answer(stored, query)
        const { data, pageInfo } = live.current
        assert.ok(data.length === wanted.length && data.every((row, i) => row === wanted[i]), `${where}: ${ids(data).join()} / ${ids(wanted).join()}`)
        const fresh = await store.findMany(bad(query))
        assert.deepEqual(pageInfo, fresh.pageInfo, where)
        assert.deepEqual(view.data, view.copy, 'an array that was given out was changed')
        const same = data.length === view.data.length && data.every((row, i) => row === view.data[i])
        const samePage = JSON.stringify(pageInfo) === JSON.stringify(view.page)
        if (told.length > 0) assert.equal(told.at(-1), data, `${where}: told of what is current`)
        if (same && samePage && !look && writes === 1) assert.equal(told.length, 0, `${where}: told of nothing`)
        if (!same) assert.ok(told.length > 0 && told.length <= writes, `${where}: not told, or too often`)
        if (same && writes === 1 && !look) assert.equal(data, view.data, `${where}: another array of the same rows`)
        told.length = 0
        Object.assign(view, { data, page: pageInfo, copy: [...data] })
      }
    }
    for (const { live } of views) live.unsubscribe()
  }
})

test('cursor pages stay where they were put while rows come and go', async () => {
  const random = new Random(seed + 1)
  const store = await openStore()
  await store.addMany(Array.from({ length: 40 }, (_, i) => randomRow(random, `k${i}`)))
  const sort: ModelSort[] = [{ field: 's' }, { field: 'n', dir: 'desc' }]
  const { pageInfo } = await store.findMany({ sort, page: { mode: 'offset', offset: 15, limit: 5 } })
  const pages = [{ after: pageInfo!.startCursor! }, { before: pageInfo!.endCursor! }, { after: pageInfo!.endCursor!, limit: 3 }, { before: pageInfo!.startCursor!, limit: 4 }, { limit: 6 }]
  const lives = pages.map((page) => {
    const query = { sort, page: { mode: 'cursor' as const, ...page } }
    return { query, live: watch(store, bad(query), () => {}) }
  })
  for (let round = 0; round < 200; round++) {
    await write(random, store, round)
    for (const { query, live } of lives) {
      const fresh = await store.findMany(bad(query))
      assert.deepEqual(ids(live.current.data), ids(fresh.data), `SEED=${seed} round ${round} ${JSON.stringify(query)}`)
      assert.deepEqual(live.current.pageInfo, fresh.pageInfo, `SEED=${seed} round ${round}`)
    }
  }
})

test('only pageInfo changes: told, with the same array', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'a' }, { id: 'b' }])
  const heard: unknown[] = []
  const live = watch(store, { page: { mode: 'offset', limit: 2, includeTotal: true } }, (result) => heard.push(result))
  const { data, pageInfo } = live.current
  assert.deepEqual([pageInfo!.total, pageInfo!.hasNextPage], [2, false])
  await store.addOne({ id: 'c' })
  await turn()
  assert.equal(heard.length, 1)
  assert.equal(heard[0], live.current)
  assert.equal(live.current.data, data)
  assert.deepEqual([live.current.pageInfo!.total, live.current.pageInfo!.hasNextPage], [3, true])
  assert.equal(pageInfo!.total, 2, 'the earlier one is as it was')
})

const schema = {
  List: { relations: { items: { type: 'hasMany', to: 'Item', foreignKey: 'list' }, head: { type: 'hasOne', to: 'Item', foreignKey: 'list' } } },
  Item: {
    relations: {
      list: { type: 'belongsTo', to: 'List', foreignKey: 'list' },
      tags: { type: 'hasMany', to: 'Tag', foreignKey: 'item' },
      next: { type: 'belongsTo', to: 'Item', foreignKey: 'next' },
      either: { type: 'variants', branches: [{ when: { n: { lt: 2 } }, relation: { type: 'belongsTo', to: 'List', foreignKey: 'list' } }, { when: { n: { gt: 2 } }, relation: { type: 'hasMany', to: 'Tag', foreignKey: 'item' } }] },
    },
  },
  Tag: { relations: { item: { type: 'belongsTo', to: 'Item', foreignKey: 'item' } } },
} satisfies ModelSchema

type App = { List: Loose; Item: Loose; Tag: Loose }
const names = ['List', 'Item', 'Tag'] as const

const includes: [keyof App, ModelInclude][] = [
  ['List', { items: true }],
  ['List', { items: { sort: [{ field: 'n', dir: 'desc' }], limit: 2, include: { tags: true } }, head: { sort: [{ field: 'n' }] } }],
  ['Item', { list: true, next: { include: { next: { include: { tags: { filter: { n: { gte: 2 } } } } } } } }],
  ['Item', { either: { include: { item: true, items: { limit: 1 } } }, tags: { limit: 1, sort: [{ field: 'n' }] } }],
  ['Tag', { item: { include: { list: { include: { head: true } } } } }],
]

/** No two rows are alike, so that one which was deleted and added again is seen to be another. */
let made = 0

function randomRelated(random: Random, id: string): Loose {
  const row: Loose = { id, n: random.below(5), made: ++made }
  const key = (prefix: string): unknown => random.pick([null, ...Array.from({ length: 6 }, (_, i) => `${prefix}${i}`)])
  for (const [field, prefix] of [['list', 'l'], ['item', 'i'], ['next', 'i']] as const) row[field] = key(prefix)
  return row
}

test('includes equal a fresh evaluation after random writes to any store; what did not change keeps its object', async () => {
  const random = new Random(seed + 2)
  for (let world = 0; world < 4; world++) {
    const client = await open<App>({ schema: bad(schema) })
    const views = includes.flatMap(([name, include], i) => [undefined, { limit: 3, sort: [{ field: 'n' as const }] }].map((window) => {
      const query = { include, ...window } as ModelQuery & { include: ModelInclude }
      const { told, listener } = recorder<Loose>()
      return { name, include, query, told, live: watch(client.stores[name], bad(query), listener), i }
    }))
    const seen = views.map(({ live }) => live.current.data)
    for (let round = 0; round < 150; round++) {
      const name = random.pick(names)
      await writeRelated(random, client, name)
      await turn()
      const now: World = {}
      for (const each of names) now[each] = await client.stores[each].getAll()
      for (const [i, { name, include, query, told, live }] of views.entries()) {
        const where = `SEED=${seed} world ${world} round ${round} ${name} ${JSON.stringify(query)}`
        const { data } = live.current
        const { include: _, ...rest } = query
        const wanted = answer(now[name]!, rest).map((row) => related(now, schema, name, row, include))
        assert.deepEqual(data, wanted, where)
        const before = new Map(seen[i]!.map((row) => [row.id, row]))
        for (const row of data) {
          const former = before.get(row.id)
          if (former && alikeRows(former, row)) assert.equal(row, former, `${where}: ${row.id} is another object`)
        }
        const same = data.length === seen[i]!.length && data.every((row, k) => row === seen[i]![k])
        assert.equal(told.length, same ? 0 : 1, `${where}: told ${told.length} times`)
        if (told.length > 0) assert.equal(told[0], data)
        told.length = 0
        seen[i] = data
        const fresh = await client.stores[name].findMany(bad(query))
        assert.ok(fresh.data.every((row, k) => row === data[k]), `${where}: findMany gives other objects`)
      }
    }
    await client.dispose()
  }
})

/** Whether two rows are made of the very same rows. */
function alikeRows(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (!Array.isArray(a) && (a as Loose)['version'] !== (b as Loose)['version']) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => alikeRows((a as Loose)[key], (b as Loose)[key]))
}

async function writeRelated(random: Random, client: Client<App>, name: keyof App): Promise<void> {
  const store = client.stores[name]
  const id = (): string => `${name[0]!.toLowerCase()}${random.below(6)}`
  const { id: _, ...fields } = randomRelated(random, 'x')
  switch (random.below(6)) {
    case 0:
      return void (await store.upsertOne(randomRelated(random, id())))
    case 1:
      return void (await store.deleteOne(id()))
    case 2:
      return void (await store.upsertMany(Array.from({ length: 4 }, () => randomRelated(random, id()))))
    case 3:
      return void (await store.updateOne(id(), bad({ n: fields['n'] })).catch(() => {}))
    case 4: {
      const one = id()
      void store.deleteOne(one)
      return void (await store.addOne(randomRelated(random, one)))
    }
    default:
      return void (await store.updateOne(id(), bad(fields)).catch(() => {}))
  }
}

test('a change of a related row alone is told of', async () => {
  const client = await open<App>({ schema: bad(schema) })
  await client.stores.List.addMany([{ id: 'l1' }, { id: 'l2' }])
  await client.stores.Item.addMany([{ id: 'i1', list: 'l1', n: 1 }])
  const { told, listener } = recorder<Loose>()
  const live = watch(client.stores.List, bad({ include: { items: true } }), listener)
  const [first, second] = live.current.data
  await client.stores.Item.updateOne('i1', { n: 2 })
  assert.equal(((live.current.data[0] as Loose)['items'] as Loose[])[0]!['n'], 2, 'current is right at once')
  await turn()
  assert.equal(told.length, 1)
  assert.notEqual(told[0]![0], first)
  assert.equal(told[0]![1], second)
  assert.equal(((first as Loose)['items'] as Loose[])[0]!['n'], 1, 'the earlier one is as it was')
  await client.stores.Tag.addOne({ id: 't1', item: 'i1' })
  await turn()
  assert.equal(told.length, 1, 'tags are not included')
})

test('a thousand results and a change that concerns one: only this one is told', async () => {
  const store = await openStore()
  await store.addMany(Array.from({ length: 1000 }, (_, i) => ({ id: `r${i}`, n: i })))
  const told: number[] = []
  const lives = Array.from({ length: 1000 }, (_, n) => watch(store, { filter: { n } }, () => told.push(n)))
  await store.updateOne('r500', { s: 'x' })
  await turn()
  assert.deepEqual(told.splice(0), [500])
  await store.updateOne('r500', { n: 7 })
  await turn()
  assert.deepEqual(told.splice(0).sort(), [500, 7])
  assert.deepEqual(ids(lives[7]!.current.data), ['r500', 'r7'])
  for (const { unsubscribe } of lives) unsubscribe()
})
