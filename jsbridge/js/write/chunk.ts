// Items of a many-write on their way into one batch.

import { type Row, Shape } from '../input.js'

/** Rows of one batch: enough to be columnar, few enough to stay in the processor's cache. */
export const chunkRows = 2048

/** Rows of one batch when they are not all alike: a batch has a cell for each row and each key of any. */
export const mixedRows = 512

export class Chunk {
  /** Of the rows. */
  readonly shape = new Shape()
  /** Undefined: the engine makes one. */
  readonly ids: (string | undefined)[] = []
  /** New rows or patches, copied. */
  readonly rows: Row[] = []
  /** Of each item, its index in the call. */
  readonly indexes: number[] = []
  /** The versions expected to be stored, undefined: any. Undefined as a whole: none is expected. */
  expected: (number | undefined)[] | undefined

  get length(): number {
    return this.ids.length
  }

  /** It is time to write it. */
  get full(): boolean {
    return this.ids.length >= (this.shape.uniform ? chunkRows : mixedRows)
  }

  push(index: number, id: string | undefined, row: Row, expected?: number): void {
    if (expected !== undefined) (this.expected ??= new Array<number | undefined>(this.ids.length).fill(undefined))
    this.expected?.push(expected)
    this.ids.push(id)
    this.rows.push(row)
    this.indexes.push(index)
    // a row that the shape has not seen, as it came from an updater, may have any keys
    if (this.shape.rows !== this.ids.length) this.shape.uniform = false
  }
}
