// What a read through an executor finds: the answer, what is pending on top of
// it, and what the executor cannot know.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forget, peek, remote, type Remote } from './remote-support.js'
import { channel, ids, rejects, turn, versionOf } from './support.js'

const numbered = (...names: string[]) => names.map((id, i) => ({ id, n: i + 1, version: 1 }))

/** Has the executor give rows, so that it is known to have them. */
async function fill({ things, backend }: Remote, ...names: string[]): Promise<void> {
  const all = things.getAll()
  await backend.gives(numbered(...names))
  await all
}

describe('rows that the executor does not give', () => {
  test('are gone when it gives everything it has', async () => {
    const it = await remote()
    await fill(it, 'a', 'b', 'c')
    for (const [read, left] of [[() => it.things.getAll(), 'ac'], [() => it.things.findMany({ sort: [{ field: 'n' }] }), 'a'], [() => it.things.count(), '']] as const) {
      const done = read()
      await it.backend.gives(numbered(...left))
      await done
      assert.deepEqual(['a', 'b', 'c'].filter((id) => peek(it.things, id)).join(''), left)
    }
  })

  test('stay, and are left out, when it says that there are more', async () => {
    const it = await remote()
    await fill(it, 'a', 'b', 'c')
    const found = it.things.findMany()
    const pageInfo = { hasNextPage: true, hasPreviousPage: false, endCursor: 'x' }
    await it.backend.gives(numbered('a'), pageInfo)
    assert.deepEqual(await found, { data: [{ id: 'a', n: 1, version: 1 }], pageInfo })
    assert.ok(peek(it.things, 'b'))
  })

  test('stay, and are left out, when it was asked with a filter', async () => {
    const it = await remote()
    await fill(it, 'a', 'b', 'c')
    const found = it.things.findMany({ filter: { n: { gte: 2 } } })
    await it.backend.gives([{ id: 'c', n: 3, version: 1 }])
    assert.deepEqual(ids((await found).data), ['c'])
    assert.ok(peek(it.things, 'b'))
    const count = it.things.count({ filter: { n: { gte: 2 } } })
    await it.backend.gives([{ id: 'b', n: 2, version: 1 }])
    assert.equal(await count, 1)
    const total = it.things.count()
    await it.backend.gives(numbered('a'), { hasNextPage: true, hasPreviousPage: false, total: 12 })
    assert.equal(await total, 12)
  })

  test('make room for others within a limit', async () => {
    const it = await remote()
    await fill(it, 'a', 'b', 'c', 'd', 'e', 'f', 'g')
    const found = it.things.findMany({ sort: [{ field: 'n' }], limit: 2 })
    await it.backend.gives([{ id: 'f', n: 6, version: 1 }, { id: 'g', n: 7, version: 1 }])
    assert.deepEqual(ids((await found).data), ['f', 'g'])
    const one = it.things.findOne({ sort: [{ field: 'n', dir: 'desc' }] })
    await it.backend.gives([{ id: 'b', n: 2, version: 1 }])
    assert.equal((await one)!.id, 'b')
    assert.ok(peek(it.things, 'a'))
  })

  test('are found when it has never had them', async () => {
    const it = await remote({}, (backend) => delete backend.write)
    await it.things.addMany(numbered('x', 'y'))
    await fill(it, 'a')
    const found = it.things.findMany({ sort: [{ field: 'n', dir: 'desc' }], limit: 2 })
    await it.backend.gives(numbered('a'))
    assert.deepEqual(ids((await found).data), ['y', 'a'])
    const all = it.things.getAll()
    await it.backend.gives([])
    assert.deepEqual(ids(await all), ['x', 'y'])
  })
})

describe('pending writes', () => {
  test('stay on top of what comes', async () => {
    const it = await remote()
    await fill(it, 'a', 'b', 'c')
    const writes = [it.things.addOne({ id: 'new', n: 9 }), it.things.updateOne('a', { n: 8 }), it.things.deleteOne('b')]
    const found = it.things.findMany({ filter: { n: { gte: 3 } }, sort: [{ field: 'n', dir: 'desc' }] })
    const query = await it.backend.asked()
    query.answer({ data: [{ id: 'a', n: 3, x: 1, version: 5 }, { id: 'b', n: 4, version: 2 }, { id: 'c', n: 3, version: 1 }] })
    assert.deepEqual((await found).data, [
      { id: 'new', n: 9, version: 1 },
      { id: 'a', n: 8, x: 1, version: 6 },
      { id: 'c', n: 3, version: 1 },
    ])
    const all = it.things.getAll()
    await it.backend.gives(numbered('a', 'b'))
    assert.deepEqual(ids(await all), ['a', 'new'])
    await it.backend.confirms()
    await Promise.all(writes)
    assert.deepEqual(ids(await (async () => { const all = it.things.getAll(); await it.backend.gives([...numbered('a'), { id: 'new', n: 9, version: 1 }]); return all })()), ['a', 'new'])
  })

  test('within a limit, too', async () => {
    const it = await remote()
    await fill(it, 'b', 'c')
    forget(it.things.addOne({ id: 'a', n: 0 }))
    const found = it.things.findMany({ sort: [{ field: 'n' }], limit: 2 })
    await it.backend.gives(numbered('b', 'c'))
    assert.deepEqual(ids((await found).data), ['a', 'b'])
  })

  test('a refusal shows what came meanwhile', async () => {
    const it = await remote()
    await fill(it, 'a')
    const update = it.things.updateOne('a', { n: 5 })
    const write = await it.backend.written()
    const all = it.things.getAll()
    await it.backend.gives([{ id: 'a', n: 2, version: 7 }])
    assert.deepEqual(await all, [{ id: 'a', n: 5, version: 8 }])
    write.answer({ results: [{ ok: false, error: { code: 'conflict', message: 'too late for this' } }] })
    await rejects(update, 'conflict')
    assert.deepEqual(peek(it.things, 'a'), { id: 'a', n: 2, version: 7 })
  })
})

describe('an answer that is older than what has happened since it was asked for', () => {
  test('does not take out a row that was added and confirmed meanwhile', async () => {
    const it = await remote()
    await fill(it, 'a')
    const added = it.things.addOne({ id: 'early', n: 5 })
    const write = await it.backend.written()
    const all = it.things.getAll()
    const limited = it.things.findMany({ sort: [{ field: 'n', dir: 'desc' }], limit: 2 })
    await turn()
    const queries = it.backend.queries.splice(0)
    write.answer({ results: [{ ok: true }] })
    await added
    const late = it.things.addOne({ id: 'late', n: 6 })
    await it.backend.confirms()
    await late
    for (const { answer } of queries) answer({ data: numbered('a') })
    assert.deepEqual(ids((await limited).data), ['late', 'early'])
    assert.deepEqual(ids(await all), ['a', 'early', 'late'])
    const next = it.things.getAll()
    await it.backend.gives(numbered('a'))
    assert.deepEqual(ids(await next), ['a'])
  })

  test('does not set back a row that was changed and confirmed meanwhile', async () => {
    for (const version of [1, undefined]) {
      const it = await remote()
      await fill(it, 'a')
      const all = it.things.getAll()
      const query = await it.backend.asked()
      const update = it.things.updateOne('a', { n: 5 })
      await it.backend.confirms()
      const row = await update
      query.answer({ data: [{ id: 'a', n: 1, ...(version && { version }) }] })
      assert.deepEqual(await all, [{ id: 'a', n: 5, version: 2 }])
      assert.equal(peek(it.things, 'a'), row)
    }
  })

  test('does not bring back a row that was deleted, and its deletion confirmed, meanwhile', async () => {
    const it = await remote()
    await fill(it, 'a', 'b')
    const all = it.things.getAll()
    const query = await it.backend.asked()
    const deletion = it.things.deleteOne('a')
    await it.backend.confirms()
    await deletion
    query.answer({ data: numbered('a', 'b') })
    assert.deepEqual(ids(await all), ['b'])
    assert.equal(peek(it.things, 'a'), undefined)
  })

  test('is taken over where it is newer', async () => {
    const it = await remote()
    await fill(it, 'a')
    const all = it.things.getAll()
    const query = await it.backend.asked()
    const update = it.things.updateOne('a', { n: 5 })
    await it.backend.confirms()
    await update
    query.answer({ data: [{ id: 'a', n: 7, version: 3 }] })
    assert.deepEqual(await all, [{ id: 'a', n: 7, version: 3 }])
  })

  test('a writeback meanwhile counts as newer as well', async () => {
    const it = await remote()
    await fill(it, 'a', 'b')
    const all = it.things.getAll()
    const query = await it.backend.asked()
    await channel(it.things).writeback([{ id: 'a', n: 9, version: 4 }])
    query.answer({ data: numbered('b') })
    assert.deepEqual(ids(await all), ['a', 'b'])
  })
})

describe('pages and offsets', () => {
  test('are the executor’s rows in its order, with its page information', async () => {
    const it = await remote()
    await fill(it, 'a', 'b', 'c', 'd')
    forget(it.things.updateOne('c', { n: 30 }))
    forget(it.things.deleteOne('d'))
    forget(it.things.addOne({ id: 'new', n: 0 }))
    const pageInfo = { hasNextPage: true, hasPreviousPage: true, startCursor: 'theirs', endCursor: 'theirs too', total: 40 }
    const query = { sort: [{ field: 'n' }], page: { mode: 'cursor', after: 'a cursor of theirs', limit: 3 } } as const
    const found = it.things.findMany(query)
    const call = await it.backend.gives([{ id: 'd', n: 4, version: 1 }, { id: 'c', n: 3, version: 1 }, { id: 'a', n: 1, version: 1 }], pageInfo)
    assert.deepEqual(call.request.query, query)
    const { data, ...rest } = await found
    assert.deepEqual(data, [{ id: 'c', n: 30, version: 2 }, { id: 'a', n: 1, version: 1 }])
    assert.deepEqual(rest, { pageInfo })
    const offset = it.things.findMany({ limit: 2, offset: 2 })
    await it.backend.gives(numbered('b', 'a'))
    assert.deepEqual(ids((await offset).data), ['b', 'a'])
    const one = it.things.findOne({ page: { mode: 'offset', offset: 3 } })
    assert.deepEqual((await it.backend.gives(numbered('b'))).request.query, { page: { mode: 'offset', offset: 3, limit: 1 } })
    assert.equal((await one)!.id, 'b')
    assert.ok(peek(it.things, 'new'))
  })

  test('compose includes, as all queries do', async () => {
    const it = await remote({ schema: { Thing: { relations: { other: { type: 'belongsTo', to: 'Other', foreignKey: 'n' } } }, Other: {} } })
    await channel(it.client.stores.Other as never).writeback([{ id: '2', name: 'two', version: 1 }])
    const include = { other: true } as never
    const rows = [{ id: 'b', n: '2', version: 1 }, { id: 'a', n: '1', version: 1 }]
    const related = [{ ...rows[0], other: { id: '2', name: 'two', version: 1 } }, { ...rows[1], other: null }]
    const page = it.things.findMany({ page: { mode: 'offset', limit: 2 }, include })
    await it.backend.gives(rows)
    const first = (await page).data
    assert.deepEqual(first, related)
    const all = it.things.findMany({ sort: [{ field: 'id', dir: 'desc' }], include })
    await it.backend.gives(rows)
    assert.deepEqual((await all).data, related)
    assert.equal((await all).data[0], first[0])
  })
})

describe('missing rows that a write is to change', () => {
  test('are asked for, with what else is missing in that turn', async () => {
    const it = await remote()
    const update = it.things.updateOne('a', { x: 1 })
    const read = it.things.getOne('b')
    await turn()
    const values = it.backend.queries.flatMap(({ request }) => (request.query.filter as unknown as { values: string[] }).values)
    assert.deepEqual(values.sort(), ['a', 'b'])
    for (const { answer } of it.backend.queries.splice(0)) answer({ data: [{ id: 'a', n: 1, version: 4 }] })
    assert.equal(await read, undefined)
    await it.backend.confirms()
    assert.equal(versionOf(await update), 5)
    assert.deepEqual(peek(it.things, 'a'), { id: 'a', n: 1, x: 1, version: 5 })
  })

  test('are asked for with the context of the write', async () => {
    const it = await remote()
    const update = it.things.updateOne('a', { x: 1 }, { opContext: { scope: 'form', origin: 'system' } })
    const { context } = (await it.backend.gives([{ id: 'a', version: 1 }])).request
    assert.equal(context.opContext.scope, 'form')
    assert.equal((await it.backend.confirms()).request.context.traceId, context.traceId)
    await update
  })
})
