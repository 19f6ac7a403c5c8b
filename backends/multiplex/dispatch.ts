// Which backend a request goes to.

import { type ExecutorsBehind, readLocally } from '../../jsbridge/js/plugins/executor-behind.js'
import type { Executor, QueryRequest, WriteAnswer, WriteRequest } from '../../jsbridge/js/types.js'
import type { CheckedRule, MultiplexRequest } from './multiplex.js'
import type { Part, PartsInUse } from './parts.js'

/** The executor that hands requests on, and what stands behind it for a store. */
export function dispatcher(
  rules: readonly CheckedRule[],
  rest: Part | undefined,
  inUse: PartsInUse,
): { executor: Executor; behind: ExecutorsBehind } {
  const pick = (request: MultiplexRequest): Executor | undefined => {
    const part = rules.find((rule) => takes(rule, request))?.part ?? rest
    return part && inUse.executor(part)
  }
  const executor: Executor = {
    id: 'multiplex',
    async query(request, options) {
      const backend = pick(asked(request))
      return backend?.query ? backend.query(request, options) : readLocally
    },
    async write(request, options) {
      const backend = pick(asked(request))
      return backend?.write ? backend.write(request, options) : confirmed(request)
    },
  }
  const known = new Map<string, Executor | undefined>()
  const behind = (storeName: string): Executor | undefined => {
    if (!known.has(storeName)) known.set(storeName, standIn(candidates(rules, rest, storeName).map((part) => inUse.executor(part))))
    return known.get(storeName)
  }
  return { executor, behind }
}

function takes({ stores, match }: CheckedRule, request: MultiplexRequest): boolean {
  return (!stores || stores.has(request.storeName)) && (!match || Boolean(match(request)))
}

function asked({ storeName, context }: QueryRequest | WriteRequest): MultiplexRequest {
  return Object.freeze({ storeName, context })
}

/** The backends that may get requests of a store; none: the store is local. */
function candidates(rules: readonly CheckedRule[], rest: Part | undefined, storeName: string): Part[] {
  const parts: Part[] = []
  for (const { stores, match, part } of rules) {
    if (stores && !stores.has(storeName)) continue
    parts.push(part)
    if (!match) return parts
  }
  if (rest) parts.push(rest)
  return parts
}

/**
 * What stands for several backends of one store: it can do what one of them
 * can. The request is not known yet when a change is to show or a row to be
 * fetched, so the careful one's consistency counts for all.
 */
function standIn(backends: readonly Executor[]): Executor | undefined {
  const [first] = backends
  if (backends.length < 2) return first
  const asks = backends.find(({ query }) => query)
  const writes = backends.find(({ write }) => write)
  const fetches = backends.some(({ query, consistency }) => query && consistency?.base !== 'cache')
  const confirms = backends.some(({ consistency }) => consistency?.commit === 'confirm')
  return {
    id: 'multiplex',
    ...(asks?.query && { query: asks.query }),
    ...(writes?.write && { write: writes.write }),
    consistency: { base: fetches ? 'fetch' : 'cache', commit: confirms ? 'confirm' : 'optimistic' },
  }
}

/** What nobody takes is stored here alone: confirmed as it is. */
function confirmed({ entries }: WriteRequest): WriteAnswer {
  return { results: entries.map(() => ({ ok: true as const })) }
}
