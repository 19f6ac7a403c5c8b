// 1,000 updates a second on 100,000 rows, ten every 10 ms, while a filtered,
// sorted and limited query is watched. The plain side is the machine's own
// restlessness: the same updates of a Map, with nothing watching. One update of
// each ten is of a row on the watched page, so that there is something to tell.

import { watch } from 'atoma-wasm'
import { makeRows, randomFrom, type Todo } from '../rows.js'
import { pause } from '../measure.js'
import { loadStore } from '../stores.js'
import type { Sizes, Work } from '../work.js'

const sliceMs = 10
const sliceUpdates = 10

/**
 * Runs slices for a time: how long they took, microtasks (so listeners) included, and how late they began.
 * `watched` gives an id that is on the watched page.
 */
async function runSlices(
  { rows, seconds }: Sizes,
  update: (id: string, priority: number) => void,
  watched: (at: number) => string | undefined,
) {
  const random = randomFrom(5)
  const durations: number[] = []
  let late = 0
  performance.mark('bench-start')
  const started = performance.now()
  const slices = (seconds * 1000) / sliceMs
  for (let n = 0; n < slices; n++) {
    const due = started + n * sliceMs
    // a task of its own for each slice, also when it is late already
    await pause(Math.max(0, due - performance.now()))
    const start = performance.now()
    late = Math.max(late, start - due)
    for (let i = 0; i < sliceUpdates; i++) {
      const any = `todo-${Math.floor(random() * rows)}`
      update((i === 0 && watched(random())) || any, Math.floor(random() * 5))
    }
    // listeners are told in a microtask that was queued before this one
    await undefined
    durations.push(performance.now() - start)
  }
  performance.mark('bench-end')
  const persecond = (slices * sliceUpdates * 1000) / (performance.now() - started)
  durations.sort((a, b) => a - b)
  const at = (part: number): number => durations[Math.min(durations.length - 1, Math.floor(part * durations.length))]!
  return { median: at(0.5), p99: at(0.99), longest: at(1), late, persecond }
}

export default {
  unit: 'ms',
  rounds: 1,
  warmUp: 0,
  traced: true,
  sides: {
    async map(sizes) {
      const map = new Map<string, Todo>(makeRows(sizes.rows).map((row) => [row.id, row]))
      await pause(sizes.settleMs)
      return runSlices(
        { ...sizes, seconds: sizes.seconds / 4 },
        (id, priority) => void map.set(id, { ...map.get(id)!, priority }),
        () => undefined,
      )
    },
    async atoma(sizes) {
      const store = await loadStore(sizes.rows)
      let told = 0
      const view = watch(
        store,
        { filter: { list: 'list-3', done: false }, sort: [{ field: 'priority', dir: 'desc' }, { field: 'createdAt' }], limit: 50 },
        () => told++,
      )
      await pause(sizes.settleMs)
      const result = await runSlices(
        sizes,
        (id, priority) => void store.updateOne(id, { priority }),
        (at) => {
          const { data } = view.current
          return data[Math.floor(at * data.length)]?.id
        },
      )
      view.unsubscribe()
      return { ...result, told }
    },
  },
  lines: [
    { what: 'longest pause during 1,000 updates a second', plain: 'map.task', atoma: 'atoma.task', aim: '< 8 ms' },
    { what: 'pause: longest by processor time', plain: 'map.taskCPU', atoma: 'atoma.taskCPU' },
    { what: 'pause: longest slice of ten updates', plain: 'map.longest', atoma: 'atoma.longest' },
    { what: 'pause: slice, 99th percentile', plain: 'map.p99', atoma: 'atoma.p99' },
    { what: 'pause: slice, median', plain: 'map.median', atoma: 'atoma.median' },
  ],
} satisfies Work
