// Updaters: functions over a draft, run during the call, in which other calls may be made.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from '../../../dist/npm/index.js'
import { bad, failureAt, gc, type Loose, open, openStore, rejects, turn, valueAt, versionOf } from './support.js'

type Row = Loose & { version?: number }

test('an updater may change the draft, return it, or return a whole new row', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', n: 1, gone: true, deep: { list: [1] } })
  const changed = await store.updateOne('x', (draft) => { draft['n'] = 2; delete draft['gone']; (draft['deep'] as { list: number[] }).list.push(2) })
  assert.deepEqual(changed, { id: 'x', n: 2, deep: { list: [1, 2] }, version: 2 })
  const returned = await store.updateOne('x', (draft) => { draft['n'] = 3; return draft })
  assert.deepEqual(returned, { id: 'x', n: 3, deep: { list: [1, 2] }, version: 3 })
  const whole = await store.updateOne('x', () => ({ id: 'x', other: 1 }))
  assert.deepEqual(whole, { id: 'x', other: 1, version: 4 })
  const noId = await store.updateOne('x', bad(() => ({ n: 5 })))
  assert.deepEqual(noId, { id: 'x', n: 5, version: 5 })
  const spread = await store.updateOne('x', (draft) => ({ ...draft, n: 6, none: undefined }))
  assert.deepEqual(spread, { id: 'x', n: 6, version: 6 })
  assert.ok(!Object.hasOwn(spread, 'none'))
  await gc()
  assert.deepEqual(await store.getOne('x'), { id: 'x', n: 6, version: 6 })
})

test('the draft is a copy to its depths: the row is as it was, though Date and bytes are changed in place', async () => {
  const store = await openStore()
  const before = await store.addOne({ id: 'x', date: new Date(1), bytes: new Uint8Array([1]), deep: [{ date: new Date(2) }] })
  const after = await store.updateOne('x', (draft) => {
    ;(draft['date'] as Date).setTime(10)
    ;(draft['bytes'] as Uint8Array)[0] = 10
    ;(draft['deep'] as { date: Date }[])[0]!.date.setTime(20)
  })
  assert.deepEqual(before, { id: 'x', date: new Date(1), bytes: new Uint8Array([1]), deep: [{ date: new Date(2) }], version: 1 })
  assert.deepEqual(after, { id: 'x', date: new Date(10), bytes: new Uint8Array([10]), deep: [{ date: new Date(20) }], version: 2 })
})

test('a draft that is kept and changed later changes nothing', async () => {
  const store = await openStore()
  let kept: Loose = { id: '' }
  await store.addOne({ id: 'x', deep: { n: 1 }, date: new Date(1) })
  const row = await store.updateOne('x', (draft) => { draft['m'] = { a: 1 }; kept = draft as Loose })
  kept['m'] = 5
  ;(kept['deep'] as { n: number }).n = 2
  ;(kept['date'] as Date).setTime(9)
  assert.deepEqual(row, { id: 'x', deep: { n: 1 }, date: new Date(1), m: { a: 1 }, version: 2 })
})

test('the draft has the row’s id and version', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', n: 1 })
  let seen: unknown
  await store.updateOne('x', (draft) => { seen = { ...draft } })
  assert.deepEqual(seen, { id: 'x', n: 1, version: 1 })
})

test('the id cannot change', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'x', n: 1 })
  for (const id of ['y', '', 5, null, {}]) {
    await rejects(store.updateOne('x', (draft) => { draft.id = bad(id) }), 'invalid_input')
    await rejects(store.updateOne('x', () => ({ id: bad(id), n: 2 })), 'invalid_input')
  }
  assert.equal(await store.getOne('x'), row)
  assert.equal(await store.updateOne('x', bad((draft: Partial<Loose>) => { delete draft.id })), row, 'no id is no change of it')
})

test('any other result is invalid_input', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'x', n: 1 })
  for (const result of [null, 0, 1, '', 'x', true, false, [], [{ id: 'x' }], () => {}, Symbol('s'), 10n, new Map(), new Date(0), new (class Row { id = 'x' })()]) {
    const error = await rejects(store.updateOne('x', bad((draft: Loose) => { draft['n'] = 2; return result })), 'invalid_input')
    assert.equal(error.details?.id, 'x')
  }
  assert.equal(await store.getOne('x'), row)
})

test('a promise is invalid_input, and its rejection is handled', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'x', n: 1 })
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  const promises: (() => unknown)[] = [
    async () => {},
    async () => { throw new Error('async') },
    () => Promise.reject(new Error('rejected')),
    () => Promise.resolve({ id: 'x', n: 2 }),
    () => ({ then: (_: unknown, no: (error: Error) => void) => no(new Error('thenable')) }),
    () => new (class Later extends Promise<unknown> {})((_, no) => no(new Error('subclass'))),
  ]
  for (const make of promises) {
    await rejects(store.updateOne('x', bad((draft: Loose) => { draft['n'] = 2; return make() })), 'invalid_input')
    failureAt(await store.updateMany([{ id: 'x', change: bad(make) }]), 0, 'invalid_input')
  }
  await turn()
  await turn()
  process.off('unhandledRejection', note)
  assert.deepEqual(unhandled, [])
  assert.equal(await store.getOne('x'), row)
})

test('an updater’s own throw rejects updateOne with that very error, whatever it is', async () => {
  const store = await openStore()
  const row = await store.addOne({ id: 'x', n: 1 })
  for (const thrown of [new Error('mine'), 'a string', 5, null, undefined, { code: 'conflict' }, Symbol('s')]) {
    let caught: unknown = 'nothing'
    await store.updateOne('x', (draft) => { draft['n'] = 2; throw thrown }).catch((error: unknown) => { caught = error })
    assert.equal(caught, thrown)
  }
  assert.equal(await store.getOne('x'), row)
})

test('in many-writes an updater’s throw is the cause of invalid_input', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'x', n: 1 }, { id: 'y', n: 1 }])
  const thrown = new Error('mine')
  const results = await store.updateMany([
    { id: 'x', change: { n: 2 } },
    { id: 'x', change: () => { throw thrown } },
    { id: 'y', change: (draft) => { draft['n'] = 3 } },
    { id: 'y', change: () => { throw undefined } },
  ])
  assert.equal(failureAt(results, 1, 'invalid_input').error.cause, thrown)
  assert.deepEqual(valueAt(results, 2), { id: 'y', n: 3, version: 2 })
  const empty = failureAt(results, 3, 'invalid_input').error
  assert.equal(empty.cause, undefined)
})

test('in many-writes an AtomaError that an updater throws is a cause too', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  const thrown = await rejects(store.getOne(''), 'invalid_input')
  assert.equal(failureAt(await store.updateMany([{ id: 'x', change: () => { throw thrown } }]), 0, 'invalid_input').error.cause, thrown)
})

test('an updater for a missing row does not run', async () => {
  const store = await openStore()
  let runs = 0
  await rejects(store.updateOne('no', () => { runs++ }), 'not_found')
  failureAt(await store.updateMany([{ id: 'no', change: () => { runs++ } }]), 0, 'not_found')
  assert.equal(runs, 0)
})

test('updaters run during the call, once, in order', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'x', n: 0 }, { id: 'y', n: 0 }])
  const log: string[] = []
  const one = store.updateOne('x', () => void log.push('one'))
  log.push('returned')
  const many = store.updateMany([{ id: 'y', change: () => void log.push('y') }, { id: 'x', change: () => void log.push('x') }])
  log.push('returned')
  await Promise.all([one, many])
  assert.deepEqual(log, ['one', 'returned', 'y', 'x', 'returned'])
})

test('in updateMany an updater sees what patches and updaters before it did', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'x', n: 0 }, { id: 'y', n: 0 }])
  const increment = (draft: Row): void => { draft['n'] = (draft['n'] as number) + 1 }
  const results = await store.updateMany([
    { id: 'x', change: increment },
    { id: 'x', change: { n: 10 } },
    { id: 'x', change: increment },
    { id: 'y', change: { n: 5 } },
    { id: 'y', change: (draft) => { draft['n'] = (draft['n'] as number) * 2; draft['seen'] = draft['version'] } },
    { id: 'x', change: increment },
    { id: 'x', change: { m: 1 } },
    { id: 'x', change: (draft) => ({ id: 'x', all: Object.keys(draft).sort().join() }) },
  ])
  assert.deepEqual(results.map((_, i) => valueAt(results, i)['n']), [1, 10, 11, 5, 10, 12, 12, undefined])
  assert.deepEqual(results.map((_, i) => versionOf(valueAt(results, i))), [2, 3, 4, 2, 3, 5, 6, 7])
  assert.equal(valueAt(results, 4)['seen'], 2)
  assert.deepEqual(valueAt(results, 7), { id: 'x', all: 'id,m,n,version', version: 7 })
})

test('calls inside an updater: other rows, other stores, reads, by the same client and another', async () => {
  const client = await open()
  const other = await open()
  const [a, b, c] = [client.stores['A']!, client.stores['B']!, other.stores['A']!] as unknown as Awaited<ReturnType<typeof openStore>>[]
  await a!.addMany([{ id: 'x', n: 1 }, { id: 'y', n: 1 }])
  const inner: Promise<unknown>[] = []
  let read: Promise<Loose | undefined> | undefined
  const row = await a!.updateOne('x', (draft) => {
    inner.push(a!.updateOne('y', (y) => { y['n'] = 50; inner.push(b!.addOne({ id: 'deep', text: 'é'.repeat(200) })) }))
    inner.push(b!.addMany(Array.from({ length: 3000 }, (_, i) => ({ id: `b${i}`, i }))))
    inner.push(c!.addOne({ id: 'z' }))
    inner.push(a!.findMany({ filter: { n: { gte: 0 } } }), a!.getAll(), a!.count(), a!.deleteOne('none'))
    read = a!.getOne('x')
    draft['n'] = 2
  })
  await Promise.all(inner)
  assert.deepEqual(row, { id: 'x', n: 2, version: 2 })
  assert.equal((await a!.getOne('y'))?.['n'], 50)
  assert.equal(await b!.count(), 3001)
  assert.equal((await read)?.['n'], 1, 'a read inside sees the row as it is')
})

test('a nested change of the same row stays where the updater did not touch it', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x', a: 1, b: 1, c: 1 })
  let nested: Promise<Loose> | undefined
  const row = await store.updateOne('x', (draft) => {
    nested = store.updateOne('x', { a: 2, b: 2 })
    draft['b'] = 3
  })
  assert.deepEqual(await nested, { id: 'x', a: 2, b: 2, c: 1, version: 2 })
  assert.deepEqual(row, { id: 'x', a: 2, b: 3, c: 1, version: 3 })
  assert.equal(await store.getOne('x'), row)
})

test('updaters of one row nest', async () => {
  const store = await openStore()
  await store.addOne({ id: 'x' })
  const level = (n: number) => (draft: Row): void => {
    draft['l' + n] = n
    if (n < 30) void store.updateOne('x', level(n + 1))
  }
  const row = await store.updateOne('x', level(0))
  assert.equal(versionOf(row), 32)
  assert.equal(Object.keys(row).length, 33)
})

test('a nested updateMany inside an updateMany keeps both in order', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'x', log: '' }, { id: 'y', log: '' }])
  const append = (text: string) => (draft: Row): void => { draft['log'] = `${String(draft['log'])}${text}` }
  let nested: ReturnType<typeof store.updateMany> | undefined
  const results = await store.updateMany([
    { id: 'x', change: { log: 'a' } },
    { id: 'y', change: (draft) => {
      nested = store.updateMany([{ id: 'x', change: append('b') }, { id: 'x', change: { mark: 1 } }, { id: 'x', change: append('c') }])
      append('y')(draft)
    } },
    { id: 'x', change: append('d') },
  ])
  assert.deepEqual((await nested!).map((result) => result.ok && result.value['log']), ['ab', 'ab', 'abc'])
  assert.equal(valueAt(results, 0)['log'], 'a')
  assert.equal(valueAt(results, 2)['log'], 'abcd')
  assert.equal((await store.getOne('y'))?.['log'], 'y')
})

test('a row that is deleted inside its updater is not found any more', async () => {
  const store = await openStore()
  await store.addMany([{ id: 'x', n: 1 }, { id: 'y', n: 1 }])
  let gone: Promise<boolean> | undefined
  await rejects(store.updateOne('x', (draft) => { gone = store.deleteOne('x'); draft['n'] = 2 }), 'not_found')
  assert.equal(await gone, true)
  const results = await store.updateMany([{ id: 'y', change: (draft) => { void store.deleteOne('y'); draft['n'] = 2 } }, { id: 'y', change: { n: 3 } }])
  failureAt(results, 0, 'not_found')
  failureAt(results, 1, 'not_found')
  assert.equal(await store.count(), 0)
})

test('a client that is disposed inside an updater: the update rejects disposed, or has been done', async () => {
  const client = await open()
  const store = client.stores['T']! as unknown as Awaited<ReturnType<typeof openStore>>
  await store.addOne({ id: 'x', n: 1 })
  let disposal: Promise<void> | undefined
  await rejects(store.updateOne('x', (draft) => { disposal = client.dispose(); draft['n'] = 2 }), 'disposed')
  await disposal
  await rejects(store.getOne('x'), 'disposed')
})

test('a write that is aborted inside its updater rejects aborted and changes nothing', async () => {
  const store = await openStore()
  const rows = [await store.addOne({ id: 'x', n: 1 }), await store.addOne({ id: 'y', n: 1 })]
  const one = new AbortController()
  const reason = new Error('enough')
  const error = await rejects(store.updateOne('x', (draft) => { draft['n'] = 2; one.abort(reason) }, { signal: one.signal }), 'aborted')
  assert.equal(error.cause, reason)
  assert.equal(await store.getOne('x'), rows[0])
})

test('a many-write that is aborted inside an updater rejects aborted as a whole and is taken back', async () => {
  const store = await openStore()
  const x = await store.addOne({ id: 'x', n: 1 })
  const y = await store.addOne({ id: 'y', n: 1 })
  const abort = new AbortController()
  const reason = new Error('enough')
  const live = watch(store, undefined, () => {})
  const items = [
    { id: 'x', change: { n: 2 } },
    { id: 'y', change: (draft: Loose) => { draft['n'] = 3; abort.abort(reason) } },
    { id: 'x', change: { n: 4 } },
  ]
  const error = await rejects(store.updateMany(items, { signal: abort.signal }), 'aborted')
  assert.equal(error.cause, reason)
  assert.equal(await store.getOne('x'), x)
  assert.equal(await store.getOne('y'), y)
  assert.deepEqual(live.current.data, [x, y])
  assert.equal((await store.updateOne('x', { n: 5 }))['version'], 2)
})
