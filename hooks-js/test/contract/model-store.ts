// The store of API.md as a Map of plain objects: what the model test compares with.

import { alike, type Loose } from './support.js'

export type ModelRow = Loose & { version: number }

/** The row as a write left it, or the code of its refusal; 'throw': the updater's own throw. */
export type Outcome = ModelRow | 'invalid_input' | 'already_exists' | 'not_found' | 'conflict' | 'throw'

export interface ModelChange {
  /** Where the change is no updater. */
  patch?: Record<string, unknown>
  apply: (row: Loose) => Loose | 'throw'
}

export class ModelStore {
  readonly rows = new Map<string, ModelRow>()
  /** Ids of rows that changed, were added or went since somebody cleared it. */
  readonly touched = new Set<string>()

  /** `made`: the id that the store says it has made, for items without one. */
  add(item: Record<string, unknown>, made: string): Outcome {
    if (unfit(item)) return 'invalid_input'
    const id = (item['id'] ?? made) as string
    if (this.rows.has(id)) return 'already_exists'
    return this.put(id, item, 1)
  }

  /** What is wrong with a patch is said before what is wrong with its row; an updater does not run without one. */
  update(id: string, { patch, apply }: ModelChange): Outcome {
    if (patch && unfit(patch)) return 'invalid_input'
    const row = this.rows.get(id)
    if (!row) return 'not_found'
    const next = apply(row)
    if (next === 'throw') return 'throw'
    if (unfit(next)) return 'invalid_input'
    return this.replace(row, next)
  }

  upsert(item: Record<string, unknown>, { conflict, apply }: { conflict: 'cas' | 'lww'; apply: 'merge' | 'replace' }): Outcome {
    if (unfit(item) || item['id'] === undefined) return 'invalid_input'
    const id = item['id'] as string
    const row = this.rows.get(id)
    const expected = conflict === 'cas' ? item['version'] : undefined
    if (expected !== undefined && expected !== row?.version) return 'conflict'
    if (!row) return this.put(id, item, 1)
    return this.replace(row, apply === 'merge' ? { ...row, ...item } : item)
  }

  delete(id: string): boolean {
    this.touched.add(id)
    return this.rows.delete(id)
  }

  writeback(item: Record<string, unknown>): void {
    const id = item['id'] as string
    if (item['deleted'] === true) {
      this.delete(id)
      return
    }
    const version = item['version'] as number
    const row = this.rows.get(id)
    if (!row || !alike(row, whole(id, item, version))) this.put(id, item, version)
  }

  private replace(row: ModelRow, next: Record<string, unknown>): ModelRow {
    const made = whole(row.id, next, row.version)
    return alike(made, row) ? row : this.put(row.id, next, row.version + 1)
  }

  private put(id: string, fields: Record<string, unknown>, version: number): ModelRow {
    const row = whole(id, fields, version)
    this.touched.add(id)
    this.rows.set(id, row)
    return row
  }
}

function whole(id: string, fields: Record<string, unknown>, version: number): ModelRow {
  const row: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) row[key] = value
  return { ...row, id, version }
}

function unfit(item: Record<string, unknown>): boolean {
  const id = item['id']
  return (id !== undefined && (typeof id !== 'string' || id === '')) || Object.values(item).some((value) => typeof value === 'function')
}
