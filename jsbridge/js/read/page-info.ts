import type { Instance } from '../instance.js'
import { Obj, WordPage, WordPageLen } from '../protocol.js'
import type { PageInfo } from '../types.js'
import { ValueReader } from '../codec/value-reader.js'

/** What the last call says of the page: undefined for a query without one. */
export function readPageInfo(instance: Instance): PageInfo | undefined {
  const length = instance.word(WordPageLen)
  if (length === 0) return undefined
  const start = instance.word(WordPage)
  return Object.freeze(new ValueReader(instance.u8, false).cell(Obj, start, start + length)) as PageInfo
}

export function samePage(a: PageInfo | undefined, b: PageInfo | undefined): boolean {
  if (a === b) return true
  return (
    a !== undefined &&
    b !== undefined &&
    a.hasNextPage === b.hasNextPage &&
    a.hasPreviousPage === b.hasPreviousPage &&
    a.startCursor === b.startCursor &&
    a.endCursor === b.endCursor &&
    a.total === b.total
  )
}
