// The stretches of a text that a search found: the engine's matches, and the letters of words not typed to their end.

import { highlight, type Query } from 'atoma-wasm'
import type { Order } from './orders'

export interface Piece {
  text: string
  marked: boolean
}

export function piecesOf(order: Order, field: 'title' | 'customer', query: Query<Order>, words: readonly string[]): Piece[] {
  const text = order[field]
  const marked = new Uint8Array(text.length)
  for (const { start, end } of highlight(order, field, query)) marked.fill(1, start, end)
  const lower = text.toLowerCase()
  for (const word of words) {
    const at = lower.indexOf(word.toLowerCase())
    if (at >= 0) marked.fill(1, at, at + word.length)
  }
  const pieces: Piece[] = []
  for (let from = 0, to = 0; from < text.length; from = to) {
    while (to < text.length && marked[to] === marked[from]) to++
    pieces.push({ text: text.slice(from, to), marked: marked[from] === 1 })
  }
  return pieces
}
