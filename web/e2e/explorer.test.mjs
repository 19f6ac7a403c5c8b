// Drives the explorer as a person would, and checks what it shows against a plain evaluation of the same rows in the
// page. It asserts what happens, never how long it takes.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { artifacts, launch, openPage, root, serve } from './browser.mjs'

const built = join(root, 'dist/demo')
const desktop = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }

/** Rows where the number does not matter; the explorer's own is 100,000. */
const few = 10_000

describe('the explorer', () => {
  let browser, server

  before(async () => {
    assert.ok(existsSync(join(built, 'explorer.html')), 'dist/demo is not built: npm run build builds it')
    browser = await launch()
    server = await serve(built)
  })
  after(async () => {
    await Promise.all([browser?.close(), server?.close()])
  })

  /** One test in a page of its own, which must not have reported anything at the end. */
  const inPage = (name, run, { count = few, ...options } = desktop) =>
    test(name, async (t) => {
      const { context, page, errors } = await openPage(browser, options)
      page.setDefaultTimeout(20_000)
      await page.addInitScript(evaluatePlainly)
      await page.addInitScript(noteLoading)
      try {
        await page.goto(`${server.url}explorer.html?rows=${count}`)
        await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
        await run(page, t)
        assert.deepEqual(errors, [])
      } finally {
        await context.close()
      }
    })

  const search = (page) => page.getByRole('textbox', { name: 'Search orders' })
  const rows = (page) => page.locator('.grid-rows .grid-row')
  const column = (page, name) => page.getByRole('columnheader', { name })
  const choice = (page, name) => page.getByRole('checkbox', { name: new RegExp(`^${name} `) })
  const live = (page) => page.getByRole('switch', { name: 'Change 1,000 rows a second' })
  const numberIn = (text) => Number(text.replace(/\D/g, ''))
  const found = async (page) => numberIn(await page.locator('.summary-count strong').innerText())
  const shot = (page, name) => page.screenshot({ path: join(artifacts, `${name}.png`), animations: 'disabled' })
  const table = (page) => page.locator('.grid-scroller')

  /** Each value of a facet with its count, as shown. */
  const facet = (page, name) =>
    page
      .locator(`[data-facet=${name}] .choice`)
      .evaluateAll((all) => all.map((each) => [each.dataset.value, Number(each.querySelector('.choice-count').textContent.replace(/\D/g, ''))]))

  /** The same, and what else is shown, of all rows that pass the filters, by plain JavaScript. */
  const plainly = (page, filters) => page.evaluate((filters) => globalThis.plainly(filters), filters)

  /** Waits until `read` gives `expected`, and shows the difference when it does not. */
  async function eventually(read, expected) {
    const deadline = Date.now() + 10_000
    for (;;) {
      const actual = await read()
      try {
        return assert.deepEqual(actual, expected)
      } catch (error) {
        if (Date.now() > deadline) throw error
      }
      await new Promise((wait) => setTimeout(wait, 25))
    }
  }

  /** Compares all facets, the number of rows and the first rows with a plain evaluation. */
  async function checkAll(page, filters) {
    const expected = await plainly(page, filters)
    await eventually(() => found(page), expected.count)
    for (const name of ['status', 'category', 'country']) await eventually(() => facet(page, name), expected[name])
    await eventually(async () => {
      const shown = await rows(page).evaluateAll((all) =>
        all
          .map((row) => [Number(row.ariaRowIndex), ...['title', 'customer'].map((field) => row.querySelector(`[data-field=${field}]`).textContent)])
          .sort((a, b) => a[0] - b[0]),
      )
      assert.ok(shown.length > 0 && shown.length < 60, `${shown.length} rows are in the page`)
      const wrong = shown.filter((row, i) => String(row) !== String([i + 2, ...expected.first[i]]))
      return wrong.map((row) => `${row} and not ${expected.first[row[0] - 2]}`)
    }, [])
  }

  inPage('shows what it is doing, then 100,000 orders, of which few are in the page', async (page) => {
    await eventually(() => found(page), 100_000)
    await page.getByText('100,000 rows').waitFor()
    await page.getByText(/^Added in [\d.]+ m?s$/).waitFor()
    await page.getByText(/^\d indexes built in [\d.]+ m?s$/).waitFor()
    assert.equal(await page.title(), 'atoma explorer')
    assert.equal(await page.getByRole('table', { name: 'Orders' }).getAttribute('aria-rowcount'), '100001')
    await checkAll(page, { sort: ['amount', -1] })
    await page.getByText(/^Query [\d.]+ ms$/).waitFor()
    await page.waitForTimeout(600) // for the frame meter
    await shot(page, 'explorer-all')
  }, { ...desktop, count: 100_000 })

  inPage('says how far it has come while it loads', async (page) => {
    const said = await page.evaluate(() => globalThis.said)
    assert.equal(said[0], 'Starting the engine…')
    assert.ok(said.includes('4,000 of 10,000 orders'), said.join(', '))
    assert.equal(said.at(-1), 'Building the indexes…')
  })

  inPage('filters by its facets, whose counts say what another choice would find', async (page) => {
    await choice(page, 'Kitchen').check()
    await checkAll(page, { category: ['Kitchen'], sort: ['amount', -1] })
    await choice(page, 'Desk').check()
    await choice(page, 'shipped').check()
    await checkAll(page, { category: ['Kitchen', 'Desk'], status: ['shipped'], sort: ['amount', -1] })
    await choice(page, 'Norway').check()
    await checkAll(page, { category: ['Kitchen', 'Desk'], status: ['shipped'], country: ['Norway'], sort: ['amount', -1] })
    await page.getByRole('button', { name: 'Any category' }).click()
    await checkAll(page, { status: ['shipped'], country: ['Norway'], sort: ['amount', -1] })

    const least = page.getByRole('slider', { name: 'Least amount' })
    await least.focus()
    for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowRight')
    await page.getByRole('slider', { name: 'Greatest amount' }).focus()
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft')
    await checkAll(page, { status: ['shipped'], country: ['Norway'], amount: [12, 20], sort: ['amount', -1] })
    await page.getByRole('button', { name: 'Clear all' }).click()
    await checkAll(page, { sort: ['amount', -1] })
  })

  inPage('sorts by every column, in both directions', async (page) => {
    for (const [label, field, first] of [
      ['Order', 'title', 1],
      ['Customer', 'customer', 1],
      ['Country', 'country', 1],
      ['Status', 'status', 1],
      ['Rating', 'rating', -1],
      ['Amount', 'amount', -1],
      ['Placed', 'placedAt', -1],
      ['Updated', 'updatedAt', -1],
    ]) {
      for (const dir of [first, -first]) {
        await column(page, label).getByRole('button').click()
        await eventually(() => column(page, label).getAttribute('aria-sort'), dir === 1 ? 'ascending' : 'descending')
        await checkAll(page, { sort: [field, dir] })
      }
    }
  })

  inPage('finds what is meant in spite of typos, best first, and marks it', async (page) => {
    await search(page).fill('walnit lampp')
    const expected = await plainly(page, { words: ['walnit', 'lampp'] })
    assert.ok(expected.count > 0)
    await eventually(() => found(page), expected.count)
    for (const name of ['status', 'category', 'country']) await eventually(() => facet(page, name), expected[name])
    await page.getByText('By relevance').waitFor()
    const marked = await rows(page).evaluateAll((all) => all.map((row) => [...row.querySelectorAll('mark')].map((mark) => mark.textContent)))
    for (const marks of marked) assert.deepEqual(marks, ['Walnut', 'lamp'])

    // a word in the title and one in the name, which is not typed to its end
    await search(page).fill('kettle nakam')
    await eventually(() => found(page), (await plainly(page, { words: ['kettle', 'nakam'] })).count)
    await eventually(async () => [...new Set(await page.locator('mark').allInnerTexts())].sort(), ['Nakam', 'kettle'])

    // an order of its own, and back
    await column(page, 'Amount').getByRole('button').click()
    await checkAll(page, { words: ['kettle', 'nakam'], sort: ['amount', -1] })
    await page.getByRole('button', { name: 'Sort by relevance' }).click()
    await page.getByText('By relevance').waitFor()

    await search(page).fill('nothing like this')
    await page.getByRole('heading', { name: 'No such orders' }).waitFor()
    await page.waitForTimeout(300)
    await shot(page, 'explorer-empty')
    await page.getByRole('button', { name: 'Show all orders' }).click()
    await eventually(() => found(page), few)
    assert.equal(await search(page).inputValue(), '')
  })

  inPage('stays right, and moves, while 1,000 rows a second change', async (page, t) => {
    await page.evaluate(() => {
      globalThis.tasks = []
      const note = (list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration))
      new PerformanceObserver(note).observe({ entryTypes: ['longtask'] })
    })
    await search(page).fill('walnit lamp')
    await column(page, 'Updated').getByRole('button').click()
    const before = await page.locator('.grid-rows').innerText()
    const sum = await page.locator('.summary-fact').first().innerText()
    await live(page).click()
    assert.equal(await live(page).getAttribute('aria-checked'), 'true')
    await page.getByText(/rows changed since/).waitFor()
    await eventually(async () => (await page.locator('.grid-rows').innerText()) !== before, true)
    await eventually(async () => (await page.locator('.summary-fact').first().innerText()) !== sum, true)
    await page.waitForTimeout(1500)
    await shot(page, 'explorer')

    // everything, by amount: to the middle and to the end
    await search(page).fill('')
    await column(page, 'Amount').getByRole('button').click()
    await eventually(() => found(page), 100_000)
    for (const part of [0.25, 0.5, 0.75, 1]) {
      await table(page).evaluate((each, part) => each.scrollTo(0, each.scrollHeight * part), part)
      const wanted = Math.round(Math.min(100_000 * part, 99_990))
      await eventually(async () => {
        const indexes = await rows(page).evaluateAll((all) => all.map((row) => Number(row.ariaRowIndex)))
        return indexes.some((index) => Math.abs(index - wanted) < 40)
      }, true)
    }
    await table(page).hover()
    await page.mouse.wheel(0, -3_000)
    await eventually(async () => (await rows(page).count()) > 10, true)
    assert.ok((await rows(page).count()) < 60)
    await page.waitForTimeout(1000)
    const meter = await page.locator('.meter p').innerText()
    await live(page).click()
    const changed = numberIn(await page.getByText(/rows changed since/).innerText())
    assert.ok(changed > 1000, `${changed} rows were changed`)

    // in the end it shows what is so
    await table(page).evaluate((each) => each.scrollTo(0, 0))
    await eventually(() => rows(page).first().getAttribute('aria-rowindex'), '2')
    await checkAll(page, { sort: ['amount', -1] })
    await choice(page, 'delivered').check()
    await checkAll(page, { status: ['delivered'], sort: ['amount', -1] })
    const tasks = await page.evaluate(() => globalThis.tasks)
    const longest = Math.round(Math.max(0, ...tasks))
    t.diagnostic(`${changed} rows changed; the meter said ${meter}; ${tasks.length} tasks over 50 ms, the longest ${longest} ms`)
  }, { ...desktop, count: 100_000 })

  inPage('can be used without a mouse', async (page) => {
    const { keyboard } = page
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className)
    await keyboard.press('/')
    assert.equal(await focused(), 'search')
    await keyboard.type('brass lantern/l')
    await eventually(() => search(page).inputValue(), 'brass lantern/l')
    assert.equal(await live(page).getAttribute('aria-checked'), 'false')
    await keyboard.press('Escape')
    await eventually(() => search(page).inputValue(), '')
    await keyboard.press('ArrowDown')
    assert.equal(await focused(), 'grid-scroller')
    await keyboard.press('End')
    await eventually(async () => (await rows(page).last().getAttribute('aria-rowindex')) === String(few + 1), true)
    await keyboard.press('Home')
    await eventually(() => rows(page).first().getAttribute('aria-rowindex'), '2')
    await keyboard.press('l')
    await eventually(() => live(page).getAttribute('aria-checked'), 'true')
    await keyboard.press('l')
    await eventually(() => live(page).getAttribute('aria-checked'), 'false')
    await choice(page, 'returned').focus()
    await keyboard.press('Space')
    await eventually(async () => (await found(page)) < few, true)
    await keyboard.press('x')
    await eventually(() => found(page), few)
    await keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  inPage('is one click from the todos, and back', async (page) => {
    const pages = page.getByRole('navigation', { name: 'Pages' })
    assert.equal(await pages.getByRole('link', { name: 'Explorer' }).getAttribute('aria-current'), 'page')
    await pages.getByRole('link', { name: 'Todos' }).click()
    await page.getByRole('heading', { level: 1, name: 'Launch week' }).waitFor()
    await pages.getByRole('link', { name: 'Explorer' }).click()
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
  })

  inPage('is dark where the system is', async (page) => {
    await choice(page, 'Kitchen').check()
    await search(page).fill('copper')
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    assert.ok(background.match(/\d+/g).every((part) => Number(part) < 60), background)
    await page.waitForTimeout(500)
    await shot(page, 'explorer-dark')
  }, { ...desktop, colorScheme: 'dark' })

  inPage(
    'fits a phone and works by touch',
    async (page) => {
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      assert.equal(await overflow(), 0)
      await page.waitForTimeout(500)
      await shot(page, 'explorer-phone')
      await page.getByRole('button', { name: 'Filters' }).tap()
      await choice(page, 'Garden').tap()
      await page.getByRole('button', { name: 'Close the filters' }).tap()
      await page.getByRole('button', { name: 'Filters (1)' }).waitFor()
      await checkAll(page, { category: ['Garden'], sort: ['amount', -1] })
      await live(page).tap()
      await page.waitForTimeout(300)
      assert.equal(await overflow(), 0)
    },
    phone,
  )
})

/** Runs in the page before it: keeps what the loading screen says. */
function noteLoading() {
  globalThis.said = []
  const note = () => {
    const text = document.querySelector('.splash p')?.textContent
    if (text && text !== globalThis.said.at(-1)) globalThis.said.push(text)
  }
  new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true })
}

/** Runs in the page before it: puts `plainly` there, which knows nothing of the engine but `orders.getAll()`. */
function evaluatePlainly() {
  const bands = 28
  const bandStart = (band) => 4 * (2_400 / 4) ** (band / bands)
  const tokens = (text) => text.toLowerCase().match(/[\p{L}\p{N}](?:['’.]?[\p{L}\p{N}])*/gu) ?? []

  /** Levenshtein, the whole table. */
  function distance(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i)
    for (let i = 1; i <= a.length; i++) {
      const next = [i]
      for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      row = next
    }
    return row[b.length]
  }
  const isToken = (token, word) => (word.length > 3 ? distance(token, word) <= 1 : token === word)
  const isLike = (text, word) => text.toLowerCase().includes(word) || tokens(text).some((token) => isToken(token, word))

  const choices = {
    status: ['placed', 'packed', 'shipped', 'delivered', 'returned'],
    category: ['Lighting', 'Kitchen', 'Desk', 'Textiles', 'Garden', 'Travel'],
    country: ['Brazil', 'Canada', 'France', 'Germany', 'Ireland', 'Italy', 'Japan', 'Netherlands', 'Norway', 'Poland', 'Portugal', 'Spain'],
  }

  globalThis.plainly = async ({ words = [], amount: [from, to] = [0, bands], sort, ...picked }) => {
    const all = await globalThis.orders.getAll()
    const passes = (order, except) =>
      words.every((word) => isLike(order.title, word) || isLike(order.customer, word)) &&
      (from === 0 || order.amount >= bandStart(from)) &&
      (to === bands || order.amount < bandStart(to)) &&
      Object.entries(picked).every(([field, values]) => field === except || values.includes(order[field]))
    const count = (field) => {
      const rows = all.filter((order) => passes(order, field))
      return choices[field].map((value) => [value, rows.filter((order) => order[field] === value).length])
    }
    const rows = all.filter((order) => passes(order))
    if (sort) {
      const [field, dir] = sort
      rows.sort((a, b) => {
        const [x, y] = [a[field], b[field]]
        if (x === null || y === null) return (x === null) - (y === null) || (a.id < b.id ? -1 : 1)
        return (x < y ? -dir : x > y ? dir : 0) || (a.id < b.id ? -1 : 1)
      })
    }
    const first = rows.slice(0, 60).map((order) => [order.title, order.customer])
    return { count: rows.length, first, status: count('status'), category: count('category'), country: count('country') }
  }
}
