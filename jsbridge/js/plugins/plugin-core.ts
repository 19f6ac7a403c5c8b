// How a plugin of this package gets at what the public context does not offer.

import type { Core } from '../core.js'
import { AtomaError } from '../errors.js'
import type { PluginContext } from '../types.js'

/** The symbol property of a plugin's context that leads to the core of its client. */
export const pluginCore: unique symbol = Symbol.for('atoma.pluginCore') as never

/** The core of the client that a plugin is set up in. A context of another make has none: `plugin_failed`. */
export function coreOf(context: PluginContext, plugin: string): Core {
  const core = (context as { [pluginCore]?: Core })[pluginCore]
  if (core) return core
  throw new AtomaError(
    'plugin_failed',
    `the plugin ${JSON.stringify(plugin)} was set up with a context that is not createClient's: pass the plugin to createClient`,
    { details: { plugin } },
  )
}
