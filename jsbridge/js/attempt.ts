// What is not ours runs, and its failures are its own.

/**
 * Runs a listener, or what may fail by itself. What it throws is reported with
 * console.error, and so is what it rejects with when it is asynchronous.
 */
export function attempt(run: () => unknown): void {
  try {
    const outcome = run()
    if (isThenable(outcome)) Promise.resolve(outcome).catch(report)
  } catch (error) {
    report(error)
  }
}

function isThenable(v: unknown): v is PromiseLike<unknown> {
  return typeof v === 'object' && v !== null && typeof (v as { then?: unknown }).then === 'function'
}

function report(error: unknown): void {
  console.error(error)
}
