// What is looked at: the filters, the search and the order, and the queries that they make.

import type { Filter, Query } from 'atoma-wasm'
import { bands, bandStart, type Category, type Country, type Order, type Status } from './orders'

export type SortField = 'title' | 'customer' | 'country' | 'rating' | 'amount' | 'placedAt' | 'updatedAt' | 'status'

export interface View {
  text: string
  status: readonly Status[]
  category: readonly Category[]
  country: readonly Country[]
  /** Bars of the histogram: from the first up to, but not with, the second. */
  amount: readonly [from: number, to: number]
  /** None: by relevance while something is searched, else the largest first. */
  sort?: { field: SortField; dir: 'asc' | 'desc' }
}

export type Facet = 'status' | 'category' | 'country' | 'amount'

export const everything: View = { text: '', status: [], category: [], country: [], amount: [0, bands] }

export const wordsOf = (text: string): string[] => text.trim().split(/\s+/).filter(Boolean).slice(0, 6)

/** A word as it is, with a typo, or not typed to its end; in the title or in the customer's name. */
const wordFilter = (word: string): Filter<Order> => ({
  op: 'or',
  args: (['title', 'customer'] as const).flatMap((field): Filter<Order>[] => [
    // short words have too many neighbours to forgive a typo
    { op: 'text', field, query: word, mode: word.length > 3 ? 'fuzzy' : 'match' },
    { op: 'contains', field, value: word },
  ]),
})

/** All that is asked for, but for one facet: its counts say what would be found with another choice. */
export function filterOf(view: View, except?: Facet): Filter<Order> {
  const args = wordsOf(view.text).map(wordFilter)
  for (const field of ['status', 'category', 'country'] as const) {
    if (field !== except && view[field].length > 0) args.push({ op: 'in', field, values: view[field] })
  }
  const [from, to] = view.amount
  if (except !== 'amount' && from > 0) args.push({ op: 'gte', field: 'amount', value: bandStart(from) })
  if (except !== 'amount' && to < bands) args.push({ op: 'lt', field: 'amount', value: bandStart(to) })
  return { op: 'and', args }
}

export const isSearch = (view: View): boolean => wordsOf(view.text).length > 0

/** How many facets narrow the view. */
export const narrowedBy = (view: View): number =>
  [view.status.length, view.category.length, view.country.length, view.amount[0] > 0 || view.amount[1] < bands].filter(Boolean).length

export function sortOf(view: View): [{ field: SortField | '$score'; dir: 'asc' | 'desc' }] {
  if (view.sort) return [view.sort]
  return [{ field: isSearch(view) ? '$score' : 'amount', dir: 'desc' }]
}

export const queryOf = (view: View): Query<Order> => ({ filter: filterOf(view), sort: sortOf(view) })
