import { useDeferredValue, useMemo, useState } from 'react'
import { ShortcutSheet } from '../ShortcutSheet'
import { useShortcuts } from '../useShortcuts'
import { createChurn } from './churn'
import { FacetBar } from './FacetBar'
import { FrameMeter } from './FrameMeter'
import type { Loaded } from './load'
import { LiveSwitch } from './LiveSwitch'
import { OrderTable } from './OrderTable'
import { PlanLine } from './PlanLine'
import { focusSearch, SearchBox } from './SearchBox'
import { shortcuts } from './shortcuts'
import { Summary } from './Summary'
import { everything, isSearch, queryOf, type View } from './view'

export function Explorer({ orders, total, rowsMs, indexesMs }: Loaded) {
  const [view, setView] = useState<View>(everything)
  const [sheet, setSheet] = useState(false)
  const [filtersOpen, setFiltersOpen] = useState(false)
  const [churn] = useState(() => createChurn(orders, total))
  // What is typed and ticked shows at once; what it finds may come a frame later.
  const shown = useDeferredValue(view)
  const query = useMemo(() => queryOf(shown), [shown])

  const change = (part: Partial<View>) => setView((before) => ({ ...before, ...part }))
  // A search begins with the best first; an order that is picked then stays.
  const search = (text: string) =>
    setView((before) => {
      const begins = !isSearch(before) && isSearch({ ...before, text })
      return { ...before, text, ...(begins ? { sort: undefined } : {}) }
    })
  const clear = () => setView(everything)

  useShortcuts({ '/': focusSearch, l: churn.toggle, x: clear, Escape: () => setFiltersOpen(false), '?': () => setSheet(true) })

  return (
    <div className="app explorer" data-filters={filtersOpen || undefined}>
      <FacetBar
        orders={orders}
        view={view}
        onChange={change}
        loaded={{ total, rowsMs, indexesMs }}
        churn={churn}
        onShortcuts={() => setSheet(true)}
        onClose={() => setFiltersOpen(false)}
      />
      <main className="main">
        <header className="head explorer-head">
          <h1>Orders</h1>
          <FrameMeter />
          <LiveSwitch churn={churn} />
        </header>
        <SearchBox text={view.text} onText={search} />
        <Summary
          orders={orders}
          view={shown}
          all={total}
          onChange={change}
          onClear={clear}
          onFilters={() => setFiltersOpen(true)}
        />
        <OrderTable orders={orders} view={shown} query={query} onChange={change} onClear={clear} />
        <PlanLine orders={orders} query={query} />
      </main>
      {sheet && <ShortcutSheet groups={shortcuts} onClose={() => setSheet(false)} />}
    </div>
  )
}
