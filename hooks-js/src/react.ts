// React hooks on the bridge's client (React 18 and 19). They subscribe by
// storeKey: a facade made anew, or an equal query written inline, is the same
// subscription. All lifecycle is in jsbridge/js/live/live-result.ts; nothing is
// subscribed in effects and nothing is written while rendering.

export { useAll, useIds, useMany, useOne, type IncludeOptions } from './rows.js'
export { useQuery, useSuspenseQuery, type FetchPolicy, type QueryResult } from './query.js'
export { useAggregate, useCount, useStatus } from './metrics.js'
export { useHistory, type HistoryControls } from './history.js'
