import { AtomaError } from './errors.js'
import { kindOf } from './input.js'
import type { Entity, Store } from './types.js'

/** Asked for by await, JSON.stringify and React: no store is meant. */
const probes = new Set(['then', 'toJSON', '$$typeof'])
/** The ordinary ones, so that a conversion to text and the like do no harm. */
const ordinary = new Set(['toString', 'valueOf', 'constructor'])
/** Properties that functions own. Stores of such names are reached by call. */
const owned = new Set(['name', 'length', 'prototype', 'arguments', 'caller'])

type Find = (name: unknown) => Store<Entity>

/** Checks a store's name and gives it. */
export function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw new AtomaError('invalid_input', `${kindOf(name)} is no store's name: names are strings that are not empty`)
}

/** client.stores: a callable Proxy over a function that finds a facade by name. */
export function createStores(facade: (name: string) => Store<Entity>): Find {
  const find: Find = (name) => facade(checkName(name))
  return new Proxy(find, {
    get(target, key) {
      if (typeof key === 'symbol' || probes.has(key) || owned.has(key)) return undefined
      return ordinary.has(key) ? Reflect.get(target, key) : find(key)
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
    setPrototypeOf: () => false,
  })
}
