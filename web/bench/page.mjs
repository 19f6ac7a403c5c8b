// One page of the benchmark, in a browser context (so with a cache) of its own.

import { openPage } from '../e2e/browser.mjs'
import { longestTask } from './trace.mjs'

export class Page {
  profiles = []

  /** Opens a page, hands it to `use` and closes it. What the page reports as an error is thrown. */
  static async with(browser, url, use) {
    const { context, page, errors } = await openPage(browser)
    try {
      const self = new Page(browser, page, await context.newCDPSession(page))
      await self.open(url)
      const result = await use(self)
      if (errors.length > 0) throw new Error(`the page reported:\n${errors.join('\n')}`)
      return result
    } finally {
      await context.close()
    }
  }

  constructor(browser, page, cdp) {
    this.browser = browser
    this.page = page
    this.cdp = cdp
  }

  async open(url) {
    await this.page.exposeFunction('heapBytes', () => this.heapBytes())
    await this.page.goto(url)
    await this.page.waitForFunction('globalThis.bench && crossOriginIsolated')
  }

  list = () => this.page.evaluate('bench.list()')
  prepare = (name, sizes) => this.page.evaluate(([name, sizes]) => bench.prepare(name, sizes), [name, sizes])

  async measure(name, side, sizes, profiled) {
    if (profiled) await this.startProfiler()
    return this.page.evaluate((all) => bench.measure(...all), [name, side, sizes, profiled])
  }

  /** Adds the longest task between the marks that the work sets, in ms, to what `measure` gives. */
  async traced(measure) {
    await this.browser.startTracing(this.page, { categories: ['toplevel', 'blink.user_timing', '__metadata'] })
    const measured = await measure()
    return { ...measured, ...longestTask(await this.browser.stopTracing()) }
  }

  /** What is alive in the JS heap, and what typed arrays hold outside of it; wasm memory is in neither. */
  async heapBytes() {
    await this.cdp.send('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = await this.cdp.send('Runtime.getHeapUsage')
    return usedSize + backingStorageSize
  }

  /** CPU profiles: { title, profile }. */
  async finishedProfiles() {
    // those of the last measurement are still on their way
    if (this.profiling) await this.cdp.send('Profiler.disable')
    return this.profiles
  }

  async startProfiler() {
    if (this.profiling) return
    this.profiling = true
    this.cdp.on('Profiler.consoleProfileFinished', (finished) => this.profiles.push(finished))
    await this.cdp.send('Profiler.enable')
    await this.cdp.send('Profiler.setSamplingInterval', { interval: 100 })
  }
}
