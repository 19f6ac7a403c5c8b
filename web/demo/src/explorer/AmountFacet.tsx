import { type CSSProperties, useDeferredValue } from 'react'
import { useAggregate } from 'atoma-wasm/react'
import { euros } from './money'
import { bands, bandStart, type Orders } from './orders'
import { filterOf, type View } from './view'

interface Props {
  orders: Orders
  view: View
  onChange: (part: Partial<View>) => void
}

const barWidth = 8
const height = 44

/** A live histogram of the amounts, and the two ends of the range that is let through. */
export function AmountFacet({ orders, view, onChange }: Props) {
  const [from, to] = view.amount
  const setRange = (from: number, to: number) => onChange({ amount: [from, to] })
  const least = euros(bandStart(from))
  const greatest = to === bands ? `${euros(bandStart(to))} and more` : `under ${euros(bandStart(to))}`

  return (
    <fieldset className="facet amount-facet" data-facet="amount">
      <legend>Amount</legend>
      {(from > 0 || to < bands) && (
        <button type="button" className="facet-clear" aria-label="Any amount" onClick={() => setRange(0, bands)}>
          Any
        </button>
      )}
      <Histogram orders={orders} view={view} />
      <div className="range" style={{ '--from': from / bands, '--to': to / bands } as CSSProperties}>
        <input
          type="range"
          min={0}
          max={bands}
          value={from}
          aria-label="Least amount"
          aria-valuetext={least}
          onChange={(event) => setRange(Math.min(Number(event.target.value), to - 1), to)}
        />
        <input
          type="range"
          min={0}
          max={bands}
          value={to}
          aria-label="Greatest amount"
          aria-valuetext={greatest}
          onChange={(event) => setRange(from, Math.max(Number(event.target.value), from + 1))}
        />
      </div>
      <p className="range-words">
        <span>{least}</span>
        <span>{greatest}</span>
      </p>
    </fieldset>
  )
}

function Histogram({ orders, view }: Omit<Props, 'onChange'>) {
  const groups = useAggregate(orders, {
    filter: filterOf(useDeferredValue(view), 'amount'),
    groupBy: ['band'],
    metrics: { orders: 'count' },
  })
  const most = Math.max(1, ...groups.map((group) => group.orders))
  const [from, to] = view.amount
  return (
    <svg className="bars" viewBox={`0 0 ${bands * barWidth} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {groups.map(({ band, orders }) => {
        if (band === null) return undefined
        const tall = (orders / most) * height
        const out = band < from || band >= to
        return <rect key={band} data-out={out || undefined} x={band * barWidth + 1} width={barWidth - 2} y={height - tall} height={tall} rx={1.5} />
      })}
    </svg>
  )
}
