// A backend as its executor: requests and their answers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertAlike, fields, ids } from '../contract/support.js'
import { confirmed, type Make, refused, Requests, using } from './fixture.js'
import { hardIds, hardValues } from './hard.js'

export function executorTests(make: Make): void {
  const withRequests = (run: (requests: Requests) => Promise<void>): (() => Promise<void>) =>
    using(make, async (bench) => run(new Requests(await bench.executor())))

  test('an added row is there, at version 1', withRequests(async (r) => {
    const [added] = await r.write(r.entry('add', 'x', { n: 1, s: 'a' }))
    const version = confirmed(added).version ?? 1
    assert.equal(version, 1)
    assertAlike(await r.row('x'), { id: 'x', n: 1, s: 'a', version: 1 })
  }))

  test('a second add of an id is refused, and tells the row that is there', withRequests(async (r) => {
    await r.write(r.entry('add', 'x', { n: 1 }))
    const [again] = await r.write(r.entry('add', 'x', { n: 2 }))
    const { current } = refused(again, 'already_exists')
    if (current?.value !== undefined) assertAlike(fields(current.value as never), { id: 'x', n: 1 })
    assertAlike(fields(await r.row('x')), { id: 'x', n: 1 })
  }))

  test('an update puts the whole row in the place of the old one', withRequests(async (r) => {
    await r.write(r.entry('add', 'x', { a: 1, b: 2 }))
    confirmed((await r.write(r.entry('update', 'x', { a: 3, version: 2 })))[0])
    assertAlike(await r.row('x'), { id: 'x', a: 3, version: 2 })
  }))

  test('an update of nothing is refused and makes nothing', withRequests(async (r) => {
    refused((await r.write(r.entry('update', 'x', { a: 3, version: 2 })))[0], 'not_found')
    assert.equal(await r.row('x'), undefined)
  }))

  test('an upsert makes a row or puts it in the place of the old one', withRequests(async (r) => {
    for (const apply of ['merge', 'replace'] as const) {
      const options = { conflict: 'lww', apply } as const
      confirmed((await r.write(r.entry('upsert', apply, { a: 1, b: 2 }, { options })))[0])
      confirmed((await r.write(r.entry('upsert', apply, { b: 3, version: 2 }, { options })))[0])
      assertAlike(await r.row(apply), { id: apply, b: 3, version: 2 })
    }
  }))

  test('a deleted row is gone, and may be added anew', withRequests(async (r) => {
    await r.write(r.entry('add', 'x', { n: 1 }), r.entry('update', 'x', { n: 2, version: 2 }))
    confirmed((await r.write(r.entry('delete', 'x')))[0])
    assert.equal(await r.row('x'), undefined)
    confirmed((await r.write(r.entry('add', 'x', { n: 3 })))[0])
    assertAlike(fields(await r.row('x')), { id: 'x', n: 3 })
  }))

  test('a deletion of nothing does no harm', withRequests(async (r) => {
    await r.write(r.entry('add', 'y', { n: 1 }))
    const [result] = await r.write(r.entry('delete', 'x'))
    if (!result?.ok) refused(result, 'not_found')
    assert.deepEqual(ids(await r.query()), ['y'])
  }))

  test('versions count on with each change', withRequests(async (r) => {
    let version = 1
    await r.write(r.entry('add', 'x', { n: 0 }))
    for (const action of ['update', 'upsert', 'update'] as const) {
      const [result] = await r.write(r.entry(action, 'x', { n: version, version: version + 1 }))
      version++
      assert.equal(confirmed(result).version ?? version, version)
      assert.equal((await r.row('x'))?.version, version)
    }
  }))

  test('a write that expects another version is a conflict, tells the row that is there, and changes nothing', withRequests(async (r) => {
    await r.write(r.entry('add', 'x', { n: 1 }), r.entry('update', 'x', { n: 2, version: 2 }))
    for (const action of ['update', 'upsert', 'delete'] as const) {
      const row = action === 'delete' ? undefined : { n: 9, version: 2 }
      const { current } = refused((await r.write(r.entry(action, 'x', row, { baseVersion: 1 })))[0], 'conflict')
      if (current?.value !== undefined) assertAlike(current.value, { id: 'x', n: 2, version: 2 })
      assertAlike(await r.row('x'), { id: 'x', n: 2, version: 2 })
    }
    for (const action of ['upsert', 'update'] as const) {
      const [result] = await r.write(r.entry(action, 'none', { n: 9, version: 2 }, { baseVersion: 1 }))
      refused(result, 'conflict', 'not_found')
    }
    confirmed((await r.write(r.entry('update', 'x', { n: 3, version: 3 }, { baseVersion: 2 })))[0])
    confirmed((await r.write(r.entry('delete', 'x', undefined, { baseVersion: 3 })))[0])
    assert.deepEqual(await r.query(), [])
  }))

  test('results answer entries one by one and in order, whatever their kinds', withRequests(async (r) => {
    const results = await r.write(
      r.entry('add', 'x', { n: 1 }),
      r.entry('update', 'y', { n: 3, version: 2 }),
      r.entry('update', 'x', { n: 4, version: 2 }),
      r.entry('upsert', 'y', { n: 5 }),
      r.entry('update', 'y', { n: 6, version: 2 }),
      r.entry('delete', 'x'),
      r.entry('update', 'x', { n: 7, version: 3 }),
      r.entry('add', 'x', { n: 8 }),
      r.entry('add', 'y', { n: 9 }),
    )
    assert.deepEqual(
      results.map((result) => (result.ok ? 'ok' : result.error.code)),
      ['ok', 'not_found', 'ok', 'ok', 'ok', 'ok', 'not_found', 'ok', 'already_exists'],
    )
    assert.deepEqual((await r.query()).map((row) => [row.id, row['n']]), [['x', 8], ['y', 6]])
  }))

  test('what builds on a refused add fails with it, and the row in the way stays', withRequests(async (r) => {
    await r.write(r.entry('add', 'x', { of: 'another' }))
    const results = await r.write(
      r.entry('add', 'x', { n: 1 }),
      r.entry('update', 'x', { n: 2, version: 2 }),
      r.entry('add', 'y', { n: 3 }),
      r.entry('delete', 'x'),
      r.entry('update', 'y', { n: 4, version: 2 }),
    )
    assert.deepEqual(
      results.map((result) => (result.ok ? 'ok' : result.error.code)),
      ['already_exists', 'already_exists', 'ok', 'already_exists', 'ok'],
    )
    assertAlike((await r.query()).map((row) => fields(row)), [{ id: 'x', of: 'another' }, { id: 'y', n: 4 }])
  }))

  test('a write that is sent again is done once and answered alike', withRequests(async (r) => {
    const add = r.entry('add', 'x', { n: 1 })
    const update = r.entry('update', 'x', { n: 2, version: 2 })
    const remove = r.entry('delete', 'x')
    confirmed((await r.write(add))[0])
    confirmed((await r.write(add))[0])
    confirmed((await r.write(update))[0])
    const both = await r.write(add, update)
    both.forEach(confirmed)
    assertAlike(await r.row('x'), { id: 'x', n: 2, version: 2 })
    confirmed((await r.write(remove))[0])
    await r.write(r.entry('add', 'x', { n: 3 }))
    confirmed((await r.write(remove))[0])
    assertAlike(fields(await r.row('x')), { id: 'x', n: 3 })
  }))

  test('values of every kind come back as they were', withRequests(async (r) => {
    const values = hardValues()
    await r.write(...values.map((v, i) => r.entry('add', `v${i}`, { v })))
    for (const [i, v] of values.entries()) assertAlike((await r.row(`v${i}`))?.['v'], v, `value ${i}`)
  }))

  test('fields of any name come back', withRequests(async (r) => {
    const row: Record<string, unknown> = { 'a.b': 1, '': 2, constructor: 3, prototype: 4, toString: 5, $score: 6, 'é\u{1f600}': 7, op: 'eq', deleted: true }
    Object.defineProperty(row, '__proto__', { value: 8, enumerable: true })
    const value = Object.defineProperties({ id: 'x', version: 1 }, Object.getOwnPropertyDescriptors(row))
    await r.write({ ...r.entry('add', 'x'), value })
    const back = await r.row('x')
    for (const key of Object.keys(row)) {
      assert.ok(back && Object.hasOwn(back, key), key)
      assert.equal(Object.getOwnPropertyDescriptor(back, key)?.value, Object.getOwnPropertyDescriptor(row, key)?.value, key)
    }
  }))

  test('ids of any kind are told apart', withRequests(async (r) => {
    const results = await r.write(...hardIds.map((id, n) => r.entry('add', id, { n })))
    results.forEach(confirmed)
    for (const [n, id] of hardIds.entries()) assert.equal((await r.row(id))?.['n'], n, JSON.stringify(id))
    assert.equal((await r.query()).length, hardIds.length)
  }))

  test('stores of any name are told apart', using(make, async (bench) => {
    const executor = await bench.executor()
    const names = ['Thing', 'thing', 'a b', 'ü/ö', '..', 'a?b#c', '%2F', '__proto__', 'constructor', 'then', 'query']
    for (const name of names) {
      const r = new Requests(executor, name)
      confirmed((await r.write(r.entry('add', 'x', { name })))[0])
    }
    for (const name of names) {
      const rows = await new Requests(executor, name).query()
      assert.deepEqual(rows.map((row) => row['name']), [name])
    }
  }))

  test('what is given to an executor is its own: nothing that it returns is shared', withRequests(async (r) => {
    const value = { id: 'x', version: 1, list: [1, { deep: [2] }] }
    await r.write({ ...r.entry('add', 'x'), value })
    value.list.push(3)
    const first = await r.row('x')
    assertAlike(first?.['list'], [1, { deep: [2] }])
    const list = first?.['list'] as unknown[]
    if (!Object.isFrozen(list)) list.splice(0)
    assertAlike((await r.row('x'))?.['list'], [1, { deep: [2] }])
  }))

  test('a query that was aborted rejects', withRequests(async (r) => {
    await r.write(r.entry('add', 'x', { n: 1 }))
    await assert.rejects(r.query({}, AbortSignal.abort()))
    const controller = new AbortController()
    const asked = r.query({}, controller.signal).then(ids, () => ['x'])
    controller.abort()
    assert.deepEqual(await asked, ['x'], 'answered or rejected')
    assert.deepEqual(ids(await r.query()), ['x'])
  }))
}
