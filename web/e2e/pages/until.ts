// Waiting and comparing inside a page.

const limitMs = 10_000

/** Waits, frame by frame, until `check` gives what is expected. */
export async function until<T>(check: () => T, expected: T, what = String(check)): Promise<void> {
  const start = performance.now()
  while (!alike(check(), expected)) {
    if (performance.now() - start > limitMs) throw new Error(`${what}: ${JSON.stringify(check())}, and never ${JSON.stringify(expected)}`)
    await frame()
  }
}

/** Waits until everything that was under way has happened: two frames, and the tasks between them. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await frame()
    await task()
  }
}

export const frame = () => new Promise((done) => requestAnimationFrame(done))

/** A task of its own, without the minimum of a timer. */
export const task = () =>
  new Promise<void>((done) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      done()
    }
    port2.postMessage(0)
  })

/** Waits for `ms` of real time: only where the passing of time is what is tested. */
export const pass = (ms: number) => new Promise((done) => setTimeout(done, ms))

export function equal<T>(actual: T, expected: T, what = 'values'): void {
  if (!alike(actual, expected)) throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}

export function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: not the same object`)
}

export function ok(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

const alike = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b)
