// Queries as they are sent: filters as expressions only and directions spelt
// out, so that a server has one form to understand.

import type { AnyEntity, FilterExpr, Query } from '../../jsbridge/js/types.js'

type Fields = { [key: string]: unknown }

/** A query in one form. `include` is left out: related rows are asked for by their own stores. */
export function plainQuery(query: Query<AnyEntity>): Fields {
  const plain: Fields = {}
  if (query.filter !== undefined) plain['filter'] = expression(query.filter)
  const { sort } = query
  if (Array.isArray(sort) && sort.length > 0) plain['sort'] = sort.map((by: unknown) => (isPlain(by) ? { ...by, dir: by['dir'] ?? 'asc' } : by))
  for (const name of ['limit', 'offset', 'page'] as const) if (query[name] !== undefined) plain[name] = query[name]
  return plain
}

/** What is no filter stays as it is: the server says so. */
function expression(filter: unknown): unknown {
  if (!isPlain(filter)) return filter
  const { op } = filter
  if (typeof op !== 'string') return conditions(filter)
  const { args } = filter
  if ((op === 'and' || op === 'or') && Array.isArray(args)) return { op, args: args.map(expression) }
  if (op === 'not') return { op, arg: expression(filter['arg']) }
  return filter
}

/** What a FilterMap says: all of it together. */
function conditions(map: Fields): Fields {
  const all: Fields[] = []
  for (const field of Object.keys(map)) {
    const said = map[field]
    if (!isPlain(said)) all.push({ op: 'eq', field, value: said })
    else for (const op of Object.keys(said)) all.push(condition(field, op as FilterExpr<AnyEntity>['op'], said[op]))
  }
  return all.length === 1 ? all[0]! : { op: 'and', args: all }
}

function condition(field: string, op: FilterExpr<AnyEntity>['op'], operand: unknown): Fields {
  switch (op) {
    case 'in':
    case 'notIn':
      return { op, field, values: operand }
    case 'isNull':
    case 'exists':
      return { op, field }
    case 'text':
      return { op, field, ...(isPlain(operand) ? operand : { query: operand }) }
  }
  return { op, field, value: operand }
}

/** An object of operators, and no operand. */
function isPlain(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !(value instanceof Uint8Array)
}
