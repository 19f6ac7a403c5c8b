// The order in which plugins start.

import { AtomaError } from '../errors.js'
import type { CheckedPlugin } from './plugin-check.js'

/**
 * Plugins such that each comes after those it requires, and otherwise as they
 * were given (Kahn, 1962, taking the first that is ready). A name that several
 * provide stands for all of them. Throws `plugin_failed` for an id that two
 * have, for what nobody provides, and for a cycle.
 */
export function startOrder(plugins: readonly CheckedPlugin[]): CheckedPlugin[] {
  const providers = providersOf(plugins)
  const waiting = new Map<CheckedPlugin, Set<CheckedPlugin>>()
  for (const plugin of plugins) {
    const before = new Set<CheckedPlugin>()
    for (const name of plugin.requires) {
      const found = providers.get(name)
      if (!found) throw failed(plugin.id, `requires ${quoted(name)}, which no plugin is or provides: add one that does`)
      for (const provider of found) before.add(provider)
    }
    waiting.set(plugin, before)
  }
  const order: CheckedPlugin[] = []
  while (waiting.size > 0) {
    const next = firstReady(waiting)
    if (!next) throw cycle(waiting)
    waiting.delete(next)
    for (const before of waiting.values()) before.delete(next)
    order.push(next)
  }
  return order
}

/** Who answers to a name: an id, or what is provided. */
function providersOf(plugins: readonly CheckedPlugin[]): Map<string, Set<CheckedPlugin>> {
  const ids = new Set<string>()
  const providers = new Map<string, Set<CheckedPlugin>>()
  for (const plugin of plugins) {
    if (ids.has(plugin.id)) throw failed(plugin.id, 'is there twice: the ids of plugins are unique in a client')
    ids.add(plugin.id)
    for (const name of [plugin.id, ...plugin.provides]) {
      const known = providers.get(name)
      if (known) known.add(plugin)
      else providers.set(name, new Set([plugin]))
    }
  }
  return providers
}

function firstReady(waiting: Map<CheckedPlugin, Set<CheckedPlugin>>): CheckedPlugin | undefined {
  for (const [plugin, before] of waiting) if (before.size === 0) return plugin
  return undefined
}

/** All that wait, wait for one that waits: going from one to the next must come back. */
function cycle(waiting: Map<CheckedPlugin, Set<CheckedPlugin>>): AtomaError {
  const path: CheckedPlugin[] = []
  let [plugin] = waiting.keys()
  while (!path.includes(plugin!)) {
    path.push(plugin!)
    ;[plugin] = waiting.get(plugin!)!
  }
  const ids = path.slice(path.indexOf(plugin!)).map(({ id }) => id)
  const text = [...ids, ids[0]!].map(quoted).join(' → ')
  return failed(ids[0]!, `waits for itself: ${text}; take one requires away`, { plugins: ids })
}

function failed(plugin: string, what: string, more: object = {}): AtomaError {
  return new AtomaError('plugin_failed', `the plugin ${quoted(plugin)} ${what}`, { details: { plugin, ...more } })
}

function quoted(name: string): string {
  return JSON.stringify(name)
}
