// Rows of a query, with what a data layer says of it.

import { useCallback, useMemo, useState } from 'react'
import { channelOf, type StoreChannel } from '../../jsbridge/js/channel.js'
import { AtomaError } from '../../jsbridge/js/errors.js'
import type { Row } from '../../jsbridge/js/input.js'
import type { Snapshot } from '../../jsbridge/js/live-kinds.js'
import type { Entity, Include, Page, PageInfo, Query, Store, WithRelated } from '../../jsbridge/js/types.js'
import { constant, keyOfValue, type Source, useLive, useSource } from './source.js'

export type FetchPolicy = 'cache-only' | 'network-only' | 'cache-and-network'

export interface QueryResult<T> {
  /** Empty while there is an error. A new array whenever it changed; rows that did not change keep identity. */
  data: T[]
  status: 'pending' | 'success' | 'error'
  /** Something is being asked of a backend. */
  isFetching: boolean
  error?: AtomaError
  pageInfo?: PageInfo
  /** Asks the backend again, where there is one. */
  refetch(): Promise<void>
  /** Shows one limit, or page, of rows more. */
  fetchMore(): Promise<void>
}

/** The limit of a cursor page that names none. */
const defaultPage = 50

type Outcome = Snapshot & { readonly error?: AtomaError }

/**
 * The rows of a query, live. Without an executor it is `success` at once. A
 * malformed query is a result of status `error`, not a throw.
 */
export function useQuery<T extends Entity, R, const I extends Include<R> = {}>(
  store: Store<T, R>,
  query?: Query<T, R, I>,
  _options: { fetchPolicy?: FetchPolicy } = {},
): QueryResult<WithRelated<T, R, NoInfer<I>>> {
  const channel = channelOf(store)
  const key = keyOfValue(query)
  const [asked, setAsked] = useState({ key, windows: 1 })
  // another query starts at its first window: React renders again at once
  if (asked.key !== key) setAsked({ key, windows: 1 })
  const windows = asked.key === key ? asked.windows : 1
  const source = useMemo(() => viewOrError(channel, query, windows), [channel, key, windows])
  const outcome = useSource(source)
  const fetchMore = useCallback(async () => {
    // counted from what has been asked for, which may not have been rendered yet
    setAsked((last) => (last.key === key && hasMore(channel, query, last.windows) ? { key, windows: last.windows + 1 } : last))
  }, [channel, key])
  const refetch = useCallback(async () => {}, [channel, key])
  return useMemo(() => {
    const { data, error, pageInfo } = outcome
    const result: QueryResult<Row> = { data: data as Row[], status: error ? 'error' : 'success', isFetching: false, refetch, fetchMore }
    if (error) result.error = error
    if (pageInfo) result.pageInfo = pageInfo
    return result
  }, [outcome, refetch, fetchMore]) as never
}

/** The rows of a query, live. What is wrong with it is thrown, for an error boundary. */
export function useSuspenseQuery<T extends Entity, R, const I extends Include<R> = {}>(
  store: Store<T, R>,
  query?: Query<T, R, I>,
): { data: WithRelated<T, R, NoInfer<I>>[]; pageInfo?: PageInfo } {
  return useLive(store, query, (live) => live.view(query)) as never
}

function viewOrError(channel: StoreChannel, query: unknown, windows: number): Source<Outcome> {
  try {
    return channel.getHandle().live.view(widened(query, windows))
  } catch (error) {
    if (!(error instanceof AtomaError)) throw error
    return constant({ data: noRows, error })
  }
}

const noRows: readonly Row[] = Object.freeze([])

/** The same query for so many times as many rows. */
function widened(query: unknown, windows: number): unknown {
  if (windows === 1) return query
  const { limit, page } = query as Query<Row>
  if (page === undefined) return { ...(query as object), limit: limit! * windows }
  return { ...(query as object), page: { ...page, limit: limitOf(page)! * windows } }
}

function limitOf(page: Page): number | undefined {
  return page.limit ?? (page.mode === 'cursor' ? defaultPage : undefined)
}

/** Whether there may be rows beyond so many windows, on the side to which they grow. */
function hasMore(channel: StoreChannel, query: unknown, windows: number): boolean {
  const { limit, page } = (query ?? {}) as Query<Row>
  const { data, error, pageInfo } = viewOrError(channel, query, windows).current()
  if (error) return false
  if (page === undefined) return data.length === limit! * windows
  if (pageInfo === undefined || limitOf(page) === undefined) return false
  return page.mode === 'cursor' && page.before !== undefined ? pageInfo.hasPreviousPage : pageInfo.hasNextPage
}
