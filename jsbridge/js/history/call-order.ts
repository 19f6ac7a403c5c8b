// In which order the calls of one client were made, where that is not the order
// in which they take effect: writes that wait for a processor, a row or an
// answer, and steps that wait for such writes.

interface Waiting {
  readonly scope: string
  readonly actionId: string | undefined
  readonly number: number
}

interface Waiter {
  readonly scope: string
  readonly number: number
  readonly go: () => void
}

export class CallOrder {
  private last = 0
  private readonly waiting = new Map<object, Waiting>()
  private waiters: Waiter[] = []

  /** The number of a call that is made now; they count up. */
  next(): number {
    return ++this.last
  }

  /** A call that is made now will take effect later. Gives its number. */
  begin(call: object, scope: string, actionId: string | undefined): number {
    const number = this.next()
    this.waiting.set(call, { scope, actionId, number })
    return number
  }

  /** The number of a call that waits, or is made now. */
  numberOf(call: object | undefined): number {
    return (call && this.waiting.get(call)?.number) ?? this.next()
  }

  /** A call has taken effect, or never will. */
  end(call: object): void {
    if (!this.waiting.delete(call)) return
    const ready = this.waiters.filter(({ scope, number }) => !this.isWaiting(scope, number))
    if (ready.length === 0) return
    this.waiters = this.waiters.filter((waiter) => !ready.includes(waiter))
    for (const { go } of ready) go()
  }

  endAll(): void {
    for (const call of [...this.waiting.keys()]) this.end(call)
  }

  /** Fulfilled when all calls of a scope that were made before have taken effect; undefined: they have. */
  before(scope: string, number: number): Promise<void> | undefined {
    if (!this.isWaiting(scope, number)) return undefined
    return new Promise((go) => this.waiters.push({ scope, number, go }))
  }

  /** Whether a call that waits comes between two others of an action, and is none of it. */
  parts(scope: string, actionId: string, a: number, b: number): boolean {
    const [from, to] = a < b ? [a, b] : [b, a]
    for (const one of this.waiting.values()) {
      if (one.scope === scope && one.actionId !== actionId && one.number > from && one.number < to) return true
    }
    return false
  }

  private isWaiting(scope: string, number: number): boolean {
    for (const one of this.waiting.values()) if (one.scope === scope && one.number < number) return true
    return false
  }
}
