// The memory() plugin: rows in the engine's memory, behind the same interface as
// any backend's.

import { GoBackend } from '../../jsbridge/js/plugins/go-backend.js'
import { copyValue, invalidInput, isPlain, kindOf, type Row } from '../../jsbridge/js/input.js'
import { coreOf } from '../../jsbridge/js/plugins/plugin-core.js'
import type { AnyEntity, Executor, IndexSchema, Plugin } from '../../jsbridge/js/types.js'

export type MemoryOptions = {
  /** Of the plugin and its executor. Default: 'memory'. */
  id?: string
  /** Indexes of the backend's own, by store: the client's schema will do. What else it says is left aside. */
  schema?: { readonly [store: string]: { readonly indexes?: readonly IndexSchema<AnyEntity>[] } | undefined }
  /** As of any executor. Default: a missing base is fetched, changes show at once. */
  consistency?: NonNullable<Executor['consistency']>
}

/**
 * A backend that keeps its rows in memory: for tests, and to build an app before
 * its server is there. Clients that are given the same plugin share its rows,
 * which stay for as long as one of them lives.
 *
 * Throws `invalid_input` for malformed options; indexes that are no indexes fail
 * `createClient`.
 */
export function memory(options: MemoryOptions = {}): Plugin {
  if (typeof options !== 'object' || options === null || !isPlain(options)) {
    throw invalidInput(`the options of memory() must be an object, not ${kindOf(options)}`, {})
  }
  const { id = 'memory', consistency } = options
  if (typeof id !== 'string' || id === '') {
    throw invalidInput('the id of memory() must be a string that is not empty', {}, ['id'])
  }
  const schema = indexesOf(options.schema)
  let shared: { backend: GoBackend; users: number } | undefined
  return {
    id,
    setup(context) {
      const { instance } = coreOf(context, id)
      if (shared === undefined || shared.backend.dead) {
        shared = { backend: GoBackend.open(instance, { kind: 'memory', id, schema }), users: 0 }
      }
      const own = shared
      own.users++
      const release = (): void => {
        if (--own.users > 0) return
        if (shared === own) shared = undefined
        own.backend.close()
      }
      try {
        const unregister = context.execution.register(own.backend.executor(id, instance, consistency))
        return {
          dispose() {
            unregister()
            release()
          },
        }
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

function indexesOf(schema: MemoryOptions['schema']): Row {
  const indexes: Row = {}
  for (const [store, listed] of Object.entries(schema ?? {})) {
    if (listed?.indexes === undefined) continue
    const value = copyValue({ indexes: listed.indexes }, ['schema', store], {}, false)
    Object.defineProperty(indexes, store, { value, enumerable: true })
  }
  return indexes
}
