// Writes with a backend, as a person sees them: in the page at once, confirmed or taken back later. With an executor in
// the page, whose answers the test gives, and with http() and a real server.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, openPage, serve } from './browser.mjs'
import { bundle } from './bundle.mjs'
import { startTestServer } from './testserver.mjs'

const refusal = (code) => ({ ok: false, error: { code, message: 'the test says no' } })

/** The page, and what there is to see and do in it. */
class Todos {
  constructor(page) {
    this.page = page
  }

  titles = () => this.page.locator('ul > li > span').allTextContents()
  refused = () => this.page.getByLabel('refused').locator('li').allTextContents()
  pending = async () => Number(await this.page.getByLabel('pending').textContent())
  asked = () => this.page.evaluate(() => window.held.asked())
  answer = (result) => this.page.evaluate((result) => window.held.answer(result), result)
  press = (name) => this.page.getByRole('button', { name, exact: true }).click()

  async add(title) {
    await this.page.getByLabel('title').fill(title)
    await this.page.keyboard.press('Enter')
  }

  /** Waits until the page shows this. */
  async shows(titles, { pending = 0, refused = [] } = {}) {
    const expected = { titles, pending, refused }
    const deadline = Date.now() + 10_000
    for (;;) {
      const actual = { titles: await this.titles(), pending: await this.pending(), refused: await this.refused() }
      try {
        return assert.deepEqual(actual, expected)
      } catch (error) {
        if (Date.now() > deadline) throw error
      }
      await this.page.evaluate(() => new Promise(requestAnimationFrame))
    }
  }
}

for (const react of [18, 19]) {
  describe(`writes with an executor in the page, React ${react}`, () => {
    let server, browser

    before(async () => {
      server = await serve(await bundle(`writes-${react}`, 'writes.tsx', { react }))
      browser = await launch()
    })
    after(() => Promise.all([browser?.close(), server?.close()]))

    const inPage = (title, commit, run) =>
      test(title, async () => {
        const { page, context, errors } = await openPage(browser)
        try {
          await page.goto(server.url)
          await page.waitForFunction(() => window.startHeld)
          const rows = ['A', 'B', 'C'].map((title) => ({ id: title.toLowerCase(), title, version: 1 }))
          await page.evaluate(([rows, commit]) => window.startHeld(rows, commit), [rows, commit])
          const todos = new Todos(page)
          await todos.shows(['A v1', 'B v1', 'C v1'])
          await run(todos)
          assert.deepEqual(errors, [])
        } finally {
          await context.close()
        }
      })

    inPage('a write is seen at once and stays when it is confirmed', 'optimistic', async (todos) => {
      await todos.press('shout b')
      await todos.shows(['A v1', 'B! v2', 'C v1'], { pending: 1 })
      assert.deepEqual(await todos.asked(), ['update b'])
      await todos.answer({ ok: true, version: 7 })
      await todos.shows(['A v1', 'B! v7', 'C v1'])
      await todos.add('D')
      await todos.shows(['A v1', 'B! v7', 'C v1', 'D v1'], { pending: 1 })
      await todos.answer({ ok: true, value: { id: 'd', title: 'Delta', version: 3 } })
      await todos.shows(['A v1', 'B! v7', 'C v1', 'Delta v3'])
    })

    inPage('a refused write is rolled back, and what was written on top of it stays', 'optimistic', async (todos) => {
      await todos.press('delete a')
      await todos.add('Z')
      await todos.shows(['B v1', 'C v1', 'Z v1'], { pending: 2 })
      await todos.answer(refusal('unauthorized'))
      await todos.shows(['A v1', 'B v1', 'C v1', 'Z v1'], { pending: 1, refused: ['a unauthorized'] })
      // the second update waits for the answer to the first
      await todos.press('shout c')
      await todos.press('shout z')
      await todos.shows(['A v1', 'B v1', 'C! v2', 'Z! v2'], { pending: 3, refused: ['a unauthorized'] })
      await todos.answer(refusal('conflict'))
      await todos.shows(['A v1', 'B v1', 'C! v2'], { pending: 1, refused: ['a unauthorized', 'z conflict', 'z conflict'] })
      await todos.answer({ ok: true })
      await todos.shows(['A v1', 'B v1', 'C! v2'], { refused: ['a unauthorized', 'z conflict', 'z conflict'] })
    })

    inPage('with commit: confirm a write is seen when it is confirmed', 'confirm', async (todos) => {
      await todos.press('shout a')
      await todos.shows(['A v1', 'B v1', 'C v1'], { pending: 1 })
      await todos.answer({ ok: true })
      await todos.shows(['A! v2', 'B v1', 'C v1'])
      await todos.press('delete a')
      await todos.shows(['A! v2', 'B v1', 'C v1'], { pending: 1 })
      await todos.answer(refusal('unauthorized'))
      await todos.shows(['A! v2', 'B v1', 'C v1'], { refused: ['a unauthorized'] })
    })
  })
}

describe('writes with http() and a server', () => {
  let server, browser, backend
  let spaces = 0

  before(async () => {
    backend = await startTestServer()
    server = await serve(await bundle('writes-http', 'writes.tsx'))
    browser = await launch()
  })
  after(() => Promise.all([browser?.close(), server?.close(), backend?.stop()]))

  const inPage = (title, run) =>
    test(title, async () => {
      const space = backend.space(`page${spaces++}`)
      for (const title of ['A', 'B']) await space.write('add', 'Todo', title.toLowerCase(), { title })
      const { page, context, errors } = await openPage(browser)
      try {
        await page.goto(server.url)
        await page.waitForFunction(() => window.startHttp)
        await page.evaluate((url) => window.startHttp(url), space.baseURL)
        const todos = new Todos(page)
        await todos.shows(['A v1', 'B v1'])
        await run(todos, space, page)
        // Chromium reports what a server refuses
        assert.deepEqual(errors.filter((text) => !text.includes('Failed to load resource')), [])
      } finally {
        await context.close()
      }
    })

  const stored = async (space) => (await space.rows('Todo')).map(({ title, version }) => `${title} v${version}`).sort()

  inPage('what is written in the page is on the server', async (todos, space) => {
    await space.hold()
    await todos.press('shout a')
    await todos.add('C')
    await todos.press('delete b')
    await todos.shows(['A! v2', 'C v1'], { pending: 3 })
    assert.deepEqual(await stored(space), ['A v1', 'B v1'])
    await space.release()
    await todos.shows(['A! v2', 'C v1'])
    assert.deepEqual(await stored(space), ['A! v2', 'C v1'])
  })

  inPage('a change that somebody else has made is a conflict, and is seen', async (todos, space) => {
    await space.write('update', 'Todo', 'a', { title: 'Theirs' })
    await todos.press('shout a')
    await todos.shows(['B v1', 'Theirs v2'], { refused: ['a conflict'] })
    await todos.press('shout a')
    await todos.shows(['B v1', 'Theirs! v3'], { refused: ['a conflict'] })
    assert.deepEqual(await stored(space), ['B v1', 'Theirs! v3'])
  })

  inPage('what the server fails to answer is tried again, and what it refuses is taken back', async (todos, space) => {
    await space.fail({ times: 2, status: 503 })
    await todos.press('shout b')
    await todos.shows(['A v1', 'B! v2'])
    await space.fail({ times: 1, status: 403 })
    await todos.press('delete b')
    await todos.shows(['A v1', 'B! v2'], { refused: ['b unauthorized'] })
    assert.deepEqual(await stored(space), ['A v1', 'B! v2'])
  })
})
