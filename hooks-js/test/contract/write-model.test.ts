// Every interleaving of two writes of one row, and most of three, beside a naive model: what shows, what is sent, and
// what the promises come to. With strategies of their own answers come in any order; with one, writes wait for each other.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { inspect } from 'node:util'
import type { ModelAction, ModelRow, ModelWrite, Reply } from './write-model.js'
import { type Call, Stage } from './write-stage.js'

/** The kinds of writes, by what they do to a row. */
const kinds: { name: string; action: ModelAction; patch: Record<string, string | undefined> }[] = [
  { name: 'add', action: 'add', patch: { p: 'added' } },
  { name: 'update', action: 'update', patch: { p: 'updated', q: 'updated' } },
  { name: 'clear', action: 'update', patch: { p: undefined } },
  { name: 'merge', action: 'merge', patch: { q: 'merged' } },
  { name: 'replace', action: 'replace', patch: { r: 'replaced' } },
  { name: 'delete', action: 'delete', patch: {} },
]

/** What becomes of a write; `aborts`: its call is aborted before the backend says anything. */
const ends: { name: string; aborts?: true; reply: Reply }[] = [
  { name: 'ok', reply: { kind: 'ok' } },
  { name: 'version', reply: { kind: 'ok', version: 40 } },
  { name: 'row', reply: { kind: 'row', fields: { p: 'theirs', s: 'more' }, version: 50 } },
  { name: 'row without version', reply: { kind: 'row', fields: { p: 'theirs', t: 'more' } } },
  { name: 'refused', reply: { kind: 'refused', code: 'no' } },
  { name: 'refused for another row', reply: { kind: 'refused', code: 'stale', current: { fields: { p: 'current' }, version: 60 } } },
  { name: 'refused, as there is none', reply: { kind: 'refused', code: 'gone', current: null } },
  { name: 'aborted, then ok', aborts: true, reply: { kind: 'ok' } },
  { name: 'aborted, then row', aborts: true, reply: { kind: 'row', fields: { q: 'late' }, version: 70 } },
  { name: 'aborted, then an old row', aborts: true, reply: { kind: 'row', fields: { q: 'old' }, version: 9 } },
  { name: 'aborted, then refused', aborts: true, reply: { kind: 'refused', code: 'no' } },
]

const remotes: (ModelRow | undefined)[] = [{ fields: { p: 'remote', q: 'remote' }, version: 20 }, { fields: { s: 'remote' }, version: 5 }, undefined]

/** Call and answer of the writes, in their order; a remote change between them. */
type Step = { does: 'call' | 'end'; write: number } | { does: 'remote' }

/** Every order of so many calls, in turn, and their ends, each after its call. */
function schedules(writes: number, remote: boolean): Step[][] {
  const all: Step[][] = []
  const extend = (steps: Step[], called: number, open: number[], remote: boolean): void => {
    if (called === writes && open.length === 0 && !remote) return void all.push(steps)
    if (called < writes) extend([...steps, { does: 'call', write: called }], called + 1, [...open, called], remote)
    for (const write of open) extend([...steps, { does: 'end', write }], called, open.filter((other) => other !== write), remote)
    if (remote) extend([...steps, { does: 'remote' }], called, open, false)
  }
  extend([], 0, [], remote)
  return all
}

/** Every way to take so many of n. */
function* choices(n: number, many: number): Generator<number[]> {
  for (let i = 0; i < n ** many; i++) yield Array.from({ length: many }, (_, k) => Math.floor(i / n ** k) % n)
}

interface Scenario {
  steps: Step[]
  kinds: number[]
  ends: number[]
  there: boolean
  remote?: ModelRow | undefined
  /** How the writes are sent. Default: each by a strategy of its own. */
  way?: Way
}

/**
 * `turns`: by one strategy, each called in a turn of its own. `together`: in one turn, so in one request.
 * `mixed`: the second by a strategy, which shows at once also where the backend's own writes do not.
 */
type Way = 'lanes' | 'turns' | 'together' | 'mixed'

const lanes = ['one', 'two', 'three']
let stage: Stage
let played = 0

// most scenarios make errors, and nobody reads where
Error.stackTraceLimit = 2

beforeEach(async () => {
  stage = await Stage.open(lanes)
})

const first: ModelRow = { fields: { p: 'first', s: 'first' }, version: 10 }

/** Plays one scenario with a row of its own. */
async function play(scenario: Scenario): Promise<void> {
  const { steps, there, way = 'lanes' } = scenario
  stage.forget()
  const id = `row-${played++}`
  const calls: Call[] = []
  const callOne = (write: number): void => {
    const { action, patch } = kinds[scenario.kinds[write]!]!
    const options = way === 'lanes' || (way === 'mixed' && write === 1) ? { writeStrategy: lanes[write]! } : {}
    calls[write] = stage.call(id, action, patch, options, ends[scenario.ends[write]!]!.aborts ?? false)
    stage.compareRows()
  }
  try {
    stage.chain(id)
    if (there) await stage.remote(id, first)
    for (const step of steps) {
      if (step.does === 'call') callOne(step.write)
      else if (step.does === 'remote') await stage.remote(id, scenario.remote)
      else await end(calls[step.write]!, ends[scenario.ends[step.write]!]!)
      if (way !== 'together' || step.does !== 'call') await stage.check()
    }
    await answerRest(calls, scenario)
    assert.deepEqual(calls.filter(({ is }) => is === 'pending'), [], 'promises that do not settle')
  } catch (error) {
    ;(error as Error).message = `${describe(scenario)}\n${(error as Error).message}`
    throw error
  }
}

async function end(call: Call, { aborts, reply }: (typeof ends)[number]): Promise<void> {
  if (aborts) {
    stage.abort(call)
    await stage.check()
  }
  const request = stage.sent.find(({ writes }) => writes.length === 1 && writes[0] === call.write)
  if (request) stage.answer(request, [reply])
}

/** What could not be answered before: writes that waited for another, and requests of several. */
async function answerRest(calls: Call[], scenario: Scenario): Promise<void> {
  const endOf = (write: ModelWrite) => ends[scenario.ends[calls.findIndex((call) => call.write === write)]!]!
  await stage.check()
  for (let request = stage.sent[0]; request; request = stage.sent[0]) {
    for (const call of calls) {
      if (call.write?.open && endOf(call.write).aborts && request.writes.includes(call.write)) stage.abort(call)
    }
    await stage.check()
    stage.answer(request, request.writes.map((write) => endOf(write).reply))
    await stage.check()
  }
}

function describe({ steps, kinds: k, ends: e, there, remote, way = 'lanes' }: Scenario): string {
  const text = steps.map((step) => {
    if (step.does === 'remote') return `remote ${inspect(remote)}`
    const { name } = kinds[k[step.write]!]!
    return step.does === 'call' ? name : `${name} ${ends[e[step.write]!]!.name}`
  })
  const endings = e.map((end) => ends[end]!.name).join('; ')
  return `${way}, ${there ? 'there' : 'absent'}: ${text.join('; ')}; ends: ${endings}`
}

test('every interleaving of two writes agrees with the model', async () => {
  for (const there of [false, true]) {
    for (const steps of schedules(2, false)) {
      for (const kinds_ of choices(kinds.length, 2)) {
        for (const ends_ of choices(ends.length, 2)) await play({ steps, kinds: kinds_, ends: ends_, there })
      }
    }
  }
})

test('a remote change between two writes lies under what is pending', async () => {
  let turn = 0
  for (const there of [false, true]) {
    for (const steps of schedules(2, true)) {
      for (const kinds_ of choices(kinds.length, 2)) {
        // each end of the one write with most of the other's, but not in all places
        for (let one = 0; one < ends.length; one++, turn++) {
          await play({ steps, kinds: kinds_, ends: [one, (turn * 4) % ends.length], there, remote: remotes[turn % remotes.length] })
        }
      }
    }
  }
})

test('every order of three writes agrees with the model', async () => {
  let turn = 0
  const n = ends.length
  for (const there of [false, true]) {
    for (const steps of schedules(3, false)) {
      for (const kinds_ of choices(kinds.length, 3)) {
        turn++
        await play({ steps, kinds: kinds_, ends: [turn % n, Math.floor(turn / n) % n, Math.floor(turn / n / n) % n], there })
      }
    }
  }
})

test('writes of one strategy are sent one after the other, as their rows are by then', async () => {
  for (const there of [false, true]) {
    for (const steps of schedules(2, false)) {
      for (const kinds_ of choices(kinds.length, 2)) {
        for (const ends_ of choices(ends.length, 2)) await play({ steps, kinds: kinds_, ends: ends_, there, way: 'turns' })
      }
    }
  }
})

for (const commit of ['optimistic', 'confirm'] as const) {
  const calls = (n: number): Step[] => Array.from({ length: n }, (_, write) => ({ does: 'call', write }))

  test(`two writes of one request agree with the model, commit: ${commit}`, async () => {
    if (commit === 'confirm') stage = await Stage.open(lanes, true)
    for (const there of [false, true]) {
      for (const kinds_ of choices(kinds.length, 2)) {
        for (const ends_ of choices(ends.length, 2)) await play({ steps: calls(2), kinds: kinds_, ends: ends_, there, way: 'together' })
      }
    }
  })

  test(`three writes in one turn or several agree with the model, commit: ${commit}`, async () => {
    if (commit === 'confirm') stage = await Stage.open(lanes, true)
    const n = ends.length
    let turn = 0
    for (const there of [false, true]) {
      for (const steps of [calls(3), [...calls(2), { does: 'remote' }, ...calls(3).slice(2)] as Step[]]) {
        for (const kinds_ of choices(kinds.length, 3)) {
          for (let one = 0; one < n; one++, turn++) {
            const ends_ = [one, Math.floor(turn / n) % n, Math.floor(turn / n / n) % n]
            const way = turn % 2 === 0 ? 'together' : 'turns'
            await play({ steps, kinds: kinds_, ends: ends_, there, remote: remotes[turn % remotes.length], way })
          }
        }
      }
    }
  })
}

test('two writes that do not show before they are confirmed, among such that do, agree with the model', async () => {
  stage = await Stage.open(lanes, true)
  let turn = 0
  for (const there of [false, true]) {
    for (const steps of schedules(3, false)) {
      for (const kinds_ of choices(kinds.length, 3)) {
        turn++
        const n = ends.length
        await play({ steps, kinds: kinds_, ends: [turn % n, Math.floor(turn / n) % n, Math.floor(turn / n / n) % n], there, way: 'mixed' })
      }
    }
  }
})
