// How the engine answers a query: what it used, what it looked at, how long it took.

import { useEffect, useState } from 'react'
import type { Explanation, Query } from 'atoma-wasm'
import { count, milliseconds } from '../format'
import type { Order, Orders } from './orders'

export interface Plan {
  took: string
  how: string
}

/** The channel for hooks and tools, as devtools use it. */
const explain = (orders: Orders, query: Query<Order>): Promise<Explanation> =>
  (orders as unknown as Record<symbol, { explain(query: Query<Order>): Promise<Explanation> }>)[Symbol.for('atoma.storeInternal')]!.explain(query)

function planOf({ looked, micros, steps }: Explanation): Plan {
  const via = [...new Set(steps.map((step) => step.via).filter(Boolean))]
  return { took: milliseconds(micros / 1000), how: `by ${via.join(', ')}; looked at ${count(looked)} rows` }
}

/** The plan of the first rows of a query; made anew when the query is another object, not when the rows change. */
export function usePlan(orders: Orders, query: Query<Order>): Plan | undefined {
  const [plan, setPlan] = useState<Plan>()
  useEffect(() => {
    let left = false
    void explain(orders, { ...query, limit: 100 }).then((explanation) => left || setPlan(planOf(explanation)))
    return () => void (left = true)
  }, [orders, query])
  return plan
}
