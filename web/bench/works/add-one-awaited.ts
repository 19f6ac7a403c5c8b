// addOne 1,000 times into a new store, each awaited before the next.

import { timeSettled } from '../measure.js'
import { makeRows } from '../rows.js'
import { openStore } from '../stores.js'
import type { Work } from '../work.js'
import addOne from './add-one.js'

export default {
  unit: 'ms',
  rounds: 41,
  warmUp: 15,
  prepare: addOne.prepare,
  sides: {
    map: addOne.sides.map,
    awaitedMap({ singles }) {
      const input = makeRows(singles)
      return timeSettled(async () => {
        const map = new Map()
        for (const row of input) await map.set(row.id, { ...row })
        return map
      })
    },
    async atoma({ singles }) {
      const input = makeRows(singles)
      const { store, close } = await openStore()
      const taken = await timeSettled(async () => {
        for (const row of input) await store.addOne(row)
      })
      await close()
      return taken
    },
  },
  lines: [
    { what: '1,000 addOne, awaited one by one', plain: 'map', atoma: 'atoma', target: 10 },
    { what: '1,000 addOne, awaited, against an awaited map.set', plain: 'awaitedMap', atoma: 'atoma' },
  ],
} satisfies Work
