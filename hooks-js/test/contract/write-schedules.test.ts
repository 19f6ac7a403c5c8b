// Random schedules of writes, answers, refusals, timeouts, aborts and changes from elsewhere, on a virtual clock, beside
// the model of write-model.ts. SEED=… brings a schedule back, STEPS=… makes it longer, RUNS=… has more of them.

import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { inspect } from 'node:util'
import { AtomaError } from '../../../dist/npm/index.js'
import { Random } from './support.js'
import type { Fields, ModelAction, ModelRow, Reply } from './write-model.js'
import { type Call, type Sent, Stage } from './write-stage.js'

const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
const steps = Number(process.env['STEPS'] ?? 120)
const runs = Number(process.env['RUNS'] ?? 25)

const ids = ['a', 'b', 'c']
const strategies = ['one', 'two']

class Schedule {
  private readonly log: string[] = []
  /** What happens at which time. Everything but timeouts happens at even times, so that nothing is due at once with one. */
  private readonly agenda = new Map<number, (() => void | Promise<void>)[]>()
  private now = 0
  private serial = 0
  private readonly limited: { call: Call; at: number; rejects: boolean }[] = []

  constructor(
    private readonly stage: Stage,
    private readonly random: Random,
  ) {
    stage.onSent = (request) => this.received(request)
  }

  async run(): Promise<void> {
    try {
      for (let i = 0; i < steps; i++) {
        if (this.random.below(3) === 0) await this.tick()
        else await this.act()
      }
      await this.finish()
    } catch (error) {
      ;(error as Error).message = `${(error as Error).message}\nSEED=${seed}, what happened:\n${this.log.join('\n')}`
      throw error
    }
  }

  private note(text: string): void {
    this.log.push(`${this.now}: ${text}`)
  }

  private async act(): Promise<void> {
    const { random, stage } = this
    const chance = random.below(20)
    if (chance === 0) {
      const call = random.pick(stage.calls.length > 0 ? stage.calls : [undefined])
      if (call?.expected !== 'pending') return
      this.note(`abort ${stage.calls.indexOf(call) + 1}`)
      stage.abort(call)
    } else if (chance === 1) {
      const id = random.pick(ids)
      const row: ModelRow | undefined = random.below(3) ? { fields: this.fields() as ModelRow['fields'], version: random.below(40) } : undefined
      this.note(`remote ${id} ${inspect(row)}`)
      await stage.remote(id, row)
    } else {
      // several calls of a turn
      for (let n = random.below(4); n >= 0; n--) this.call()
      stage.compareRows()
    }
    await stage.check()
  }

  /** Fields of a row; with a patch, some are removed. */
  private fields(patch = false): Fields {
    const fields: Fields = {}
    for (const name of ['p', 'q', 'r']) {
      const kind = this.random.below(patch ? 4 : 2)
      if (kind === 0) fields[name] = this.random.below(4) ? `${name}${this.serial++}` : 'same'
      else if (kind === 1 && patch) fields[name] = undefined
    }
    return fields
  }

  private call(): void {
    const { random, stage } = this
    const id = random.pick(ids)
    const action = random.pick<ModelAction>(['add', 'update', 'update', 'update', 'merge', 'replace', 'delete'])
    const patch = action === 'delete' ? {} : this.fields(action === 'update' || action === 'merge')
    let timeoutMs = random.below(4) ? undefined : 1 + 2 * random.below(8)
    // two that are due at once are two moments all the same, and the lane may go on between them
    while (timeoutMs !== undefined && this.limited.some(({ at }) => at === this.now + timeoutMs!)) timeoutMs += 2
    const rejects = random.below(3) > 0
    const scope = random.below(3) ? undefined : random.pick(['x', 'y'])
    const writeStrategy = random.pick(['direct', ...strategies])
    const confirmation = random.below(4) ? 'strict' : 'optimistic'
    this.note(`call ${stage.calls.length + 1}: ${action} ${id} ${inspect(patch)} ${writeStrategy} ${confirmation} ${timeoutMs ?? ''}${rejects ? '' : ' resolves'}`)
    const call = stage.call(id, action, patch, {
      writeStrategy,
      confirmation,
      ...(scope === undefined ? {} : { opContext: { scope } }),
      ...(timeoutMs === undefined ? {} : { timeoutMs, timeoutBehavior: rejects ? 'reject' : 'resolve-enqueued' }),
    })
    if (timeoutMs !== undefined) this.limited.push({ call, at: this.now + timeoutMs, rejects })
  }

  /** What a backend is asked gets its answer at some time, or never. */
  private received(request: Sent): void {
    const { random } = this
    this.note(`${request.strategy} is sent ${request.writes.map(({ action, chain }) => `${action} ${chain.id}`).join(', ')}`)
    if (random.below(12) === 0) return
    this.at(this.now + 2 * random.below(7) + 2, () => {
      if (!request.answered) this.reply(request)
    })
  }

  private reply(request: Sent): void {
    const { random, stage } = this
    const kind = random.below(12)
    if (kind === 0) {
      this.note(`${request.strategy} fails`)
      const code = random.pick(['network', 'internal'])
      return stage.fail(request, code === 'network' ? new AtomaError('network', 'the backend cannot be reached') : new TypeError('a bug'), code)
    }
    // short answers fail what they leave out
    const length = kind === 1 ? random.below(request.writes.length) : request.writes.length
    const replies = request.writes.map((_, i): Reply => (i < length ? this.pickReply() : { kind: 'refused', code: 'internal' }))
    this.note(`${request.strategy} answers ${request.writes.map(({ chain }, i) => `${chain.id} ${inspect(replies[i])}`).join(', ')}`)
    stage.answer(request, replies, length)
  }

  private pickReply(): Reply {
    const { random } = this
    const version = random.below(50)
    const fields = this.fields() as ModelRow['fields']
    return random.pick<() => Reply>([
      () => ({ kind: 'ok' }),
      () => ({ kind: 'ok' }),
      () => ({ kind: 'ok', version }),
      () => ({ kind: 'row', fields, version }),
      () => ({ kind: 'row', fields }),
      () => ({ kind: 'refused', code: 'conflict' }),
      () => ({ kind: 'refused', code: 'conflict', current: { fields, version } }),
      () => ({ kind: 'refused', code: 'not_found', current: null }),
    ])()
  }

  private at(time: number, does: () => void): void {
    const all = this.agenda.get(time)
    if (all) all.push(does)
    else this.agenda.set(time, [does])
  }

  /** Lets time pass until the next even one. */
  private async tick(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      this.now++
      for (const { call, at, rejects } of this.limited) {
        // the limit of an optimistic call goes on after its promise has settled
        if (at !== this.now || (call.expected !== 'pending' && !(rejects && call.handed && call.write?.open))) continue
        this.note(`call ${this.stage.calls.indexOf(call) + 1} times out`)
        if (rejects) this.stage.giveUp(call, 'timeout')
        else if (call.write!.standing === 'pending') call.expected = { value: true }
      }
      mock.timers.tick(1)
      await this.stage.check()
      for (const does of this.agenda.get(this.now) ?? []) {
        does()
        await this.stage.check()
      }
      this.agenda.delete(this.now)
    }
  }

  /** Everything is answered at last, and nothing is left. */
  private async finish(): Promise<void> {
    const { stage } = this
    for (let i = 0; i < 40; i++) await this.tick()
    for (let request = stage.sent[0]; request; request = stage.sent[0]) {
      this.note('the rest')
      this.reply(request)
      await stage.check()
    }
    for (const call of stage.calls) assert.notEqual(call.is, 'pending')
    for (const { writes, base, shown } of stage.chains.values()) {
      assert.deepEqual(writes, [])
      assert.deepEqual(base, shown)
    }
  }
}

for (const hides of [false, true]) {
  test(`random schedules agree with the model, commit: ${hides ? 'confirm' : 'optimistic'} (SEED=${seed})`, async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const random = new Random(seed)
      for (let run = 0; run < runs; run++) await new Schedule(await Stage.open(strategies, hides), random).run()
    } finally {
      mock.timers.reset()
    }
  })
}
