// Which call a pending write belongs to, by the engine's number of the write.
// The engine counts writes up from one, so pages of an array serve; a page goes
// when all of its writes have been answered, whatever the order.

import type { Ticket } from './ticket.js'

/** Consecutive writes that one call has made with one command. */
export interface Run {
  readonly ticket: Ticket
  /** The number of the first of them. */
  readonly first: number
  /** Of each, the index of its item in the call. */
  readonly indexes: readonly number[]
}

interface Page {
  readonly runs: (Run | undefined)[]
  live: number
}

const pageBits = 9
const pageSize = 1 << pageBits

export class Ledger {
  /** Writes that have not been answered. */
  size = 0
  private readonly pages = new Map<number, Page>()
  /** The page of the newest writes stays while it is filled. */
  private newest = -1

  add(run: Run): void {
    const end = run.first + run.indexes.length
    this.size += run.indexes.length
    for (let n = run.first; n < end; ) {
      const page = this.page(n >>> pageBits)
      const stop = Math.min(end, ((n >>> pageBits) + 1) * pageSize)
      page.live += stop - n
      for (; n < stop; n++) page.runs[n & (pageSize - 1)] = run
    }
  }

  get(write: number): Run | undefined {
    return this.pages.get(write >>> pageBits)?.runs[write & (pageSize - 1)]
  }

  /** Forgets a write and gives its run. */
  take(write: number): Run | undefined {
    const number = write >>> pageBits
    const page = this.pages.get(number)
    const run = page?.runs[write & (pageSize - 1)]
    if (run === undefined) return undefined
    page!.runs[write & (pageSize - 1)] = undefined
    this.size--
    if (--page!.live === 0 && number !== this.newest) this.pages.delete(number)
    return run
  }

  private page(number: number): Page {
    const known = this.pages.get(number)
    if (known) return known
    if (this.pages.get(this.newest)?.live === 0) this.pages.delete(this.newest)
    const page: Page = { runs: new Array<Run | undefined>(pageSize).fill(undefined), live: 0 }
    this.pages.set(number, page)
    this.newest = number
    return page
  }
}
