// The hooks of a client with an executor, in a real browser, with each React that is supported.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { artifacts, launch, openPage, serve } from './browser.mjs'
import { bundle } from './bundle.mjs'

describe('hooks with an executor', { concurrency: true }, () => {
  for (const react of [18, 19]) {
    test(`in React ${react}`, async (t) => {
      const server = await serve(await bundle(`hooks-remote-${react}`, 'hooks-remote.tsx', { react }))
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
              await page.screenshot({ path: join(artifacts, `hooks-remote-${react}-${title.replaceAll(/\W+/g, '-')}.png`) })
              throw error
            }
          })
        }
      } finally {
        await Promise.all([browser?.close(), server.close()])
      }
    })
  }
})
