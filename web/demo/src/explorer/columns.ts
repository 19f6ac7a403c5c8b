import type { SortField } from './view'

export interface Column {
  field: SortField
  label: string
  /** How it is sorted by the first click. */
  first: 'asc' | 'desc'
  numeric?: boolean
}

export const columns: readonly Column[] = [
  { field: 'title', label: 'Order', first: 'asc' },
  { field: 'customer', label: 'Customer', first: 'asc' },
  { field: 'country', label: 'Country', first: 'asc' },
  { field: 'status', label: 'Status', first: 'asc' },
  { field: 'rating', label: 'Rating', first: 'desc', numeric: true },
  { field: 'amount', label: 'Amount', first: 'desc', numeric: true },
  { field: 'placedAt', label: 'Placed', first: 'desc', numeric: true },
  { field: 'updatedAt', label: 'Updated', first: 'desc', numeric: true },
]
