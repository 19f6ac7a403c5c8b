// observability(): the last events, a fair sample of whole operations, and a sink.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, observability, type ObservedEvent } from '../../../dist/npm/index.js'
import { bad, capture, open, rejects, throws } from './support.js'

/** Rows of any store, for clients that are not told of their types. */
const row = (id: string): { id: string } => ({ id })

async function observed(options?: Parameters<typeof observability>[0]) {
  const client = await createClient({ plugins: [observability(options)] })
  const { T } = client.stores
  assert.ok(T)
  return { client, T, entries: () => client.observability.entries() }
}

test('events are kept with their names and times, the oldest first', async () => {
  const { client, T, entries } = await observed()
  const before = Date.now()
  await T.addOne(row('x'))
  await rejects(T.addOne(row('x')), 'already_exists')
  assert.deepEqual(entries().map(({ name }) => name), ['storeCreated', 'writeStart', 'writeCommitted', 'writeStart', 'writeFailed'])
  for (const { time } of entries()) assert.ok(time >= before && time <= Date.now())
  const last = entries().at(-1)!
  assert.ok(last.name === 'writeFailed' && last.event.error.code === 'already_exists')
  assert.notEqual(entries(), entries())
  client.observability.clear()
  assert.deepEqual(entries(), [])
  await T.count()
  assert.deepEqual(entries().map(({ name }) => name), ['readStart', 'readFinish'])
  await client.dispose()
  assert.deepEqual(entries(), [])
})

test('no more than the limit is kept: the newest', async () => {
  for (const limit of [0, 1, 3, 7]) {
    const { client, T, entries } = await observed({ limit, events: ['writeCommitted'] })
    for (let n = 0; n < 10; n++) {
      await T.addOne(row(`r${n}`))
      const kept = entries().map((entry) => (entry.name === 'writeCommitted' ? entry.event.ids[0] : assert.fail(entry.name)))
      const wanted = Array.from({ length: n + 1 }, (_, i) => `r${i}`)
      assert.deepEqual(kept, limit === 0 ? [] : wanted.slice(-limit))
    }
    await client.dispose()
  }
})

test('of an operation, all events are in the sample or none; the share is about what was asked for', async () => {
  const all: ObservedEvent[] = []
  const some: ObservedEvent[] = []
  const tell = observability({ sink: (entry) => all.push(entry) })
  const part = { ...observability({ sample: 0.25, limit: 0, sink: (entry) => some.push(entry) }), id: 'part' }
  const client = await createClient({
    plugins: [tell, { ...part, setup: async (context) => void (await part.setup(context)) }],
  })
  const { T } = client.stores
  const calls = 2000
  for (let i = 0; i < calls; i++) await T!.addOne(row(`r${i}`))
  const counts = new Map<string, number>()
  for (const { event } of all) counts.set(event.traceId, (counts.get(event.traceId) ?? 0) + 1)
  const sampled = new Map<string, number>()
  for (const { event } of some) sampled.set(event.traceId, (sampled.get(event.traceId) ?? 0) + 1)
  for (const [trace, n] of sampled) assert.equal(n, counts.get(trace), 'a whole operation')
  // the standard deviation is 19: ten of them are never met by chance
  assert.ok(Math.abs(sampled.size - calls / 4) < 200, `${sampled.size} of ${calls} operations`)
  await client.dispose()
})

test('a sample of nothing costs nothing: nobody listens', async () => {
  const { client, T, entries } = await observed({ sample: 0 })
  await T.addOne(row('x'))
  assert.deepEqual(entries(), [])
  await client.dispose()
})

test('a sink that fails is reported and harms nobody', async () => {
  const wrong = [new Error('thrown'), new Error('rejected')]
  let calls = 0
  const { client, T, entries } = await observed({
    events: ['writeCommitted'],
    sink: () => {
      if (calls++ === 0) throw wrong[0]
      return Promise.reject(wrong[1])
    },
  })
  const errors = await capture('error', async () => {
    await T.addOne(row('a'))
    await T.addOne(row('b'))
  })
  assert.deepEqual(errors.map(([error]) => error), wrong)
  assert.equal(entries().length, 2)
  await client.dispose()
})

test('options that are none are invalid_input, when the plugin is made', () => {
  for (const options of [null, 5]) throws(() => observability(bad(options)), 'invalid_input')
  for (const limit of [-1, 1.5, NaN, Infinity, '5', null]) throws(() => observability({ limit: bad(limit) }), 'invalid_input')
  for (const sample of [-0.1, 1.1, NaN, '1', null]) throws(() => observability({ sample: bad(sample) }), 'invalid_input')
  for (const sink of [5, {}, null]) throws(() => observability({ sink: bad(sink) }), 'invalid_input')
  for (const events of ['readStart', [5], ['nothing'], null]) throws(() => observability({ events: bad(events) }), 'invalid_input')
})

test('two clients with one plugin are observed apart', async () => {
  const plugin = observability()
  const [one, two] = [await createClient({ plugins: [plugin] }), await createClient({ plugins: [plugin] })]
  await one.stores['T']!.count()
  assert.equal(one.observability.entries().length, 3)
  assert.equal(two.observability.entries().length, 0)
  await Promise.all([one.dispose(), two.dispose()])
  assert.ok(await open())
})
