// Rows of a query, with what a data layer says of it.

import { useCallback, useMemo, useState } from 'react'
import { channelOf, type StoreChannel } from '../../jsbridge/js/channel.js'
import { AtomaError } from '../../jsbridge/js/errors.js'
import type { Row } from '../../jsbridge/js/input.js'
import type { Snapshot } from '../../jsbridge/js/live/live-kinds.js'
import type { QueryState, RemoteQuery } from '../../jsbridge/js/read/remote-query.js'
import type { Entity, Include, Page, PageInfo, Query, Store, WithRelated } from '../../jsbridge/js/types.js'
import { constant, derived, keyOfValue, type Source, useSource } from './source.js'

/** cache-only: never asks. The others ask once while mounted, and with network-only there are no rows before the answer. */
export type FetchPolicy = 'cache-only' | 'network-only' | 'cache-and-network'

export interface QueryResult<T> {
  /** The rows as they show. A new array whenever it changed; rows that did not change keep identity. */
  data: T[]
  /** pending: there is no answer yet and nothing to show. error: the query is malformed, or the backend's last answer is an error. */
  status: 'pending' | 'success' | 'error'
  /** Something is being asked of a backend. */
  isFetching: boolean
  error?: AtomaError
  pageInfo?: PageInfo
  /** Asks the backend again, where there is one. Resolves with its answer; an error shows. */
  refetch(): Promise<void>
  /** Shows one limit, or page, of rows more, if there are. Resolves when they are there. */
  fetchMore(): Promise<void>
}

/** The limit of a cursor page that names none. */
const defaultPage = 50

type Outcome = Snapshot & { readonly error?: AtomaError | undefined; readonly isFetching?: boolean; readonly pending?: boolean }

/** What a query shows, and the asking behind it, where a backend is asked. */
interface Shown {
  source: Source<Outcome>
  remote?: RemoteQuery
}

/**
 * The rows of a query, live. With an executor it is asked, once for all
 * components with an equal query; without one it is `success` at once. A
 * malformed query is a result of status `error`, not a throw.
 */
export function useQuery<T extends Entity, R, const I extends Include<R> = {}>(
  store: Store<T, R>,
  query?: Query<T, R, I>,
  { fetchPolicy = 'cache-and-network' }: { fetchPolicy?: FetchPolicy } = {},
): QueryResult<WithRelated<T, R, NoInfer<I>>> {
  const channel = channelOf(store)
  const key = keyOfValue(query)
  const [asked, setAsked] = useState({ key, windows: 1 })
  // another query starts at its first window: React renders again at once
  if (asked.key !== key) setAsked({ key, windows: 1 })
  const windows = asked.key === key ? asked.windows : 1
  const shown = useMemo(() => show(channel, query, windows, fetchPolicy), [channel, key, windows, fetchPolicy])
  const outcome = useSource(shown.source)
  // what has been asked for, which may not have been rendered yet
  const reached = useMemo(() => ({ windows: 1 }), [channel, key, fetchPolicy])
  const fetchMore = useCallback(async () => {
    const { remote } = show(channel, query, reached.windows, fetchPolicy)
    if (remote?.current().isFetching) return remote.settled()
    if (!hasMore(channel, query, reached.windows, fetchPolicy)) return
    const windows = ++reached.windows
    setAsked((last) => (last.key === key && last.windows < windows ? { key, windows } : last))
    if (remote) await show(channel, query, windows, fetchPolicy).remote?.settled()
  }, [channel, key, fetchPolicy, reached])
  const refetch = useCallback(async () => shown.remote?.ask(), [shown])
  return useMemo(() => {
    const { data, error, pageInfo, isFetching = false, pending = false } = outcome
    const status = error ? 'error' : pending ? 'pending' : 'success'
    const result: QueryResult<Row> = { data: data as Row[], status, isFetching, refetch, fetchMore }
    if (error) result.error = error
    if (pageInfo) result.pageInfo = pageInfo
    return result
  }, [outcome, refetch, fetchMore]) as never
}

/**
 * The rows of a query, live. With an executor it suspends until that has
 * answered. What is wrong with the query, or the executor's error in place of a
 * first answer, is thrown, for an error boundary.
 */
export function useSuspenseQuery<T extends Entity, R, const I extends Include<R> = {}>(
  store: Store<T, R>,
  query?: Query<T, R, I>,
): { data: WithRelated<T, R, NoInfer<I>>[]; pageInfo?: PageInfo } {
  const channel = channelOf(store)
  const key = keyOfValue(query)
  const { source, remote } = useMemo(() => {
    const handle = channel.getHandle()
    if (!channel.remote.asks(handle)) return { source: handle.live.view(query) as Source<Snapshot>, remote: undefined }
    const remote = channel.remote.live(handle, query)
    return { source: derived<QueryState, Snapshot>(remote, rowsOnly()), remote }
  }, [channel, key])
  const rows = useSource(source)
  const state = remote?.current()
  if (state && !state.answered) {
    throw state.error ? remote!.thrown(state.error) : remote!.settled()
  }
  return rows as never
}

/** What useSuspenseQuery gives: the same object while rows and page are the same, however the asking stands. */
function rowsOnly(): (state: QueryState) => Snapshot {
  let last: Snapshot | undefined
  return ({ data, pageInfo }) => {
    if (last && last.data === data && last.pageInfo === pageInfo) return last
    return (last = Object.freeze(pageInfo === undefined ? { data } : { data, pageInfo }))
  }
}

function show(channel: StoreChannel, query: unknown, windows: number, policy: FetchPolicy): Shown {
  try {
    const handle = channel.getHandle()
    if (policy === 'cache-only' || !channel.remote.asks(handle)) return { source: handle.live.view(widened(query, windows)) }
    const before = windows > 1 ? (widened(query, windows - 1) ?? {}) : undefined
    const remote = channel.remote.live(handle, widened(query, windows), before)
    return { source: derived(remote, (state) => outcomeOf(state, policy === 'network-only')), remote }
  } catch (error) {
    if (!(error instanceof AtomaError)) throw error
    return { source: constant({ data: noRows, error }) }
  }
}

function outcomeOf({ data, pageInfo, error, isFetching, answered }: QueryState, hidden: boolean): Outcome {
  const seen = answered || !hidden
  const outcome = { data: seen ? data : noRows, error, isFetching, pending: !answered && (hidden || data.length === 0) }
  return pageInfo === undefined || !seen ? outcome : { ...outcome, pageInfo }
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
function hasMore(channel: StoreChannel, query: unknown, windows: number, policy: FetchPolicy): boolean {
  const { limit, page } = (query ?? {}) as Query<Row>
  const { source, remote } = show(channel, query, windows, policy)
  const { data, error, pageInfo } = source.current()
  const asked = remote?.current()
  if (error || asked?.answered === false) return false
  const size = page === undefined ? limit : limitOf(page)
  if (size === undefined) return false
  if (pageInfo !== undefined) return page?.mode === 'cursor' && page.before !== undefined ? pageInfo.hasPreviousPage : pageInfo.hasNextPage
  return page === undefined || asked ? Math.max(data.length, asked?.given ?? 0) >= size * windows : false
}
