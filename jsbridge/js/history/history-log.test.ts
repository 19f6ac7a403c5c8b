import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RowChange } from '../core.js'
import { type Entry, HistoryLog, type Step } from './history-log.js'
import type { Row } from '../input.js'
import type { OpContext } from '../types.js'

const row = (n: number, more: Row = {}): Row => ({ id: 'a', n, ...more })
const change = (before: Row | undefined, after: Row | undefined): RowChange => ({ id: String((before ?? after)!['id']), before, after })

class Log extends HistoryLog {
  told = 0
  private taken = 0
  constructor(limit = 100) {
    super(limit, () => void this.told++)
  }

  write(context: OpContext, ...changes: RowChange[]): RowChange {
    this.written({ storeName: 'S', opContext: context, writeStrategy: 'direct', changes })
    return changes[0]!
  }

  /** Takes a group back and gives what its entries say, last first; `undone`: what the writes of the step did. */
  back(direction: 'undo' | 'redo', undone?: (entries: Entry[]) => RowChange[], scope = 'default'): { step: Step; id: string; entries: [Row | undefined, Row | undefined][] } {
    const id = `step${++this.taken}`
    const step = this.take(direction, scope, id)
    assert.ok(step, `nothing to ${direction}`)
    const entries = [...step.group.entries].reverse()
    if (undone) this.written({ storeName: 'S', opContext: { origin: 'history', actionId: id, scope }, writeStrategy: 'direct', changes: undone(entries) })
    return { step, id, entries: entries.map(({ before, after }) => [before, after]) }
  }

  /** The same, to the end. */
  all(direction: 'undo' | 'redo'): [Row | undefined, Row | undefined][] {
    const { step, id, entries } = this.back(direction, (es) => es.map(({ before, after }) => change(after, before)))
    this.settle(step, id, new Set())
    return entries
  }

  possible(scope = 'default'): string {
    return `${this.can('undo', scope) ? 'u' : ''}${this.can('redo', scope) ? 'r' : ''}`
  }
}

test('changes of one action go together as long as no other comes between; scopes do not know each other', () => {
  const log = new Log()
  log.write({ actionId: '1' }, change(undefined, row(1)))
  log.write({ actionId: '1' }, change(row(1), row(2)))
  log.write({ actionId: '2', scope: 's' }, change(row(2), row(3)))
  log.write({ actionId: '1' }, change(row(3), row(4)))
  log.write({ actionId: '3' }, change(row(4), row(5)))
  log.write({ actionId: '1' }, change(row(5), row(6)))
  for (const origin of ['history', 'sync', 'system'] as const) log.write({ actionId: '9', origin }, change(row(6), row(7)))
  log.write({ actionId: '10' })
  assert.deepEqual(log.all('undo'), [[row(5), row(6)]])
  assert.deepEqual(log.all('undo'), [[row(4), row(5)]])
  assert.deepEqual(log.all('undo'), [[row(3), row(4)], [row(1), row(2)], [undefined, row(1)]])
  assert.equal(log.possible(), 'r')
  assert.equal(log.possible('s'), 'u')
  log.clear('default')
  log.clear('s')
  assert.equal(log.size, 0)
})

test('a refused write leaves, and those that found its result find what it had found', () => {
  const log = new Log()
  const first = log.write({ actionId: '1' }, change(row(1, { m: 1 }), row(2, { m: 1 })))
  log.write({ actionId: '2' }, change(row(2, { m: 1 }), row(2, { m: 2 })))
  log.write({ actionId: '3' }, change(row(2, { m: 2 }), row(3, { m: 2 })))
  log.write({ actionId: '4' }, change(row(3, { m: 2 }), undefined))
  log.refused('S', first)
  assert.deepEqual(log.all('undo'), [[row(3, { m: 2 }), undefined]])
  assert.deepEqual(log.all('undo'), [[row(1, { m: 2 }), row(3, { m: 2 })]])
  assert.deepEqual(log.all('undo'), [[row(1, { m: 1 }), row(1, { m: 2 })]])
  assert.equal(log.possible(), 'r')
  log.refused('S', first)
})

test('what is refused with the add that it builds on leaves too, in any order', () => {
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2]]) {
    const log = new Log()
    const changes = [change(undefined, row(1)), change(row(1), row(2)), change(row(2), undefined)]
    for (const [i, c] of changes.entries()) log.write({ actionId: String(i) }, c)
    for (const i of order) log.refused('S', changes[i]!)
    assert.equal(log.possible(), '')
    assert.equal(log.size, 0)
  }
})

test('a change that found another row than it was called on is the same change of that row', () => {
  const log = new Log()
  const late = (found: Row | undefined, before: Row | undefined, after: Row | undefined): void => void log.write({}, { ...change(before, after), found })
  late(row(1, { m: 1 }), row(2, { m: 1 }), row(2, { m: 2 }))
  assert.deepEqual(log.all('undo'), [[row(1, { m: 1 }), row(1, { m: 2 })]])
  late(row(1), row(2), undefined)
  assert.deepEqual(log.all('undo'), [[row(1), undefined]])
  late(row(1), undefined, row(2))
  assert.deepEqual(log.all('undo'), [[row(1), row(2)]])
  late(undefined, row(1), row(2))
  assert.deepEqual(log.all('undo'), [[undefined, row(2)]])
})

test('a change that comes to nothing, as what it changed was refused, is no step any more', () => {
  const log = new Log()
  const first = log.write({ actionId: '1' }, change(row(1), row(2)))
  log.write({ actionId: '2' }, change(row(2), row(1)))
  log.refused('S', first)
  assert.equal(log.possible(), '')
})

test('what the backend makes of a write counts as written, but not what it says of other fields', () => {
  const log = new Log()
  const add = log.write({ actionId: '1' }, change(undefined, row(1)))
  log.answered('S', add, row(1, { created: 5 }))
  const update = log.write({ actionId: '2' }, change(row(1, { created: 5, s: 'x' }), row(1, { created: 5, s: ' y ' })))
  log.write({ actionId: '3' }, change(row(1, { created: 5, s: ' y ' }), row(3, { created: 5, s: ' y ' })))
  log.answered('S', update, row(7, { created: 5, s: 'y' }))
  assert.deepEqual(log.all('undo'), [[row(1, { created: 5, s: 'y' }), row(3, { created: 5, s: 'y' })]])
  assert.deepEqual(log.all('undo'), [[row(1, { created: 5, s: 'x' }), row(1, { created: 5, s: 'y' })]])
  assert.deepEqual(log.all('undo'), [[undefined, row(1, { created: 5 })]])
})

test('what answers alone have changed since is as if it had been so; what others had changed before is not', () => {
  const log = new Log()
  log.write({ actionId: '1' }, change(undefined, row(1, { at: 1 })))
  log.write({ actionId: '2' }, change(row(1, { at: 1 }), row(2, { at: 1 })))
  log.settled('S', 'a', row(2, { at: 1 }), log.last('S', 'a'), row(2, { at: 2 }))
  // at and by were changed by others, and then by an answer
  log.settled('S', 'a', row(2, { at: 7, by: 'x' }), log.last('S', 'a'), row(2, { at: 8, by: 'y', seen: true }))
  assert.deepEqual(log.all('undo'), [[row(1, { at: 2, seen: true }), row(2, { at: 2, seen: true })]])
  assert.deepEqual(log.all('undo'), [[undefined, row(1, { at: 2, seen: true })]])
  log.settled('S', 'other', row(1), undefined, row(2))
})

test('a step that brings a value back is not the one that has set it', () => {
  const log = new Log()
  log.write({ actionId: '1' }, change(undefined, row(1)))
  log.write({ actionId: '2' }, change(row(1), row(2)))
  const { step, id } = log.back('undo', () => [change(row(2), row(1))])
  log.settled('S', 'a', row(1), log.last('S', 'a'), row(1.5))
  log.settle(step, id, new Set())
  assert.deepEqual(log.all('undo'), [[undefined, row(1.5)]])
})

test('an action that ends where it began is no step, unless a part of it is refused', () => {
  const log = new Log()
  log.write({ actionId: '1' }, change(row(1), row(2)))
  log.write({ actionId: '2' }, change(undefined, { id: 'b' }))
  const gone = log.write({ actionId: '2' }, change({ id: 'b' }, undefined))
  log.write({ actionId: '2' }, change(row(2), row(3)))
  log.write({ actionId: '2' }, change(row(3), row(2)))
  assert.deepEqual(log.all('undo'), [[row(1), row(2)]])
  assert.equal(log.possible(), 'r')
  log.all('redo')
  log.write({ actionId: '3' }, change(undefined, { id: 'c' }))
  const refused = log.write({ actionId: '3' }, change({ id: 'c' }, undefined))
  log.refused('S', refused)
  assert.equal(log.possible(), 'u')
  assert.deepEqual(log.all('undo'), [[undefined, { id: 'c' }]])
  log.refused('S', gone)
})

test('actions stand in the order of their calls, whenever they show', () => {
  const log = new Log()
  const call = {}
  log.order.begin(call, 'default', '1')
  log.write({ actionId: '2' }, change(row(2), row(3)))
  log.written({ storeName: 'S', opContext: { actionId: '1' }, writeStrategy: 'direct', changes: [change(undefined, { id: 'b' })], call })
  log.order.end(call)
  assert.deepEqual(log.all('undo'), [[row(2), row(3)]])
  assert.deepEqual(log.all('undo'), [[undefined, { id: 'b' }]])
})

test('a step takes back what was called before it, also from under what was called later', () => {
  const log = new Log()
  log.write({ actionId: '1' }, change(row(1), row(2)))
  const asked = log.order.next()
  log.write({ actionId: '2' }, change(undefined, { id: 'b' }))
  const step = log.take('undo', 'default', 'late', asked)!
  assert.deepEqual([...step.group.entries].map(({ after }) => after), [row(2)])
  log.written({ storeName: 'S', opContext: { origin: 'history', actionId: 'late' }, writeStrategy: 'direct', changes: [change(row(2), row(1))] })
  log.settle(step, 'late', new Set())
  assert.equal(log.possible(), 'u')
  log.all('undo')
  const redo = log.order.next()
  log.write({ actionId: '3' }, change(row(1), row(9)))
  assert.equal(log.possible(), 'u')
  assert.deepEqual([...log.take('redo', 'default', 'redo', redo)!.group.entries].map(({ before }) => before), [{ id: 'b' }])
})

test('a new action clears what could be redone, and a refused one gives it back', () => {
  const log = new Log()
  log.write({ actionId: '1' }, change(row(1), row(2)))
  log.write({ actionId: '2' }, change(row(2), row(3)))
  log.all('undo')
  assert.equal(log.possible(), 'ur')
  const refused = log.write({ actionId: '3' }, change(row(2), row(5)))
  assert.equal(log.possible(), 'u')
  log.refused('S', refused)
  assert.equal(log.possible(), 'ur')
  log.write({ actionId: '4' }, change(row(2), row(6)))
  assert.equal(log.possible(), 'u')
  log.all('undo')
  assert.deepEqual(log.all('redo'), [[row(6), row(2)]])
  assert.equal(log.possible(), 'u')
  // merged into a group that is there
  log.all('undo')
  log.write({ actionId: '1' }, change(row(2), row(8)))
  assert.equal(log.possible(), 'u')
})

test('a step whose writes are refused can be tried again, as far as they were', () => {
  const log = new Log()
  const other = (n: number): Row => ({ id: 'b', n })
  log.write({ actionId: '1' }, change(row(1), row(2)), change(other(1), other(2)))
  const undone: RowChange[] = [change(other(2), other(1)), change(row(2), row(1))]
  const { step, id } = log.back('undo', () => undone)
  assert.equal(log.possible(), 'r')
  const failed = [...step.group.entries].filter((entry) => entry.id === 'b')
  log.refused('S', undone[0]!)
  log.settle(step, id, new Set(failed))
  assert.equal(log.possible(), 'ur')
  assert.deepEqual(log.all('undo'), [[other(1), other(2)]])
  assert.deepEqual(log.all('redo'), [[other(2), other(1)]])
  assert.deepEqual(log.all('redo'), [[row(2), row(1)]])
})

test('an action during a step clears what the step makes redoable, also when it shows later; a refused step goes beneath it', () => {
  const log = new Log()
  log.write({ actionId: '1' }, change(row(1), row(2)))
  const early = log.back('undo', () => [change(row(2), row(1))])
  log.write({ actionId: '2' }, change(row(1), row(5)))
  assert.equal(log.possible(), 'u')
  log.settle(early.step, early.id, new Set())
  assert.equal(log.possible(), 'u')

  const late = log.back('undo')
  log.write({ actionId: '3' }, change(row(5), row(6)))
  log.written({ storeName: 'S', opContext: { origin: 'history', actionId: late.id }, writeStrategy: 'direct', changes: [change(row(6), row(1))] })
  assert.equal(log.possible(), 'u')
  log.settle(late.step, late.id, new Set(late.step.group.entries))
  assert.deepEqual(log.all('undo'), [[row(5), row(6)]])
  assert.deepEqual(log.all('undo'), [[row(1), row(5)]])

  const redo = log.back('redo')
  log.write({ actionId: '4' }, change(row(1), row(9)))
  log.settle(redo.step, redo.id, new Set(redo.step.group.entries))
  assert.equal(log.possible(), 'u', 'a refused redo is not redoable after a new action')
})

test('no more groups are kept than allowed, and nothing of those that went', () => {
  const log = new Log(3)
  for (let i = 0; i < 50; i++) log.write({ actionId: String(i) }, change(row(i), row(i + 1)))
  assert.equal(log.size, 3)
  for (let i = 0; i < 3; i++) log.all('undo')
  assert.equal(log.possible(), 'r')
  assert.equal(log.size, 3)
  log.write({ actionId: 'new' }, change(row(47), row(1)))
  log.write({ actionId: 'newer' }, change(row(1), row(2)))
  assert.equal(log.size, 2)
})

test('a scope that is cleared during a step stays clear', () => {
  const log = new Log()
  log.write({ actionId: '1' }, change(row(1), row(2)))
  log.write({ actionId: '2' }, change(row(2), row(3)))
  const { step, id } = log.back('undo')
  log.clear('default')
  log.written({ storeName: 'S', opContext: { origin: 'history', actionId: id }, writeStrategy: 'direct', changes: [change(row(3), row(2))] })
  log.settle(step, id, new Set(step.group.entries))
  assert.equal(log.possible(), '')
  assert.equal(log.size, 0)
})
