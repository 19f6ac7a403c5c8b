// What OpPump tells: read in two passes. The first brings the row mirror up to
// date, the second says what became of writes, so that whoever is told of an
// outcome finds every row as it is.

import type { Row } from '../input.js'
import { hasLineage, succeed } from '../live/lineage.js'
import {
  NoSlot,
  TideAbandoned,
  TideChanged,
  TideConfirmed,
  TideCurrent,
  TideRefused,
  TideRemote,
  TideRequest,
  TideRow,
  TideSent,
  TideVersion,
} from '../protocol.js'
import { makeSuccessors } from './remove.js'
import { seal, type StoreHandle } from '../store-handle.js'

/** Who is told what became of writes. */
export interface TidingsReader {
  /** The handle of a store by the engine's number of it; undefined: nothing of it is known here. */
  handleAt(store: number): StoreHandle | undefined
  confirmed(write: number, count: number): void
  /** Confirmed; the row as the write left it, undefined: as it shows now. */
  confirmedAs(write: number, row: Row | undefined): void
  /** `error`: what a backend in Go said; undefined: the answer was JavaScript's. */
  refused(write: number, cause: number, error: unknown): void
  /** `writes`: pairs of a write and 1 if its row is no longer as its call left it. */
  requested(request: number, store: number, writes: Uint32Array): void
  /** The row shows another state, by an answer that nobody waited for. */
  changed(store: number, id: string): void
  abandoned(request: number): void
  sent(write: number, count: number): void
}

const float = new Float64Array(1)
const floatWords = new Uint32Array(float.buffer)

/** The words of each kind; of a request, those before its writes. */
const lengths: number[] = []
lengths[TideChanged] = 4
lengths[TideVersion] = 8
lengths[TideConfirmed] = 3
lengths[TideCurrent] = 2
lengths[TideRow] = 3
lengths[TideRefused] = 4
lengths[TideRequest] = 6
lengths[TideAbandoned] = 2
lengths[TideSent] = 3
lengths[TideRemote] = 4

export function readTidings(words: Uint32Array, values: readonly unknown[], reader: TidingsReader): void {
  const versions = updateMirrors(words, values, reader)
  for (let p = 0; p < words.length; p += lengthAt(words, p)) {
    const first = words[p + 1]!
    const second = words[p + 2]!
    switch (words[p]) {
      case TideVersion:
        reader.confirmedAs(words[p + 4]!, versions.get(words[p + 4]!))
        break
      case TideConfirmed:
        reader.confirmed(first, second)
        break
      case TideCurrent:
        reader.confirmedAs(first, undefined)
        break
      case TideRow:
        reader.confirmedAs(first, values[second] as Row)
        break
      case TideRefused:
        reader.refused(first, second, words[p + 3] === NoSlot ? undefined : values[words[p + 3]!])
        break
      case TideRequest:
        reader.requested(first, second, words.subarray(p + 6, p + lengthAt(words, p)))
        break
      case TideRemote:
        reader.changed(first, values[words[p + 3]!] as string)
        break
      case TideAbandoned:
        reader.abandoned(first)
        break
      case TideSent:
        reader.sent(first, second)
        break
    }
  }
}

function lengthAt(words: Uint32Array, p: number): number {
  const kind = words[p]!
  return lengths[kind]! + (kind === TideRequest ? 2 * words[p + 5]! : 0)
}

/** Gives the rows of writes that were confirmed with a version. */
function updateMirrors(words: Uint32Array, values: readonly unknown[], reader: TidingsReader): Map<number, Row> {
  const versions = new Map<number, Row>()
  const composed = new Map<StoreHandle, Map<string, Row>>()
  for (let p = 0; p < words.length; p += lengthAt(words, p)) {
    const kind = words[p]
    if (kind !== TideChanged && kind !== TideRemote && kind !== TideVersion) continue
    const handle = reader.handleAt(words[p + 1]!)
    if (!handle) continue
    const slot = words[p + 2]!
    const id = values[words[p + 3]!] as string
    if (kind !== TideVersion) {
      forget(handle, slot, id, composed)
    } else {
      floatWords[0] = words[p + 6]!
      floatWords[1] = words[p + 7]!
      const row = renumber(handle, slot, id, float[0]!, composed)
      if (row) versions.set(words[p + 4]!, row)
    }
  }
  for (const [handle, formers] of composed) makeSuccessors(handle, formers)
  return versions
}

/** The row of an id is another now; it lay in this slot. */
function forget(handle: StoreHandle, slot: number, id: string, composed: Map<StoreHandle, Map<string, Row>>): void {
  const former = slot === NoSlot ? undefined : handle.mirror.base(slot)
  if (former?.['id'] === id) {
    if (hasLineage(former)) note(composed, handle, id, former)
    handle.mirror.forget(id, slot)
  } else {
    handle.mirror.unname(id)
  }
  handle.touch(id)
}

/** A row has another version and is otherwise as it was. */
function renumber(
  handle: StoreHandle,
  slot: number,
  id: string,
  version: number,
  composed: Map<StoreHandle, Map<string, Row>>,
): Row | undefined {
  const former = slot === NoSlot ? undefined : handle.mirror.base(slot)
  if (former?.['id'] !== id) {
    handle.touch(id)
    return undefined
  }
  if (former['version'] === version) return former
  const row = seal({ ...former, version })
  succeed(former, row)
  composed.get(handle)?.delete(id)
  handle.mirror.replace(slot, row)
  handle.touch(id)
  return row
}

function note(composed: Map<StoreHandle, Map<string, Row>>, handle: StoreHandle, id: string, former: Row): void {
  let rows = composed.get(handle)
  if (!rows) composed.set(handle, (rows = new Map()))
  if (!rows.has(id)) rows.set(id, former)
}
