import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallOrder } from './call-order.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('what waits for calls of its scope goes on when the last of those before it has ended', async () => {
  const order = new CallOrder()
  const [a, b, later, other] = [{}, {}, {}, {}]
  order.begin(a, 's', undefined)
  order.begin(b, 's', undefined)
  order.begin(other, 't', undefined)
  const number = order.next()
  order.begin(later, 's', undefined)
  let went = 0
  void order.before('s', number)!.then(() => void went++)
  assert.equal(order.before('u', number), undefined)
  order.end(b)
  order.end(other)
  order.end(b)
  await turn()
  assert.equal(went, 0)
  order.end(a)
  await turn()
  assert.equal(went, 1)
  assert.equal(order.before('s', number), undefined)
})

test('a call keeps the number that it had when it was made, until it ends', () => {
  const order = new CallOrder()
  const call = {}
  const number = order.begin(call, 's', undefined)
  assert.ok(order.next() > number)
  assert.equal(order.numberOf(call), number)
  order.end(call)
  assert.ok(order.numberOf(call) > number)
  assert.ok(order.numberOf(undefined) > number)
})

test('an action is parted by a call of its scope that waits, is of another, and comes between', () => {
  const order = new CallOrder()
  const from = order.next()
  order.begin({}, 's', 'mine')
  order.begin({}, 't', undefined)
  assert.equal(order.parts('s', 'mine', from, order.next()), false)
  const call = {}
  order.begin(call, 's', undefined)
  const to = order.next()
  assert.equal(order.parts('s', 'mine', from, to), true)
  assert.equal(order.parts('s', 'mine', to, from), true)
  assert.equal(order.parts('s', 'mine', to, order.next()), false)
  order.end(call)
  assert.equal(order.parts('s', 'mine', from, to), false)
})

test('all can be let go at once', async () => {
  const order = new CallOrder()
  order.begin({}, 's', undefined)
  order.begin({}, 't', undefined)
  const number = order.next()
  const waits = [order.before('s', number), order.before('t', number)]
  order.endAll()
  await Promise.all(waits)
})
