// What every browser test needs: a Chromium, a folder that is served, a page that reports its errors.

import { accessSync, constants, mkdirSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export { serve } from '../serve.mjs'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** Screenshots and other things to look at; ignored by git. */
export const artifacts = join(root, 'dist/artifacts')
mkdirSync(artifacts, { recursive: true })

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The path of a Chromium: $CHROME, or the first one that is installed. Throws with what to do when there is none. */
export function findChromium() {
  const { CHROME, PATH = '' } = process.env
  if (CHROME) {
    if (executable(CHROME)) return CHROME
    throw new Error(`CHROME is set to ${CHROME}, which is not a program that can be run.`)
  }
  const folders = ['/usr/bin', ...PATH.split(delimiter).filter(Boolean)]
  const inPath = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  const found = [...inPath, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(executable)
  if (found) return found
  throw new Error(
    `The browser tests need Chromium, and there is none: looked for ${names.join(', ')} in PATH. ` +
      'Install one (Debian: apt-get install chromium) or set CHROME to its path.',
  )
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a headless Chromium of its own; `close()` ends it.
 * @param {import('playwright-core').LaunchOptions} [options]
 */
export const launch = (options) => chromium.launch({ executablePath: findChromium(), ...options, args: [...args, ...(options?.args ?? [])] })

/**
 * A page in a context of its own, and the errors it has reported so far: uncaught ones, console.error and
 * console.warn, and requests that failed. A test ends with `assert.deepEqual(errors, [])`.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, options) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  /** @type {string[]} */
  const errors = []
  page.on('pageerror', (error) => errors.push(`uncaught ${error.stack ?? error}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(`console.${message.type()} ${message.text()}`)
  })
  page.on('requestfailed', (request) => errors.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`))
  return { context, page, errors }
}
