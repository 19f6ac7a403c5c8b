// The first 1,000 addOne of a page: what a person who has just opened an app gets.

import type { Work } from '../work.js'
import addOne from './add-one.js'
import addOneAwaited from './add-one-awaited.js'

export default {
  unit: 'ms',
  rounds: 9,
  freshPages: true,
  prepare: addOne.prepare,
  sides: { map: addOne.sides.map, atoma: addOne.sides.atoma, awaited: addOneAwaited.sides.atoma },
  lines: [
    { what: '1,000 addOne, unawaited, first in a fresh page', plain: 'map', atoma: 'atoma.calls', target: 5 },
    { what: '1,000 addOne, awaited, first in a fresh page', plain: 'map', atoma: 'awaited', target: 10 },
  ],
} satisfies Work
