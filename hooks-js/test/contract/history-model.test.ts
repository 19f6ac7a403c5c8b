// The law of history: undoing and redoing walks through the states that the user's actions led to, whatever others do to other fields meanwhile.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type History, history, type HistoryConflict } from '../../../dist/npm/index.js'
import { ScriptedBackend } from './scripted-backend.js'
import { assertAlike, channel, type Loose, type LooseStore, Random } from './support.js'

const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
console.log(`history: SEED=${seed}`)

/** The fields that the user writes; others write `theirs`, of the rows that the user never adds or deletes. */
type Mine = { n?: number; s?: string }
type State = Map<string, Mine>

const fixed = ['f0', 'f1', 'f2']
const free = ['k0', 'k1', 'k2', 'k3']

class Model {
  state: State = new Map()
  readonly theirs = new Map<string, number>()
  private undos: State[] = []
  private redos: State[] = []

  get possible(): string {
    return `${this.undos.length > 0 ? 'u' : ''}${this.redos.length > 0 ? 'r' : ''}`
  }

  /** An action that ends where it began is no step. */
  act(after: State): void {
    if (!equal(after, this.state)) this.undos.push(this.state)
    this.redos = []
    this.state = after
  }

  step(direction: 'undo' | 'redo'): void {
    const [from, to] = direction === 'undo' ? [this.undos, this.redos] : [this.redos, this.undos]
    const target = from.pop()!
    to.push(this.state)
    this.state = target
  }

  target(direction: 'undo' | 'redo'): State | undefined {
    return (direction === 'undo' ? this.undos : this.redos).at(-1)
  }

  rows(): Loose[] {
    return [...this.state]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, mine]) => ({ id, ...mine, ...(this.theirs.has(id) ? { theirs: this.theirs.get(id) } : {}) }))
  }
}

function equal(a: State, b: State): boolean {
  return a.size === b.size && [...a].every(([id, { n, s }]) => b.has(id) && Object.is(b.get(id)!.n, n) && b.get(id)!.s === s)
}

/**
 * Writes of one action that are possible in this state; gives the state they lead to, or undefined if they change nothing.
 * `again`: a row may be replaced, or deleted by one of them and added by another; to a server that keeps times it is another row then.
 */
function randomAction(random: Random, store: LooseStore, before: State, actionId: string, again: boolean): { after: State | undefined; settled: Promise<unknown> } {
  const after: State = new Map([...before].map(([id, mine]) => [id, { ...mine }]))
  const settled: Promise<unknown>[] = []
  const options = { opContext: { actionId } }
  let changed = false
  const change = (): Mine => (random.below(2) ? { n: random.below(3) } : random.below(4) ? { s: random.pick(['x', 'y']) } : { n: random.below(3), s: 'z' })
  for (let i = random.below(3); i >= 0; i--) {
    const kind = random.below(6)
    const id = random.pick(kind < 3 ? [...after.keys()] : free)
    if (kind < 3) {
      const items = Array.from({ length: kind === 2 ? 3 : 1 }, () => ({ id: random.pick([...after.keys()]), change: change() }))
      for (const item of items) {
        const mine = after.get(item.id)!
        for (const [field, value] of Object.entries(item.change)) if (!Object.is(mine[field as keyof Mine], value)) changed = true
        Object.assign(mine, item.change)
      }
      settled.push(items.length === 1 ? store.updateOne(items[0]!.id, items[0]!.change, options) : store.updateMany(items, options))
    } else if (!after.has(id)) {
      if (!again && before.has(id)) continue
      const mine = change()
      after.set(id, mine)
      changed = true
      settled.push(kind === 3 ? store.upsertOne({ id, ...mine }, options) : store.addOne({ id, ...mine }, options))
    } else if (kind === 3 && again) {
      const mine = change()
      changed ||= !equal(new Map([[id, mine]]), new Map([[id, after.get(id)!]]))
      after.set(id, mine)
      settled.push(store.upsertOne({ id, ...mine }, { ...options, apply: 'replace' }))
    } else {
      after.delete(id)
      changed = true
      settled.push(store.deleteOne(id, options))
    }
  }
  return { after: changed ? after : undefined, settled: Promise.all(settled) }
}

for (const kind of ['local', 'optimistic', 'confirm', 'optimistic, stamped', 'confirm, stamped'] as const) {
  test(`random actions, undos and redos, refused ones among them, equal a stack of states (${kind})`, async () => {
    const stamped = kind.endsWith('stamped')
    let stamp = 0
    const random = new Random(seed)
    for (let world = 0; world < 12; world++) {
      const backend = new ScriptedBackend('b', { commit: kind.startsWith('confirm') ? 'confirm' : 'optimistic' })
      const conflicts: HistoryConflict[] = []
      const plugins = [history({ limit: Infinity, onConflict: (conflict) => void conflicts.push(conflict) })]
      const client = (await createClient({ plugins: kind === 'local' ? plugins : [...plugins, backend.plugin] })) as unknown as { stores: { Thing: LooseStore }; history: History; dispose(): Promise<void> }
      const { Thing } = client.stores
      await Thing.addMany(fixed.map((id) => ({ id, n: 0 })), { opContext: { origin: 'system' } })
      const model = new Model()
      model.state = new Map(fixed.map((id) => [id, { n: 0 }]))
      for (let i = 0; i < 60; i++) {
        const where = `world ${world}, step ${i}`
        const refuse = kind !== 'local' && random.below(4) === 0
        if (refuse) backend.refuse()
        else if (stamped) backend.answer = ({ value }) => ({ ok: true, ...(value && { value: { ...value, updatedAt: ++stamp } }) })
        else backend.accept()
        const dice = random.below(10)
        if (dice < 4) {
          // what waits for its confirmation does not show, so that updates of one turn cannot be told apart
          const { after, settled } = randomAction(random, Thing, model.state, `${world}-${i}`, !stamped)
          const outcome = await settled.then(() => true, () => false)
          if (after && !refuse) model.act(after)
          assert.ok(outcome || refuse, `${where}: an action was refused`)
        } else if (dice < 9) {
          const direction = dice < 7 ? 'undo' : 'redo'
          const target = model.target(direction)
          const outcome = await client.history[direction]().catch(() => 'refused')
          const sends = target !== undefined && !equal(target, model.state)
          assert.equal(outcome, target === undefined ? false : refuse && sends ? 'refused' : true, `${where}: ${direction}`)
          if (outcome === true) model.step(direction)
        } else {
          const id = random.pick(fixed)
          const row = (await Thing.getOne(id)) as Loose & { version: number }
          model.theirs.set(id, i)
          await channel(Thing).writeback([{ ...row, theirs: i, version: row.version + 5 }])
        }
        const rows = (await Thing.getAll()).map((row) => Object.fromEntries(Object.entries(row).filter(([field]) => field !== 'version' && field !== 'updatedAt')))
        assertAlike(rows, model.rows(), where)
        assert.equal(`${client.history.canUndo() ? 'u' : ''}${client.history.canRedo() ? 'r' : ''}`, model.possible, where)
      }
      assert.deepEqual(conflicts, [])
      await client.dispose()
    }
  })
}

for (const kind of ['optimistic', 'confirm', 'an asynchronous processor'] as const) {
  test(`undos and redos that are called right after actions, which may still wait, equal a stack of states (${kind})`, async () => {
    const random = new Random(seed)
    for (let world = 0; world < 12; world++) {
      const backend = new ScriptedBackend('b', { commit: kind === 'confirm' ? 'confirm' : 'optimistic' })
      const validate = async (row: Loose): Promise<Loose> => (await Promise.resolve(), row)
      const schema = kind === 'an asynchronous processor' ? { Thing: { processor: { validate } } } : {}
      const conflicts: HistoryConflict[] = []
      const plugins = [history({ limit: Infinity, onConflict: (conflict) => void conflicts.push(conflict) }), backend.plugin]
      const client = (await createClient({ plugins, schema: schema as never })) as unknown as { stores: { Thing: LooseStore }; history: History; dispose(): Promise<void> }
      const { Thing } = client.stores
      await Thing.addMany(fixed.map((id) => ({ id, n: 0 })), { opContext: { origin: 'system' } })
      const model = new Model()
      model.state = new Map(fixed.map((id) => [id, { n: 0 }]))
      for (let i = 0; i < 20; i++) {
        const where = `world ${world}, turn ${i}`
        const outcomes: Promise<unknown>[] = []
        for (let k = random.below(3); k > 0; k--) {
          const { after, settled } = randomAction(random, Thing, model.state, `${world}-${i}-${k}`, true)
          if (after) model.act(after)
          outcomes.push(settled)
        }
        for (let k = random.below(4); k > 0; k--) {
          const direction = random.below(3) ? 'undo' : 'redo'
          const target = model.target(direction)
          outcomes.push(client.history[direction]().then((done) => assert.equal(done, target !== undefined, `${where}: ${direction}`)))
          if (target) model.step(direction)
        }
        await Promise.all(outcomes)
        const rows = (await Thing.getAll()).map((row) => Object.fromEntries(Object.entries(row).filter(([field]) => field !== 'version')))
        assertAlike(rows, model.rows(), where)
        assert.equal(`${client.history.canUndo() ? 'u' : ''}${client.history.canRedo() ? 'r' : ''}`, model.possible, where)
      }
      assert.deepEqual(conflicts, [])
      await client.dispose()
    }
  })
}
