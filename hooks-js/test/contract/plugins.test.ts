// Plugins: started in order, stopped in reverse, and taken back whole when one of them fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AtomaError, type AtomaErrorCode, createClient, type Executor, type Plugin, type PluginContext } from '../../../dist/npm/index.js'
import { bad, capture, coded, type Loose, open, Random, rejects, tasks, throws, turn } from './support.js'

type App = { T: Loose; U: Loose }

/** A plugin that writes down when it is started and stopped. */
function noting(log: string[], id: string, more: Partial<Plugin> = {}): Plugin {
  return {
    id,
    setup: () => {
      log.push(`+${id}`)
      return { dispose: () => void log.push(`-${id}`) }
    },
    ...more,
  }
}

/** A plugin that hands out its context. */
function exposing(id = 'exposing'): { plugin: Plugin; context: () => PluginContext } {
  let context: PluginContext | undefined
  return {
    plugin: { id, setup: (given) => void (context = given) },
    context: () => {
      assert.ok(context)
      return context
    },
  }
}

const executor = (id: string, more: Partial<Executor> = {}): Executor => ({ id, ...more })

/** An executor or strategy that accepts everything. */
const accept = async ({ entries }: { entries: readonly unknown[] }): Promise<{ results: { ok: true }[] }> => ({
  results: entries.map(() => ({ ok: true })),
})

test('plugins start in dependency order, as they were given where that leaves a choice, and stop in reverse', async () => {
  const log: string[] = []
  const client = await createClient({
    plugins: [
      noting(log, 'a', { requires: ['service', 'c'] }),
      noting(log, 'b'),
      noting(log, 'c', { requires: ['b'] }),
      noting(log, 'd', { provides: ['service'] }),
      noting(log, 'e', { provides: ['service'], requires: [] }),
    ],
  })
  assert.deepEqual(log, ['+b', '+c', '+d', '+e', '+a'], 'all who provide a service come first')
  log.length = 0
  await client.dispose()
  assert.deepEqual(log, ['-a', '-e', '-d', '-c', '-b'])
  await client.dispose()
  assert.equal(log.length, 5, 'once')
})

test('any order that can be, is found', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  const random = new Random(seed)
  for (let round = 0; round < 30; round++) {
    const log: string[] = []
    const plugins = Array.from({ length: 1 + random.below(12) }, (_, i) =>
      noting(log, `p${i}`, { requires: Array.from({ length: random.below(Math.min(i, 3) + 1) }, () => `p${random.below(i)}`) }),
    )
    const shuffled = plugins.map((plugin) => ({ plugin, at: random.next() })).sort((a, b) => a.at - b.at).map(({ plugin }) => plugin)
    const client = await createClient({ plugins: shuffled })
    assert.equal(log.length, plugins.length, `seed ${seed}`)
    for (const { id, requires = [] } of plugins) {
      for (const name of requires) assert.ok(log.indexOf(`+${name}`) < log.indexOf(`+${id}`), `seed ${seed}: ${log.join(' ')}`)
    }
    await client.dispose()
  }
})

test('one plugin is set up after the other, whatever it waits for, and createClient waits for the last', async () => {
  const log: string[] = []
  const slow = (id: string, requires: string[] = []): Plugin => ({
    id,
    requires,
    async setup() {
      log.push(`${id} begins`)
      await turn()
      log.push(`${id} ends`)
    },
  })
  await open({ plugins: [slow('b', ['a']), slow('a')] })
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends'])
})

test('a cycle, what nobody provides and an id that two have are plugin_failed, name them, and start nothing', async () => {
  const log: string[] = []
  const cases: [Plugin[], RegExp[], string][] = [
    [[noting(log, 'a', { requires: ['b'] }), noting(log, 'b', { requires: ['c'] }), noting(log, 'c', { requires: ['a'] })], [/"a"/, /"b"/, /"c"/], 'a'],
    [[noting(log, 'first'), noting(log, 'outside', { requires: ['x'] }), noting(log, 'x', { requires: ['y'] }), noting(log, 'y', { requires: ['x'] })], [/"x"/, /"y"/], 'x'],
    [[noting(log, 'self', { requires: ['self'] })], [/"self"/], 'self'],
    [[noting(log, 'self', { provides: ['own'], requires: ['own'] })], [/"self"/], 'self'],
    [[noting(log, 'a', { requires: ['storage'] })], [/"a"/, /"storage"/], 'a'],
    [[noting(log, 'twin'), noting(log, 'other'), noting(log, 'twin')], [/"twin"/], 'twin'],
  ]
  for (const [plugins, messages, plugin] of cases) {
    const error = await rejects(createClient({ id: 'ordered', plugins }), 'plugin_failed')
    for (const message of messages) assert.match(error.message, message)
    assert.equal(error.details?.['plugin'], plugin)
  }
  assert.deepEqual(log, [])
  await (await createClient({ id: 'ordered' })).dispose()
})

test('a set-up that fails is plugin_failed with its cause, and what had started is released, the last first', async () => {
  const cause = new Error('no room on the disk')
  const failing: Plugin['setup'][] = [
    () => {
      throw cause
    },
    () => Promise.reject(cause),
    async () => {
      await turn()
      throw cause
    },
  ]
  for (const setup of failing) {
    const log: string[] = []
    const plugins: Plugin[] = [
      noting(log, 'one'),
      {
        id: 'two',
        setup: () => ({
          async dispose() {
            await turn()
            log.push('-two')
          },
        }),
      },
      { id: 'bad', setup },
      noting(log, 'never'),
    ]
    const error = await rejects(createClient({ id: 'unwound', plugins }), 'plugin_failed')
    assert.equal(error.cause, cause)
    assert.match(error.message, /"bad".*no room on the disk/)
    assert.equal(error.details?.['plugin'], 'bad')
    assert.deepEqual(log, ['+one', '-two', '-one'])
  }
  await (await createClient({ id: 'unwound' })).dispose()
})

test('a failing set-up leaves nothing behind: stores, listeners and the executor end with the client', async () => {
  const { plugin, context } = exposing()
  const events: unknown[] = []
  let store: { addOne(row: object): Promise<unknown> } | undefined
  const error = await rejects(
    createClient({
      plugins: [
        plugin,
        {
          id: 'bad',
          async setup(ctx) {
            ctx.events.on('storeCreated', (event) => void events.push(event))
            ctx.execution.register(executor('mine'))
            store = ctx.stores.use('T') as never
            await ctx.stores.use('U').addOne({ id: 'x' })
            throw new AtomaError('storage_blocked', 'another tab holds the database')
          },
        },
      ],
    }),
    'plugin_failed',
  )
  assert.equal(coded(error.cause, 'storage_blocked'), error.cause)
  assert.equal(events.length, 1)
  await rejects(store!.addOne({ id: 'x' }), 'disposed')
  throws(() => context().stores.use('T'), 'disposed')
})

test('what is thrown may be anything', async () => {
  for (const thrown of [undefined, null, 5, 'text', Object.create(null), Symbol('x')]) {
    const error = await rejects(createClient({ plugins: [{ id: 'odd', setup: () => Promise.reject(thrown) }] }), 'plugin_failed')
    assert.equal(error.cause, thrown)
    assert.match(error.message, /"odd"/)
  }
})

test('what is no plugin is invalid_input, and says which', async () => {
  const setup = (): void => {}
  const wrong = [5, {}, null, [null], [{}], [{ id: 'x' }], [{ id: 5, setup }], [{ id: '', setup }], ['x'], [undefined], new Array(1)]
  wrong.push([{ id: 'x', setup: {} }], [{ id: 'x', setup, provides: 'y' }], [{ id: 'x', setup, requires: [5] }], [{ id: 'x', setup, requires: [''] }])
  for (const plugins of wrong) await rejects(createClient({ plugins: bad(plugins) }), 'invalid_input')
  const error = await rejects(createClient({ plugins: bad([{ id: 'fine', setup }, { id: 'x' }]) }), 'invalid_input')
  assert.match(error.message, /plugins\[1\]/)
  const unreadable = {
    get id(): string {
      throw new Error('unreadable')
    },
    setup,
  }
  await rejects(createClient({ plugins: [unreadable] }), 'invalid_input')
})

test('an extension is merged into the client, which stays frozen; getters keep telling what is so', async () => {
  let calls = 0
  class Counter implements Plugin<{ counter: { up(): number }; readonly count: number }> {
    readonly id = 'counter'
    private n = 10
    setup(): ReturnType<Plugin<{ counter: { up(): number }; readonly count: number }>['setup']> {
      const own = this
      const key = Symbol.for('counter')
      return {
        extension: {
          counter: { up: () => ++own.n },
          get count() {
            calls++
            return own.n
          },
          [key]: true,
        } as never,
      }
    }
  }
  const client = await createClient({ plugins: [new Counter()] })
  assert.equal(calls, 0, 'nobody has asked')
  assert.equal(client.count, 10)
  assert.equal(client.counter.up(), 11)
  assert.equal(client.count, 11)
  assert.ok(Object.isFrozen(client))
  assert.deepEqual(Object.keys(client).sort(), ['count', 'counter', 'dispose', 'id', 'on', 'stores'])
  assert.equal((client as never as Record<symbol, unknown>)[Symbol.for('counter')], true)
  assert.throws(() => ((client as { counter: unknown }).counter = 1), TypeError)
  await client.dispose()
  assert.equal(client.count, 11)
})

test('an extension key that the client or another plugin has is plugin_failed, names them, and releases what had started', async () => {
  const log: string[] = []
  const bringing = (id: string, extension: object): Plugin => noting(log, id, { setup: () => ({ extension, dispose: () => void log.push(`-${id}`) }) })
  for (const key of ['id', 'stores', 'on', 'dispose', 'then']) {
    const error = await rejects(createClient({ plugins: [bringing('greedy', { [key]: 1 })] }), 'plugin_failed')
    assert.match(error.message, /"greedy"/)
    assert.match(error.message, new RegExp(`"${key}"`))
  }
  assert.deepEqual(log.splice(0), Array(5).fill('-greedy'))
  const error = await rejects(createClient({ plugins: [bringing('one', { sync: 1 }), bringing('two', { sync: 2 })] }), 'plugin_failed')
  assert.match(error.message, /"two"/)
  assert.match(error.message, /"one"/)
  assert.match(error.message, /"sync"/)
  assert.deepEqual(log, ['-two', '-one'])
})

test('keys that all objects have are keys like others', async () => {
  const extension = Object.defineProperty({ toString: () => 'a client' }, '__proto__', { value: 5, enumerable: true })
  const client = (await open({ plugins: [{ id: 'odd', setup: () => ({ extension }) }] })) as unknown as Record<string, unknown>
  assert.equal(String(client), 'a client')
  assert.equal(Object.getOwnPropertyDescriptor(client, '__proto__')?.value, 5)
})

test('a set-up may give nothing of use; a part that is malformed is plugin_failed', async () => {
  for (const given of [undefined, null, 5, 'x', () => {}, {}, { extension: undefined, dispose: undefined }, { more: 1 }]) {
    assert.ok(await open({ plugins: [{ id: 'x', setup: () => bad(given) }] }))
  }
  for (const given of [{ extension: 5 }, { extension: null }, { dispose: 5 }, { dispose: {} }]) {
    const error = await rejects(createClient({ plugins: [{ id: 'wrong', setup: () => bad(given) }] }), 'plugin_failed')
    assert.match(error.message, /"wrong"/)
  }
})

test('a second executor is executor_conflict and names both; nothing of the client is left', async () => {
  const log: string[] = []
  const registering = (id: string, name: string): Plugin =>
    noting(log, id, {
      setup: ({ execution }) => {
        execution.register(executor(name))
        return { dispose: () => void log.push(`-${id}`) }
      },
    })
  const error = await rejects(createClient({ id: 'slot', plugins: [registering('p', 'alpha'), registering('q', 'beta')] }), 'executor_conflict')
  assert.match(error.message, /"alpha"/)
  assert.match(error.message, /"beta"/)
  assert.deepEqual(log, ['-p'])
  const client = await createClient({ id: 'slot', plugins: [registering('q', 'beta')] })
  await client.dispose()
})

test('the executor slot is free again when it was given back; giving it back twice does not empty it for the next', async () => {
  const { plugin, context } = exposing()
  await open({ plugins: [plugin] })
  const { execution } = context()
  const giveBack = execution.register(executor('one'))
  const error = throws(() => execution.register(executor('two')), 'executor_conflict')
  assert.match(error.message, /"one".*"two"|"two".*"one"/)
  giveBack()
  const second = execution.register(executor('two'))
  giveBack()
  throws(() => execution.register(executor('three')), 'executor_conflict')
  second()
  execution.register(executor('three'))
})

test('what is no executor, or no strategy, is invalid_input', async () => {
  const { plugin, context } = exposing()
  await open({ plugins: [plugin] })
  const { execution } = context()
  for (const wrong of [5, null, undefined, {}, { id: '' }, { id: 5 }, { id: 'x', query: 5 }, { id: 'x', write: {} }]) throws(() => execution.register(bad(wrong)), 'invalid_input')
  for (const consistency of [5, null, { base: 'none' }, { commit: true }]) throws(() => execution.register(bad({ id: 'x', consistency })), 'invalid_input')
  for (const name of ['', 'direct', 5, undefined]) throws(() => execution.registerStrategy(bad(name), accept), 'invalid_input')
  for (const write of [undefined, {}, 'write']) throws(() => execution.registerStrategy('queue', bad(write)), 'invalid_input')
  execution.register(executor('x', { consistency: { base: 'cache', commit: 'optimistic' } }))
})

test('a strategy is known under its name as long as it is registered', async () => {
  const { plugin, context } = exposing()
  const client = await open<App>({ plugins: [plugin] })
  const { execution } = context()
  const seen: string[] = []
  const add = (id: string): Promise<Loose> => client.stores.T.addOne({ id }, { writeStrategy: 'queue' })
  await rejects(add('a'), 'unknown_write_strategy')
  const forget = execution.registerStrategy('queue', (request) => {
    seen.push(request.writeStrategy)
    return accept(request)
  })
  const error = throws(() => execution.registerStrategy('queue', accept), 'already_exists')
  assert.match(error.message, /"queue"/)
  assert.equal((await add('b')).id, 'b')
  assert.deepEqual(seen, ['queue'])
  forget()
  forget()
  await rejects(add('c'), 'unknown_write_strategy')
  execution.registerStrategy('queue', accept)
  forget()
  assert.equal((await add('d')).id, 'd')
  assert.deepEqual(await client.stores.T.getMany(['a', 'b', 'c', 'd']).then((rows) => rows.map(({ id }) => id)), ['b', 'd'])
})

test('with its executor gone, a client is local; what was not answered rejects aborted and is rolled back', async () => {
  const { plugin, context } = exposing()
  const client = await open<App>({ plugins: [plugin] })
  const giveBack = context().execution.register(executor('deaf', { write: () => new Promise(() => {}) }))
  const adding = client.stores.T.addOne({ id: 'x' })
  await turn()
  giveBack()
  await rejects(adding, 'aborted')
  assert.equal(await client.stores.T.count(), 0)
  assert.deepEqual(await client.stores.T.addOne({ id: 'y' }), { id: 'y', version: 1 })
})

test('a context shows the client: its id and its stores, as rows show', async () => {
  const { plugin, context } = exposing()
  const client = await open<App>({ id: 'shown', plugins: [plugin] })
  const { clientId, stores } = context()
  assert.equal(clientId, 'shown')
  assert.deepEqual(stores.list(), [])
  assert.equal(stores.peek('T', 'x'), undefined)
  assert.deepEqual(stores.snapshot('T'), [])
  assert.deepEqual(stores.list(), [], 'looking makes no store')
  assert.equal(stores.use('T'), client.stores.T)
  const row = await client.stores.T.addOne({ id: 'x', n: 1 })
  await client.stores.T.addOne({ id: 'a' })
  await client.stores.U.count()
  assert.deepEqual(stores.list().sort(), ['T', 'U'])
  assert.equal(stores.peek('T', 'x'), row)
  assert.deepEqual(stores.snapshot('T').map(({ id }) => id), ['a', 'x'])
  assert.equal(stores.snapshot('T')[1], row)
  for (const name of [undefined, '', 5]) for (const method of [stores.use, stores.snapshot]) throws(() => method(bad(name)), 'invalid_input')
  throws(() => stores.peek('T', ''), 'invalid_input')
})

test('services go from one plugin to those that come after, and end with the one that gave them', async () => {
  const clock = { now: () => 5 }
  const found: unknown[] = []
  const provider: Plugin = {
    id: 'provider',
    provides: ['clock'],
    setup({ services }) {
      services.register('clock', clock)
      found.push(services.resolve('nothing'))
      for (const name of ['', 5]) throws(() => services.register(bad(name), 1), 'invalid_input')
    },
  }
  const { plugin, context } = exposing('asks')
  const user: Plugin = {
    id: 'user',
    requires: ['clock'],
    setup({ services }) {
      found.push(services.resolve('clock'))
      const error = throws(() => services.register('clock', 1), 'already_exists')
      assert.match(error.message, /"clock"/)
      return { dispose: () => void found.push(services.resolve('clock')) }
    },
  }
  const client = await createClient({ plugins: [user, plugin, provider] })
  assert.deepEqual(found, [undefined, clock])
  assert.equal(context().services.resolve('clock'), clock)
  await client.dispose()
  assert.deepEqual(found, [undefined, clock, clock], 'a plugin has what it requires until it has stopped')
})

test('a set-up may use stores and hear events; what it wrote is there when the client is', async () => {
  const created: string[] = []
  const client = await open<App>({
    plugins: [
      {
        id: 'seed',
        async setup({ stores, events }) {
          events.on('storeCreated', ({ storeName }) => void created.push(storeName))
          await stores.use('T').addMany([{ id: 'a' }, { id: 'b' }])
        },
      },
    ],
  })
  assert.equal(await client.stores.T.count(), 2)
  assert.deepEqual(created, ['T'])
})

test('a plugin can be given to several clients, and each sets it up anew', async () => {
  const log: string[] = []
  const plugin = noting(log, 'shared')
  const [one, two] = [await createClient({ plugins: [plugin] }), await createClient({ plugins: [plugin] })]
  await one.dispose()
  await two.dispose()
  assert.deepEqual(log, ['+shared', '+shared', '-shared', '-shared'])
})

test('a dispose that throws or rejects is reported and stops nothing', async () => {
  const log: string[] = []
  const wrong = [new Error('thrown'), new Error('rejected')]
  const client = await createClient({
    id: 'reported',
    plugins: [
      noting(log, 'first'),
      { id: 'throws', setup: () => ({ dispose: () => { throw wrong[0] } }) },
      noting(log, 'second'),
      { id: 'rejects', setup: () => ({ dispose: () => Promise.reject(wrong[1]) }) },
    ],
  })
  const errors = await capture('error', () => client.dispose())
  assert.deepEqual(errors.map(([error]) => error), [wrong[1], wrong[0]])
  assert.deepEqual(log.slice(2), ['-second', '-first'])
  await (await createClient({ id: 'reported' })).dispose()
})

test('a dispose that never ends is not waited for longer than disposeTimeoutMs, and is reported', async () => {
  const log: string[] = []
  const client = await createClient({
    disposeTimeoutMs: 10,
    plugins: [noting(log, 'first'), { id: 'endless', setup: () => ({ dispose: () => new Promise(() => {}) }) }],
  })
  const errors = await capture('error', () => client.dispose())
  assert.match(coded(errors[0]![0], 'timeout').message, /"endless"/)
  assert.equal(errors.length, 1)
  assert.deepEqual(log, ['+first', '-first'])
})

test('calls made after dispose reject while plugins are still stopping; what is in flight is answered first', async () => {
  const log: string[] = []
  let answer = (): void => {}
  const client = await createClient<App>({
    plugins: [
      {
        id: 'backend',
        setup({ execution, stores }) {
          execution.register({
            id: 'slow',
            write: async (request) => {
              await new Promise<void>((resolve) => (answer = resolve))
              log.push('answered')
              return accept(request)
            },
          })
          return {
            dispose() {
              log.push(`stopped with ${stores.snapshot('T').length} row`)
            },
          }
        },
      },
    ],
  })
  const adding = client.stores.T.addOne({ id: 'x' }).then(() => log.push('added'))
  await turn()
  const disposing = client.dispose()
  await rejects(client.stores.T.addOne({ id: 'y' }), 'disposed')
  await rejects(client.stores.T.getAll(), 'disposed')
  assert.equal(client.dispose(), disposing)
  answer()
  await adding
  await disposing
  assert.deepEqual(log, ['answered', 'added', 'stopped with 1 row'])
})

test('after the end, a context throws disposed, and its plugin hears nothing more', async () => {
  const { plugin, context } = exposing()
  const client = await createClient<App>({ id: 'over', plugins: [plugin] })
  const { events, execution, services, stores } = context()
  let heard = 0
  events.on('storeCreated', () => heard++)
  const giveBack = execution.register(executor('x'))
  await client.dispose()
  const calls: (() => unknown)[] = [
    () => stores.list(), () => stores.use('T'), () => stores.peek('T', 'x'), () => stores.snapshot('T'), () => events.on('storeCreated', () => {}),
    () => events.once('storeCreated', () => {}), () => services.register('x', 1), () => services.resolve('x'), () => execution.register(executor('y')), () => execution.registerStrategy('y', accept),
  ]
  for (const call of calls) assert.match(throws(call, 'disposed').message, /"over"/)
  giveBack()
  const next = await open<App>({ id: 'over' })
  await next.stores.T.count()
  await tasks(1)
  assert.equal(heard, 0)
})

test('a schema takes processors that are functions, and nothing else', async () => {
  const row = (given: Loose): Loose => given
  for (const processor of [undefined, {}, { inbound: row }, { inbound: row, outbound: row, writeback: row, validate: () => true }, { validate: undefined }]) {
    const client = await open<App>({ schema: { T: bad({ processor }) } })
    assert.ok(await client.stores.T.addOne({ id: 'x' }))
  }
  for (const processor of [5, null, [], row, { inbound: 5 }, { validate: 'x' }, { outbound: {} }, { writeback: null }, { incoming: row }]) {
    const error = await rejects(createClient({ schema: { T: { processor: bad(processor) } } }), 'invalid_schema')
    assert.match(error.message, /"T"/)
    assert.deepEqual(error.details?.path?.slice(0, 2), ['T', 'processor'])
  }
})

test('codes that a backend makes up pass through an error', () => {
  const own = 'payment_required' as AtomaErrorCode
  assert.equal(coded(new AtomaError('payment_required', 'the plan has ended'), own).code, own)
})
