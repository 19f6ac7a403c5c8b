// Pages whose scenarios run in a browser: window.titles names them, window.run plays one.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { artifacts, launch, openPage, serve } from './browser.mjs'
import { bundle } from './bundle.mjs'

/** Plays each scenario of the page of this name, with this React, as a test of its own; leaves a picture of one that fails. */
export async function playScenarios(t, name, react) {
  const server = await serve(await bundle(`${name}-${react}`, `${name}.tsx`, { react }))
  let browser
  try {
    browser = await launch()
    const { page, errors } = await openPage(browser)
    await page.goto(server.url)
    await page.waitForFunction(() => window.run)
    assert.equal(parseInt(await page.evaluate(() => window.reactVersion)), react)
    for (const title of await page.evaluate(() => window.titles)) {
      await t.test(title, { timeout: 60_000 }, async () => {
        errors.length = 0
        try {
          await page.evaluate((title) => window.run(title), title)
          assert.deepEqual(errors, [])
        } catch (error) {
          await page.screenshot({ path: join(artifacts, `${name}-${react}-${title.replaceAll(/\W+/g, '-')}.png`) })
          throw error
        }
      })
    }
  } finally {
    await Promise.all([browser?.close(), server.close()])
  }
}
