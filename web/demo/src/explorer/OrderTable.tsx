import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Query } from 'atoma-wasm'
import { count } from '../format'
import { type Column, columns } from './columns'
import { SortArrow } from './icons'
import { NothingFound } from './NothingFound'
import { OrderRow } from './OrderRow'
import type { Order, Orders } from './orders'
import { useWindow } from './useWindow'
import { sortOf, type View, wordsOf } from './view'

const rowHeight = 40

interface Props {
  orders: Orders
  view: View
  /** The view's. */
  query: Query<Order>
  onChange: (part: Partial<View>) => void
  onClear: () => void
}

export const focusTable = () => document.querySelector<HTMLElement>('.grid-scroller')?.focus()

/** All orders that were asked for; in the page are those in sight. */
export function OrderTable({ orders, view, query, onChange, onClear }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const [first, setFirst] = useState(0)
  const rows = useWindow(orders, query, first)
  const virtualizer = useVirtualizer({
    count: rows.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 4,
    paddingEnd: 12,
    useFlushSync: false,
    onChange: (instance) => setFirst(instance.range?.startIndex ?? 0),
  })

  const search = useMemo(() => ({ query, words: wordsOf(view.text) }), [query, view.text])

  // Another question starts at the top; the same one stays where it is, whatever becomes of its rows.
  useLayoutEffect(() => virtualizer.scrollToOffset(0), [query])

  return (
    <div className="grid" role="table" aria-label="Orders" aria-rowcount={rows.total + 1} aria-colcount={columns.length}>
      <div className="grid-head" role="rowgroup">
        <div className="grid-row" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <Head key={column.field} column={column} view={view} onChange={onChange} />
          ))}
        </div>
      </div>
      <div
        className="grid-scroller"
        ref={scroller}
        role="rowgroup"
        tabIndex={0}
        aria-label={`${count(rows.total)} orders`}
        data-empty={rows.total === 0 || undefined}
      >
        {rows.total === 0 ? (
          <NothingFound view={view} onClear={onClear} />
        ) : (
          <div className="grid-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const order = rows.at(index)
              // by place and not by order: where orders stream past, their texts change and not the elements
              return order && <OrderRow key={index} order={order} index={index} top={start} search={search} />
            })}
          </div>
        )}
      </div>
    </div>
  )
}

interface HeadProps {
  column: Column
  view: View
  onChange: (part: Partial<View>) => void
}

function Head({ column: { field, label, first, numeric }, view, onChange }: HeadProps) {
  const [sort] = sortOf(view)
  const dir = sort.field === field ? sort.dir : undefined
  const next = dir === undefined ? first : dir === 'asc' ? 'desc' : 'asc'
  const sorted = dir && (dir === 'asc' ? 'ascending' : 'descending')
  return (
    <div className="cell" role="columnheader" data-field={field} data-numeric={numeric} aria-sort={sorted}>
      <button type="button" onClick={() => onChange({ sort: { field, dir: next } })}>
        {label}
        {dir && <SortArrow dir={dir} />}
      </button>
    </div>
  )
}
