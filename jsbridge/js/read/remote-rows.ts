// Rows that an executor gave, into a store; and which rows of a store it had
// the chance to give and did not.
//
// An answer is as old as its question. What changed here since, and what had
// pending writes then, may be newer than the answer: such rows are not judged by it.

import { chunkRows, mixedRows } from '../write/chunk.js'
import { Remove } from '../codec/inbox.js'
import { Shape } from '../input.js'
import { AbsentKnown, AbsentLoose, OpAbsent, WordCount, WordOut, WritebackKnown } from '../protocol.js'
import { idsAt } from './reads.js'
import type { Arrived } from './remote-answer.js'
import { type Writeback, writebackChunk } from '../write/remove.js'
import { putIds } from '../codec/rows-in.js'
import type { Noted, StoreHandle } from '../store-handle.js'

const none: readonly string[] = []

/** The rows of which an answer may know less than the store does: from the question to the answer. */
export class Unsure {
  readonly ids: Set<string>
  private readonly noted: Noted

  constructor(private readonly handle: StoreHandle) {
    this.ids = new Set(idsAt(handle, absent(handle, none, AbsentLoose)))
    this.noted = { changed: this.ids, heard: new Map() }
    handle.noting.add(this.noted)
  }

  /** Whether the backend has told of this row since it was asked, and if so whether the row was gone then. */
  heard(id: string): boolean | undefined {
    return this.noted.heard.get(id)
  }

  /** Adds what is loose now. Called before the answer is applied. */
  settle(): void {
    const { handle, ids, noted } = this
    this.end()
    for (const id of noted.heard.keys()) ids.add(id)
    for (const id of idsAt(handle, absent(handle, none, AbsentLoose))) ids.add(id)
  }

  end(): void {
    this.handle.noting.delete(this.noted)
  }
}

/** Stores rows that the executor gave, except those that it would set back. */
export function takeOver(handle: StoreHandle, rows: readonly Arrived[], unsure: Unsure): void {
  const newer = setBack(handle, rows, unsure)
  let chunk: Arrived[] = []
  let shape = new Shape()
  const end = (): void => {
    if (chunk.length > 0) writebackChunk(handle, chunk, WritebackKnown)
    chunk = []
    shape = new Shape()
  }
  for (const arrived of rows) {
    if (newer?.has(arrived.id)) continue
    chunk.push(arrived)
    see(shape, arrived)
    if (chunk.length >= (shape.uniform ? chunkRows : mixedRows)) end()
  }
  end()
  handle.instance.trim()
}

function see(shape: Shape, { row }: Arrived): void {
  shape.begin()
  for (const key in row) shape.see(key)
  shape.end()
}

/**
 * The rows that an answer might set back. One that went since it was asked for
 * is not brought back, nor is what it was before taken for a later one of its
 * id. One that changed since and has nothing pending was written and confirmed,
 * or written back, meanwhile: what shows is what the backend has, and an answer
 * of a lower version does not have it yet. With something pending on it, what
 * the backend had when it told of the row last is not known here: it stays.
 */
function setBack(handle: StoreHandle, rows: readonly Arrived[], unsure: Unsure): Set<string> | undefined {
  if (unsure.ids.size === 0) return undefined
  const kept = new Set<string>()
  const doubtful: { id: string; lower: boolean }[] = []
  for (const { id, version } of rows) {
    if (!unsure.ids.has(id)) continue
    const shown = handle.peek(id)?.['version'] as number | undefined
    const heard = unsure.heard(id)
    if (shown === undefined || heard) kept.add(id)
    else if (heard === false || version === undefined || version < shown) doubtful.push({ id, lower: version === undefined || version < shown })
  }
  if (doubtful.length === 0) return kept
  const settled = new Set(idsAt(handle, absent(handle, none, AbsentKnown)))
  for (const { id, lower } of doubtful) if (settled.has(id) ? lower : unsure.heard(id) === false) kept.add(id)
  return kept
}

/** Takes out the rows that the executor had, did not give in an answer that has all there are, and that nothing happened to. */
export function removeOthers(handle: StoreHandle, given: readonly string[], { ids }: Unsure): void {
  const gone = idsAt(handle, absent(handle, given, AbsentKnown)).filter((id) => !ids.has(id))
  for (let from = 0; from < gone.length; from += chunkRows) {
    const chunk = gone.slice(from, from + chunkRows).map((id): Writeback => ({ id, version: Remove, row: {} }))
    writebackChunk(handle, chunk, WritebackKnown)
  }
}

/** Slots of rows that are not named: the answer is the caller's. */
function absent(handle: StoreHandle, named: readonly string[], which: number): Uint32Array {
  const { instance } = handle
  instance.call(OpAbsent, handle.number, putIds(handle, named), which)
  const start = instance.word(WordOut) >>> 2
  return instance.u32.slice(start, start + instance.word(WordCount))
}
