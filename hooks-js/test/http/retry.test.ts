// What is sent again, when, and what that may not do.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfter, retryPolicy, waitBefore } from '../../../backends/http/retry.js'
import { turn } from '../contract/support.js'
import { add, assertDone, Clock, codeAt, direct, QuickClock, refuses, update } from './executor.js'
import { allDone, fakeFetch, json } from './fake-fetch.js'

const baseURL = 'https://api.test'
const down = new TypeError('fetch failed')

test('waits double up to the limit, with full jitter', () => {
  const policy = retryPolicy({ attempts: 6, baseMs: 100, maxMs: 1000, jitter: () => 1 })
  assert.deepEqual([1, 2, 3, 4, 5, 6].map((n) => waitBefore(policy, n, undefined)), [100, 200, 400, 800, 1000, undefined])
  assert.equal(waitBefore({ ...policy, jitter: () => 0 }, 3, undefined), 0)
  assert.equal(waitBefore({ ...policy, jitter: () => 0.25 }, 3, undefined), 100)
})

test('Retry-After is heeded, as seconds and as a date; a long one ends it', () => {
  assert.equal(retryAfter('3', 0), 3000)
  assert.equal(retryAfter('Thu, 01 Jan 1970 00:01:00 GMT', 20_000), 40_000)
  assert.equal(retryAfter('Thu, 01 Jan 1970 00:01:00 GMT', 90_000), 0)
  assert.equal(retryAfter('soon', 0), undefined)
  const policy = retryPolicy({ jitter: () => 0 })
  assert.equal(waitBefore(policy, 1, 3000), 3000)
  assert.equal(waitBefore(policy, 1, 60_001), undefined)
})

test('a failing network and passing statuses are tried again with the same key', async () => {
  const clock = new QuickClock()
  const { fetch, sent } = fakeFetch(down, json(503, undefined, { 'retry-after': '2' }), json(429), json(201, undefined, { etag: '"1"' }))
  const { write } = direct({ baseURL, fetch, timers: clock, timeoutMs: 0, retry: { jitter: () => 1 } })
  assert.deepEqual(await write('Todo', [add('a')]), [{ ok: true, version: 1 }])
  assert.equal(sent.length, 4)
  assert.equal(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size, 1)
  assert.deepEqual(clock.waits, [200, 2000, 800])
})

test('after the last attempt the failure is the answer', async () => {
  const clock = new QuickClock()
  const options = { baseURL, timers: clock, timeoutMs: 0, retry: { attempts: 3 } }
  const dead = fakeFetch(down)
  const error = await refuses(direct({ ...options, fetch: dead.fetch }).write('Todo', [add('a'), add('b')]), 'network')
  assert.equal(error.cause, down)
  assert.equal(dead.sent.length, 3)
  const busy = fakeFetch(json(503))
  const results = await direct({ ...options, fetch: busy.fetch }).write('Todo', [add('a')])
  assert.equal(codeAt(results, 0), 'network')
  assert.ok(!results[0]!.ok && results[0]!.error.message.includes('3 attempts'))
  const later = fakeFetch(json(503, undefined, { 'retry-after': '3600' }))
  assert.equal(codeAt(await direct({ ...options, fetch: later.fetch }).write('Todo', [add('a')]), 0), 'network')
  assert.equal(later.sent.length, 1)
})

test('statuses that may pass are tried again', async () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    const { fetch, sent } = fakeFetch(json(status), allDone)
    assertDone(await direct({ baseURL, fetch, timers: new QuickClock() }).write('Todo', [update('a')]))
    assert.equal(sent.length, 2, String(status))
  }
})

test('refusals are final', async () => {
  for (const status of [400, 401, 403, 404, 409, 412, 422, 501]) {
    const { fetch, sent } = fakeFetch(json(status), allDone)
    await direct({ baseURL, fetch }).write('Todo', [update('a')])
    assert.equal(sent.length, 1, String(status))
  }
})

test('of a batch only what failed for now is sent again, with what waits for it', async () => {
  const clock = new QuickClock()
  const { fetch, sent } = fakeFetch(
    json(200, { results: [{ status: 503, retryAfter: 1 }, { status: 200, version: 3 }, { status: 424 }, { status: 422 }, { status: 200, version: 7 }, { status: 500 }] }),
    json(200, { results: [{ status: 200, version: 5 }, { status: 200 }, { status: 200 }] }),
  )
  const { write } = direct({ baseURL, fetch, timers: clock, timeoutMs: 0, retry: { jitter: () => 0 } })
  const results = await write('Todo', [update('a'), update('b'), update('a'), update('c'), update('d'), update('d')])
  const operations = sent.map(({ body }) => (body!['operations'] as { id: string; after?: number; baseVersion?: number }[]).map((o) => [o.id, o.after, o.baseVersion]))
  assert.deepEqual(operations[1], [
    ['a', undefined, undefined],
    ['a', 0, undefined],
    ['d', undefined, 7],
  ])
  assert.deepEqual(clock.waits, [1000])
  assert.deepEqual(results.map(({ ok }) => ok), [true, true, true, false, true, true])
})

test('an attempt that takes too long is given up, and so is the call after the last', async () => {
  const clock = new Clock()
  const never = (): Promise<Response> => new Promise(() => {})
  const { fetch, sent } = fakeFetch(never)
  const { write } = direct({ baseURL, fetch, timers: clock, timeoutMs: 5000, retry: { attempts: 2, jitter: () => 1 } })
  const written = refuses(write('Todo', [add('a')]), 'timeout')
  await turn()
  clock.ring()
  await turn()
  assert.equal(sent[0]!.signal.aborted, true)
  clock.ring()
  await turn()
  clock.ring()
  await written
  assert.deepEqual(clock.waits, [5000, 200, 5000])
  assert.equal(clock.pending, 0)
})

test('an abort rejects at once, ends the request when nobody waits for it, and sends nothing more', async (t) => {
  const hanging = (): Promise<Response> => new Promise(() => {})
  await t.test('before', async () => {
    const { fetch, sent } = fakeFetch(allDone)
    await refuses(direct({ baseURL, fetch }).write('Todo', [add('a')], AbortSignal.abort()), 'aborted')
    await turn()
    assert.equal(sent.length, 0)
  })
  await t.test('in the same turn', async () => {
    const { fetch, sent } = fakeFetch(allDone)
    const { write, query } = direct({ baseURL, fetch })
    const control = new AbortController()
    const refused = refuses(write('Todo', [add('a')], control.signal), 'aborted')
    const rows = query('Todo')
    control.abort()
    await Promise.all([refused, rows])
    assert.deepEqual(sent.map(({ body }) => (body!['operations'] as object[] | undefined)?.length), [1])
  })
  await t.test('during a request that others share', async () => {
    const { fetch, sent } = fakeFetch(hanging)
    const { write, query } = direct({ baseURL, fetch, timeoutMs: 0 })
    const [one, two] = [new AbortController(), new AbortController()]
    const first = refuses(write('Todo', [add('a')], one.signal), 'aborted')
    const second = refuses(query('Todo', {}, two.signal), 'aborted')
    await turn()
    one.abort()
    await first
    assert.equal(sent[0]!.signal.aborted, false)
    two.abort()
    await second
    assert.equal(sent[0]!.signal.aborted, true)
    await turn()
    assert.equal(sent.length, 1)
  })
  await t.test('while it waits for the next attempt', async () => {
    const clock = new Clock()
    const { fetch, sent } = fakeFetch(down)
    const control = new AbortController()
    const refused = refuses(direct({ baseURL, fetch, timers: clock, timeoutMs: 0 }).write('Todo', [add('a')], control.signal), 'aborted')
    await turn()
    assert.equal(clock.pending, 1)
    control.abort()
    await refused
    await turn()
    assert.equal(clock.pending, 0)
    assert.equal(sent.length, 1)
  })
})

test('dispose gives up what is under way', async () => {
  const { fetch, sent } = fakeFetch(() => new Promise<Response>(() => {}))
  const { write, query, dispose } = direct({ baseURL, fetch, timeoutMs: 0 })
  const refused = [refuses(write('Todo', [add('a')]), 'disposed'), refuses(query('Todo'), 'disposed')]
  await turn()
  dispose()
  await Promise.all(refused)
  assert.equal(sent[0]!.signal.aborted, true)
})

test('the answer to a write that was given up still tells the version', async () => {
  let answer!: (response: Response) => void
  const slow = new Promise<Response>((resolve) => (answer = resolve))
  const { fetch, sent } = fakeFetch(slow, json(200))
  const { write, query } = direct({ baseURL, fetch, timeoutMs: 0 })
  const control = new AbortController()
  const refused = refuses(write('Todo', [update('a')], control.signal), 'aborted')
  const rows = query('Todo')
  await turn()
  control.abort()
  await refused
  answer(json(200, { results: [{ status: 200, version: 4 }, { status: 200, data: [] }] }))
  await rows
  assertDone(await write('Todo', [update('a')]))
  assert.equal(sent[1]!.headers.get('if-match'), '"4"')
})
