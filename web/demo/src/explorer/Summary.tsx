import { useAggregate } from 'atoma-wasm/react'
import { count } from '../format'
import { FilterIcon, Star } from './icons'
import { total } from './money'
import type { Orders } from './orders'
import { filterOf, isSearch, narrowedBy, type View } from './view'

interface Props {
  orders: Orders
  view: View
  /** How many orders there are at all. */
  all: number
  onChange: (part: Partial<View>) => void
  onClear: () => void
  onFilters: () => void
}

/** What was found, in numbers that stay right; and the way back. */
export function Summary({ orders, view, all, onChange, onClear, onFilters }: Props) {
  // without groupBy there is one group, always
  const totals = useAggregate(orders, {
    filter: filterOf(view),
    metrics: { orders: 'count', amount: { sum: 'amount' }, rating: { avg: 'rating' } },
  })[0]!
  const filters = narrowedBy(view)
  const searching = isSearch(view)
  return (
    <div className="summary">
      <p className="summary-count" role="status" aria-live="off">
        <strong>{count(totals.orders)}</strong> {totals.orders < all && <span className="summary-all">of {count(all)}</span>} orders
      </p>
      <p className="summary-fact" title="The sum of their amounts">
        {total(totals.amount ?? 0)}
      </p>
      {totals.rating !== null && (
        <p className="summary-fact" title="Their rating on average; those without one are left out">
          <Star /> {totals.rating.toFixed(2)}
        </p>
      )}
      <span className="summary-space" />
      {searching && view.sort && (
        <button type="button" className="button quiet" onClick={() => onChange({ sort: undefined })}>
          Sort by relevance
        </button>
      )}
      {searching && !view.sort && <p className="summary-order">By relevance</p>}
      {(filters > 0 || searching) && (
        <button type="button" className="button quiet" title="Clear the search and all filters (X)" onClick={onClear}>
          Clear all
        </button>
      )}
      <button type="button" className="button open-filters" onClick={onFilters}>
        <FilterIcon /> Filters{filters > 0 && ` (${filters})`}
      </button>
    </div>
  )
}
