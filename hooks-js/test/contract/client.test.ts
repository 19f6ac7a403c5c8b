import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createClient } from '../../../dist/npm/index.js'
import { bad, capture, coded, type Loose, open, rejects, turn } from './support.js'

const wasmFile = new URL('../../../dist/npm/atoma.wasm', import.meta.url)

test('a client without options is usable at once, with a random id without ":"', async () => {
  const [a, b] = [await open(), await open()]
  assert.equal(typeof a.id, 'string')
  assert.ok(a.id.length > 0 && !a.id.includes(':'))
  assert.notEqual(a.id, b.id)
  assert.ok(await a.stores['T']!.addOne({}))
})

test('a client id is taken over as it is given', async () => {
  for (const id of ['app', ' ', 'émoji 😀', '\ud800', 'a\0b', '__proto__', 'x'.repeat(10_000)]) {
    const client = await open({ id })
    assert.equal(client.id, id)
    assert.ok(await client.stores['T']!.addOne({ id: '1' }))
  }
})

test('client ids that differ in lone surrogates only are different clients', async () => {
  const [a, b] = [await open({ id: 'lone \ud800' }), await open({ id: 'lone \ud801' })]
  await a.stores['T']!.addOne({ id: '1' })
  assert.equal(await b.stores['T']!.count(), 0)
})

test('a client id that is no non-empty string without ":" is invalid_input', async () => {
  for (const id of ['', 'a:b', ':', 1, null, {}, [], Symbol('x'), new String('x'), true]) {
    await rejects(createClient({ id: bad(id) }), 'invalid_input')
  }
})

test('id: undefined is no id', async () => {
  const options = { id: undefined }
  const client = await open(bad(options))
  assert.ok(client.id.length > 0)
})

test('options that are no object are invalid_input', async () => {
  for (const options of [null, 1, 'app', [], true, () => 1]) await rejects(createClient(bad(options)), 'invalid_input')
})

test('createClient rejects and does not throw when reading the options throws', async () => {
  const options = { get id(): string { throw new Error('no') } }
  const promise = createClient(options)
  await assert.rejects(promise)
})

test('a second living client of an explicit id is already_exists, until the first is disposed', async () => {
  const first = await open({ id: 'twice' })
  const error = await rejects(createClient({ id: 'twice' }), 'already_exists')
  assert.match(error.message, /twice/)
  await first.dispose()
  const second = await open({ id: 'twice' })
  assert.equal(second.id, 'twice')
})

test('of two createClient calls of one id in one turn, exactly one succeeds', async () => {
  const both = await Promise.allSettled([open({ id: 'race' }), open({ id: 'race' })])
  assert.equal(both.filter((one) => one.status === 'fulfilled').length, 1)
  const lost = both.find((one) => one.status === 'rejected')
  coded(lost?.status === 'rejected' ? lost.reason : undefined, 'already_exists')
})

test('a client that failed to start leaves its id free', async () => {
  await rejects(createClient({ id: 'again', schema: bad({ T: { indexes: 5 } }) }), 'invalid_schema')
  await rejects(createClient({ id: 'again', wasm: new Uint8Array([1, 2, 3]) }), 'internal')
  assert.equal((await open({ id: 'again' })).id, 'again')
})

test('two clients never see each other’s stores', async () => {
  const [a, b] = [await open({ id: 'one' }), await open({ id: 'two' })]
  await a.stores['Todo']!.addOne({ id: 'x' })
  assert.equal(await b.stores['Todo']!.getOne('x'), undefined)
  assert.notEqual(a.stores['Todo'], b.stores['Todo'])
  await b.stores['Todo']!.addOne({ id: 'x' })
  await a.stores['Todo']!.deleteOne('x')
  assert.equal(await b.stores['Todo']!.count(), 1)
})

test('a store name may hold ":" without meeting another client’s store', async () => {
  const [a, b] = [await open({ id: 'k' }), await open({ id: 'k2' })]
  await a.stores['2:T']!.addOne({ id: 'x' })
  await a.stores['T:T']!.addOne({ id: 'y' })
  assert.equal(await b.stores['T']!.count(), 0)
  assert.equal(await a.stores['T']!.count(), 0)
})

test('wasm is taken as URL, string, bytes, Module and Response', async () => {
  const bytes = new Uint8Array(await readFile(wasmFile))
  const module = await WebAssembly.compile(bytes)
  const response = new Response(bytes, { headers: { 'content-type': 'application/wasm' } })
    for (const wasm of [wasmFile, wasmFile.href, bytes, bytes.buffer, module, response]) {
    const client = await open({ wasm })
    assert.ok(await client.stores['T']!.addOne({ id: 'x' }))
    await client.dispose()
  }
})

test('wasm that is none of these is invalid_input', async () => {
  for (const wasm of [5, null, {}, [], true, 'http://[', () => 1]) await rejects(createClient({ wasm: bad(wasm) }), 'invalid_input')
})

test('a wasm file that is not there is network, and says where', async () => {
  const missing = new URL('./nothing-here.wasm', import.meta.url)
  const error = await rejects(createClient({ wasm: missing }), 'network')
  assert.match(error.message, /nothing-here\.wasm/)
  assert.ok(error.cause)
})

test('a failed load is not remembered: the file may be there the next time', async () => {
  const path = join(tmpdir(), `atoma-contract-${process.pid}.wasm`)
  const url = pathToFileURL(path)
  await rejects(createClient({ wasm: url }), 'network')
  await writeFile(path, await readFile(wasmFile))
  assert.ok(await (await open({ wasm: url })).stores['T']!.addOne({ id: 'x' }))
})

test('a response that is an error, or no wasm, is network, and says what came', async () => {
  const gone = await rejects(createClient({ wasm: new Response('no', { status: 404 }) }), 'network')
  assert.match(gone.message, /404/)
  const page = new Response('<html>', { headers: { 'content-type': 'text/html' } })
  assert.match((await rejects(createClient({ wasm: page }), 'network')).message, /text\/html/)
})

test('a MIME type with parameters is what browsers refuse: it works, or is network and names the type', async () => {
  const response = new Response(new Uint8Array(await readFile(wasmFile)), { headers: { 'content-type': 'application/wasm; charset=binary' } })
  try {
    assert.ok(await open({ wasm: response }))
  } catch (error) {
    assert.match(coded(error, 'network').message, /charset=binary/)
  }
})

test('bytes that are no module, or another module, are internal', async () => {
  await rejects(createClient({ wasm: new Uint8Array([0, 97, 115, 109, 9, 9, 9, 9]) }), 'internal')
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])
  const error = await rejects(createClient({ wasm: empty }), 'internal')
  assert.match(error.message, /atoma\.wasm/)
})

test('an unreachable address is network', async () => {
  const error = await rejects(createClient({ wasm: 'http://127.0.0.1:1/atoma.wasm' }), 'network')
  assert.match(error.message, /127\.0\.0\.1:1/)
})

test('disposeTimeoutMs must be a number of milliseconds', async () => {
  for (const disposeTimeoutMs of [-1, NaN, '5', null]) {
    await rejects(createClient({ disposeTimeoutMs: bad(disposeTimeoutMs) }), 'invalid_input')
  }
  assert.ok(await open({ disposeTimeoutMs: 0 }))
})

test('a bad schema is invalid_schema with a message that names the place', async () => {
  const cases: [unknown, RegExp][] = [
    [5, /schema/],
    [{ Todo: 5 }, /Todo/],
    [{ Todo: null }, /Todo/],
    [{ Todo: { createId: 5 } }, /createId/],
    [{ Todo: { indexes: {} } }, /indexes/],
    [{ Todo: { indexes: [{ field: 'n', type: 'btree' }] } }, /btree/],
    [{ Todo: { indexes: [{ type: 'number' }] } }, /field/],
    [{ Todo: { indexes: [{ field: 'n', type: 'number' }, { field: 'n', type: 'number' }] } }, /n/],
    [{ Todo: { relations: { author: { type: 'belongsTo', to: 'Nobody', foreignKey: 'a' } } } }, /Nobody/],
    [{ Todo: { relations: { author: { type: 'manyToMany', to: 'Todo', foreignKey: 'a' } } } }, /manyToMany/],
    [{ Todo: { processor: 5 } }, /processor/],
    [{ Todo: { processor: { inbound: 5 } } }, /inbound/],
  ]
  for (const [schema, message] of cases) {
    const error = await rejects(createClient({ schema: bad(schema) }), 'invalid_schema')
    assert.match(error.message, message)
  }
})

test('a good schema is taken, and its objects are left alone', async () => {
  const schema = {
    Todo: {
      indexes: [{ field: 'n', type: 'number' }, { field: 'n', type: 'string' }, { field: 'title', type: 'text' }],
      relations: {
        list: { type: 'belongsTo', to: 'List', foreignKey: 'listId' },
        any: { type: 'variants', branches: [{ when: { n: 1 }, relation: { type: 'hasOne', to: 'List', foreignKey: 'x' } }] },
      },
      write: { strategy: 'direct' },
    },
    List: { relations: { todos: { type: 'hasMany', to: 'Todo', foreignKey: 'listId', primaryKey: 'id' } } },
    Plain: {},
  }
  const before = structuredClone(schema)
  const client = await open({ schema: bad(schema) })
  assert.deepEqual(schema, before)
  assert.ok(!Object.isFrozen(schema) && !Object.isFrozen(schema.Todo) && !Object.isFrozen(schema.Todo.indexes))
  assert.ok(await client.stores['Todo']!.addOne({ id: 'x' }))
})

test('a client is an object of id, stores, on and dispose; on, dispose and stores work when taken off it', async () => {
  const client = await open()
  const { stores, on, dispose } = client
  const created: string[] = []
  on('storeCreated', ({ storeName }) => created.push(storeName))
  await stores['T']!.getAll()
  assert.deepEqual(created, ['T'])
  await dispose()
  await rejects(stores['T']!.getAll(), 'disposed')
})

test('storeCreated comes with the first call of a method, once a store', async () => {
  const client = await open({ id: 'events' })
  const seen: { storeName: string; storeKey: string }[] = []
  client.on('storeCreated', (event) => seen.push(event))
  const facade = client.stores['Todo']!
  client.stores['Other']
  await turn()
  assert.equal(seen.length, 0, 'a facade alone is no store')
  await facade.getOne('x')
  await facade.addOne({ id: 'x' })
  await client.stores['Todo']!.getAll()
  assert.equal(seen.length, 1)
  assert.equal(seen[0]!.storeName, 'Todo')
  assert.equal(seen[0]!.storeKey, 'events:Todo')
  await rejects(client.stores['Third']!.addOne(bad(5)), 'invalid_input')
  assert.deepEqual(seen.map((event) => event.storeName), ['Todo', 'Third'])
})

test('every event carries storeName, traceId and context', async () => {
  const client = await open()
  const seen: Record<string, unknown>[] = []
  client.on('storeCreated', (event) => seen.push(event))
  await client.stores['T']!.addOne({ id: 'x' })
  assert.equal(seen[0]!['storeName'], 'T')
  assert.equal(typeof seen[0]!['traceId'], 'string')
  assert.equal(typeof seen[0]!['context'], 'object')
})

test('on: off, once, signal', async () => {
  const client = await open()
  const seen: string[] = []
  const abort = new AbortController()
  const off = client.on('storeCreated', () => seen.push('off'))
  client.on('storeCreated', () => seen.push('once'), { once: true })
  client.on('storeCreated', () => seen.push('signal'), { signal: abort.signal })
  client.on('storeCreated', () => seen.push('never'), { signal: AbortSignal.abort() })
  await client.stores['A']!.count()
  assert.deepEqual(seen.splice(0).sort(), ['off', 'once', 'signal'])
  off()
  off()
  await client.stores['B']!.count()
  assert.deepEqual(seen.splice(0), ['signal'])
  abort.abort()
  await client.stores['C']!.count()
  assert.deepEqual(seen, [])
})

test('one listener may be registered twice, and each registration ends on its own', async () => {
  const client = await open()
  let calls = 0
  const listener = (): void => void calls++
  const off = client.on('storeCreated', listener)
  client.on('storeCreated', listener)
  await client.stores['A']!.count()
  assert.equal(calls, 2)
  off()
  await client.stores['B']!.count()
  assert.equal(calls, 3)
})

test('a listener that throws or rejects is reported with console.error and harms nobody', async () => {
  const client = await open()
  const heard: string[] = []
  const thrown = new Error('thrown')
  const rejected = new Error('rejected')
  client.on('storeCreated', () => { throw thrown })
  client.on('storeCreated', () => Promise.reject(rejected) as never)
  client.on('storeCreated', () => ({ then: (_: unknown, no: (error: Error) => void) => no(rejected) }) as never)
  client.on('storeCreated', ({ storeName }) => heard.push(storeName))
  const errors = await capture('error', async () => {
    assert.ok(await client.stores['T']!.addOne({ id: 'x' }))
  })
  assert.deepEqual(heard, ['T'])
  assert.equal(errors.filter((args) => args.includes(thrown)).length, 1)
  assert.ok(errors.some((args) => args.includes(rejected)))
})

test('a listener of storeCreated may use the store, and may end itself', async () => {
  const client = await open()
  let row: Loose | undefined
  const off = client.on('storeCreated', ({ storeName }) => {
    off()
    void client.stores[storeName]!.addOne(bad({ id: 'early' }))
  })
  const late = client.stores['T']!.addOne({ id: 'late' })
  row = (await client.stores['T']!.getOne('early')) as Loose
  assert.equal(row.id, 'early')
  assert.equal((await late).id, 'late')
})
