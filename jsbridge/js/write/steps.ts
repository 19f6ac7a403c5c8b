// Work that waits only where it has to: a generator that yields promises. What
// never yields is done when drive() returns.

/** Yields promises and is given what they are fulfilled with, or thrown what they are rejected with. */
export type Steps = Generator<PromiseLike<unknown>, void, unknown>

/** Runs steps to their end. Undefined: they have ended. The promise rejects with what they throw; so does the call. */
export function drive(steps: Steps): void | Promise<void> {
  const first = steps.next()
  if (!first.done) return follow(steps, first.value)
}

async function follow(steps: Steps, waiting: PromiseLike<unknown>): Promise<void> {
  for (;;) {
    let result: unknown
    let next: IteratorResult<PromiseLike<unknown>, void>
    try {
      result = await waiting
    } catch (error) {
      next = steps.throw(error)
      if (next.done) return
      waiting = next.value
      continue
    }
    next = steps.next(result)
    if (next.done) return
    waiting = next.value
  }
}
