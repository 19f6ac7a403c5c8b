// addMany of 100,000 rows, their results included, against copies of the rows in a Map.

import { time, timeSettled } from '../measure.js'
import { makeRows } from '../rows.js'
import { openStore } from '../stores.js'
import type { Work } from '../work.js'

export default {
  unit: 'ms',
  rounds: 11,
  warmUp: 3,
  prepare: async () => (await openStore()).close(),
  sides: {
    map({ rows }) {
      const input = makeRows(rows)
      return time(() => {
        const map = new Map()
        for (const row of input) map.set(row.id, { ...row })
        return map
      })
    },
    async atoma({ rows }) {
      const input = makeRows(rows)
      const { store, close } = await openStore()
      const taken = await timeSettled(() => store.addMany(input))
      await close()
      return taken
    },
  },
  lines: [{ what: 'addMany of 100,000 rows, awaited', plain: 'map', atoma: 'atoma', target: 2 }],
} satisfies Work
