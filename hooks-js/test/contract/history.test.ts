// Undo and redo take back what the user did, through the executor, and nothing that others did.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type History, history, type Plugin } from '../../../dist/npm/index.js'
import { type App, one, open, possible } from './history-client.js'
import { ScriptedBackend } from './scripted-backend.js'
import { assertAlike, bad, capture, channel, ids, rejects, throws, turn, versionOf } from './support.js'

test('every kind of write is undone and redone, during the call', async () => {
  const client = await open()
  const { thing, history } = client
  assert.equal(await history.undo(), false)
  assert.equal(await history.redo(), false)
  const states: (Record<string, unknown> | undefined)[] = [undefined]
  const write = async (run: () => Promise<unknown>): Promise<void> => {
    await run()
    states.push(await one(thing))
  }
  await write(() => thing.addOne({ id: 'a', n: 1, s: 'x' }))
  await write(() => thing.updateOne('a', { n: 2, s: undefined }))
  await write(() => thing.updateOne('a', (draft) => void (draft['list'] = [1, { deep: true }])))
  await write(() => thing.upsertOne({ id: 'a', only: 1 }, { apply: 'replace' }))
  await write(() => thing.upsertOne({ id: 'a', more: 2 }))
  await write(() => thing.deleteOne('a'))
  await write(() => thing.upsertOne({ id: 'a', again: true }))
  for (let round = 0; round < 2; round++) {
    for (let i = states.length - 2; i >= 0; i--) {
      const undone = history.undo()
      assert.deepEqual(await one(thing), states[i])
      assert.equal(await undone, true)
    }
    assert.equal(possible(client), 'r')
    for (let i = 1; i < states.length; i++) {
      assert.equal(await history.redo(), true)
      assert.deepEqual(await one(thing), states[i])
    }
    assert.equal(possible(client), 'u')
  }
  assert.deepEqual(client.conflicts, [])
})

test('a version is never brought back', async () => {
  const { thing, history } = await open()
  await thing.addOne({ id: 'a', n: 1 })
  await thing.updateOne('a', { n: 2 })
  assert.equal(versionOf(await thing.getOne('a')), 2)
  await history.undo()
  assert.equal(versionOf(await thing.getOne('a')), 3)
  await history.redo()
  assert.equal(versionOf(await thing.getOne('a')), 4)
})

test('values of all kinds come back as they were, and so do fields of any name', async () => {
  const { thing, history } = await open()
  const row = { id: 'a', date: new Date(5), none: new Date(NaN), bytes: new Uint8Array([1, 2]), nan: NaN, minus: -0, lone: '\ud800', nil: null, deep: { list: [{ x: [-0] }] }, ...(JSON.parse('{"__proto__":{"x":1},"constructor":1,"toString":2}') as object) }
  await thing.addOne(row)
  const kept = await one(thing)
  await thing.updateOne('a', { date: 0, none: 0, bytes: 0, nan: 0, minus: 0, lone: 0, nil: 0, deep: 0, ['__proto__']: 0, constructor: undefined, toString: 0 } as never)
  await history.undo()
  assertAlike(await one(thing), kept)
  await thing.deleteOne('a')
  await history.undo()
  assertAlike(await one(thing), kept)
})

test('a many-write is one step, and so are writes of one action id, of several stores too', async () => {
  const client = await open()
  const { thing, other, history } = client
  await thing.addMany([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  await thing.updateMany([{ id: 'a', change: { n: 1 } }, { id: 'x', change: { n: 1 } }, { id: 'a', change: { n: 2 } }])
  const opContext = { actionId: 'move' }
  await thing.deleteOne('b', { opContext })
  await other.addOne({ id: 'b' }, { opContext })
  await thing.updateOne('a', { n: 3 }, { opContext })
  await history.undo()
  assert.deepEqual([ids(await thing.getAll()), ids(await other.getAll()), (await one(thing))!['n']], [['a', 'b', 'c'], [], 2])
  await history.undo()
  assert.equal((await one(thing))!['n'], undefined)
  await history.undo()
  assert.deepEqual(ids(await thing.getAll()), [])
  assert.equal(possible(client), 'r')
  for (let i = 0; i < 3; i++) await history.redo()
  assert.deepEqual([ids(await thing.getAll()), ids(await other.getAll()), (await one(thing))!['n']], [['a', 'c'], ['b'], 3])
})

test('writes that change nothing, and that fail, are no steps', async () => {
  const client = await open()
  const { thing } = client
  await rejects(thing.updateOne('a', { n: 1 }), 'not_found')
  assert.equal(await thing.deleteOne('a'), false)
  assert.equal(possible(client), '')
  await thing.addOne({ id: 'a', n: 1 })
  await client.history.undo()
  await thing.deleteMany(['a', 'b'])
  await rejects(thing.upsertOne({ id: 'a', version: 7 } as never), 'conflict')
  assert.equal(possible(client), 'r')
})

test('scopes have histories of their own', async () => {
  const client = await open()
  const { thing, history } = client
  const scope = { opContext: { scope: 'board' } }
  await thing.addOne({ id: 'a', n: 1, m: 1 })
  await thing.updateOne('a', { n: 2 }, scope)
  await thing.updateOne('a', { m: 2 })
  assert.deepEqual([possible(client), possible(client, 'board'), possible(client, 'x')], ['u', 'u', ''])
  await history.undo('board')
  assert.deepEqual(await one(thing), { id: 'a', n: 1, m: 2 })
  assert.deepEqual([possible(client), possible(client, 'board')], ['u', 'r'])
  await history.undo()
  assert.deepEqual(await one(thing), { id: 'a', n: 1, m: 1 })
  history.clear('board')
  assert.deepEqual([possible(client), possible(client, 'board')], ['ur', ''])
  history.clear()
  assert.equal(possible(client), '')
})

test('only what the user does enters, and only that clears what can be redone', async () => {
  const client = await open()
  const { thing, history } = client
  await thing.addOne({ id: 'a', n: 1 }, { opContext: { origin: 'user' } })
  await thing.updateOne('a', { n: 2 })
  await history.undo()
  for (const origin of ['sync', 'system', 'history'] as const) await thing.updateOne('a', { o: origin }, { opContext: { origin } })
  await channel(thing).writeback([{ id: 'a', n: 1, o: 'server', version: 9 }])
  assert.equal(possible(client), 'ur')
  await history.redo()
  assert.deepEqual(await one(thing), { id: 'a', n: 2, o: 'server' })
  await history.undo()
  await thing.updateOne('a', { n: 3 })
  assert.equal(possible(client), 'u')
})

test('as many actions as the limit says can be undone', async () => {
  const { thing, history } = await open(undefined, { limit: 3 })
  await thing.addOne({ id: 'a', n: 0 })
  for (let n = 1; n <= 9; n++) await thing.updateOne('a', { n })
  let undone = 0
  while (await history.undo()) undone++
  assert.equal(undone, 3)
  assert.equal((await one(thing))!['n'], 6)
})

test('what others change in other fields stays; what they change in the same one is reported and stays', async () => {
  const { thing, history, conflicts } = await open()
  await thing.addOne({ id: 'a', mine: 1, both: 1, theirs: 1 })
  await thing.updateOne('a', { mine: 2, both: 2 })
  await channel(thing).writeback([{ id: 'a', mine: 2, both: 9, theirs: 9, version: 20 }])
  assert.equal(await history.undo(), true)
  assert.deepEqual(await one(thing), { id: 'a', mine: 1, both: 9, theirs: 9 })
  assert.deepEqual(conflicts, [{ direction: 'undo', scope: 'default', storeName: 'Thing', id: 'a', fields: ['both'] }])
  assert.equal(await history.redo(), true)
  assert.deepEqual(await one(thing), { id: 'a', mine: 2, both: 9, theirs: 9 })
  assert.equal(conflicts.length, 1, 'a redo takes back what the undo did, and no more')
})

test('a row that others deleted does not come back, one that they changed is not deleted under them', async () => {
  const client = await open()
  const { thing, history, conflicts } = client
  await thing.addOne({ id: 'a', n: 1 })
  await thing.updateOne('a', { n: 2 })
  await channel(thing).writeback([{ id: 'a', deleted: true }])
  assert.equal(await history.undo(), true)
  assert.equal(await one(thing), undefined)
  assert.deepEqual(conflicts.splice(0).map(({ fields }) => fields), [['n']])
  assert.equal(await history.undo(), true, 'the add: there is nothing to delete')
  assert.deepEqual(conflicts, [])

  await thing.addOne({ id: 'b', n: 1 })
  await channel(thing).writeback([{ id: 'b', n: 1, note: 'theirs', version: 4 }])
  await history.undo()
  assert.deepEqual(await one(thing, 'b'), { id: 'b', n: 1, note: 'theirs' })
  assert.deepEqual(conflicts.splice(0).map(({ fields }) => fields), [['note']])

  await thing.deleteOne('b')
  await channel(thing).writeback([{ id: 'b', n: 5, version: 9 }])
  await history.undo()
  assert.deepEqual(await one(thing, 'b'), { id: 'b', n: 5 })
  assert.deepEqual(conflicts.map(({ fields }) => fields), [['n', 'note']])
})

test('a conflict is a warning where nobody listens for it, and a listener that throws is reported', async () => {
  for (const [options, method] of [[{ onConflict: undefined }, 'warn'], [{ onConflict: () => { throw new Error('mine') } }, 'error']] as const) {
    const { thing, history } = await open(undefined, options as never)
    await thing.addOne({ id: 'a', n: 1 })
    await thing.updateOne('a', { n: 2 })
    await channel(thing).writeback([{ id: 'a', n: 3, version: 8 }])
    const said = await capture(method, () => history.undo())
    assert.equal(said.length, 1)
    assert.match(String(said[0]![0]), method === 'warn' ? /n changed elsewhere.*"Thing".*"a"/ : /mine/)
  }
})

test('an undo goes through the executor like any other write, and says what it is', async () => {
  const backend = new ScriptedBackend()
  const { thing, history } = await open(backend)
  await thing.addOne({ id: 'b' })
  await history.undo()
  assert.deepEqual(Object.keys(backend.writes[1]!.context.opContext).sort(), ['actionId', 'origin'])
  backend.writes.length = 0
  await thing.addOne({ id: 'a', n: 1 }, { opContext: { scope: 's', label: 'Create' } })
  await thing.updateOne('a', { n: 2 }, { opContext: { scope: 's', label: 'Rename', actionId: 'act' } })
  await history.undo('s')
  await history.undo('s')
  await history.redo('s')
  assert.deepEqual(
    backend.writes.slice(2).map(({ entries, context: { opContext } }) => [entries[0]!.action, entries[0]!.value?.['n'], opContext.scope, opContext.origin, opContext.label]),
    [['update', 1, 's', 'history', 'Rename'], ['delete', undefined, 's', 'history', 'Create'], ['add', 1, 's', 'history', 'Create']],
  )
  const actions = backend.writes.map(({ context }) => context.opContext.actionId)
  assert.equal(new Set(actions).size, 5, 'each is an action of its own')
  assert.equal(actions[1], 'act')
})

test('a write is undone by the strategy that it was written by', async () => {
  const sent: string[] = []
  const queue: Plugin = {
    id: 'queue',
    setup: ({ execution }) =>
      void execution.registerStrategy('queue', async ({ entries, writeStrategy }) => {
        sent.push(...entries.map(({ action, id }) => `${writeStrategy} ${action} ${id}`))
        return { results: entries.map(() => ({ ok: true })) }
      }),
  }
  const client = await createClient<App>({ plugins: [history(), queue] })
  const { Thing } = client.stores
  const opContext = { actionId: 'both' }
  await Thing.addOne({ id: 'a' }, { writeStrategy: 'queue', opContext })
  await Thing.addOne({ id: 'b' }, { opContext })
  await (client as unknown as { history: History }).history.undo()
  assert.deepEqual(await Thing.getAll(), [])
  assert.deepEqual(sent, ['queue add a', 'queue delete a'])
  await client.dispose()
})

for (const commit of ['optimistic', 'confirm'] as const) {
  test(`a refused write does not enter, and gives back what could be redone (${commit})`, async () => {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history } = client
    await thing.addOne({ id: 'a', n: 1, m: 1 })
    await thing.updateOne('a', { n: 2 })
    await history.undo()
    backend.refuse()
    await rejects(thing.updateOne('a', { n: 5 }), 'conflict')
    await rejects(thing.addOne({ id: 'b' }), 'conflict')
    assert.equal(possible(client), 'ur')
    backend.refuse(({ id }) => id === 'b')
    await thing.addMany([{ id: 'b' }, { id: 'c' }])
    assert.equal(possible(client), 'u')
    backend.accept()
    await history.undo()
    assert.deepEqual(ids(await thing.getAll()), ['a'])
    await history.redo()
    assert.deepEqual(ids(await thing.getAll()), ['a', 'c'])
  })

  test(`a refused undo stays undoable, a refused redo redoable, as far as it was refused (${commit})`, async () => {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history } = client
    await thing.addMany([{ id: 'a', n: 1 }, { id: 'b', n: 1 }])
    await thing.updateMany([{ id: 'a', change: { n: 2 } }, { id: 'b', change: { n: 2 } }])
    backend.refuse()
    const error = await rejects(history.undo(), 'conflict')
    assert.match(error.message, /refused/)
    assert.equal(possible(client), 'u')
    assert.deepEqual((await thing.getAll()).map((row) => row['n']), [2, 2])
    backend.refuse(({ id }) => id === 'b')
    await rejects(history.undo(), 'conflict')
    assert.deepEqual((await thing.getAll()).map((row) => row['n']), [1, 2])
    assert.equal(possible(client), 'ur')
    backend.accept()
    assert.equal(await history.undo(), true)
    assert.deepEqual((await thing.getAll()).map((row) => row['n']), [1, 1])
    backend.refuse()
    await rejects(history.redo(), 'conflict')
    assert.equal(possible(client), 'ur')
    backend.accept()
    assert.equal(await history.redo(), true)
    assert.equal(await history.redo(), true)
    assert.deepEqual((await thing.getAll()).map((row) => row['n']), [2, 2])
    assert.deepEqual(client.conflicts, [])
  })

  test(`steps that are called in one turn are taken one after the other (${commit})`, async () => {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history } = client
    await thing.addOne({ id: 'a', n: 0 })
    for (let n = 1; n <= 4; n++) await thing.updateOne('a', { n })
    backend.held = true
    const outcomes = Promise.all([history.undo(), history.undo(), history.undo(), history.redo(), history.undo()])
    if (commit === 'optimistic') assert.equal((await one(thing))!['n'], 1)
    await turn()
    backend.release()
    assert.deepEqual(await outcomes, [true, true, true, true, true])
    assert.equal((await one(thing))!['n'], 1)
    assert.equal(backend.rows('Thing').get('a')!['n'], 1)
    assert.deepEqual(client.conflicts, [])
    assert.equal(possible(client), 'ur')
  })

  test(`what the backend makes of a write is not somebody else's change (${commit})`, async () => {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history } = client
    let version = 10
    backend.answer = ({ action, value }) =>
      action === 'delete' ? { ok: true } : { ok: true, version: ++version, value: { ...value!, title: String(value!['title']).trim(), created: 5, version } }
    await thing.addOne({ id: 'a', title: ' one ' })
    await thing.updateOne('a', { title: ' two ' })
    assert.deepEqual(await one(thing), { id: 'a', title: 'two', created: 5 })
    await history.undo()
    assert.deepEqual(await one(thing), { id: 'a', title: 'one', created: 5 })
    await history.undo()
    assert.equal(await one(thing), undefined)
    await history.redo()
    await history.redo()
    assert.deepEqual(await one(thing), { id: 'a', title: 'two', created: 5 })
    assert.deepEqual(client.conflicts, [])
  })
}

test('an undo of what is still on its way goes after it, and nothing is left when both are refused', async () => {
  const backend = new ScriptedBackend()
  const client = await open(backend)
  const { thing, history } = client
  await thing.addOne({ id: 'a', n: 1 })
  backend.held = true
  const write = thing.updateOne('a', { n: 2 })
  const undo = history.undo()
  assert.deepEqual(await one(thing), { id: 'a', n: 1 })
  backend.release()
  await write
  assert.equal(await undo, true)
  assert.deepEqual(backend.rows('Thing').get('a')!['n'], 1)
  assert.equal(possible(client), 'ur')

  backend.held = true
  const refused = thing.updateOne('a', { n: 3 })
  const settled = history.undo().catch((error: unknown) => error)
  await turn()
  backend.refuse()
  backend.release()
  await rejects(refused, 'conflict')
  await settled
  assert.deepEqual(await one(thing), { id: 'a', n: 1 })
  backend.accept()
  while (await history.undo());
  assert.equal(await one(thing), undefined)
})

for (const commit of ['optimistic', 'confirm'] as const) {
  test(`what builds on a refused write is undone to what was there before it (${commit})`, async () => {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history } = client
    await thing.addOne({ id: 'a', n: 1, m: 1 })
    backend.held = true
    backend.refuse(({ value }) => value?.['n'] === 2 && value['m'] === 1)
    const writes = [thing.updateOne('a', { n: 2 }), thing.updateOne('a', { m: 2 }), thing.updateOne('a', { n: 3 })]
    await turn()
    backend.release()
    await Promise.allSettled(writes)
    assert.deepEqual(await one(thing), { id: 'a', n: 3, m: 2 })
    await history.undo()
    assert.deepEqual(await one(thing), { id: 'a', n: 1, m: 2 })
    await history.undo()
    assert.deepEqual(await one(thing), { id: 'a', n: 1, m: 1 })
    assert.deepEqual(client.conflicts, [])
  })

  test(`a write that is aborted leaves; its late answer is somebody else's change (${commit})`, async () => {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history } = client
    await thing.addOne({ id: 'a', n: 1 })
    backend.held = true
    const controller = new AbortController()
    const aborted = thing.updateOne('a', { n: 2 }, { signal: controller.signal })
    const kept = thing.updateOne('a', { m: 2 })
    await turn()
    controller.abort()
    await rejects(aborted, 'aborted')
    backend.release()
    await kept
    assert.deepEqual(await one(thing), { id: 'a', n: 2, m: 2 })
    assert.equal(await history.undo(), true)
    assert.deepEqual(await one(thing), { id: 'a', n: 2 })
    assert.deepEqual(client.conflicts, [])
    assert.equal(await history.undo(), true)
    assert.deepEqual(await one(thing), { id: 'a', n: 2 })
    assert.deepEqual(client.conflicts.map(({ fields }) => fields), [['n']])
    assert.equal(possible(client), 'r')
  })
}

test('a new action while an undo is on its way clears the redo', async () => {
  for (const commit of ['optimistic', 'confirm'] as const) {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history } = client
    await thing.addOne({ id: 'a', n: 1 })
    await thing.updateOne('a', { n: 2 })
    backend.held = true
    const undo = history.undo()
    const write = thing.updateOne('a', { m: 1 })
    await turn()
    backend.release()
    await Promise.all([undo, write])
    assert.deepEqual(await one(thing), { id: 'a', n: 1, m: 1 })
    assert.equal(possible(client), 'u')
  }
})

test('an action that adds a row and deletes it again leaves no step', async () => {
  const client = await open()
  const { thing, history } = client
  const opContext = { actionId: 'x' }
  await thing.addOne({ id: 'a' }, { opContext })
  assert.equal(possible(client), 'u')
  await thing.deleteOne('a', { opContext })
  assert.equal(possible(client), '')
  assert.equal(await history.undo(), false)
  await thing.addOne({ id: 'b', n: 1 })
  await thing.updateOne('b', { n: 2 }, { opContext: { actionId: 'y' } })
  await thing.updateOne('b', { n: 1 }, { opContext: { actionId: 'y' } })
  assert.equal(await history.undo(), true)
  assert.deepEqual([await thing.getAll(), possible(client)], [[], 'r'])
})

test('if the delete of a row that its action had added is refused, the add can be undone', async () => {
  const backend = new ScriptedBackend()
  const client = await open(backend)
  const { thing, history } = client
  const opContext = { actionId: 'x' }
  await thing.addOne({ id: 'a' }, { opContext })
  backend.refuse()
  const deleted = thing.deleteOne('a', { opContext })
  assert.equal(possible(client), '')
  await rejects(deleted, 'conflict')
  assert.equal(possible(client), 'u')
  backend.accept()
  await history.undo()
  assert.deepEqual(await thing.getAll(), [])
})

for (const commit of ['optimistic', 'confirm'] as const) {
  test(`what the backend changes in its answers to later writes, and to the undo, is not somebody else's change (${commit})`, async () => {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history, conflicts } = client
    let stamp = 0
    backend.answer = ({ value }) => ({ ok: true, ...(value && { value: { ...value, updatedAt: ++stamp } }) })
    await thing.addOne({ id: 'a', n: 1 })
    await thing.updateOne('a', { n: 2 })
    await thing.updateOne('a', { n: 3 }, { opContext: { origin: 'sync' } })
    await thing.updateOne('a', { n: 2 }, { opContext: { origin: 'sync' } })
    await thing.deleteOne('a')
    for (let round = 0; round < 2; round++) {
      for (const expected of [{ id: 'a', n: 2 }, { id: 'a', n: 1 }, undefined]) {
        assert.equal(await history.undo(), true)
        const row = await one(thing)
        if (row) delete row['updatedAt']
        assert.deepEqual(row, expected)
      }
      for (const n of [1, 2]) {
        assert.equal(await history.redo(), true)
        assert.equal((await one(thing))!['n'], n)
      }
      assert.equal(await history.redo(), true)
      assert.equal(await one(thing), undefined)
    }
    assert.deepEqual(conflicts, [])
  })

  test(`what others change stays theirs, also when an answer to a write of this client says it again (${commit})`, async () => {
    const backend = new ScriptedBackend('b', { commit })
    const client = await open(backend)
    const { thing, history, conflicts } = client
    let stamp = 0
    let version = 10
    backend.answer = ({ value }) => ({ ok: true, ...(value && { value: { ...value, updatedAt: ++stamp, version: ++version } }) })
    await thing.addOne({ id: 'a', n: 1 })
    await thing.updateOne('a', { n: 2 })
    await channel(thing).writeback([{ id: 'a', n: 2, note: 'theirs', updatedAt: ++stamp, version: ++version }])
    await thing.updateOne('a', { m: 2 })
    await history.undo()
    await history.undo()
    const { updatedAt, ...row } = (await one(thing))!
    assert.deepEqual([row, typeof updatedAt], [{ id: 'a', n: 1, note: 'theirs' }, 'number'])
    assert.deepEqual(conflicts, [])
    await history.undo()
    assert.equal((await one(thing))!['note'], 'theirs')
    assert.deepEqual(conflicts.map(({ fields }) => fields), [['updatedAt', 'note']])
  })
}

test('listeners are told once a turn, in a microtask, until they are gone', async () => {
  const { thing, history } = await open()
  let told = 0
  const stop = history.subscribe(() => void told++)
  const stopOther = history.subscribe(() => {})
  stopOther()
  void thing.addOne({ id: 'a', n: 1 })
  void thing.updateOne('a', { n: 2 })
  assert.equal(told, 0)
  await Promise.resolve()
  assert.equal(told, 1)
  await history.undo()
  await turn()
  assert.ok(told >= 2)
  const before = told
  stop()
  await history.redo()
  await turn()
  assert.equal(told, before)
})

test('what is wrong with the arguments is said; after dispose nothing can be undone', async () => {
  for (const limit of [0, -1, 1.5, NaN, '5']) throws(() => history({ limit: bad(limit) }), 'invalid_input')
  throws(() => history({ onConflict: bad(5) }), 'invalid_input')
  for (const options of [null, 5, 'x', [], true]) throws(() => history(bad(options)), 'invalid_input')
  assert.deepEqual(throws(() => history({ limit: 0 }), 'invalid_input').details?.path, ['limit'])
  const client = await open(undefined, { limit: Infinity })
  await client.thing.addOne({ id: 'a' })
  const { undo, redo, canUndo, clear } = client.history
  await rejects(undo(bad({ type: 'click' })), 'invalid_input')
  await rejects(redo(bad(5)), 'invalid_input')
  throws(() => canUndo(bad(null)), 'invalid_input')
  throws(() => clear(bad(1)), 'invalid_input')
  assert.equal(canUndo(), true)
  const disposed = client.dispose()
  await rejects(undo(), 'disposed')
  await disposed
  await rejects(undo(), 'disposed')
  await rejects(redo(), 'disposed')
  assert.equal(canUndo(), false)
})
