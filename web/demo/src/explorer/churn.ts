// "Change 1,000 random rows a second": a few in each frame, in one call.

import { cell } from '../cell'
import { amountFrom, bandOf, orderId, statuses, type Order, type Orders } from './orders'

const perSecond = 1_000
/** After a pause, as in a hidden tab, it goes on and does not catch up. */
const mostInFrame = 100

export function createChurn(orders: Orders, total: number) {
  const running = cell(false)
  const changed = cell(0)
  let frame = 0
  let last = 0
  let due = 0

  function change(order: Order): Partial<Order> {
    const updatedAt = new Date()
    if (Math.random() < 0.5) {
      const amount = amountFrom(Math.random)
      return { amount, band: bandOf(amount), updatedAt }
    }
    const status = statuses[(statuses.indexOf(order.status) + 1) % statuses.length]!
    return { status, rating: status === 'delivered' ? Math.ceil(5 * Math.random() ** 0.45) : null, updatedAt }
  }

  function step(now: number) {
    frame = requestAnimationFrame(step)
    due = Math.min(mostInFrame, due + ((now - last) / 1000) * perSecond)
    last = now
    const count = Math.floor(due)
    if (count === 0) return
    due -= count
    void orders.updateMany(
      Array.from({ length: count }, () => ({
        id: orderId(Math.floor(Math.random() * total)),
        change: (order: Order) => void Object.assign(order, change(order)),
      })),
    )
    changed.set(changed.get() + count)
  }

  return {
    running,
    changed,
    toggle() {
      running.set(!running.get())
      if (!running.get()) return cancelAnimationFrame(frame)
      last = performance.now()
      frame = requestAnimationFrame(step)
    },
  }
}

export type Churn = ReturnType<typeof createChurn>
