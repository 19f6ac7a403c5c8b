// Drives the built demo as a person would. It asserts what happens, never how long it takes.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { after, before, describe, test } from 'node:test'
import { artifacts, launch, openPage, root } from './browser.mjs'

const built = join(root, 'dist/demo')
const desktop = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }

const launchWeek = [
  'Rehearse the demo once without slides',
  'Send the press kit to Ines',
  'Decide on the pricing page headline',
  'Check the sign-up flow on a slow phone',
  'Write the changelog in plain words',
  'Book the big room for Thursday',
  'Order stickers',
]

/** Starts `node serve.mjs` and waits for its line. */
async function startServer(port) {
  const child = spawn(process.execPath, [join(root, 'web/serve.mjs'), built, '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const printed = []
  const url = await new Promise((done, fail) => {
    child.once('exit', (code) => fail(new Error(`serve.mjs ended with ${code}`)))
    lines.on('line', (line) => {
      printed.push(line)
      done(/^atoma demo: (http:\/\/localhost:\d+\/)$/.exec(line)?.[1])
    })
  })
  const stop = () =>
    new Promise((done) => {
      child.removeAllListeners('exit').once('exit', done)
      child.kill()
    })
  return { url, printed, stop }
}

describe('the demo', () => {
  let browser, server

  before(async () => {
    assert.ok(existsSync(join(built, 'index.html')), 'dist/demo is not built: npm run build builds it')
    // one after the other: if the second fails, the first is known and closed
    browser = await launch()
    server = await startServer(0)
  })
  after(async () => {
    await Promise.all([browser?.close(), server?.stop()])
  })

  /** One test in a page of its own, which must not have reported anything at the end. */
  const inPage = (name, run, options = desktop) =>
    test(name, async () => {
      const { context, page, errors } = await openPage(browser, options)
      page.setDefaultTimeout(15_000)
      try {
        await page.goto(server.url)
        await page.getByRole('heading', { level: 1, name: 'Launch week' }).waitFor()
        await run(page, context)
        assert.deepEqual(errors, [])
      } finally {
        await context.close()
      }
    })

  const main = (page) => page.getByRole('main')
  const rows = (page) => main(page).getByRole('listitem')
  const row = (page, title) => rows(page).filter({ hasText: title })
  const box = (page, title) => main(page).getByRole('checkbox', { name: title, exact: true })
  const titles = (page) => page.locator('.todo-title').allTextContents()
  const tab = (page, name) => page.getByRole('radio', { name })
  const notice = (page) => page.locator('.notice')
  const left = (page) => page.locator('.left')
  const list = (page, name) => page.getByRole('navigation', { name: 'Lists' }).getByRole('button', { name })
  const shot = (page, name) => page.screenshot({ path: join(artifacts, `${name}.png`), animations: 'disabled' })

  async function add(page, title) {
    await page.getByLabel('New todo in').fill(title)
    await page.keyboard.press('Enter')
  }
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
  const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id)

  test('is served with the right types, compressed, in one line and on a free port when its own is taken', async () => {
    const blocker = createServer().listen(0, 'localhost')
    await new Promise((done) => blocker.once('listening', done))
    const taken = blocker.address().port
    const other = await startServer(taken)
    try {
      assert.equal(other.printed.length, 1)
      assert.notEqual(new URL(other.url).port, String(taken))

      const html = await (await fetch(other.url)).text()
      const script = /<script[^>]+src="([^"]+)"/.exec(html)[1]
      const style = /<link[^>]+href="([^"]+\.css)"/.exec(html)[1]
      const engine = /<link[^>]+href="([^"]+\/atoma-[^"]+\.js)"/.exec(html)[1]
      const wasm = /atoma-[\w-]+\.wasm/.exec(await (await fetch(new URL(engine, other.url))).text())[0]
      for (const [path, type] of [
        ['', 'text/html'],
        ['explorer.html', 'text/html'],
        [script, 'text/javascript'],
        [engine, 'text/javascript'],
        [style, 'text/css'],
        [`assets/${wasm}`, 'application/wasm'],
      ]) {
        for (const [encoding, expected] of [
          ['gzip, br', 'br'],
          ['gzip', 'gzip'],
          ['identity', null],
        ]) {
          const response = await fetch(new URL(path, other.url), { headers: { 'Accept-Encoding': encoding } })
          assert.equal(response.status, 200, path)
          assert.ok(response.headers.get('Content-Type').startsWith(type), `${path}: ${response.headers.get('Content-Type')}`)
          assert.equal(response.headers.get('Content-Encoding'), expected, `${path} for ${encoding}`)
          assert.equal(response.headers.get('Cross-Origin-Opener-Policy'), 'same-origin')
          assert.equal(response.headers.get('Cross-Origin-Embedder-Policy'), 'require-corp')
          await response.arrayBuffer()
        }
      }
      assert.equal((await fetch(new URL('nothing-here', other.url))).status, 404)
    } finally {
      await other.stop()
      blocker.close()
    }
  })

  test('says that it is loading while the engine is on its way', async () => {
    const { context, page, errors } = await openPage(browser, desktop)
    let letThrough
    const held = new Promise((done) => (letThrough = done))
    await page.route('**/*.wasm', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(server.url)
    await page.getByText('Starting the engine').waitFor()
    assert.equal(await rows(page).count(), 0)
    letThrough()
    await row(page, launchWeek[0]).waitFor()
    assert.equal(await page.getByText('Starting the engine').count(), 0)
    assert.deepEqual(errors, [])
    await context.close()
  })

  test('shows the error when the engine cannot be loaded, and starts on a second try', async () => {
    const { context, page } = await openPage(browser, desktop)
    await page.route('**/*.wasm', (route) => route.fulfill({ status: 404, body: 'gone' }))
    await page.goto(server.url)
    const alert = page.getByRole('alert')
    await alert.getByText('The engine did not start').waitFor()
    assert.match(await alert.locator('code').textContent(), /^[a-z_]+$/)
    assert.match(await alert.locator('.splash-message').textContent(), /wasm/)
    await page.unroute('**/*.wasm')
    await page.getByRole('button', { name: 'Try again' }).click()
    await row(page, launchWeek[0]).waitFor()
    await context.close()
  })

  inPage('starts with sample lists, newest todos first', async (page) => {
    assert.deepEqual(await titles(page), launchWeek)
    assert.equal(await page.title(), 'atoma demo')
    await list(page, 'Home 3 open').waitFor()
    await list(page, 'Reading list 2 open').waitFor()
    await page.getByText('17 rows').waitFor()
    await page.getByText('In memory only').first().waitFor()
    await shot(page, 'demo-desktop-light')
  })

  inPage('adds todos on top, with a priority at the end of the text', async (page) => {
    await add(page, '  Ask Tom about the venue !! ')
    await eventually(() => titles(page), ['Ask Tom about the venue', ...launchWeek])
    await row(page, 'Ask Tom').getByRole('button', { name: 'Priority high' }).waitFor()
    await add(page, '   ')
    await eventually(() => left(page).textContent(), '6 left in Launch week, 2 completed')
    await list(page, 'Launch week 6 open').waitFor()
    await page.getByText('18 rows').waitFor()
    await page.getByText(/^Added 1 row in [\d.]+ ms$/).waitFor()
    await row(page, 'Ask Tom').getByRole('button', { name: 'Priority high' }).click()
    await row(page, 'Ask Tom').getByRole('button', { name: 'Priority none' }).waitFor()
  })

  inPage('edits in place: Enter and leaving the field keep the text, Escape does not, an empty text deletes', async (page) => {
    const field = page.getByRole('textbox', { name: 'Edit todo' })
    await page.getByText(launchWeek[1]).dblclick()
    await field.fill('Send the press kit to Ines and Paul')
    await field.press('Enter')
    await box(page, 'Send the press kit to Ines and Paul').waitFor()
    assert.equal(await focused(page), 'Send the press kit to Ines and Paul')

    await page.getByText(launchWeek[2]).dblclick()
    await field.fill('never mind')
    await field.press('Escape')
    await box(page, launchWeek[2]).waitFor()

    await page.getByText(launchWeek[2]).dblclick()
    await field.fill('Pick a headline')
    await page.getByRole('heading', { level: 1 }).click()
    await box(page, 'Pick a headline').waitFor()

    await row(page, launchWeek[0]).hover()
    await row(page, launchWeek[0]).getByRole('button', { name: /^Edit/ }).click()
    await field.fill('')
    await field.press('Enter')
    await eventually(() => titles(page), ['Send the press kit to Ines and Paul', 'Pick a headline', ...launchWeek.slice(3)])
  })

  inPage('completes and filters', async (page) => {
    await box(page, launchWeek[0]).check()
    await eventually(() => left(page).textContent(), '4 left in Launch week, 3 completed')
    await tab(page, 'Active 4').check()
    await eventually(() => titles(page), launchWeek.slice(1, 5))
    await box(page, launchWeek[1]).click()
    await eventually(() => titles(page), launchWeek.slice(2, 5))
    await tab(page, 'Completed 4').check()
    await eventually(() => titles(page), [launchWeek[0], launchWeek[1], launchWeek[5], launchWeek[6]])
    await box(page, 'Order stickers').click()
    await tab(page, 'All 7').check()
    assert.equal(await box(page, 'Order stickers').isChecked(), false)
    assert.equal(await box(page, launchWeek[0]).isChecked(), true)
  })

  inPage('sorts', async (page) => {
    const sort = page.getByRole('combobox', { name: 'Sort by' })
    await sort.selectOption('Title')
    await eventually(() => titles(page), launchWeek.toSorted())
    await sort.selectOption('Oldest')
    await eventually(() => titles(page), launchWeek.toReversed())
    await sort.selectOption('Priority')
    await eventually(() => titles(page), [0, 3, 1, 2, 4, 5, 6].map((i) => launchWeek[i]))
  })

  inPage('deletes and clears, and takes both back', async (page) => {
    await row(page, launchWeek[1]).hover()
    await row(page, launchWeek[1]).getByRole('button', { name: /^Delete/ }).click()
    await eventually(() => titles(page), launchWeek.toSpliced(1, 1))
    await notice(page).getByText('Deleted “Send the press kit to Ines”').waitFor()
    await notice(page).getByRole('button', { name: 'Undo' }).click()
    await eventually(() => titles(page), launchWeek)
    await notice(page).waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Clear completed' }).click()
    await eventually(() => titles(page), launchWeek.slice(0, 5))
    assert.equal(await page.getByRole('button', { name: 'Clear completed' }).count(), 0)
    await tab(page, 'Completed 0').check()
    await page.getByRole('heading', { name: 'Nothing completed yet' }).waitFor()
    await page.keyboard.press('Control+z')
    await eventually(() => titles(page), launchWeek.slice(5))
    await notice(page).waitFor({ state: 'detached' })
    await tab(page, 'All 7').check()
    await eventually(() => titles(page), launchWeek)
  })

  inPage('steps back through everything that was done, and forth again', async (page) => {
    const button = (name) => page.getByRole('group', { name: 'History' }).getByRole('button', { name })
    assert.equal(await button('Undo').isDisabled(), true, 'the sample rows are nobody’s doing')
    assert.equal(await button('Redo').isDisabled(), true)
    await box(page, launchWeek[0]).check()
    await add(page, 'Call the printer !!')
    // the field is empty, so the keys are the app's
    assert.equal(await focused(page), 'add-todo')
    await page.keyboard.press('Control+z')
    await eventually(() => titles(page), launchWeek)
    await page.keyboard.press('Control+z')
    await eventually(() => box(page, launchWeek[0]).isChecked(), false)
    assert.equal(await button('Undo').isDisabled(), true)
    await page.keyboard.press('Control+Shift+Z')
    await eventually(() => box(page, launchWeek[0]).isChecked(), true)
    await button('Redo').click()
    await eventually(() => titles(page), ['Call the printer', ...launchWeek])
    assert.equal(await button('Redo').isDisabled(), true)
    await shot(page, 'demo-history')

    // in a field with text the keys are the field's
    await page.getByLabel('New todo in').fill('half a thought')
    await page.keyboard.press('Control+z')
    await eventually(() => titles(page), ['Call the printer', ...launchWeek])
    await page.getByLabel('New todo in').fill('')

    // a list and its todos come back together, and another action leaves nothing to redo
    await page.getByRole('button', { name: 'List options' }).click()
    await page.getByRole('menuitem', { name: 'Delete list' }).click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    await button('Undo').click()
    await page.getByRole('heading', { level: 1, name: 'Launch week' }).waitFor()
    await eventually(() => titles(page), ['Call the printer', ...launchWeek])
    assert.equal(await button('Redo').isDisabled(), false)
    await box(page, launchWeek[1]).check()
    assert.equal(await button('Redo').isDisabled(), true)
  })

  inPage('keeps several lists: made, renamed, recoloured, deleted, restored', async (page) => {
    await page.getByRole('button', { name: 'New list' }).click()
    await page.getByRole('textbox', { name: 'List name' }).fill('Holiday')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Holiday' }).waitFor()
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()
    await shot(page, 'demo-empty')

    await add(page, 'Book the ferry')
    await list(page, 'Holiday 1 open').waitFor()
    await list(page, 'Home 3 open').click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    assert.equal((await titles(page)).length, 4)
    assert.equal(await list(page, 'Home').getAttribute('aria-current'), 'true')

    await list(page, 'Holiday').dblclick()
    await page.getByRole('textbox', { name: 'List name' }).fill('Summer')
    await page.keyboard.press('Enter')
    await list(page, 'Summer 1 open').waitFor()

    await page.getByRole('button', { name: 'List options' }).click()
    await page.getByRole('menuitemradio', { name: 'coral' }).click()
    await eventually(() => main(page).getAttribute('data-color'), 'coral')
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'List options' }).click()
    await page.getByRole('menuitem', { name: 'Delete list' }).click()
    await notice(page).getByText('Deleted the list “Summer”').waitFor()
    assert.equal(await list(page, 'Summer').count(), 0)
    await page.getByText('17 rows').waitFor()
    await notice(page).getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('heading', { level: 1, name: 'Summer' }).waitFor()
    assert.deepEqual(await titles(page), ['Book the ferry'])

    for (const remaining of [3, 2, 1, 0]) {
      await page.getByRole('button', { name: 'List options' }).click()
      await page.getByRole('menuitem', { name: 'Delete list' }).click()
      await eventually(() => page.getByRole('navigation').getByRole('listitem').count(), remaining)
    }
    await page.getByText('0 rows').waitFor()
    await page.getByRole('button', { name: 'Make a list' }).click()
    await page.getByRole('textbox', { name: 'List name' }).press('Escape')
    await page.getByRole('heading', { level: 1, name: 'New list' }).waitFor()
  })

  inPage('can be used without a mouse', async (page) => {
    const { keyboard } = page
    await keyboard.press('n')
    assert.equal(await focused(page), 'add-todo')
    await keyboard.type('first / then ? 1')
    await keyboard.press('Enter')
    await eventually(() => titles(page), ['first / then ? 1', ...launchWeek])
    await keyboard.press('ArrowDown')
    await eventually(() => focused(page), 'first / then ? 1')
    await keyboard.press('ArrowDown')
    await eventually(() => focused(page), launchWeek[0])
    await keyboard.press('Space')
    await eventually(() => box(page, launchWeek[0]).isChecked(), true)
    await eventually(() => focused(page), launchWeek[0])
    await keyboard.press('p')
    await row(page, launchWeek[0]).getByRole('button', { name: 'Priority none' }).waitFor()

    await keyboard.press('Enter')
    await eventually(() => focused(page), 'Edit todo')
    await keyboard.type('Rehearse twice')
    await keyboard.press('Enter')
    await eventually(() => focused(page), 'Rehearse twice')
    await keyboard.press('F2')
    await keyboard.type('no')
    await keyboard.press('Escape')
    await eventually(() => focused(page), 'Rehearse twice')

    await keyboard.press('Delete')
    await eventually(() => focused(page), launchWeek[1])
    await keyboard.press('End')
    await eventually(() => focused(page), 'Order stickers')
    await keyboard.press('Delete')
    await eventually(() => focused(page), 'Book the big room for Thursday')
    await keyboard.press('Control+z')
    await eventually(() => titles(page).then((all) => all.at(-1)), 'Order stickers')
    await keyboard.press('Home')
    await eventually(() => focused(page), 'first / then ? 1')
    await keyboard.press('ArrowUp')
    await eventually(() => focused(page), 'add-todo')
    await keyboard.press('Escape')

    await keyboard.press('2')
    assert.equal(await tab(page, 'Active').isChecked(), true)
    await keyboard.press('/')
    await keyboard.press('ArrowDown')
    await eventually(() => focused(page), 'first / then ? 1')
    await keyboard.press('Space')
    await eventually(() => focused(page), launchWeek[1])
    for (const next of [launchWeek[2], launchWeek[3], launchWeek[4], 'add-todo']) {
      await keyboard.press('Space')
      await eventually(() => focused(page), next)
    }
    await page.getByRole('heading', { name: 'All done' }).waitFor()
    await keyboard.press('Escape')

    await keyboard.press(']')
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    await keyboard.press('[')
    await page.getByRole('heading', { level: 1, name: 'Launch week' }).waitFor()

    await keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await keyboard.press('n')
    await keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.notEqual(await focused(page), 'add-todo')
  })

  inPage('loads 10,000 items, shows its progress, and keeps few rows in the page', async (page) => {
    await page.evaluate(() => {
      const button = [...document.querySelectorAll('button')].find((each) => each.textContent.includes('10,000'))
      window.painted = []
      const look = () => {
        if (window.painted.at(-1) !== button.textContent) window.painted.push(button.textContent)
        if (button.isConnected) requestAnimationFrame(look)
      }
      look()
    })
    await page.getByRole('button', { name: 'Load 10,000 items' }).click()
    // Somebody types meanwhile.
    await add(page, 'Written while it loads')
    await page.getByText('10,018 rows').waitFor()
    await page.getByRole('button', { name: 'Load 10,000 items' }).waitFor()
    await page.getByText(/^Added 10,000 rows in [\d.]+ ms$/).waitFor()
    assert.equal((await titles(page))[0], 'Written while it loads')
    const painted = await page.evaluate(() => window.painted)
    assert.ok(painted.length > 3, `the button was painted as ${painted.join(', ')}`)
    await eventually(async () => (await rows(page).count()) < 60, true)
    await page.mouse.move(5, 5)
    await page.locator('.todo[data-fresh]').evaluate((fresh) => Promise.all(fresh.getAnimations().map((each) => each.finished)))
    await shot(page, 'demo-10000')

    // To the end and back: the keyboard stays with the focus, the page with few rows.
    await page.getByLabel('New todo in').press('ArrowDown')
    await page.keyboard.press('End')
    await eventually(() => page.locator('.todo:focus-within').getAttribute('aria-posinset'), '10008')
    assert.ok((await rows(page).count()) < 60)
    await page.mouse.move(700, 500)
    await page.mouse.wheel(0, -200_000)
    await eventually(async () => (await rows(page).count()) < 60, true)
    assert.equal(await page.locator('.todo:focus-within').getAttribute('aria-posinset'), '10008')
    await page.keyboard.press('ArrowUp')
    await eventually(() => page.locator('.todo:focus-within').getAttribute('aria-posinset'), '10007')
    await page.keyboard.press('Home')
    await eventually(() => focused(page), 'Written while it loads')

    // The engine's answers at this size.
    const number = async (locator) => Number((await locator.innerText()).replace(/\D/g, ''))
    const [all, active, completed] = [0, 1, 2].map((i) => page.locator('.filter-count').nth(i))
    assert.equal(await number(all), 10_008)
    assert.equal((await number(active)) + (await number(completed)), 10_008)
    await page.getByRole('combobox', { name: 'Sort by' }).focus()
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Title')
    await eventually(async () => (await titles(page))[0].startsWith('Approve the backup disk'), true)
    await page.getByRole('button', { name: 'Clear completed' }).click()
    await eventually(() => number(completed), 0)
    await page.keyboard.press('Control+z')
    await eventually(() => number(all), 10_008)

    // The same list is the same on the way back.
    await list(page, 'Home').click()
    await eventually(() => rows(page).count(), 4)
    await list(page, 'Launch week').click()
    await eventually(async () => (await rows(page).count()) > 10, true)
  })

  inPage('keeps nothing: a reload starts over', async (page) => {
    await add(page, 'Gone tomorrow')
    await row(page, 'Gone tomorrow').waitFor()
    await page.reload()
    await row(page, launchWeek[0]).waitFor()
    assert.deepEqual(await titles(page), launchWeek)
  })

  inPage('is dark where the system is', async (page) => {
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    assert.ok(background.match(/\d+/g).every((part) => Number(part) < 60), background)
    await shot(page, 'demo-desktop-dark')
  }, { ...desktop, colorScheme: 'dark' })

  inPage(
    'fits a phone and works by touch',
    async (page) => {
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      assert.equal(await overflow(), 0)
      await shot(page, 'demo-phone')

      await page.getByLabel('New todo in').tap()
      await page.keyboard.type('A text that is too long for one line of a telephone and goes on and on, for two or three lines')
      await page.getByRole('button', { name: 'Add', exact: true }).tap()
      await row(page, 'A text that is too long').waitFor()
      assert.equal(await overflow(), 0)
      const boxes = await page.locator('.todo').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().toJSON()))
      boxes.sort((a, b) => a.top - b.top)
      for (const [i, { top }] of boxes.entries()) {
        if (i > 0) assert.ok(top >= boxes[i - 1].bottom - 1, `row ${i} overlaps the one above it`)
      }

      await page.getByText(launchWeek[0]).tap()
      await page.getByRole('textbox', { name: 'Edit todo' }).fill('Rehearse')
      await page.keyboard.press('Enter')
      await box(page, 'Rehearse').tap()
      await eventually(() => box(page, 'Rehearse').isChecked(), true)
      await row(page, 'Rehearse').getByRole('button', { name: /^Delete/ }).tap()
      await row(page, 'Rehearse').waitFor({ state: 'detached' })

      await list(page, 'Reading list').tap()
      await page.getByRole('heading', { level: 1, name: 'Reading list' }).waitFor()
      await page.getByRole('button', { name: 'List options' }).tap()
      await page.getByRole('menuitem', { name: 'Rename' }).tap()
      await page.getByRole('textbox', { name: 'List name' }).fill('A list with a name that does not fit on a phone at all')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: /^A list with a name/ }).waitFor()
      assert.equal(await overflow(), 0)

      await page.getByRole('button', { name: 'Load 10,000 items' }).tap()
      await page.getByText(/^10,017 rows$/).waitFor()
      assert.equal(await overflow(), 0)
      await eventually(async () => (await rows(page).count()) < 60, true)
    },
    phone,
  )
})
