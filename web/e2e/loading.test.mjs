// What becomes of createClient when atoma.wasm cannot be had: an error that says what to do, and a page that can try again.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import sirv from 'sirv'
import { launch, openPage } from './browser.mjs'
import { bundle } from './bundle.mjs'

/** For what hangs; nothing here takes a tenth of it. */
const timeout = 60_000

describe('loading atoma.wasm', () => {
  let browser, server
  before(async () => {
    server = await Server.start(await bundle('loading', 'plain.ts'))
    browser = await launch()
  })
  after(() => Promise.all([browser?.close(), server?.close()]))

  /** Runs in a page of its own, in which nothing may stay uncaught. */
  const visit = async (run, { script, headers } = {}) => {
    const { context, page, errors } = await openPage(browser)
    if (headers) server.headers = headers
    try {
      if (script) await page.addInitScript(script)
      await page.goto(server.url)
      await page.waitForFunction(() => window.atoma)
      await run(page)
      assert.deepEqual(errors.filter((error) => error.startsWith('uncaught')), [])
    } finally {
      server.reset()
      await context.close()
    }
  }

  const inPage = (name, run, script) => test(name, { timeout }, () => visit(run, { script }))

  /** Two clients at once, as they share a download: both fail alike. */
  const failures = (page) =>
    page.evaluate(async () => {
      const { createClient, AtomaError } = window.atoma
      const settled = await Promise.allSettled([createClient({ id: 'app' }), createClient({ id: 'other' })])
      return settled.map(({ reason }) => (reason instanceof AtomaError ? { code: reason.code, message: reason.message } : { message: String(reason) }))
    })

  async function fails(page, code, advice) {
    const [first, second] = await failures(page)
    assert.equal(first.code, code, first.message)
    for (const words of advice) assert.match(first.message, words)
    assert.deepEqual(second, first)
  }

  /** With the ids that have failed before. */
  const works = (page) =>
    page.evaluate(async () => {
      for (const id of ['app', 'other']) {
        const { stores } = await window.atoma.createClient({ id })
        await stores.Todo.addOne({ id: 'a' })
        if ((await stores.Todo.count()) !== 1) throw new Error('the row is missing')
      }
    })

  const send = (status, type, body) => (_, response) => response.writeHead(status, type === undefined ? {} : { 'Content-Type': type }).end(body)
  const wasm = 'application/wasm'
  // valid, and without anything in it
  const emptyModule = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])

  const cases = {
    'is not there': [send(404, 'text/plain', 'Not found'), 'network', [/not found/, /404/, /Serve the file .* or pass its address as createClient\(\{ wasm \}\)/]],
    'is answered with a failure of the server': [send(503, wasm, ''), 'network', [/503/]],
    'is a page that stands in for missing files': [send(200, 'text/html; charset=utf-8', '<!doctype html>'), 'network', [/text\/html/, /send atoma\.wasm as "application\/wasm"/, /stands in for missing files/]],
    'comes as application/octet-stream': [(_, response) => send(200, 'application/octet-stream', server.wasm)(_, response), 'network', [/"application\/octet-stream"/, /configure the server to send atoma\.wasm as "application\/wasm"/]],
    'comes without a type': [(_, response) => send(200, undefined, server.wasm)(_, response), 'network', [/configure the server to send atoma\.wasm as "application\/wasm"/]],
    'comes with a parameter behind its type': [(_, response) => send(200, 'application/wasm; charset=utf-8', server.wasm)(_, response), 'network', [/charset=utf-8/, /nothing behind it/]],
    'is garbage': [send(200, wasm, 'garbage'), 'internal', [/could not be compiled/, /damaged, or is not the atoma\.wasm of this package/]],
    'is empty': [send(200, wasm, ''), 'internal', [/damaged/]],
    'is cut off': [(_, response) => send(200, wasm, server.wasm.subarray(0, 100_000))(_, response), 'internal', [/damaged/]],
    'is another module': [send(200, wasm, emptyModule), 'internal', [/did not start/, /the file that came with this package/]],
    'breaks off on the way': [breakOff, 'network', [/could not be loaded/, /connection/]],
  }
  for (const [name, [answer, code, advice]] of Object.entries(cases)) {
    inPage(`when it ${name}`, async (page) => {
      server.answer = answer
      await fails(page, code, advice)
      server.reset()
      await works(page)
    })
  }

  inPage('when nobody answers', async (page) => {
    await server.close()
    try {
      await fails(page, 'network', [/could not be loaded from http:/, /check the address, the connection/])
    } finally {
      await server.listen()
    }
    await works(page)
  })

  inPage('when the browser has no WebAssembly', async (page) => {
    await fails(page, 'internal', [/too old/, /needs WebAssembly/, /Chrome \d+, Firefox \d+, Safari \d+/])
    await page.evaluate(() => (window.WebAssembly = window.hidden))
    await works(page)
  }, () => {
    window.hidden = window.WebAssembly
    delete window.WebAssembly
  })

  test('when the Content-Security-Policy forbids WebAssembly, and when it follows the advice', { timeout }, async () => {
    const withPolicy = (policy, run) => visit(run, { headers: { 'Content-Security-Policy': policy } })
    await withPolicy("default-src 'self'", (page) => fails(page, 'internal', [/Content-Security-Policy forbids WebAssembly/, /add 'wasm-unsafe-eval' to script-src/]))
    await withPolicy("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'", works)
    await withPolicy("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'", (page) => fails(page, 'network', [/connect-src of the Content-Security-Policy/]))
  })

  const sources = {
    'a URL': () => new URL(window.wasm, location.href),
    'a path': () => window.wasm,
    'an address relative to the page': () => window.wasm.slice(1),
    'a whole address': () => location.origin + window.wasm,
    'a Response': () => fetch(window.wasm),
    'a Response of its own': async () => new Response(await (await fetch(window.wasm)).arrayBuffer(), { headers: { 'Content-Type': 'application/wasm' } }),
    'an ArrayBuffer': async () => (await fetch(window.wasm)).arrayBuffer(),
    'a part of a buffer': async () => {
      const bytes = await (await fetch(window.wasm)).bytes()
      const padded = new Uint8Array(bytes.length + 10)
      padded.set(bytes, 5)
      return padded.subarray(5, -5)
    },
    'a Module': () => WebAssembly.compileStreaming(fetch(window.wasm)),
  }
  inPage('takes options.wasm in every form', async (page) => {
    for (const [name, source] of Object.entries(sources)) {
      const rows = await page.evaluate(`(async () => {
        window.wasm = ${JSON.stringify(server.wasmPath)}
        const { stores } = await atoma.createClient({ wasm: await (${source})() })
        await stores.Todo.addMany([{ id: 'b' }, { id: 'a' }])
        return (await stores.Todo.getAll()).map(({ id }) => id)
      })()`)
      assert.deepEqual(rows, ['a', 'b'], name)
    }
  })

  inPage('says what is wrong with options.wasm', async (page) => {
    const seen = await page.evaluate(async (path) => {
      const code = (wasm) => window.atoma.createClient({ wasm }).then(() => 'works', (error) => error.code)
      return {
        nowhere: await code('/nowhere.wasm'),
        'no address': await code('http://'),
        number: await code(5),
        object: await code({}),
        'bytes of something else': await code(new Uint8Array(100)),
        'a page': await code(await fetch('/')),
        good: await code(path),
      }
    }, server.wasmPath)
    assert.deepEqual(seen, {
      nowhere: 'network',
      'no address': 'invalid_input',
      number: 'invalid_input',
      object: 'invalid_input',
      'bytes of something else': 'internal',
      'a page': 'network',
      good: 'works',
    })
  })

  /** Half of the file, and the end of the connection. */
  function breakOff(_, response) {
    response.writeHead(200, { 'Content-Type': wasm, 'Content-Length': server.wasm.length })
    response.write(server.wasm.subarray(0, server.wasm.length >> 1), () => response.destroy())
  }
})

/** Serves a folder, and what a test wants instead of atoma.wasm. */
class Server {
  headers = {}
  answer = undefined

  static async start(folder) {
    const server = new Server(folder)
    await server.listen()
    return server
  }

  constructor(folder) {
    const name = readdirSync(join(folder, 'assets')).find((name) => name.endsWith('.wasm'))
    this.wasmPath = `/assets/${name}`
    this.wasm = readFileSync(join(folder, 'assets', name))
    const files = sirv(folder, { dev: true })
    this.server = createServer((request, response) => {
      response.setHeader('Cache-Control', 'no-store')
      for (const [name, value] of Object.entries(this.headers)) response.setHeader(name, value)
      if (this.answer && request.url === this.wasmPath) this.answer(request, response)
      else files(request, response, () => response.writeHead(404).end())
    })
  }

  get url() {
    return `http://localhost:${this.port}/`
  }

  reset() {
    this.headers = {}
    this.answer = undefined
  }

  /** At the port it had before, if it had one. */
  async listen() {
    this.server.listen(this.port ?? 0, 'localhost')
    await once(this.server, 'listening')
    this.port = this.server.address().port
  }

  async close() {
    this.server.close()
    this.server.closeAllConnections()
    await once(this.server, 'close')
  }
}
