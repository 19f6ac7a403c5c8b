// The client in a real page: many rows, the engine's failures, its memory.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { artifacts, launch, openPage, serve } from './browser.mjs'
import { bundle } from './bundle.mjs'

/** For what hangs; nothing here takes a tenth of it. */
const timeout = 60_000

describe('the client', () => {
  let browser, server
  before(async () => {
    server = await serve(await bundle('client', 'plain.ts'))
    browser = await launch({ args: ['--js-flags=--expose-gc'] })
  })
  after(() => Promise.all([browser?.close(), server?.close()]))

  /** One test in a page of its own, which reports nothing but what the test takes out of `errors`. */
  const inPage = (name, run) =>
    test(name, { timeout }, async () => {
      const { context, page, errors } = await openPage(browser)
      await page.addInitScript(prepare)
      try {
        await open(page)
        await run(page, errors)
        assert.deepEqual(errors, [])
      } catch (error) {
        await page.screenshot({ path: join(artifacts, `client-${name.replaceAll(/\W+/g, '-')}.png`) })
        throw error
      } finally {
        await context.close()
      }
    })

  async function open(page) {
    await page.goto(server.url)
    await page.waitForFunction(() => window.atoma)
  }

  inPage('adds 10,000 rows at once and 10,000 one by one; a reload starts empty', async (page) => {
    const add = () =>
      page.evaluate(async () => {
        const { createClient, watch } = window.atoma
        const { Many, Single } = (await createClient({ id: 'app' })).stores
        const before = [await Many.count(), await Single.count()]
        const told = []
        watch(Single, { filter: { n: { gte: 9_990 } } }, ({ data }) => told.push(data.length))
        const row = (n) => ({ id: `r${n}`, n, title: `Row ${n}`, done: n % 3 === 0 })
        const results = await Many.addMany(Array.from({ length: 10_000 }, (_, n) => row(n)))
        await Promise.all(Array.from({ length: 10_000 }, (_, n) => Single.addOne(row(n))))
        const rows = await Single.getAll()
        return {
          before,
          ok: results.every(({ ok, index, value }, i) => ok && index === i && value.n === i && value.version === 1),
          told,
          counts: [await Many.count(), await Single.count(), await Many.count({ filter: { done: true } }), rows.length],
          sorted: rows.every(({ id }, i) => i === 0 || rows[i - 1].id < id),
          equal: JSON.stringify(await Many.getAll()) === JSON.stringify(rows),
          last: (await Many.findMany({ sort: [{ field: 'n', dir: 'desc' }], limit: 2 })).data,
        }
      })
    const expected = {
      before: [0, 0],
      ok: true,
      told: [10],
      counts: [10_000, 10_000, 3_334, 10_000],
      sorted: true,
      equal: true,
      last: [9_999, 9_998].map((n) => ({ id: `r${n}`, n, title: `Row ${n}`, done: n % 3 === 0, version: 1 })),
    }
    assert.deepEqual(await add(), expected)
    await page.reload()
    await page.waitForFunction(() => window.atoma)
    assert.deepEqual(await add(), expected)
  })

  inPage('a panic of the engine is an error with its stack; the client goes on', async (page) => {
    const seen = await page.evaluate(async () => {
      const { createClient, watch, AtomaError } = window.atoma
      const { Todo } = (await createClient()).stores
      await Todo.addOne({ id: 'a', title: 'before' })
      const live = watch(Todo, undefined, () => {})
      const caught = window.caughtFrom(() => window.fault(Todo, window.faults.panic))
      const row = await Todo.updateOne('a', { title: 'after' })
      await Todo.addMany(Array.from({ length: 3_000 }, (_, i) => ({ id: `b${i}` })))
      return {
        isAtomaError: caught instanceof AtomaError,
        code: caught.code,
        message: caught.message,
        stack: caught.stack,
        row,
        shown: live.current.data.length,
        count: await Todo.count(),
        again: [1, 2, 3].map(() => window.caughtFrom(() => window.fault(Todo, window.faults.panic)).code),
        found: await Todo.findOne({ filter: { title: 'after' } }),
      }
    })
    assert.equal(seen.isAtomaError, true)
    assert.equal(seen.code, 'internal')
    assert.match(seen.message, /panicked: a fault was asked for/)
    assert.match(seen.stack, /goroutine \d+/)
    assert.match(seen.stack, /schedule\.go:\d+/)
    assert.deepEqual(seen.row, { id: 'a', title: 'after', version: 2 })
    assert.deepEqual([seen.shown, seen.count], [3_001, 3_001])
    assert.deepEqual(seen.again, ['internal', 'internal', 'internal'])
    assert.deepEqual(seen.found, seen.row)
  })

  inPage('a panic in a goroutine of the engine is reported; the client goes on', async (page, errors) => {
    const reported = page.waitForEvent('console', (message) => message.type() === 'error')
    const rows = await page.evaluate(async () => {
      const { Todo } = (await window.atoma.createClient()).stores
      await Todo.addOne({ id: 'a' })
      window.fault(Todo, window.faults.goroutine)
      await Todo.addOne({ id: 'b' })
      return Todo.getAll()
    })
    assert.deepEqual(rows, [{ id: 'a', version: 1 }, { id: 'b', version: 1 }])
    const [error] = (await reported).args()
    assert.match(await error.evaluate(({ code, stack }) => `${code} ${stack}`), /^internal AtomaError.*in a goroutine[^]*schedule\.go:\d+/)
    assert.equal(errors.splice(0).length, 1)
    await page.evaluate(() => window.atoma.createClient())
  })

  inPage('when the engine has ended, calls reject, and a new client starts a new engine', async (page) => {
    const seen = await page.evaluate(async () => {
      const { createClient, watch } = window.atoma
      const code = (promise) => promise.then((value) => ({ value }), (error) => error.code)
      const client = await createClient({ id: 'app' })
      const other = await createClient({ id: 'other' })
      const { Todo, Unused } = client.stores
      await Todo.addOne({ id: 'a' })
      const live = watch(Todo, undefined, () => {})
      // not yet told of when the engine ends
      const pending = Todo.addOne({ id: 'b' })
      const caught = window.caughtFrom(() => window.fault(Todo, window.faults.exit))
      const calls = [Todo.addOne({ id: 'c' }), Todo.addMany([{ id: 'c' }]), Todo.updateOne('a', { n: 1 }), Todo.upsertOne({ id: 'a', n: 1 }), Todo.deleteOne('a')]
      calls.push(Todo.getAll(), Todo.findMany({}), Todo.count(), Unused.getOne('a'), other.stores.Todo.getAll())
      const seen = {
        caught: caught.code,
        advice: caught.message,
        pending: (await pending).id,
        codes: await Promise.all(calls.map(code)),
        // what is on the page stays there; b was never looked at
        shown: live.current.data.map(({ id }) => id),
      }
      live.unsubscribe()
      seen.watching = window.caughtFrom(() => watch(Unused, undefined, () => {})).code
      seen.disposed = await Promise.all([code(client.dispose()), code(other.dispose())])
      seen.afterwards = await code(Todo.getAll())
      const again = await createClient({ id: 'app' })
      seen.empty = await again.stores.Todo.getAll()
      await again.stores.Todo.addOne({ id: 'z' })
      seen.works = await again.stores.Todo.count()
      // what is left of the first engine is cleared away meanwhile
      await window.until(() => window.memories.length === 2)
      await again.dispose()
      return seen
    })
    const { advice, ...rest } = seen
    assert.match(advice, /create a new one/)
    assert.deepEqual(rest, {
      caught: 'internal',
      pending: 'b',
      codes: Array(10).fill('internal'),
      shown: ['a'],
      watching: 'internal',
      disposed: [{ value: undefined }, { value: undefined }],
      afterwards: 'disposed',
      empty: [],
      works: 1,
    })
  })

  inPage('leaves nothing on the global object', async (page) => {
    const added = await page.evaluate(async () => {
      const before = new Set(Object.getOwnPropertyNames(window))
      const client = await window.atoma.createClient()
      await client.stores.Todo.addOne({ id: 'a' })
      await window.atoma.createClient()
      await client.dispose()
      return Object.getOwnPropertyNames(window).filter((name) => !before.has(name))
    })
    assert.deepEqual(added, [])
    assert.deepEqual(await page.evaluate(() => ['Go', 'fs', 'process', 'path', 'Buffer', 'global'].filter((name) => name in window)), [])
  })

  inPage('clients of one page are apart, and end apart', async (page) => {
    const seen = await page.evaluate(async () => {
      const { createClient } = window.atoma
      const [a, b] = await Promise.all([createClient({ id: 'a' }), createClient({ id: 'b' })])
      const taken = await createClient({ id: 'a' }).catch((error) => error.code)
      await a.stores.Todo.addOne({ id: 'x', of: 'a' })
      await b.stores.Todo.addOne({ id: 'x', of: 'b' })
      const rows = [await a.stores.Todo.getAll(), await b.stores.Todo.getAll()]
      await a.dispose()
      const gone = await a.stores.Todo.getAll().catch((error) => error.code)
      const again = await createClient({ id: 'a' })
      return { taken, rows, gone, left: await b.stores.Todo.getAll(), fresh: await again.stores.Todo.getAll(), engines: window.memories.length }
    })
    const row = (of) => ({ id: 'x', of, version: 1 })
    assert.deepEqual(seen, { taken: 'already_exists', rows: [[row('a')], [row('b')]], gone: 'disposed', left: [row('b')], fresh: [], engines: 1 })
  })

  inPage('wasm memory is used again after dispose', async (page) => {
    const sizes = await page.evaluate(async () => {
      const sizes = []
      for (let round = 0; round < 10; round++) {
        const client = await window.atoma.createClient()
        const rows = Array.from({ length: 20_000 }, (_, n) => ({ id: `${round}-${n}`, n, title: `Row number ${n} of round ${round}`, tags: ['a', `${n}`] }))
        await client.stores.Todo.addMany(rows)
        if ((await client.stores.Todo.count({ filter: { tags: { has: 'a' } } })) !== 20_000) throw new Error('rows are missing')
        await client.dispose()
        sizes.push(window.memories.reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), 0))
      }
      return sizes
    })
    assert.ok(sizes[0] > 1 << 20, `${sizes}`)
    assert.ok(Math.max(...sizes) <= 2 * sizes[0], `${sizes}`)
  })

  inPage('wasm memory is let go after the last dispose', async (page) => {
    const left = await page.evaluate(async () => {
      const client = await window.atoma.createClient()
      await client.stores.Todo.addMany(Array.from({ length: 1_000 }, (_, n) => ({ id: `${n}` })))
      await client.stores.Todo.getAll()
      await client.dispose()
      // apps keep such things in their modules
      window.kept = [client, client.stores.Todo]
      await window.until(() => (window.gc(), window.memories.every((memory) => !memory.deref())))
      return window.kept[0].stores.Todo.getAll().catch((error) => error.code)
    })
    assert.equal(left, 'disposed')
  })

  inPage('memory may grow while views are in use', async (page) => {
    const seen = await page.evaluate(async () => {
      const { createClient, watch } = window.atoma
      const { Big } = (await createClient()).stores
      const size = () => window.memories[0].deref().buffer.byteLength
      // 2 MB each, in one byte a character and in three
      const text = (n) => (n % 2 ? String.fromCharCode(97 + n).repeat(2_000_000) : String.fromCharCode(0x3042 + n).repeat(700_000))
      const told = []
      const all = watch(Big, undefined, ({ data }) => told.push(data.length))
      const odd = watch(Big, { filter: { odd: true }, sort: [{ field: 'n', dir: 'desc' }] }, () => {})
      const begin = size()
      const wrong = []
      const check = (rows, numbers) => {
        if (rows.length !== numbers.length) wrong.push(`${rows.length} rows instead of ${numbers.length}`)
        rows.forEach((row, i) => (row.n === numbers[i] && row.text === text(row.n) ? 0 : wrong.push(`row ${row.id}`)))
      }
      const numbers = []
      for (let n = 0; n < 12; n++) {
        const row = { id: `${10 + n}`, n, odd: n % 2 === 1, text: text(n) }
        // by turns: one that JavaScript has an object of, and one that it must read from memory
        if (n % 4 < 2) await Big.addOne(row)
        else await Big[Symbol.for('atoma.storeInternal')].writeback([{ ...row, version: 1 }])
        numbers.push(n)
        check(all.current.data, numbers)
        check(odd.current.data, numbers.filter((n) => n % 2).reverse())
      }
      const first = await Big.getOne('10')
      await Big.updateMany(numbers.slice(1).map((n) => ({ id: `${10 + n}`, change: { text: text(n + 1), n: n + 1, odd: n % 2 === 0 } })))
      check(all.current.data, [0, ...numbers.slice(1).map((n) => n + 1)])
      return { wrong, told, grown: size() > 4 * begin, kept: all.current.data[0] === first, again: (await Big.findMany({ filter: { text: text(5) } })).data.map(({ n }) => n) }
    })
    assert.deepEqual(seen, { wrong: [], told: Array.from({ length: 12 }, (_, i) => i + 1).concat(12), grown: true, kept: true, again: [5] })
  })
})

/** Runs in each page before its scripts. */
function prepare() {
  const pageGlobals = {
    // the memory of each engine that was started
    memories: [],
    // jsbridge/js/protocol.ts
    faults: { panic: 0, goroutine: 1, exit: 2 },
    /** Has the engine of a store fail on purpose. */
    fault(store, how) {
      const opFault = 16
      store[Symbol.for('atoma.storeInternal')].getHandle().instance.call(opFault, 0, 0, how)
    },
    caughtFrom(call) {
      try {
        call()
      } catch (error) {
        return error
      }
      throw new Error('nothing was thrown')
    },
    async until(check) {
      const end = performance.now() + 10_000
      while (!check()) {
        if (performance.now() > end) throw new Error(`never: ${check}`)
        await new Promise((done) => setTimeout(done, 50))
      }
    },
  }
  Object.assign(window, pageGlobals)
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = async (...args) => {
    const instance = await instantiate(...args)
    window.memories.push(new WeakRef(instance.exports.mem))
    return instance
  }
}
