// The history plugin: takes back what the user did, by writes like any other.
//
// What is undone are changes, not states: each field that an action changed goes
// back if it still is as the action left it, and what others have changed since
// stays. The undoing is itself a change, and redoing takes that one back.

import { attempt } from '../attempt.js'
import type { Core, RowChange, WriteWatcher } from '../core.js'
import { AtomaError, pathText } from '../errors.js'
import { defaultScope, type Direction, type Entry, HistoryLog, type WriteRecord } from './history-log.js'
import { differing, patchOf, revert, unversioned } from './history-merge.js'
import { invalidInput, kindOf, type Row } from '../input.js'
import { coreOf } from '../plugins/plugin-core.js'
import { checkOptions } from '../plugins/plugin-options.js'
import type { OpContext, Plugin, PluginContext, WriteManyResult, WriteOptions } from '../types.js'
import { rowToBe } from '../write/write-hidden.js'

/** Something that could not be taken back, because others have changed it since; it stays as they left it. */
export type HistoryConflict = {
  direction: Direction
  scope: string
  storeName: string
  id: string
  /** The fields that stay. Of a row that would have been deleted or added again: in which it is another now. */
  fields: string[]
}

export type HistoryOptions = {
  /** How many actions of a scope can be undone. Default: 100. Infinity: all of them. */
  limit?: number
  /** Told of what could not be taken back. Default: a console.warn. */
  onConflict?: (conflict: HistoryConflict) => void
}

/**
 * What can be undone and redone, by `opContext.scope`; writes without one, and
 * calls without one, are of the scope 'default'. All methods work when taken off.
 */
export interface History {
  /**
   * Takes the newest action back and gives true; false: there is none. Changes
   * show during the call, as those of any write do; if writes of the scope that
   * were called before do not show yet, it waits for them first. Rejects with the
   * first refusal of the backend; what was refused can be undone again.
   */
  undo(scope?: string): Promise<boolean>
  /** The same for what was undone last. */
  redo(scope?: string): Promise<boolean>
  /** Whether something that has taken effect can be taken back; a write that waits counts from when it shows. */
  canUndo(scope?: string): boolean
  canRedo(scope?: string): boolean
  /** Forgets what could be undone and redone. */
  clear(scope?: string): void
  /** Tells a listener at the end of each turn in which what can be undone or redone may have changed. */
  subscribe(listener: () => void): () => void
}

/**
 * Undo and redo. Writes of `origin: 'user'` (the default) enter, those of one
 * `actionId` together as long as no other action comes between; a write that is
 * refused leaves again. A new action clears what could be redone in its scope.
 */
export function history(options: HistoryOptions = {}): Plugin<{ history: History }> {
  checkOptions(options, 'history()')
  const { limit = 100, onConflict = warn } = options
  if (!(limit === Infinity || Number.isInteger(limit)) || limit < 1) {
    throw invalidInput('limit is no number of actions: pass a whole number from 1 on, or Infinity', {}, ['limit'])
  }
  if (typeof onConflict !== 'function') {
    throw invalidInput(`${kindOf(onConflict)} is no listener: pass a function as onConflict`, {}, ['onConflict'])
  }
  return {
    id: 'history',
    setup(context) {
      const keeper = new HistoryKeeper(context, coreOf(context, 'history'), limit, onConflict)
      return { extension: { history: keeper.history }, dispose: () => keeper.dispose() }
    },
  }
}

function warn({ direction, storeName, id, fields }: HistoryConflict): void {
  const where = `store ${JSON.stringify(storeName)}, id ${JSON.stringify(id)}`
  console.warn(
    `atoma: ${fields.map((field) => pathText([field])).join(', ')} changed elsewhere since and stayed in this ${direction} (${where})`,
  )
}

/** What is to become of a row, and the entries that ask for it. */
interface Target {
  readonly storeName: string
  readonly id: string
  /** Of the last change. */
  readonly strategy: string
  readonly now: Row | undefined
  row: Row | undefined
  readonly entries: Entry[]
  readonly conflicts: Set<string>
}

type Kind = 'add' | 'update' | 'delete'

/** Rows that are written by one call. */
interface Run {
  readonly kind: Kind
  readonly storeName: string
  readonly strategy: string
  readonly targets: Target[]
}

class HistoryKeeper implements WriteWatcher {
  readonly history: History
  private readonly log: HistoryLog
  private readonly listeners = new Set<() => void>()
  private telling = false
  private steps = 0
  /** By scope: steps that do not show yet, which the next one has to see: with a backend that confirms first. */
  private readonly queues = new Map<string, Promise<unknown>>()

  constructor(
    private readonly context: PluginContext,
    private readonly core: Core,
    limit: number,
    private readonly onConflict: (conflict: HistoryConflict) => void,
  ) {
    this.log = new HistoryLog(limit, () => this.tell())
    core.watchers.add(this)
    this.history = Object.freeze({
      undo: (scope?: string) => this.run('undo', scope),
      redo: (scope?: string) => this.run('redo', scope),
      canUndo: (scope?: string) => this.log.can('undo', checkScope(scope)),
      canRedo: (scope?: string) => this.log.can('redo', checkScope(scope)),
      clear: (scope?: string) => this.log.clear(checkScope(scope)),
      subscribe: (listener: () => void) => this.subscribe(listener),
    })
  }

  waits(call: object, { origin = 'user', scope = defaultScope, actionId }: OpContext): void {
    if (origin === 'user') this.log.order.begin(call, scope, actionId)
  }

  written(record: WriteRecord): void {
    this.log.written(record)
  }

  shown(call: object): void {
    this.log.order.end(call)
  }

  refused(storeName: string, change: RowChange): void {
    this.log.refused(storeName, change)
  }

  answered(storeName: string, change: RowChange, row: Row): void {
    this.log.answered(storeName, change, row)
  }

  answering(storeName: string, ids: readonly string[]): () => void {
    const { log, context: { stores } } = this
    const former = ids.map((id) => ({ id, shown: stores.peek(storeName, id), known: log.last(storeName, id) }))
    return () => {
      for (const { id, shown, known } of former) log.settled(storeName, id, shown, known, stores.peek(storeName, id))
    }
  }

  dispose(): void {
    this.core.watchers.delete(this)
    this.log.order.endAll()
    this.log.clearAll()
    this.listeners.clear()
  }

  private subscribe(listener: () => void): () => void {
    // a function of its own: the same listener may subscribe twice
    const own = (): void => listener()
    this.listeners.add(own)
    return () => void this.listeners.delete(own)
  }

  private tell(): void {
    if (this.telling || this.listeners.size === 0) return
    this.telling = true
    queueMicrotask(() => {
      this.telling = false
      for (const listener of [...this.listeners]) if (this.listeners.has(listener)) attempt(listener)
    })
  }

  private async run(direction: Direction, given: unknown): Promise<boolean> {
    const scope = checkScope(given)
    this.checkLife()
    const { order } = this.log
    const call = {}
    const number = order.begin(call, scope, undefined)
    const waits = [this.queues.get(scope), order.before(scope, number)].filter((wait) => wait !== undefined)
    const take = (): { shown: boolean; outcome: Promise<boolean> } => {
      try {
        return this.step(direction, scope, number)
      } finally {
        order.end(call)
      }
    }
    if (waits.length > 0) return this.after(scope, Promise.all(waits).then(() => take().outcome))
    const { shown, outcome } = take()
    return shown ? outcome : this.after(scope, outcome)
  }

  /** Lets later steps of the scope wait for this one. */
  private after<T>(scope: string, outcome: Promise<T>): Promise<T> {
    const done = (): void => {
      if (this.queues.get(scope) === queue) this.queues.delete(scope)
    }
    const queue = outcome.then(done, done)
    this.queues.set(scope, queue)
    return outcome
  }

  private checkLife(): void {
    const { disposed, id } = this.core
    if (disposed) throw new AtomaError('disposed', `the client ${JSON.stringify(id)} has been disposed: create a new one`)
  }

  /**
   * Takes one action back: all its writes are called before anything is awaited. `shown`: they have taken effect.
   * `number`: of the call that asks for it.
   */
  private step(direction: Direction, scope: string, number: number): { shown: boolean; outcome: Promise<boolean> } {
    const { context, log } = this
    this.checkLife()
    const actionId = `${context.clientId}-${direction}-${Date.now().toString(36)}-${++this.steps}`
    const step = log.take(direction, scope, actionId, number)
    if (!step) return { shown: true, outcome: Promise.resolve(false) }
    const { group, inverse } = step
    const targets = this.targets([...group.entries].reverse())
    for (const { storeName, id, conflicts } of targets) {
      if (conflicts.size === 0) continue
      attempt(() => this.onConflict({ direction, scope, storeName, id, fields: [...conflicts] }))
    }
    const opContext: OpContext = { ...group.context, actionId, origin: 'history' }
    const runs = runsOf(targets)
    const refusals = this.write(runs, opContext)
    const shown = inverse.entries.size === runs.reduce((sum, run) => sum + run.targets.length, 0)
    const outcome = refusals.then((refused) => {
      log.settle(step, actionId, new Set(refused.flatMap(({ target }) => target.entries)))
      if (refused.length > 0) throw refused[0]!.error
      return true
    })
    return { shown, outcome }
  }

  /** What the rows of these changes, the last one first, are to become. */
  private targets(entries: readonly Entry[]): Target[] {
    const targets = new Map<string, Map<string, Target>>()
    const all: Target[] = []
    for (const entry of entries) {
      const { storeName, id, strategy } = entry
      let rows = targets.get(storeName)
      if (!rows) targets.set(storeName, (rows = new Map()))
      let target = rows.get(id)
      if (!target) {
        // with what other scopes' writes that do not show yet, and later ones, will make of it
        const now = rowToBe(this.core.opened(storeName), id)
        target = { storeName, id, strategy, now, row: now, entries: [], conflicts: new Set() }
        rows.set(id, target)
        all.push(target)
      }
      const { row, conflicts } = revert(target.row, entry)
      target.row = row
      target.entries.push(entry)
      for (const field of conflicts) target.conflicts.add(field)
    }
    return all
  }

  /** Calls all the writes, and gives those that were refused when all have been answered. */
  private async write(runs: readonly Run[], opContext: OpContext): Promise<{ target: Target; error: unknown }[]> {
    const refusals = runs.map(async (run) => {
      const { targets } = run
      try {
        const results = await this.writeRun(run, { opContext, writeStrategy: run.strategy })
        return results.flatMap((result, i) => (result.ok ? [] : [{ target: targets[i]!, error: result.error as unknown }]))
      } catch (error) {
        return targets.map((target) => ({ target, error }))
      }
    })
    return (await Promise.all(refusals)).flat()
  }

  private writeRun({ storeName, kind, targets }: Run, options: WriteOptions): Promise<WriteManyResult<unknown>> {
    const store = this.context.stores.use(storeName)
    if (kind === 'delete') return store.deleteMany(targets.map(({ id }) => id), options)
    if (kind === 'add') return store.addMany(targets.map(({ row }) => unversioned(row!)), options)
    return store.updateMany(targets.map(({ id, now, row }) => ({ id, change: patchOf(now!, row!) })), options)
  }
}

/** Neighbours of one store that are written in the same way become one call. */
function runsOf(targets: readonly Target[]): Run[] {
  const runs: Run[] = []
  for (const target of targets) {
    const kind = kindOfWrite(target)
    if (!kind) continue
    const { storeName, strategy } = target
    const last = runs[runs.length - 1]
    if (last?.kind === kind && last.storeName === storeName && last.strategy === strategy) last.targets.push(target)
    else runs.push({ kind, storeName, strategy, targets: [target] })
  }
  return runs
}

function kindOfWrite({ now, row }: Target): Kind | undefined {
  if (now && row) return differing(now, row).length > 0 ? 'update' : undefined
  return row ? 'add' : now ? 'delete' : undefined
}

function checkScope(scope: unknown): string {
  if (scope === undefined) return defaultScope
  if (typeof scope === 'string') return scope
  throw invalidInput(`${kindOf(scope)} is no scope: pass the text that opContext.scope has, or nothing`, {}, ['scope'])
}
