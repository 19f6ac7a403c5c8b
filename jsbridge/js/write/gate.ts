// The order of the calls of one store when some of them have to wait, for a
// processor or for rows that are fetched: whoever comes later waits behind them.

import type { Row } from '../input.js'

/** A call's work: done when it returns, or when its promise is fulfilled. It must not throw or reject. */
export type Work = () => void | Promise<void>

export class Gate {
  /** Rows as the calls that wait will leave them, by id; undefined: gone, or not known yet. */
  readonly rows = new Map<string, Row | undefined>()
  private readonly queue: Work[] = []
  private running = false

  /** A call that comes now has to wait. */
  get busy(): boolean {
    return this.running
  }

  /** Runs the work: now if nothing runs, else when all that came before is done. */
  enter(work: Work): void {
    this.queue.push(work)
    if (!this.running) this.go()
  }

  private go(): void {
    this.running = true
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      const wait = next()
      if (wait) return void wait.then(() => this.go())
    }
    this.running = false
    this.rows.clear()
  }
}
