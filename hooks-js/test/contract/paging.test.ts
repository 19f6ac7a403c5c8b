// Pages: by offset with totals, by cursor forward and backward, over data that changes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PageInfo, watch } from '../../../dist/npm/index.js'
import { answer, compareRows, inOrder, type ModelSort } from './query-model.js'
import { bad, ids, type Loose, type LooseStore, openStore, Random, rejects, throws } from './support.js'

const numbered = (n: number): Loose[] => Array.from({ length: n }, (_, i) => ({ id: `r${10 + i}`, n: (i * 7) % n, s: 'abc'[i % 3]! }))

async function filled(n: number): Promise<LooseStore> {
  const store = await openStore()
  await store.addMany(numbered(n))
  return store
}

test('offset pages: limit, offset, and a total where it is asked for', async () => {
  const store = await filled(10)
  const sort: ModelSort[] = [{ field: 'n', dir: 'desc' }]
  const stored = await store.getAll()
  for (const page of [{}, { limit: 3 }, { limit: 3, offset: 3 }, { offset: 8, limit: 5 }, { offset: 10 }, { offset: 99, limit: 1 }, { limit: 0 }, { limit: 0, offset: 4 }, { limit: 10 }]) {
    for (const includeTotal of [undefined, true, false]) {
      const query = { sort, filter: { n: { gte: 2 } }, page: { mode: 'offset' as const, ...page, ...(includeTotal === undefined ? {} : { includeTotal }) } }
      const { data, pageInfo } = await store.findMany(query)
      const all = inOrder(stored, query)
      assert.deepEqual(data, answer(stored, query))
      const { offset = 0 } = page as { offset?: number }
      assert.equal(pageInfo?.hasPreviousPage, Math.min(offset, all.length) > 0, JSON.stringify(page))
      assert.equal(pageInfo?.hasNextPage, offset + data.length < all.length, JSON.stringify(page))
      assert.equal(pageInfo?.total, includeTotal ? 8 : undefined)
      assert.equal(typeof pageInfo?.startCursor, data.length > 0 ? 'string' : 'undefined')
      assert.equal(typeof pageInfo?.endCursor, data.length > 0 ? 'string' : 'undefined')
      assert.equal('total' in pageInfo!, includeTotal === true)
    }
  }
})

test('a query without a page has no pageInfo', async () => {
  const store = await filled(3)
  assert.deepEqual(Object.keys(await store.findMany({ limit: 1 })), ['data'])
  assert.deepEqual(Object.keys(await store.findMany()), ['data'])
})

test('cursor pages: 50 rows unless the page says otherwise', async () => {
  const store = await filled(120)
  const first = await store.findMany({ page: { mode: 'cursor' } })
  assert.equal(first.data.length, 50)
  const second = await store.findMany({ page: { mode: 'cursor', after: first.pageInfo!.endCursor! } })
  const third = await store.findMany({ page: { mode: 'cursor', after: second.pageInfo!.endCursor! } })
  assert.deepEqual(ids([...first.data, ...second.data, ...third.data]), ids(await store.getAll()))
  assert.deepEqual([first, second, third].map(({ pageInfo }) => [pageInfo!.hasPreviousPage, pageInfo!.hasNextPage]), [[false, true], [true, true], [true, false]])
  assert.equal(third.data.length, 20)
})

test('cursor pages walk every sort forward and backward', async () => {
  const store = await openStore()
  const values = [null, undefined, NaN, 0, -0, 1, 'a', 'b', '😀', '\uffff', new Date(5), true, false, [1], { a: 1 }]
  await store.addMany(values.flatMap((v, i) => [0, 1].map((copy): Loose => ({ id: `${copy}x${i}`, k: copy, ...(v === undefined ? {} : { v }) }))))
  const sorts: ModelSort[][] = [[], [{ field: 'v' }], [{ field: 'v', dir: 'desc' }], [{ field: 'k' }, { field: 'v', dir: 'desc' }], [{ field: 'v' }, { field: 'id', dir: 'desc' }], [{ field: 'none' }], [{ field: 'v.a', dir: 'desc' }]]
  for (const sort of sorts) {
    const all = ids(inOrder(await store.getAll(), { sort }))
    for (const limit of [1, 3, 7, 30]) {
      const forward: string[] = []
      let info: PageInfo | undefined
      do {
        const page = await store.findMany({ sort, page: { mode: 'cursor', limit, ...(info ? { after: info.endCursor! } : {}) } })
        forward.push(...ids(page.data))
        info = page.pageInfo
        assert.equal(info!.hasNextPage, forward.length < all.length)
        assert.equal(info!.hasPreviousPage, forward.length > page.data.length)
      } while (info!.hasNextPage)
      assert.deepEqual(forward, all, JSON.stringify({ sort, limit }))
      const backward: string[] = ids((await store.findMany({ sort, page: { mode: 'offset', offset: all.length - 1 } })).data)
      let before = info!.endCursor!
      for (;;) {
        const { data, pageInfo } = await store.findMany({ sort, page: { mode: 'cursor', limit, before } })
        backward.unshift(...ids(data))
        assert.equal(pageInfo!.hasNextPage, true)
        if (!pageInfo!.hasPreviousPage) break
        before = pageInfo!.startCursor!
      }
      assert.deepEqual(backward, all, `backward ${JSON.stringify({ sort, limit })}`)
    }
  }
})

test('before gives the rows just before it, in sort order', async () => {
  const store = await filled(10)
  const { pageInfo } = await store.findMany({ page: { mode: 'cursor', limit: 5 } })
  const page = await store.findMany({ page: { mode: 'cursor', limit: 3, before: pageInfo!.endCursor! } })
  assert.deepEqual(ids(page.data), ['r11', 'r12', 'r13'])
  assert.deepEqual([page.pageInfo!.hasPreviousPage, page.pageInfo!.hasNextPage], [true, true])
})

test('a page of nothing: limit 0, a cursor at the end, no rows at all', async () => {
  const store = await filled(4)
  const all = await store.findMany({ page: { mode: 'cursor' } })
  const { startCursor, endCursor } = all.pageInfo!
  const info = async (page: object): Promise<unknown> => {
    const { data, pageInfo } = await store.findMany(bad({ page: { mode: 'cursor', ...page } }))
    assert.deepEqual(data, [])
    assert.deepEqual(Object.keys(pageInfo!).sort(), ['hasNextPage', 'hasPreviousPage'])
    return [pageInfo!.hasPreviousPage, pageInfo!.hasNextPage]
  }
  assert.deepEqual(await info({ after: endCursor }), [true, false])
  assert.deepEqual(await info({ before: startCursor }), [false, true])
  assert.deepEqual(await info({ limit: 0 }), [false, true])
  await store.deleteMany(ids(all.data))
  assert.deepEqual(await info({}), [false, false])
  assert.deepEqual(await info({ after: endCursor }), [false, false])
})

test('a cursor holds when its row moves or goes, and when other rows come and go', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  const random = new Random(seed)
  const sort: ModelSort[] = [{ field: 's' }, { field: 'n', dir: 'desc' }]
  const store = await filled(40)
  for (let round = 0; round < 150; round++) {
    const limit = 1 + random.below(6)
    const { data, pageInfo } = await store.findMany({ sort, page: { mode: 'offset', limit, offset: random.below(30) } })
    if (data.length === 0) break
    const [first, last] = [data[0]!, data.at(-1)!]
    for (let n = random.below(4); n > 0; n--) {
      const one = random.pick(await store.getAll())
      const other = random.pick([first, last, one])
      if (random.below(3) === 0) await store.addOne({ id: `n${round}-${n}`, n: random.below(40), s: random.pick(['a', 'b', 'c', null]) })
      else if (random.below(3) === 0) await store.deleteOne(other.id)
      else await store.updateOne(other.id, { n: random.below(40), s: random.pick(['a', 'b', 'c']) }).catch(() => {})
    }
    const all = inOrder(await store.getAll(), { sort })
    const after = all.filter((row) => compareRows(row, last, sort) > 0)
    const before = all.filter((row) => compareRows(row, first, sort) < 0)
    const next = await store.findMany({ sort, page: { mode: 'cursor', limit, after: pageInfo!.endCursor! } })
    const previous = await store.findMany({ sort, page: { mode: 'cursor', limit, before: pageInfo!.startCursor! } })
    assert.deepEqual(ids(next.data), ids(after.slice(0, limit)), `SEED=${seed}`)
    assert.deepEqual(ids(previous.data), ids(before.slice(Math.max(0, before.length - limit))), `SEED=${seed}`)
    assert.deepEqual([next.pageInfo!.hasPreviousPage, next.pageInfo!.hasNextPage], [all.length > after.length, after.length > limit], `SEED=${seed}`)
    assert.deepEqual([previous.pageInfo!.hasPreviousPage, previous.pageInfo!.hasNextPage], [before.length > limit, all.length > before.length], `SEED=${seed}`)
  }
})

test('garbage, and a cursor of another sort, is invalid_cursor', async () => {
  const store = await filled(5)
  const { pageInfo } = await store.findMany({ sort: [{ field: 'n' }], page: { mode: 'cursor', limit: 2 } })
  const cursor = pageInfo!.endCursor!
  assert.match(cursor, /^[\w-]+$/, 'fit for an address')
  const attempts: [unknown, ModelSort[]][] = [
    ['', [{ field: 'n' }]], ['x', [{ field: 'n' }]], ['😀', [{ field: 'n' }]], ['\ud800', [{ field: 'n' }]], [cursor.slice(1), [{ field: 'n' }]], [cursor.slice(0, -1), [{ field: 'n' }]], [`${cursor}A`, [{ field: 'n' }]],
    [cursor, []], [cursor, [{ field: 'n', dir: 'desc' }]], [cursor, [{ field: 's' }]], [cursor, [{ field: 'n' }, { field: 's' }]],
  ]
  for (const [text, sort] of attempts) {
    for (const side of ['after', 'before']) {
      const error = await rejects(store.findMany(bad({ sort, page: { mode: 'cursor', [side]: text } })), 'invalid_cursor')
      assert.deepEqual(error.details?.path, ['page', side])
      assert.equal(error.details?.store, 'Thing')
      throws(() => watch(store, bad({ sort, page: { mode: 'cursor', [side]: text } }), () => {}), 'invalid_cursor')
    }
  }
  const mangled = [...cursor].map((one, i, all) => all.slice(0, i).join('') + (one === 'A' ? 'B' : 'A') + all.slice(i + 1).join(''))
  for (const text of mangled) await rejects(store.findMany({ sort: [{ field: 'n' }], page: { mode: 'cursor', after: text } }), 'invalid_cursor')
  assert.equal((await store.findMany({ sort: [{ field: 'n', dir: 'asc' }], page: { mode: 'cursor', after: cursor } })).data.length, 3, 'the same sort, put otherwise')
  assert.equal((await store.findMany({ filter: { n: { gte: 0 } }, sort: [{ field: 'n' }], page: { mode: 'cursor', after: cursor } })).data.length, 3, 'another filter is fine')
})

test('malformed pages', async () => {
  const store = await filled(3)
  const cases: [unknown, 'invalid_query' | 'invalid_input', (string | number)[]][] = [
    [{ page: 5 }, 'invalid_query', ['page']], [{ page: {} }, 'invalid_query', ['page']], [{ page: { mode: 'both' } }, 'invalid_query', ['page', 'mode']], [{ page: [] }, 'invalid_query', ['page']], [{ page: null }, 'invalid_query', ['page']],
    [{ page: { mode: 'offset', after: 'x' } }, 'invalid_query', ['page', 'after']], [{ page: { mode: 'cursor', offset: 1 } }, 'invalid_query', ['page', 'offset']], [{ page: { mode: 'cursor', includeTotal: true } }, 'invalid_query', ['page', 'includeTotal']],
    [{ page: { mode: 'offset', includeTotal: 1 } }, 'invalid_query', ['page', 'includeTotal']], [{ page: { mode: 'cursor', nope: 1 } }, 'invalid_query', ['page', 'nope']],
    [{ page: { mode: 'cursor', after: 'x', before: 'y' } }, 'invalid_query', ['page']], [{ page: { mode: 'offset' }, limit: 1 }, 'invalid_query', []], [{ page: { mode: 'cursor' }, offset: 0 }, 'invalid_query', []],
    [{ page: { mode: 'offset', limit: -1 } }, 'invalid_input', ['page', 'limit']], [{ page: { mode: 'offset', offset: 1.5 } }, 'invalid_input', ['page', 'offset']], [{ page: { mode: 'cursor', limit: '3' } }, 'invalid_input', ['page', 'limit']],
    [{ page: { mode: 'cursor', limit: 5n } }, 'invalid_input', ['page', 'limit']],
  ]
  for (const [query, code, path] of cases) {
    const error = await rejects(store.findMany(bad(query)), code)
    assert.deepEqual(error.details?.path?.slice(0, path.length) ?? [], path, JSON.stringify(path))
    await rejects(store.count(bad(query)), code)
  }
  for (const after of [5, null, {}]) await rejects(store.findMany(bad({ page: { mode: 'cursor', after } })), 'invalid_query')
})

test('findOne gives the first row of a page; count does not look at pages', async () => {
  const store = await filled(10)
  const { data, pageInfo } = await store.findMany({ page: { mode: 'cursor', limit: 5 } })
  assert.equal((await store.findOne({ page: { mode: 'offset', offset: 3 } }))?.id, 'r13')
  assert.equal((await store.findOne({ page: { mode: 'cursor', after: pageInfo!.endCursor! } }))?.id, 'r15')
  assert.equal((await store.findOne({ page: { mode: 'cursor', limit: 3, before: pageInfo!.endCursor! } }))?.id, 'r11')
  assert.equal(await store.findOne({ page: { mode: 'offset', limit: 0 } }), undefined)
  assert.equal(await store.findOne({ page: { mode: 'offset', offset: 99 } }), undefined)
  assert.equal(await store.count({ page: { mode: 'cursor', limit: 2 }, filter: { n: { lt: 5 } } }), 5)
  assert.equal(data[0], await store.findOne({ page: { mode: 'cursor' } }))
})
