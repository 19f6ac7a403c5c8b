import { invalidInput, kindOf } from '../input.js'
import type { AtomaError } from '../errors.js'
import type { Plugin } from '../types.js'

/** A plugin as it was when createClient was called. */
export interface CheckedPlugin {
  readonly plugin: Plugin<object>
  readonly id: string
  readonly provides: readonly string[]
  readonly requires: readonly string[]
}

/** Throws `invalid_input` for what is no array of plugins. */
export function checkPlugins(plugins: unknown): CheckedPlugin[] {
  if (plugins === undefined) return []
  if (!Array.isArray(plugins)) throw invalidInput(`options.plugins must be an array, not ${kindOf(plugins)}`, {}, ['plugins'])
  // holes included
  return Array.from(plugins as unknown[], (plugin, i) => checkPlugin(plugin, `options.plugins[${i}]`, ['plugins', i]))
}

/** Throws `invalid_input` for what is no plugin; `name` is where it stands. */
export function checkPlugin(plugin: unknown, name: string, path: (string | number)[]): CheckedPlugin {
  const wrong = (what: string, key?: string): AtomaError =>
    invalidInput(`${name} is no plugin: ${what}`, {}, key === undefined ? path : [...path, key])
  if (typeof plugin !== 'object' || plugin === null) throw wrong(`pass { id, setup }, not ${kindOf(plugin)}`)
  const read = readPlugin(plugin)
  if (!read) throw wrong('its properties cannot be read')
  const { id, setup, provides, requires } = read
  if (typeof id !== 'string' || id === '') throw wrong('its id must be a string that is not empty', 'id')
  if (typeof setup !== 'function') throw wrong(`setup of ${JSON.stringify(id)} must be a function`, 'setup')
  for (const [key, names] of Object.entries({ provides, requires })) {
    if (names === undefined || (Array.isArray(names) && names.every((n) => typeof n === 'string' && n !== ''))) continue
    throw wrong(`${key} of ${JSON.stringify(id)} must be an array of names`, key)
  }
  return {
    plugin: plugin as Plugin<object>,
    id,
    provides: [...((provides as string[] | undefined) ?? [])],
    requires: [...((requires as string[] | undefined) ?? [])],
  }
}

function readPlugin(plugin: object): { id: unknown; setup: unknown; provides: unknown; requires: unknown } | undefined {
  try {
    const { id, setup, provides, requires } = plugin as Record<string, unknown>
    return { id, setup, provides, requires }
  } catch {
    return undefined
  }
}
