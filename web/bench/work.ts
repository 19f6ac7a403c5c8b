// What a file in works/ exports: one piece of work, done by several sides.

/** How much is done: the sizes of the figures, or small ones to see that nothing rots. */
export interface Sizes {
  rows: number
  singles: number
  reads: number
  patches: number
  /** Rows of one upsertMany. */
  upserts: number
  /** Writes that wait for their answers at the same time. */
  inFlight: number
  seconds: number
  /** Queries in one round, of different values where that makes a difference. */
  queries: number
  /** Changes under a live view in one round, one after the other. */
  changes: number
  /** Rows changed in one call under a live view. */
  batch: number
  /** Live views on one store. */
  views: number
  /** How long deferred work is waited for. */
  settleMs: number
}

/** What one round took, in the work's unit; several numbers get names: `side.name`. */
export type Measured = number | Record<string, number>

export interface Line {
  /** What the line of the table says. */
  what: string
  /** The side, or `side.name`, of plain JavaScript. */
  plain?: string
  atoma: string
  /** The ratio to reach; none: it is only reported. */
  target?: number
  /** In the place of `target`: how many times as fast as the plain side. */
  faster?: number
  /** Printed instead of a ratio: the aim of a figure that is reported only. */
  aim?: string
}

export interface Work {
  unit: 'ms' | 'MB'
  /** Rounds that count; the sides take turns in each. */
  rounds: number
  /** Rounds before those; the first of them is also reported, as the cold one. */
  warmUp?: number
  /** Every measurement in a page of its own, loaded anew. */
  freshPages?: boolean
  /** Adds `task` and `taskCPU` to each side's numbers: the longest task between its marks bench-start and bench-end. */
  traced?: boolean
  /** Called once in each page, before any side. */
  prepare?(sizes: Sizes): Promise<void>
  /** One round each. Making ready and clearing away happen outside the number that is given. */
  sides: Record<string, (sizes: Sizes) => Measured | Promise<Measured>>
  lines: Line[]
}
