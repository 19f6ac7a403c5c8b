// The packed package in an app of its own: it works in Vite with nothing set up for it.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, readdir, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import sirv from 'sirv'
import { build, createServer, preview } from 'vite'
import { makeApp } from './app.mjs'
import { artifacts, launch, openPage, root } from './browser.mjs'

const files = {
  'index.html': `<!doctype html>
<link rel="icon" href="data:,">
<title>app</title>
<div id="root"></div>
<script type="module" src="/src/main.tsx"></script>
`,
  'src/main.tsx': `import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { createClient } from 'atoma-wasm'
import { useAll } from 'atoma-wasm/react'

interface Todo { id: string; title: string }
const client = await createClient<{ Todo: Todo }>({ schema: { Todo: {} } })

function App() {
  const [title, setTitle] = useState('')
  return (
    <form onSubmit={(event) => { event.preventDefault(); void client.stores.Todo.addOne({ title }); setTitle('') }}>
      <input aria-label="New todo" value={title} onChange={(event) => setTitle(event.target.value)} />
      <ul>{useAll(client.stores.Todo).map((todo) => <li key={todo.id}>{todo.title}</li>)}</ul>
    </form>
  )
}

createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>)
`,
}

describe('the packed package', () => {
  let app, browser
  before(async () => {
    app = await makeApp(files)
    browser = await launch()
  })
  after(() => Promise.all([browser?.close(), app?.remove()]))

  /** Uses the app at `url` and gives what it loaded. */
  async function use(url, name) {
    const { context, page, errors } = await openPage(browser)
    const loaded = []
    page.on('response', (response) => loaded.push({ url: response.url(), type: response.headers()['content-type'] }))
    try {
      await page.goto(url)
      const input = page.getByLabel('New todo')
      for (const title of ['one', 'two']) {
        await input.fill(title)
        await input.press('Enter')
        await page.getByText(title, { exact: true }).waitFor()
      }
      assert.deepEqual(await page.getByRole('listitem').allInnerTexts(), ['one', 'two'])
      assert.deepEqual(errors, [])
    } catch (error) {
      await page.screenshot({ path: join(artifacts, `vite-${name}.png`) })
      throw new Error(`${error.message}\n${errors.join('\n')}`, { cause: error })
    }
    await context.close()
    const wasm = loaded.filter(({ url }) => /\.wasm$/.test(new URL(url).pathname))
    assert.equal(wasm.length, 1)
    assert.equal(wasm[0].type, 'application/wasm')
    return loaded
  }

  test('works in the dev server, where Vite bundles dependencies beforehand', async () => {
    const server = await createServer({ root: app.folder, logLevel: 'error', server: { port: 0 } })
    try {
      await server.listen()
      const loaded = await use(server.resolvedUrls.local[0], 'dev')
      assert.ok(loaded.some(({ url }) => url.includes('/.vite/deps/atoma-wasm.js')), 'the package was not bundled beforehand')
    } finally {
      await server.close()
    }
  })

  for (const base of ['/', '/deep/inside/', './']) {
    test(`works when it is built for ${base}`, async () => {
      await build({ root: app.folder, base, logLevel: 'error' })
      const server = await preview({ root: app.folder, base, logLevel: 'error', preview: { port: 0 } })
      try {
        await use(server.resolvedUrls.local[0], 'build')
      } finally {
        await server.close()
      }
    })
  }

  test('finds its wasm where the dev servers of Vite 5 to 7 leave it, and needs no bundler at all', async () => {
    // They bundle a dependency into this folder, and nothing that lies beside it.
    const folder = join(app.folder, 'older')
    const modules = join(folder, 'node_modules')
    await cp(join(app.folder, 'node_modules/atoma-wasm'), join(modules, 'atoma-wasm'), { recursive: true })
    await cp(join(modules, 'atoma-wasm'), join(modules, '.vite/deps'), { recursive: true, filter: (path) => !path.includes('.wasm') })
    await writeFile(join(folder, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><title>app</title>')
    const files = sirv(folder, { dev: true, dotfiles: true, single: true })
    const server = createHttpServer((request, response) => files(request, response)).listen(0, 'localhost')
    await once(server, 'listening')
    const { context, page, errors } = await openPage(browser)
    try {
      await page.goto(`http://localhost:${server.address().port}/`)
      for (const path of ['atoma-wasm/index.js', '.vite/deps/index.js']) {
        const count = await page.evaluate(async (url) => {
          const { stores } = await (await import(url)).createClient()
          await stores.Todo.addOne({ title: 'one' })
          return stores.Todo.count()
        }, `/node_modules/${path}`)
        assert.equal(count, 1)
      }
      assert.deepEqual(errors, [])
    } finally {
      await context.close()
      server.closeAllConnections()
      server.close()
    }
  })

  test('has types that hold without any of this repository', async () => {
    const types = join(root, 'web/node_modules/@types')
    const config = {
      compilerOptions: {
        target: 'es2022',
        module: 'esnext',
        moduleResolution: 'bundler',
        jsx: 'react-jsx',
        lib: ['es2022', 'dom', 'dom.iterable'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        types: [],
        paths: { react: [`${types}/react`], 'react/*': [`${types}/react/*`], 'react-dom/*': [`${types}/react-dom/*`] },
      },
      include: ['src'],
    }
    await writeFile(join(app.folder, 'tsconfig.json'), JSON.stringify(config))
    await promisify(execFile)(process.execPath, [join(root, 'web/node_modules/typescript/bin/tsc'), '-p', app.folder]).catch(({ stdout }) => assert.fail(stdout))
  })

  test('holds no script that nothing imports', async () => {
    const folder = join(app.folder, 'node_modules/atoma-wasm')
    const reached = new Set()
    const follow = async (path) => {
      if (reached.has(path)) return
      reached.add(path)
      const text = await readFile(path, 'utf8')
      for (const [, name] of text.matchAll(/\bfrom\s*["'](\.[^"']+)["']/g)) await follow(join(dirname(path), name))
    }
    await follow(join(folder, 'index.js'))
    await follow(join(folder, 'react.js'))
    const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js')).map((name) => join(folder, name))
    assert.deepEqual(scripts.sort(), [...reached].sort())
  })
})
