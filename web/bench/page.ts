// The page's side of run.mjs: it runs what it is told and gives back numbers.

import './wasm-memory.js'
import { profileAs } from './measure.js'
import type { Measured, Sizes, Work } from './work.js'
import addManyFresh from './works/add-many-fresh.js'
import addMany from './works/add-many.js'
import addOneAwaited from './works/add-one-awaited.js'
import addOneFresh from './works/add-one-fresh.js'
import addOneFull from './works/add-one-full.js'
import addOne from './works/add-one.js'
import bulkLoad from './works/bulk-load.js'
import contains from './works/contains.js'
import equality from './works/equality.js'
import eventsNone from './works/events-none.js'
import fuzzy from './works/fuzzy.js'
import inFlight from './works/in-flight.js'
import liveBatch from './works/live-batch.js'
import liveOne from './works/live-one.js'
import liveViews from './works/live-views.js'
import memory from './works/memory.js'
import pause from './works/pause.js'
import read from './works/read.js'
import sorted from './works/sorted.js'
import sortedText from './works/sorted-text.js'
import sortedUnseen from './works/sorted-unseen.js'
import start from './works/start.js'
import updateOneAwaited from './works/update-one-awaited.js'
import updateOne from './works/update-one.js'
import upsertMany from './works/upsert-many.js'

/** In the order of the table. */
const works: Record<string, Work> = {
  'add-many': addMany,
  'add-many-fresh': addManyFresh,
  'add-one': addOne,
  'add-one-awaited': addOneAwaited,
  'add-one-fresh': addOneFresh,
  'add-one-full': addOneFull,
  'update-one': updateOne,
  'update-one-awaited': updateOneAwaited,
  'upsert-many': upsertMany,
  'in-flight': inFlight,
  'events-none': eventsNone,
  read,
  memory,
  start,
  pause,
  sorted,
  'sorted-unseen': sortedUnseen,
  'sorted-text': sortedText,
  equality,
  contains,
  fuzzy,
  'live-one': liveOne,
  'live-batch': liveBatch,
  'live-views': liveViews,
  'bulk-load': bulkLoad,
}

const bench = {
  /** All works, without their functions. */
  list: () =>
    Object.entries(works).map(([name, { prepare, sides, ...rest }]) => ({ name, ...rest, prepares: !!prepare, sides: Object.keys(sides) })),
  prepare: (name: string, sizes: Sizes) => works[name]!.prepare?.(sizes),
  /** One round of one side. */
  async measure(name: string, side: string, sizes: Sizes, profile = ''): Promise<Measured> {
    profileAs(profile)
    return works[name]!.sides[side]!(sizes)
  },
}

declare global {
  var bench: object
}
globalThis.bench = bench
