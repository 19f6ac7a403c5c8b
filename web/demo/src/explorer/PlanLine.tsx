import type { Query } from 'atoma-wasm'
import type { Order, Orders } from './orders'
import { usePlan } from './plan'

/** How the engine found the rows. */
export function PlanLine({ orders, query }: { orders: Orders; query: Query<Order> }) {
  const plan = usePlan(orders, query)
  return (
    <footer className="foot plan">
      <p title="The time of the query in the engine, for the first 100 rows">
        Query <strong>{plan?.took ?? '–'}</strong>
      </p>
      <p className="plan-how">{plan?.how}</p>
    </footer>
  )
}
