// What is sent for each operation, and what the answers mean: docs/http-protocol.md.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { http } from '../../../backends/http/http.js'
import { AtomaError } from '../../../jsbridge/js/errors.js'
import { add, assertDone, codeAt, direct, QuickClock, refuses, remove, update, upsert } from './executor.js'
import { allDone, fakeFetch, json } from './fake-fetch.js'
import type { Fields } from './server.js'

const baseURL = 'https://api.test/v1'

test('a single operation is a request on its resource', async () => {
  const { fetch, sent } = fakeFetch(allDone)
  const { write, query } = direct({ baseURL: `${baseURL}/`, fetch })
  assertDone(await write('Todo', [{ ...add('a/b c', { title: 'x', when: new Date(0) }), idempotencyKey: 'key-1' }]))
  assertDone(await write('Todo', [update('b', { n: 1 })]))
  assertDone(await write('Todo', [upsert('c', { n: 1 })]))
  assertDone(await write('Todo', [upsert('d', { n: 1 }, { conflict: 'lww' })]))
  assertDone(await write('Todo', [remove('e')]))
  await query('To do', { filter: { n: 1 }, limit: 2 })
  const shown = sent.map(({ method, url, headers }) => `${method} ${url.slice(baseURL.length)} ${headers.get('if-match') ?? '-'} ${headers.get('if-none-match') ?? '-'}`)
  assert.deepEqual(shown, [
    'PUT /Todo/a%2Fb%20c - *',
    'PUT /Todo/b * -',
    'PUT /Todo/c - -',
    'PUT /Todo/d - -',
    'DELETE /Todo/e - -',
    'POST /To%20do/query - -',
  ])
  assert.deepEqual(sent[0]!.body, { id: 'a/b c', title: 'x', when: new Date(0) }, 'the row without the local version')
  assert.equal(sent[0]!.headers.get('idempotency-key'), 'key-1')
  assert.equal(sent[0]!.headers.get('content-type'), 'application/json')
  assert.equal(sent[4]!.body, undefined)
  assert.deepEqual(sent[5]!.body, { filter: { op: 'eq', field: 'n', value: 1 }, limit: 2 })
})

test('what one turn asks for is one batch, in order', async () => {
  const { fetch, sent } = fakeFetch(allDone)
  const { write, query } = direct({ baseURL, fetch })
  await Promise.all([
    write('Todo', [{ ...add('a', { n: -0 }), idempotencyKey: 'k1' }, { ...upsert('b', {}, { conflict: 'lww' }), idempotencyKey: 'k2' }]),
    Promise.resolve().then(() => write('User', [{ ...remove('u'), idempotencyKey: 'k3' }])),
    Promise.resolve().then(() => query('Todo', { sort: [{ field: 'n' }] })),
  ])
  assert.equal(sent.length, 1)
  assert.equal(`${sent[0]!.method} ${sent[0]!.url}`, `POST ${baseURL}/batch`)
  assert.deepEqual(sent[0]!.body, {
    operations: [
      { op: 'add', store: 'Todo', id: 'a', key: 'k1', value: { id: 'a', n: -0 } },
      { op: 'upsert', store: 'Todo', id: 'b', key: 'k2', value: { id: 'b' } },
      { op: 'delete', store: 'User', id: 'u', key: 'k3' },
      { op: 'query', store: 'Todo', query: { sort: [{ field: 'n', dir: 'asc' }] } },
    ],
  })
})

test('batch: false sends each by itself, { only: true } all to the batch endpoint, maxOperations so many at once', async () => {
  const entries = ['a', 'b', 'c', 'd', 'e'].map((id) => add(id))
  const none = fakeFetch(allDone)
  assertDone(await direct({ baseURL, fetch: none.fetch, batch: false }).write('Todo', entries))
  assert.deepEqual(none.sent.map(({ url }) => url), ['a', 'b', 'c', 'd', 'e'].map((id) => `${baseURL}/Todo/${id}`))
  const only = fakeFetch(allDone)
  assertDone(await direct({ baseURL, fetch: only.fetch, batch: { only: true } }).write('Todo', [add('a')]))
  assert.deepEqual(only.sent.map(({ url }) => url), [`${baseURL}/batch`])
  const some = fakeFetch(allDone)
  assertDone(await direct({ baseURL, fetch: some.fetch, batch: { maxOperations: 2 } }).write('Todo', entries))
  const sizes = (): number[] => some.sent.splice(0).map(({ body }) => (body!['operations'] as object[]).length)
  assert.deepEqual(sizes(), [2, 2, 1])
  const three = direct({ baseURL, fetch: some.fetch, batch: { maxOperations: 3 } })
  const written = await Promise.all(['A', 'B', 'C'].map((store) => three.write(store, entries.slice(0, 2))))
  written.forEach(assertDone)
  assert.deepEqual(sizes(), [2, 2, 2], 'what one call asks for stays together')
})

test('names that no URL carries as they are stand in it after "~"', async () => {
  const { fetch, sent } = fakeFetch(allDone)
  const { write } = direct({ baseURL, fetch })
  for (const id of ['.', '..', '...', '~', 'a~', 'x\ud800', 'é/?#%']) assertDone(await write('Todo', [add(id)]))
  assertDone(await write('..', [add('a')]))
  const paths = sent.map(({ url }) => new URL(url).pathname.slice('/v1/'.length))
  assert.deepEqual(paths, ['Todo/~LgA', 'Todo/~LgAuAA', 'Todo/...', 'Todo/~fgA', 'Todo/a~', 'Todo/~eAAA2A', 'Todo/%C3%A9%2F%3F%23%25', '~LgAuAA/a'])
})

test('the version that the server gave last is the precondition of the next write', async () => {
  const { fetch, sent } = fakeFetch(
    json(201, undefined, { etag: '"1"' }),
    json(200, undefined, { etag: 'W/"5"' }),
    json(200, { id: 'a', n: 3, version: 8 }),
    json(200, { data: [{ id: 'a', version: 11 }, { id: 'z', version: 3 }] }),
    json(200, undefined, { etag: '"12"' }),
    json(204),
    json(200),
  )
  const { write, query } = direct({ baseURL, fetch })
  assert.deepEqual(await write('Todo', [add('a')]), [{ ok: true, version: 1 }])
  assert.deepEqual(await write('Todo', [update('a')]), [{ ok: true, version: 5 }])
  assert.deepEqual(await write('Todo', [upsert('a', {})]), [{ ok: true, version: 8, value: { id: 'a', n: 3, version: 8 } }])
  await query('Todo')
  await write('Todo', [update('a')])
  await write('Todo', [remove('z')])
  await write('Todo', [update('z')])
  assert.deepEqual(sent.map(({ headers }) => headers.get('if-match')), [null, '"1"', '"5"', null, '"11"', '"3"', '*'])
})

test('the last writer wins without a precondition, whatever is known of the row', async () => {
  const { fetch, sent } = fakeFetch(json(201, undefined, { etag: '"1"' }))
  const { write } = direct({ baseURL, fetch })
  await write('Todo', [add('a')])
  await write('Todo', [upsert('a', {}, { conflict: 'lww' })])
  assert.equal(sent[1]!.headers.get('if-match'), null)
})

test('an upsert of a row that the client does not have expects no version, though one was seen', async () => {
  const { fetch, sent } = fakeFetch(json(201, undefined, { etag: '"1"' }))
  const { write } = direct({ baseURL, fetch })
  await write('Todo', [add('a')])
  await write('Todo', [{ ...upsert('a', {}), value: { id: 'a', version: 1 } }])
  assert.equal(sent[1]!.headers.get('if-match'), null)
})

test('rows of a query that a write has overtaken do not count as seen', async () => {
  let answer!: (response: Response) => void
  const slow = new Promise<Response>((resolve) => (answer = resolve))
  const { fetch, sent } = fakeFetch(slow, json(200, undefined, { etag: '"7"' }), json(200))
  const { write, query } = direct({ baseURL, fetch, batch: false })
  const rows = query('Todo')
  await write('Todo', [update('a')])
  answer(json(200, { data: [{ id: 'a', version: 6 }, { id: 'b', version: 2 }] }))
  await rows
  await write('Todo', [update('a')])
  await write('Todo', [update('b')])
  assert.deepEqual(sent.slice(2).map(({ headers }) => headers.get('if-match')), ['"7"', '"2"'])
})

test('several writes of one row follow one another', async (t) => {
  await t.test('in a batch by "after"', async () => {
    const { fetch, sent } = fakeFetch(json(200, { results: [{ status: 412, current: { id: 'a', version: 4 } }, { status: 424 }, { status: 200 }, { status: 424 }] }))
    const { write } = direct({ baseURL, fetch })
    const results = await write('Todo', [update('a'), update('a'), update('b'), remove('a')])
    const operations = sent[0]!.body!['operations'] as { after?: number }[]
    assert.deepEqual(operations.map(({ after }) => after), [undefined, 0, undefined, 1])
    assert.deepEqual([codeAt(results, 0), codeAt(results, 1), codeAt(results, 3)], ['conflict', 'conflict', 'conflict'])
    assertDone(results.slice(2, 3))
  })
  await t.test('an upsert does without the one before if that was refused', async () => {
    for (const batch of [true, false]) {
      const { fetch, sent } = fakeFetch(
        json(200, { data: [{ id: 'a', version: 3 }] }),
        ...(batch ? [json(200, { results: [{ status: 412, current: { id: 'a', version: 4 } }, { status: 424 }, { status: 424 }] })] : [json(412, { current: { id: 'a', version: 4 } })]),
        ...(batch ? [json(200, { results: [{ status: 200, version: 5 }, { status: 200, version: 6 }] })] : [json(200, undefined, { etag: '"5"' }), json(200, undefined, { etag: '"6"' })]),
      )
      const { write, query } = direct({ baseURL, fetch, batch, retry: { attempts: 1 } })
      await query('Todo')
      const results = await write('Todo', [update('a'), upsert('a', { n: 1 }), update('a')])
      assert.equal(codeAt(results, 0), 'conflict')
      assert.deepEqual(results.slice(1), [{ ok: true, version: 5 }, { ok: true, version: 6 }])
      if (batch) assert.deepEqual((sent[2]!.body!['operations'] as Fields[]).map(({ op, baseVersion, after }) => [op, baseVersion, after]), [['upsert', 3, undefined], ['update', undefined, 0]])
      // it was made on top of version 3, whatever the refusal told
      else assert.deepEqual(sent.slice(1).map(({ headers }) => headers.get('if-match')), ['"3"', '"3"', '"5"'])
    }
  })
  await t.test('an add of a row that an earlier one added is refused by itself', async () => {
    const { fetch, sent } = fakeFetch(json(200, { results: [{ status: 201, version: 1 }, { status: 412 }, { status: 200, version: 2 }] }))
    const results = await direct({ baseURL, fetch }).write('Todo', [add('a'), add('a'), update('a')])
    assert.deepEqual((sent[0]!.body!['operations'] as Fields[]).map(({ after }) => after), [undefined, 0, 0])
    assert.deepEqual(results.map(({ ok }) => ok), [true, false, true])
  })
  await t.test('a server that goes on about dependencies is not asked for ever', async () => {
    const { fetch, sent } = fakeFetch(json(200, { results: [{ status: 424 }, { status: 424 }, { status: 424 }] }))
    const results = await direct({ baseURL, fetch }).write('Todo', [update('a'), upsert('a', {}), remove('a')])
    assert.ok(results.every(({ ok }) => !ok))
    assert.ok(sent.length <= 3)
  })
  await t.test('one by one without batches', async () => {
    const { fetch, sent } = fakeFetch(json(200, undefined, { etag: '"2"' }), json(412, { current: { id: 'a', version: 4 } }))
    const { write } = direct({ baseURL, fetch, batch: false })
    const results = await write('Todo', [update('a'), update('a'), update('a')])
    assert.deepEqual(sent.map(({ headers }) => headers.get('if-match')), ['*', '"2"'], 'nothing is sent on top of what was refused')
    assertDone(results.slice(0, 1))
    assert.deepEqual([codeAt(results, 1), codeAt(results, 2)], ['conflict', 'conflict'])
  })
})

test('statuses become codes', async () => {
  const codes: [number, string, string][] = [
    [400, 'invalid_input', 'invalid_input'],
    [401, 'unauthorized', 'unauthorized'],
    [403, 'unauthorized', 'unauthorized'],
    [404, 'not_found', 'not_found'],
    [405, 'internal', 'internal'],
    [408, 'timeout', 'timeout'],
    [409, 'conflict', 'already_exists'],
    [410, 'not_found', 'not_found'],
    [412, 'conflict', 'already_exists'],
    [422, 'invalid_input', 'invalid_input'],
    [425, 'network', 'network'],
    [429, 'network', 'network'],
    [500, 'internal', 'internal'],
    [502, 'network', 'network'],
    [503, 'network', 'network'],
    [504, 'timeout', 'timeout'],
    [507, 'quota_exceeded', 'quota_exceeded'],
  ]
  for (const [status, ofUpdate, ofAdd] of codes) {
    const { fetch } = fakeFetch(json(status))
    const { write, query } = direct({ baseURL, fetch, retry: { attempts: 1 } })
    assert.equal(codeAt(await write('Todo', [update('a')]), 0), ofUpdate, `${status} of an update`)
    assert.equal(codeAt(await write('Todo', [add('a')]), 0), ofAdd, `${status} of an add`)
    const error = await refuses(query('Todo'), ofUpdate)
    assert.equal(error.details?.['status'], status)
    assert.equal(error.details?.store, 'Todo')
    // a batch that is refused as a whole
    const batched = direct({ baseURL, fetch, retry: { attempts: 1 }, batch: { only: true } })
    if (![404, 405].includes(status)) assert.equal(codeAt(await batched.write('Todo', [update('a')]), 0), ofUpdate, `${status} of a batch`)
  }
})

test("the server's own code and message go before those of the status", async () => {
  const { fetch } = fakeFetch(json(422, { error: { code: 'too_long', message: 'titles have 80 characters' } }), json(400, { title: 'Bad', detail: 'no such list' }))
  const { write } = direct({ baseURL, fetch })
  const [own] = await write('Todo', [update('a')])
  assert.ok(!own!.ok && own!.error.code === 'too_long' && own!.error.message.startsWith('titles have 80 characters'))
  assert.match(own!.error.message, /update of Todo "a"/)
  const [problem] = await write('Todo', [update('a')])
  assert.ok(!problem!.ok && problem!.error.code === 'invalid_input' && problem!.error.message.startsWith('no such list'))
})

test('a conflict comes with the row as it is, and its version is the next precondition', async () => {
  const { fetch, sent } = fakeFetch(
    json(412, { error: { code: 'conflict', message: 'changed' }, current: { id: 'a', n: 5, when: { $date: 0 } } }, { etag: '"9"' }),
    json(409, { current: null }),
    json(200),
  )
  const { write } = direct({ baseURL, fetch })
  const [first] = await write('Todo', [update('a')])
  assert.ok(first && !first.ok)
  assert.deepEqual(first.current, { value: { id: 'a', n: 5, when: new Date(0), version: 9 } })
  const [second] = await write('Todo', [update('a')])
  assert.deepEqual(second && !second.ok && second.current, { value: null })
  await write('Todo', [update('a')])
  assert.deepEqual(sent.map(({ headers }) => headers.get('if-match')), ['*', '"9"', '*'])
})

test('what refuses a whole batch tells nothing of its rows', async () => {
  const { fetch } = fakeFetch(json(409, { error: { code: 'locked', message: 'read only' }, current: { id: 'x', version: 5 } }))
  const results = await direct({ baseURL, fetch }).write('Todo', [update('a'), update('b')])
  for (const result of results) assert.ok(!result.ok && result.error.code === 'locked' && result.current === undefined)
})

test('what is to be deleted and is gone is deleted', async () => {
  const { fetch } = fakeFetch(json(404, { error: { code: 'not_found', message: 'no such row' } }))
  assert.deepEqual(await direct({ baseURL, fetch }).write('Todo', [remove('a')]), [{ ok: true }])
})

test('answers that are none fail what they answer, and say why', async () => {
  const html = (): Response => new Response('<html>', { status: 200 })
  for (const answer of [html(), json(200, { results: 'none' }), json(200, []), new Response(null, { status: 204 })]) {
    const { write } = direct({ baseURL, fetch: fakeFetch(answer).fetch, batch: { only: true } })
    assert.match((await refuses(write('Todo', [add('a')]), 'internal')).message, /http-protocol\.md/)
  }
  const short = direct({ baseURL, fetch: fakeFetch(json(200, { results: [{ status: 201 }, { ok: true }] })).fetch })
  const results = await short.write('Todo', [add('a'), add('b'), add('c')])
  assertDone(results.slice(0, 1))
  assert.deepEqual([codeAt(results, 1), codeAt(results, 2)], ['internal', 'internal'])
  for (const answer of [html(), json(200, { data: {} }), json(200)]) {
    await refuses(direct({ baseURL, fetch: fakeFetch(answer).fetch }).query('Todo'), 'internal')
  }
  const none = direct({ baseURL, fetch: fakeFetch(json(404)).fetch })
  assert.match((await refuses(none.write('Todo', [add('a'), add('b')]), 'internal')).message, /batch: false/)
})

test('headers are given as they are, or made anew for every attempt', async () => {
  const still = fakeFetch(allDone)
  await direct({ baseURL, fetch: still.fetch, headers: { authorization: 'Bearer 1', accept: 'application/x' } }).query('Todo')
  assert.equal(still.sent[0]!.headers.get('authorization'), 'Bearer 1')
  assert.equal(still.sent[0]!.headers.get('accept'), 'application/x')
  const fresh = fakeFetch(json(503), allDone)
  let calls = 0
  const headers = async (): Promise<Headers> => new Headers([['authorization', `Bearer ${++calls}`]])
  await direct({ baseURL, fetch: fresh.fetch, headers, timers: new QuickClock() }).query('Todo')
  assert.deepEqual(fresh.sent.map((sent) => sent.headers.get('authorization')), ['Bearer 1', 'Bearer 2'])
  const cause = new Error('no token')
  const failing = direct({ baseURL, fetch: fresh.fetch, headers: () => Promise.reject(cause) })
  assert.equal((await refuses(failing.query('Todo'), 'internal')).cause, cause)
})

test('queries are sent in one form', async () => {
  const { fetch, sent } = fakeFetch(allDone)
  const { query } = direct({ baseURL, fetch })
  const at = new Date(5)
  await query('Todo', {
    filter: { op: 'or', args: [{ a: { gte: 1, lt: 5 }, b: at }, { op: 'not', arg: { c: { in: [1, NaN] }, d: { text: { query: 'x', mode: 'fuzzy' } } } }, { e: { exists: true } }, {}] },
    sort: [{ field: 'a', dir: 'desc' }, { field: 'b' }],
    page: { mode: 'cursor', limit: 5, after: 'c' },
    include: { author: true },
  })
  assert.deepEqual(sent[0]!.body, {
    filter: {
      op: 'or',
      args: [
        {
          op: 'and',
          args: [
            { op: 'gte', field: 'a', value: 1 },
            { op: 'lt', field: 'a', value: 5 },
            { op: 'eq', field: 'b', value: at },
          ],
        },
        {
          op: 'not',
          arg: {
            op: 'and',
            args: [
              { op: 'in', field: 'c', values: [1, NaN] },
              { op: 'text', field: 'd', query: 'x', mode: 'fuzzy' },
            ],
          },
        },
        { op: 'exists', field: 'e' },
        { op: 'and', args: [] },
      ],
    },
    sort: [
      { field: 'a', dir: 'desc' },
      { field: 'b', dir: 'asc' },
    ],
    page: { mode: 'cursor', limit: 5, after: 'c' },
  })
})

test('options that cannot be are refused at once', () => {
  const whole: unknown[] = [null, undefined, 5, 'https://x', [], () => ({})]
  for (const options of whole) assert.throws(() => http(options as never), (error) => error instanceof AtomaError && error.code === 'invalid_input')
  const wrong: object[] = [
    {},
    { baseURL: 5n },
    { baseURL, headers: 5 },
    { baseURL, headers: null },
    { baseURL, headers: { 'not a name': '1' } },
    { baseURL, id: '' },
    { baseURL, id: 5 },
    { baseURL, timers: {} },
    { baseURL, consistency: { base: 'x' } },
    { baseURL, batch: 5 },
    { baseURL, batch: null },
    { baseURL, batch: { zork: 1 } },
    { baseURL, batch: { only: 1 } },
    { baseURL, retry: 5 },
    { baseURL, retry: null },
    { baseURL, retry: { attemps: 3 } },
    { baseURL, retry: { attempts: Object.create(null) as unknown } },
    { baseURL, retry: { jitter: 1 } },
    { baseURL: '' },
    { baseURL: 'https://x/?a=1' },
    { baseURL, fetch: 1 },
    { baseURL, timeoutMs: NaN },
    { baseURL, timeoutMs: '5' },
    { baseURL, retry: { attempts: 0 } },
    { baseURL, retry: { baseMs: -1 } },
    { baseURL, retry: { maxMs: '1' } },
    { baseURL, batch: { maxOperations: 0.5 } },
  ]
  for (const options of wrong) {
    const option = Object.keys(options).at(-1) ?? 'baseURL'
    assert.throws(() => http(options as never), (error) => error instanceof AtomaError && error.code === 'invalid_input' && error.details?.path?.[0] === option, option)
  }
})
