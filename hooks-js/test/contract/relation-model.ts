// Includes as API.md words them, the naive way.

import { cell, compareRows, equal, matches, type ModelFilter, type ModelSort } from './query-model.js'
import type { Loose } from './support.js'

export type ModelRelation =
  | { type: 'belongsTo' | 'hasMany' | 'hasOne'; to: string; foreignKey: string; primaryKey?: string }
  | { type: 'variants'; branches: { when: ModelFilter; relation: Exclude<ModelRelation, { type: 'variants' }> }[] }
export type ModelSchema = Record<string, { relations?: Record<string, ModelRelation> }>
export type ModelInclude = Record<string, true | { filter?: ModelFilter; sort?: ModelSort[]; limit?: number; include?: ModelInclude }>

/** All rows of all stores. */
export type World = Record<string, readonly Loose[]>

/** A copy of a row with its related rows; the row itself where nothing is included. */
export function related(world: World, schema: ModelSchema, store: string, row: Loose, include: ModelInclude | undefined): Loose {
  if (include === undefined) return row
  const copy: Loose = { ...row }
  let any = false
  for (const [name, spec] of Object.entries(include)) {
    const relation = schema[store]?.relations?.[name]
    if (!relation) continue // of another branch
    any = true
    copy[name] = attached(world, schema, row, relation, spec === true ? {} : spec)
  }
  return any ? copy : row
}

function attached(world: World, schema: ModelSchema, row: Loose, relation: ModelRelation, spec: Exclude<ModelInclude[string], true>): unknown {
  if (relation.type === 'variants') {
    const branch = relation.branches.find(({ when }) => matches(row, when))
    return branch ? attached(world, schema, row, branch.relation, spec) : null
  }
  const { type, to, foreignKey, primaryKey = 'id' } = relation
  const [own, other] = type === 'belongsTo' ? [foreignKey, primaryKey] : [primaryKey, foreignKey]
  const key = cell(row, own)
  const found = (world[to] ?? [])
    .filter((one) => key !== null && key !== undefined && equal(cell(one, other), key))
    .filter((one) => spec.filter === undefined || matches(one, spec.filter))
    .sort((a, b) => compareRows(a, b, spec.sort))
    .slice(0, spec.limit)
    .map((one) => related(world, schema, to, one, spec.include))
  return type === 'hasMany' ? found : (found[0] ?? null)
}
