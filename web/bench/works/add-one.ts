// addOne 1,000 times into a new store, not awaited: until the last call has
// returned (the rows are in, and visible), and until the last promise has settled.

import { time, timeCalls } from '../measure.js'
import { makeRows } from '../rows.js'
import { openStore } from '../stores.js'
import type { Work } from '../work.js'

export default {
  unit: 'ms',
  rounds: 41,
  warmUp: 15,
  prepare: async () => (await openStore()).close(),
  sides: {
    map({ singles }) {
      const input = makeRows(singles)
      return time(() => {
        const map = new Map()
        for (const row of input) map.set(row.id, { ...row })
        return map
      })
    },
    async atoma({ singles }) {
      const input = makeRows(singles)
      const { store, close } = await openStore()
      const taken = await timeCalls(() => {
        const promises: Promise<unknown>[] = []
        for (const row of input) promises.push(store.addOne(row))
        return promises
      })
      await close()
      return taken
    },
  },
  lines: [
    { what: '1,000 addOne, unawaited', plain: 'map', atoma: 'atoma.calls', target: 5 },
    { what: '1,000 addOne, unawaited, until all promises settled', plain: 'map', atoma: 'atoma.settled', target: 5 },
  ],
} satisfies Work
