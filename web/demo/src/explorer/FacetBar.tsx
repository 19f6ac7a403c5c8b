import { useCell } from '../cell'
import { count, milliseconds } from '../format'
import { Cross, Keyboard } from '../icons'
import { Brand } from '../Brand'
import { AmountFacet } from './AmountFacet'
import { ChoiceFacet } from './ChoiceFacet'
import type { Churn } from './churn'
import type { Loaded } from './load'
import { categories, countries, indexCount, type Orders, statuses } from './orders'
import type { View } from './view'

interface Props {
  orders: Orders
  view: View
  onChange: (part: Partial<View>) => void
  loaded: Omit<Loaded, 'orders'>
  churn: Churn
  onShortcuts: () => void
  /** On a phone, where it covers the orders. */
  onClose: () => void
}

/** What narrows the orders, with live counts. */
export function FacetBar({ orders, view, onChange, loaded, churn, onShortcuts, onClose }: Props) {
  return (
    <aside className="sidebar" aria-label="Filters">
      <Brand page="explorer">
        <button
          type="button"
          className="icon-button shortcuts-button"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={onShortcuts}
        >
          <Keyboard />
        </button>
        <button type="button" className="icon-button close-filters" aria-label="Close the filters" onClick={onClose}>
          <Cross />
        </button>
      </Brand>
      <div className="facets">
        <AmountFacet orders={orders} view={view} onChange={onChange} />
        <ChoiceFacet title="Status" field="status" values={statuses} {...{ orders, view, onChange }} />
        <ChoiceFacet title="Category" field="category" values={categories} {...{ orders, view, onChange }} />
        <ChoiceFacet title="Country" field="country" values={countries} {...{ orders, view, onChange }} />
      </div>
      <div className="status">
        <p className="status-rows">{count(loaded.total)} rows</p>
        <p title="The time of all calls of addMany">Added in {milliseconds(loaded.rowsMs)}</p>
        <p title="The time of the first query of each">
          {indexCount} indexes built in {milliseconds(loaded.indexesMs)}
        </p>
        <Changed churn={churn} />
      </div>
    </aside>
  )
}

function Changed({ churn }: { churn: Churn }) {
  const changed = useCell(churn.changed)
  return changed > 0 && <p>{count(changed)} rows changed since</p>
}
