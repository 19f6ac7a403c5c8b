import { memo, useState, type ReactNode } from 'react'
import type { Query } from 'atoma-wasm'
import { Star } from './icons'
import { piecesOf } from './marks'
import { price } from './money'
import type { Order } from './orders'

const date = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })
const shortDate = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const time = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const today = new Date().setHours(0, 0, 0, 0)

/** A query, and the words that it searches. */
export interface Search {
  query: Query<Order>
  words: readonly string[]
}

interface Props {
  order: Order
  index: number
  top: number
  /** What is searched, for the marks. */
  search: Search
}

/** One order. An order keeps its object until it changes, so a row renders when its own order did. */
export const OrderRow = memo(function OrderRow({ order, index, top, search }: Props) {
  const { id, category, country, status, rating, amount, placedAt, updatedAt } = order
  return (
    <div className="grid-row" role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }}>
      <div className="cell" role="cell" data-field="title" data-category={category} title={category}>
        <Marked order={order} field="title" search={search} />
      </div>
      <div className="cell" role="cell" data-field="customer">
        <Marked order={order} field="customer" search={search} />
      </div>
      <div className="cell" role="cell" data-field="country">
        {country}
      </div>
      <div className="cell" role="cell" data-field="status">
        <Fresh id={id} value={status}>
          <span className="pill" data-status={status}>
            {status}
          </span>
        </Fresh>
      </div>
      <div className="cell" role="cell" data-field="rating" data-numeric>
        {rating === null ? (
          <span className="unrated" aria-label="not rated">
            –
          </span>
        ) : (
          <Fresh id={id} value={rating}>
            {rating} <Star />
          </Fresh>
        )}
      </div>
      <div className="cell" role="cell" data-field="amount" data-numeric>
        <Fresh id={id} value={amount}>{price(amount)}</Fresh>
      </div>
      <div className="cell" role="cell" data-field="placedAt" data-numeric>
        {date.format(placedAt)}
      </div>
      <div className="cell" role="cell" data-field="updatedAt" data-numeric>
        {updatedAt.getTime() >= today ? time.format(updatedAt) : shortDate.format(updatedAt)}
      </div>
    </div>
  )
})

/** Glows for a moment when the value has changed under the reader's eyes, and not when the row shows another order. */
function Fresh({ id, value, children }: { id: string; value: unknown; children: ReactNode }) {
  const [seen, setSeen] = useState({ id, value, changes: 0 })
  if (seen.id !== id || seen.value !== value) setSeen({ id, value, changes: seen.id === id ? seen.changes + 1 : 0 })
  return (
    <span key={seen.changes} className={seen.changes > 0 ? 'fresh' : undefined}>
      {children}
    </span>
  )
}

function Marked({ order, field, search: { query, words } }: { order: Order; field: 'title' | 'customer'; search: Search }) {
  if (words.length === 0) return order[field]
  return piecesOf(order, field, query, words).map(({ text, marked }, i) => (marked ? <mark key={i}>{text}</mark> : text))
}
