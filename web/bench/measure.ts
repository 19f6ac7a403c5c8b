// Timing, and what must stand still around it.

declare global {
  /** By run.mjs: the page's JS heap in bytes, after a full collection. */
  function heapBytes(): Promise<number>
}

/** By --expose-gc. */
const collect = gc as () => void

let profile = ''

/** Names the CPU profiles of what follows; '' takes none. */
export function profileAs(name: string): void {
  profile = name
}

/** Milliseconds that `work` takes. The garbage of what was before is not its own. */
export function time(work: () => unknown): number {
  const start = begin()
  const result = work()
  const taken = end(start)
  keep(result)
  return taken
}

/** The same until the promise of `work` settles. */
export async function timeSettled(work: () => Promise<unknown>): Promise<number> {
  const start = begin()
  const result = await work()
  const taken = end(start)
  keep(result)
  return taken
}

/** Of many calls: until the last has returned, and until the last of their promises has settled. */
export async function timeCalls(work: () => Promise<unknown>[]): Promise<{ calls: number; settled: number }> {
  const start = begin()
  const promises = work()
  const calls = performance.now() - start
  const results = await Promise.all(promises)
  const settled = end(start)
  keep(results)
  return { calls, settled }
}

function begin(): number {
  collect()
  if (profile) console.profile(profile)
  return performance.now()
}

function end(start: number): number {
  const taken = performance.now() - start
  if (profile) console.profileEnd(profile)
  return taken
}

/** What a work gives is alive while it is timed, as it would be with a user. */
const kept: unknown[] = []

function keep(result: unknown): void {
  kept.push(result)
  kept.length = 0
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Waits until deferred work is done and rows that nobody holds are gone. */
export async function settled(ms: number): Promise<void> {
  await pause(ms / 2)
  collect()
  await pause(ms / 2)
  collect()
}
