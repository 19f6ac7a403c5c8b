// The rows around what is in sight, of however many there are: one live query, moved along in steps.

import { useQuery } from 'atoma-wasm/react'
import type { Query } from 'atoma-wasm'
import type { Order, Orders } from './orders'

/** Rows that the window moves by: few enough to be quick, enough to scroll on for a while. */
const step = 64

export interface Rows {
  total: number
  /** Undefined: not in the window. */
  at(index: number): Order | undefined
}

/** `first` is the row at the top of what is in sight. */
export function useWindow(orders: Orders, query: Query<Order>, first: number): Rows {
  const offset = Math.max(0, Math.floor(first / step) - 1) * step
  const { data, pageInfo } = useQuery(orders, { ...query, page: { mode: 'offset', offset, limit: 3 * step, includeTotal: true } })
  return { total: pageInfo?.total ?? 0, at: (index) => data[index - offset] }
}
