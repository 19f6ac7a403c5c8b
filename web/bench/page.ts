// The page's side of run.mjs: it runs what it is told and gives back numbers.

import './wasm-memory.js'
import { profileAs } from './measure.js'
import type { Measured, Sizes, Work } from './work.js'
import addManyFresh from './works/add-many-fresh.js'
import addMany from './works/add-many.js'
import addOneAwaited from './works/add-one-awaited.js'
import addOneFresh from './works/add-one-fresh.js'
import addOne from './works/add-one.js'
import memory from './works/memory.js'
import pause from './works/pause.js'
import read from './works/read.js'
import start from './works/start.js'
import updateOne from './works/update-one.js'

/** In the order of the table. */
const works: Record<string, Work> = {
  'add-many': addMany,
  'add-many-fresh': addManyFresh,
  'add-one': addOne,
  'add-one-awaited': addOneAwaited,
  'add-one-fresh': addOneFresh,
  'update-one': updateOne,
  read,
  memory,
  start,
  pause,
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
