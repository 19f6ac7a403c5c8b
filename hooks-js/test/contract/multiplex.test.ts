// Several backends behind one executor: each gets its own requests, keeps its consistency, and what none takes stays local.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type Executor, history, multiplex, type MultiplexRequest, type Plugin, type PluginContext, watch } from '../../../dist/npm/index.js'
import { ScriptedBackend } from './scripted-backend.js'
import { bad, capture, fields, ids, type LooseStore, open, rejects, throws, turn } from './support.js'

type Stores = Record<'Todo' | 'Note' | 'Tag' | 'Local', LooseStore>

async function stores(plugin: Plugin): Promise<Stores> {
  return (await open({ plugins: [plugin] })).stores as unknown as Stores
}

const asked = ({ writes, queries }: ScriptedBackend): string[] => [...writes, ...queries].map(({ storeName }) => storeName)

test('requests go to the first backend that takes the store, the rest to the default', async () => {
  const [a, b, rest] = ['a', 'b', 'rest'].map((id) => new ScriptedBackend(id, {}, true)) as [ScriptedBackend, ScriptedBackend, ScriptedBackend]
  const { Todo, Note, Tag } = await stores(
    multiplex({
      backends: [{ stores: ['Todo'], backend: a.plugin }, { stores: ['Note', 'Todo'], backend: b.executor }],
      default: rest.plugin,
    }),
  )
  for (const store of [Todo, Note, Tag]) {
    await store.addOne({ id: 'x' })
    assert.deepEqual(ids(await store.getAll()), ['x'])
  }
  assert.deepEqual([asked(a), asked(b), asked(rest)], [['Todo', 'Todo'], ['Note', 'Note'], ['Tag', 'Tag']])
})

test('what no backend takes stays local, as without an executor', async () => {
  const a = new ScriptedBackend('a', { commit: 'confirm' }, true)
  const { Todo, Local } = await stores(multiplex({ backends: [{ stores: ['Todo'], backend: a.plugin }] }))
  let shown = false
  a.held = true
  const add = Todo.addOne({ id: 'x' })
  void Local.addOne({ id: 'x', n: 1 }).then(() => (shown = true))
  await Promise.resolve()
  await Promise.resolve()
  assert.ok(shown)
  await rejects(Local.updateOne('missing', { n: 2 }), 'not_found')
  assert.deepEqual(await Local.findMany({ filter: { n: 1 } }).then(({ data }) => ids(data)), ['x'])
  await turn()
  a.release()
  await add
  assert.deepEqual(asked(a), ['Todo'])
})

test('match decides by store and context, of writes and of reads', async () => {
  const [a, b] = [new ScriptedBackend('a', {}, true), new ScriptedBackend('b', {}, true)]
  const seen: MultiplexRequest[] = []
  const match = (request: MultiplexRequest): boolean => {
    seen.push(request)
    return request.context.opContext.scope === 'secret'
  }
  const { Todo, Note } = await stores(
    multiplex({ backends: [{ match, stores: ['Todo'], backend: a.plugin }, { match: ({ storeName }) => storeName === 'Todo', backend: b.plugin }] }),
  )
  await Todo.addOne({ id: 'x' }, { opContext: { scope: 'secret' } })
  await Todo.addOne({ id: 'y' })
  await Todo.getAll()
  assert.deepEqual([a.writes.length, b.writes.length, a.queries.length, b.queries.length], [1, 1, 0, 1])
  assert.deepEqual(a.writes[0]!.entries.map(({ id }) => id), ['x'])
  for (const { storeName, context } of seen) assert.deepEqual([storeName, typeof context.traceId, context.opContext.origin], ['Todo', 'string', 'user'])
  // nothing takes it, which is known only when it is asked
  await Note.addOne({ id: 'z', n: 1 })
  assert.deepEqual(ids(await Note.getAll()), ['z'])
  assert.equal((await Note.findOne({ filter: { n: 1 } }))?.id, 'z')
  assert.equal(await Note.count(), 1)
  assert.equal(await Note.getOne('none'), undefined)
  await rejects(Note.updateOne('none', { n: 1 }), 'not_found')
  assert.deepEqual([a.writes.length, b.writes.length, a.queries.length, b.queries.length], [1, 1, 0, 1])
})

test('a match that throws refuses its request', async () => {
  const a = new ScriptedBackend('a')
  const { Todo } = await stores(
    multiplex({
      backends: [
        {
          match: () => {
            throw new Error('mine')
          },
          backend: a.plugin,
        },
      ],
    }),
  )
  const error = await rejects(Todo.addOne({ id: 'x' }), 'internal')
  assert.match(String(error.cause), /mine/)
  assert.deepEqual(await Todo.getAll(), [])
})

test('each backend keeps its consistency', async () => {
  const fetching = new ScriptedBackend('fetching', {}, true)
  const cached = new ScriptedBackend('cached', { base: 'cache', commit: 'confirm' }, true)
  const local = new ScriptedBackend('writes only')
  const { Todo, Note, Tag } = await stores(
    multiplex({ backends: [{ stores: ['Todo'], backend: fetching.plugin }, { stores: ['Note'], backend: cached.plugin }, { stores: ['Tag'], backend: local.plugin }] }),
  )
  for (const backend of [fetching, cached, local]) for (const name of ['Todo', 'Note', 'Tag']) backend.rows(name).set('x', { id: 'x', n: 1 })
  assert.deepEqual(fields(await Todo.updateOne('x', { n: 2 })), { id: 'x', n: 2 })
  await rejects(Note.updateOne('x', { n: 2 }), 'not_found')
  await rejects(Tag.updateOne('x', { n: 2 }), 'not_found')
  assert.deepEqual(await Tag.getAll(), [])
  assert.equal(local.queries.length, 0)
  void Todo.addOne({ id: 'shows' })
  const confirmed = Note.addOne({ id: 'waits' })
  const shows = watch(Todo, undefined, () => {})
  const waits = watch(Note, undefined, () => {})
  assert.ok(ids(shows.current.data).includes('shows'))
  assert.deepEqual(ids(waits.current.data), [])
  await confirmed
  assert.deepEqual(ids(waits.current.data), ['waits'])
})

test('a store whose backend hangs lets the others go on', async () => {
  const [slow, fast] = [new ScriptedBackend('slow'), new ScriptedBackend('fast')]
  const { Todo, Note } = await stores(multiplex({ backends: [{ stores: ['Todo'], backend: slow.plugin }], default: fast.plugin }))
  slow.held = true
  const waiting = Todo.addOne({ id: 'x' })
  await Note.addOne({ id: 'y' })
  slow.release()
  await waiting
})

test('a refusal of one backend rolls back its store alone', async () => {
  const [no, yes] = [new ScriptedBackend('no'), new ScriptedBackend('yes')]
  no.refuse()
  const { Todo, Note } = await stores(multiplex({ backends: [{ stores: ['Todo'], backend: no.plugin }, { stores: ['Note'], backend: yes.plugin }] }))
  const refused = Todo.addOne({ id: 'x' })
  await Note.addOne({ id: 'x' })
  await rejects(refused, 'conflict')
  assert.deepEqual([ids(await Todo.getAll()), ids(await Note.getAll())], [[], ['x']])
})

test('backends are set up in order, once each, and stopped in reverse; what they extend the client by, it has', async () => {
  const log: string[] = []
  const backend = <X extends object>(id: string, extension: X, more: Partial<Plugin> = {}): Plugin<X> => ({
    id,
    ...more,
    setup: async (context: PluginContext) => {
      log.push(`+${id}`)
      await turn()
      context.execution.register({ id, query: async () => ({ data: [] }) })
      context.services.register(id, context.clientId)
      if (id === 'b') assert.equal(context.services.resolve('a'), 'mux')
      assert.ok(context.stores.use('Todo'))
      return { extension, dispose: () => void log.push(`-${id}`) }
    },
  })
  const both = backend('a', { a: { x: 1 } })
  let count = 0
  const counter = {
    get b() {
      return ++count
    },
  }
  const plugin = multiplex({ backends: [{ stores: ['Todo'], backend: both }, { stores: ['Note'], backend: backend('b', counter) }, { stores: ['Tag'], backend: both }] })
  const client = await createClient({ id: 'mux', plugins: [plugin, { id: 'after', requires: ['b', 'multiplex'], setup: () => void log.push('+after') }] })
  assert.deepEqual(log, ['+a', '+b', '+after'])
  assert.equal(client.a.x, 1)
  assert.deepEqual([client.b, client.b], [1, 2])
  await client.dispose()
  assert.deepEqual(log.slice(3), ['-b', '-a'])
})

test('a client that fails to start stops the backends that had started, and one that throws stops nothing', async () => {
  const log: string[] = []
  const good = (id: string): Plugin => ({
    id,
    setup: ({ execution }) => {
      execution.register({ id })
      return {
        dispose: () => {
          log.push(`-${id}`)
          throw new Error(`${id} is stuck`)
        },
      }
    },
  })
  const failing: Plugin = {
    id: 'failing',
    setup: () => {
      throw new Error('mine')
    },
  }
  const idle: Plugin = { id: 'idle', setup: () => ({ dispose: () => void log.push('-idle') }) }
  const twice: Plugin = {
    id: 'twice',
    setup: ({ execution }) => {
      execution.register({ id: 'one' })
      execution.register({ id: 'two' })
    },
  }
  const clash = (id: string): Plugin<{ x: number }> => ({ ...good(id), setup: (context) => ({ ...good(id).setup(context), extension: { x: 1 } }) })
  for (const [backend, code, text, stopped] of [
    [failing, 'plugin_failed', /mine/, ['-b', '-a']],
    [idle, 'plugin_failed', /"idle" registers no executor/, ['-idle', '-b', '-a']],
    [twice, 'executor_conflict', /"two".*"one"/, ['-b', '-a']],
  ] as const) {
    const said = await capture('error', async () => {
      const error = await rejects(createClient({ id: 'start', plugins: [multiplex({ backends: [{ stores: ['A'], backend: good('a') }, { stores: ['B'], backend: good('b') }], default: backend })] }), code)
      assert.match(error.message, text)
    })
    assert.deepEqual(log.splice(0), stopped)
    assert.equal(said.length, 2)
  }
  const said = await capture('error', async () => {
    const error = await rejects(createClient({ plugins: [multiplex({ backends: [{ stores: ['A'], backend: clash('a') }], default: clash('b') })] }), 'plugin_failed')
    assert.match(error.message, /"b".*"x"/)
  })
  assert.deepEqual(log.splice(0), ['-b', '-a'])
  assert.equal(said.length, 2)
  const other = new ScriptedBackend('other')
  await rejects(createClient({ plugins: [multiplex({ backends: [], default: new ScriptedBackend('in').plugin }), other.plugin] }), 'executor_conflict')
})

test('backends may be of one id, and require what other plugins provide', async () => {
  const order: string[] = []
  const backend = (): Plugin => ({
    id: 'http',
    requires: ['auth'],
    setup: ({ execution, services }) => {
      order.push(String(services.resolve('token')))
      execution.register({ id: 'http', write: async ({ entries }) => ({ results: entries.map(() => ({ ok: true, version: 7 })) }) })
    },
  })
  const auth: Plugin = { id: 'login', provides: ['auth'], setup: ({ services }) => services.register('token', 'secret') }
  const client = await open({ plugins: [multiplex({ backends: [{ stores: ['Todo'], backend: backend() }, { stores: ['Note'], backend: backend() }] }), auth] })
  assert.deepEqual(order, ['secret', 'secret'])
  assert.equal(((await client.stores.Todo!.addOne({ id: 'x' })) as unknown as { version: number }).version, 7)
  await rejects(createClient({ plugins: [multiplex({ backends: [{ stores: ['Todo'], backend: backend() }] })] }), 'plugin_failed')
})

test('a strategy that a backend registers is the client’s, and history goes through all of them', async () => {
  const queued: string[] = []
  const backend: Plugin = {
    id: 'q',
    setup: ({ execution }) => {
      execution.register({ id: 'q' } satisfies Executor)
      execution.registerStrategy('queue', async ({ entries }) => {
        queued.push(...entries.map(({ id }) => id))
        return { results: entries.map(() => ({ ok: true })) }
      })
    },
  }
  const [a, b] = [new ScriptedBackend('a'), new ScriptedBackend('b')]
  const client = await createClient({
    plugins: [multiplex({ backends: [{ stores: ['A'], backend: a.plugin }, { stores: ['B'], backend: b.plugin }], default: backend }), history()],
  })
  const stores = client.stores as unknown as Record<string, LooseStore>
  const opContext = { actionId: 'both' }
  await stores['A']!.addOne({ id: 'x' }, { opContext })
  await stores['B']!.addOne({ id: 'y' }, { opContext })
  await stores['C']!.addOne({ id: 'z' }, { opContext, writeStrategy: 'queue' })
  await client.history.undo()
  assert.deepEqual([a.rows('A').size, b.rows('B').size, queued], [0, 0, ['z', 'z']])
  assert.deepEqual([a, b].map(({ writes }) => writes.map(({ entries }) => entries[0]!.action)), [['add', 'delete'], ['add', 'delete']])
  await client.dispose()
})

test('what is no multiplex is said with the path', () => {
  const { plugin } = new ScriptedBackend()
  const cases: [unknown, (string | number)[]][] = [
    [undefined, ['backends']],
    [{}, ['backends']],
    [{ backends: 5 }, ['backends']],
    [{ backends: [5] }, ['backends', 0]],
    [{ backends: [{ backend: plugin }] }, ['backends', 0]],
    [{ backends: [{ stores: 'Todo', backend: plugin }] }, ['backends', 0, 'stores']],
    [{ backends: [{ stores: [''], backend: plugin }] }, ['backends', 0, 'stores']],
    [{ backends: [{ match: true, backend: plugin }] }, ['backends', 0, 'match']],
    [{ backends: [{ stores: ['A'], backend: { id: '', setup() {} } }] }, ['backends', 0, 'backend', 'id']],
  ]
  for (const [options, path] of cases) assert.deepEqual(throws(() => multiplex(bad(options)), 'invalid_input').details!.path, path)
  for (const backend of [undefined, null, 5, {}, { id: 'x', query: 5 }]) {
    throws(() => multiplex({ backends: [{ stores: ['A'], backend: bad(backend) }] }), 'invalid_input')
    if (backend !== undefined) throws(() => multiplex({ backends: [], default: bad(backend) }), 'invalid_input')
  }
})
