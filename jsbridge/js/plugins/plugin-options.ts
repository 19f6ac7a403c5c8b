// The options of plugins that come along, checked.

import { invalidInput, kindOf, type Path, unreadable } from '../input.js'

/**
 * Throws `invalid_input` for what holds no options. `name` says whose they are, as in `history()`; `known`, if given,
 * are the only ones that there are.
 */
export function checkOptions(options: unknown, name: string, path: Path = [], known?: readonly string[]): asserts options is object {
  const kind = kindOf(options)
  if (typeof options !== 'object' || options === null || kind === 'an array' || kind === unreadable) {
    throw invalidInput(`the options of ${name} must be an object, not ${kind}`, {}, path)
  }
  const strange = known && Object.keys(options).find((key) => !known.includes(key))
  if (strange === undefined) return
  throw invalidInput(`${name} has no option ${JSON.stringify(strange)}: there are ${known!.join(', ')}`, {}, [...path, strange])
}
