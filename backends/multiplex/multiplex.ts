// Several backends behind a client's one executor: which of them a request goes
// to is decided here, by store and context, and nowhere else.

import { AtomaError } from '../../jsbridge/js/errors.js'
import { executorsBehind } from '../../jsbridge/js/plugins/executor-behind.js'
import { invalidInput, kindOf } from '../../jsbridge/js/input.js'
import type { Executor, Extensions, OperationContext, Plugin } from '../../jsbridge/js/types.js'
import { type Part, partOf, PartsInUse } from './parts.js'
import { dispatcher } from './dispatch.js'

/** What a backend is: a plugin that registers one executor, or an executor. */
export type MultiplexBackend = Plugin<object> | Executor

/** What `match` decides by. */
export type MultiplexRequest = { readonly storeName: string; readonly context: OperationContext }

/** The requests of these stores, and of these those that match, go to this backend. One of the two must be there. */
export type MultiplexRule<B extends MultiplexBackend = MultiplexBackend> = {
  stores?: readonly string[]
  match?: (request: MultiplexRequest) => boolean
  backend: B
}

export type MultiplexOptions<R extends readonly MultiplexRule[] = readonly MultiplexRule[], D extends MultiplexBackend = MultiplexBackend> = {
  /** The first that takes a request gets it. A backend may stand in several. */
  backends: R
  /** For the rest. Default: what nobody takes stays local, as in a client without an executor. */
  default?: D
}

/** A checked rule: `stores` undefined is any, and so is `match`. */
export interface CheckedRule {
  readonly stores: ReadonlySet<string> | undefined
  readonly match: ((request: MultiplexRequest) => boolean) | undefined
  readonly part: Part
}

/**
 * Several backends as one. Each keeps its consistency: a store may be fetched
 * and confirmed first while another is cached and optimistic. Backends that are
 * plugins are set up in the order in which they are named, and stopped in
 * reverse; what they extend the client by, it has. Throws `invalid_input`.
 */
export function multiplex<const R extends readonly MultiplexRule[], D extends MultiplexBackend = never>(
  options: MultiplexOptions<R, D>,
): Plugin<Extensions<readonly (R[number]['backend'] | D)[]> & object> {
  const { rules, rest, parts } = checkOptions(options)
  const plugins = parts.flatMap(({ plugin }) => plugin ?? [])
  const provides = new Set(plugins.flatMap((plugin) => [plugin.id, ...plugin.provides]))
  const requires = new Set(plugins.flatMap((plugin) => plugin.requires.filter((name) => !provides.has(name))))
  provides.delete(id)
  return {
    id,
    provides: [...provides],
    requires: [...requires],
    async setup(context) {
      const inUse = new PartsInUse(context)
      try {
        for (const part of parts) await inUse.start(part)
        const { executor, behind } = dispatcher(rules, rest, inUse)
        Object.defineProperty(executor, executorsBehind, { value: behind })
        context.execution.register(executor)
      } catch (error) {
        await inUse.dispose()
        throw error
      }
      return { extension: inUse.extension as never, dispose: () => inUse.dispose() }
    },
  }
}

const id = 'multiplex'

function checkOptions(options: unknown): { rules: CheckedRule[]; rest: Part | undefined; parts: Part[] } {
  const given = (typeof options === 'object' && options !== null ? options : {}) as Partial<MultiplexOptions>
  if (!Array.isArray(given.backends)) {
    throw invalidInput(`${kindOf(given.backends)} is no array of backends: pass { backends: [{ stores, backend }] }`, {}, ['backends'])
  }
  const parts = new Map<unknown, Part>()
  const share = (backend: unknown, path: (string | number)[]): Part => {
    let part = parts.get(backend)
    if (!part) parts.set(backend, (part = partOf(backend, path)))
    return part
  }
  const rules = Array.from(given.backends as unknown[], (rule, i) => checkRule(rule, ['backends', i], share))
  const rest = given.default === undefined ? undefined : share(given.default, ['default'])
  return { rules, rest, parts: [...parts.values()] }
}

function checkRule(
  rule: unknown,
  path: (string | number)[],
  share: (backend: unknown, path: (string | number)[]) => Part,
): CheckedRule {
  const wrong = (what: string, key?: string): AtomaError => invalidInput(what, {}, key === undefined ? path : [...path, key])
  if (typeof rule !== 'object' || rule === null) throw wrong(`${kindOf(rule)} is no rule: pass { stores, match, backend }`)
  const { stores, match, backend } = rule as Partial<MultiplexRule>
  if (stores === undefined && match === undefined) {
    throw wrong('a rule needs stores, match or both: a backend for all the rest is the default')
  }
  if (stores !== undefined && !(Array.isArray(stores) && stores.every((name) => typeof name === 'string' && name !== ''))) {
    throw wrong('stores of a rule must be an array of names of stores', 'stores')
  }
  if (match !== undefined && typeof match !== 'function') {
    throw wrong(`match of a rule must be a function, not ${kindOf(match)}`, 'match')
  }
  return { stores: stores && new Set(stores), match, part: share(backend, [...path, 'backend']) }
}
