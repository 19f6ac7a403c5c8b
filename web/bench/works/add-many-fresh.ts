// The same in pages that were just loaded: code that has never run, memory that has yet to grow.

import addMany from './add-many.js'
import type { Work } from '../work.js'

export default {
  unit: 'ms',
  rounds: 7,
  freshPages: true,
  prepare: addMany.prepare,
  sides: addMany.sides,
  lines: [{ what: 'addMany of 100,000 rows, first in a fresh page', plain: 'map', atoma: 'atoma' }],
} satisfies Work
