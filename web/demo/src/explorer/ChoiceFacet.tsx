import { useDeferredValue } from 'react'
import { useAggregate } from 'atoma-wasm/react'
import { count } from '../format'
import type { Orders } from './orders'
import { filterOf, type View } from './view'

type Field = 'status' | 'category' | 'country'

interface Props<F extends Field> {
  title: string
  field: F
  /** All that there can be, in the order to show them in. */
  values: readonly View[F][number][]
  orders: Orders
  view: View
  onChange: (part: Partial<View>) => void
}

/** Values to pick, each with how many orders it would show. */
export function ChoiceFacet<F extends Field>({ title, field, values, orders, view, onChange }: Props<F>) {
  const groups = useAggregate(orders, { filter: filterOf(useDeferredValue(view), field), groupBy: [field], metrics: { orders: 'count' } })
  const counts = new Map<string | null, number>(groups.map((group) => [group[field], group.orders]))
  const most = Math.max(1, ...counts.values())
  const picked = new Set<string>(view[field])

  const toggle = (value: string) => {
    if (!picked.delete(value)) picked.add(value)
    onChange({ [field]: values.filter((each) => picked.has(each)) })
  }

  return (
    <fieldset className="facet" data-facet={field}>
      <legend>{title}</legend>
      {picked.size > 0 && (
        <button type="button" className="facet-clear" aria-label={`Any ${field}`} onClick={() => onChange({ [field]: [] })}>
          Any
        </button>
      )}
      {values.map((value) => {
        const n = counts.get(value) ?? 0
        return (
          <label key={value} className="choice" data-none={n === 0 || undefined} data-value={value}>
            <input type="checkbox" checked={picked.has(value)} onChange={() => toggle(value)} />
            <span className="choice-name">{value}</span>
            <span className="choice-count">{count(n)}</span>
            <span className="choice-bar" style={{ transform: `scaleX(${n / most})` }} />
          </label>
        )
      })}
    </fieldset>
  )
}
