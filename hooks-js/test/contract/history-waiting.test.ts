// An undo takes its turn behind writes that do not show yet.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Plugin } from '../../../dist/npm/index.js'
import { one, open, type Opened, possible } from './history-client.js'
import { ScriptedBackend } from './scripted-backend.js'
import { fields, ids, rejects, turn } from './support.js'

/** Ways in which a write of the store Thing waits before it shows. `row`: one that is there, or is when it is asked for. */
const waits: Record<string, () => Promise<Opened & { row: string; go(): void }>> = {
  'an asynchronous processor': async () => {
    let go = (): void => {}
    let held: Promise<void> | undefined
    const client = await open(undefined, {}, { Thing: { processor: { validate: async (row: unknown) => (await held, row) as never } } } as never)
    await client.thing.addOne({ id: 'a', n: 1 })
    held = new Promise((resolve) => (go = resolve))
    return { ...client, row: 'a', go: () => go() }
  },
  'its confirmation': async () => {
    const backend = new ScriptedBackend('b', { commit: 'confirm' })
    const client = await open(backend)
    await client.thing.addOne({ id: 'a', n: 1 })
    backend.held = true
    return { ...client, row: 'a', go: () => backend.release() }
  },
  'the row that it changes': async () => {
    const backend = new ScriptedBackend('b', {}, true)
    let go = (): void => {}
    const held = new Promise<void>((resolve) => (go = resolve))
    const { query } = backend.executor
    const plugin: Plugin = {
      id: 'slow',
      setup: ({ execution }) => void execution.register({ ...backend.executor, query: async (request, options) => (await held, query!(request, options)) }),
    }
    backend.rows('Thing').set('b', { id: 'b', n: 1 })
    const client = await open({ plugin } as ScriptedBackend)
    await client.thing.addOne({ id: 'a', n: 1 })
    return { ...client, row: 'b', go }
  },
}

for (const [what, opened] of Object.entries(waits)) {
  test(`an undo takes back the write that was called before it, also one that waits for ${what}`, async () => {
    const { row, go, ...client } = await opened()
    const { thing, history } = client
    const write = thing.updateOne(row, { n: 2 })
    assert.equal(possible(client), 'u', 'what has taken effect can be undone')
    const undo = history.undo()
    const redo = history.redo()
    await turn()
    assert.deepEqual([possible(client), ids(await thing.getMany(['a']))], ['u', ['a']])
    go()
    assert.equal(fields((await write)!)['n'], 2)
    assert.deepEqual([await undo, await redo], [true, true])
    assert.equal((await one(thing, row))!['n'], 2)
    assert.equal(await history.undo(), true)
    assert.deepEqual([(await one(thing, row))!['n'], possible(client)], [1, 'ur'])
    assert.deepEqual(client.conflicts, [])
  })

  test(`an undo that waits for a write which fails takes back the one before (${what})`, async () => {
    const { row, go, ...client } = await opened()
    const { thing, history } = client
    const controller = new AbortController()
    const write = thing.updateOne(row, { n: 2 }, { signal: controller.signal })
    const undo = history.undo()
    controller.abort()
    await rejects(write, 'aborted')
    go()
    assert.equal(await undo, true)
    assert.deepEqual([ids(await thing.getMany(['a'])), possible(client)], [[], 'r'])
  })

  test(`what is disposed while a step waits rejects (${what})`, async () => {
    const { row, go, ...client } = await opened()
    const write = client.thing.updateOne(row, { n: 2 })
    const undo = client.history.undo()
    const other = client.history.undo('other')
    const disposed = client.dispose()
    assert.equal(await other, false, 'another scope waits for nothing')
    const settled = Promise.all([rejects(undo, 'disposed'), write.catch(() => {})])
    await turn()
    go()
    await Promise.all([settled, disposed])
  })
}

test('what is called after an undo that waits is not taken back by it, and makes its redo impossible', async () => {
  for (const what of Object.keys(waits)) {
    const { row, go, ...client } = await waits[what]!()
    const { thing, other, history } = client
    const settled: Promise<unknown>[] = [thing.updateOne(row, { n: 2 }), history.undo()]
    settled.push(other.addOne({ id: 'later' }, { writeStrategy: 'direct' }))
    await turn()
    go()
    await Promise.all(settled)
    assert.deepEqual([(await one(thing, row))!['n'], ids(await other.getMany(['later'])), possible(client)], [1, ['later'], 'u'], what)
    await history.undo()
    assert.deepEqual(ids(await other.getMany(['later'])), [])
    await history.undo()
    assert.deepEqual(ids(await thing.getMany(['a'])), [], what)
  }
})

test('writes of one action are one step, also if the first of them shows last', async () => {
  const { go, ...client } = await waits['an asynchronous processor']!()
  const { thing, other, history } = client
  const opContext = { actionId: 'both' }
  const write = thing.updateOne('a', { n: 2 }, { opContext })
  await other.addOne({ id: 'b' }, { opContext })
  const undo = history.undo()
  go()
  await write
  await undo
  assert.deepEqual([(await one(thing))!['n'], await other.getAll(), possible(client)], [1, [], 'ur'])
  await history.redo()
  assert.deepEqual([(await one(thing))!['n'], ids(await other.getAll())], [2, ['b']])
})

test('a step is not kept waiting by writes of other scopes', async () => {
  const { go, ...client } = await waits['an asynchronous processor']!()
  const { thing, other, history } = client
  await other.addOne({ id: 'b' })
  const write = thing.updateOne('a', { n: 2 }, { opContext: { scope: 's' } })
  assert.equal(await history.undo(), true)
  assert.deepEqual(await other.getAll(), [])
  go()
  await write
  assert.equal(await history.undo('s'), true)
  assert.equal((await one(thing))!['n'], 1)
})
