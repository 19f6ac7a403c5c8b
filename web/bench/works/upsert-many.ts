// upsertMany of 1,200 rows, awaited: of rows that are not there, and of rows that
// are and change in one field; with no backend, and with an executor that
// confirms at once.

import type { Store } from 'atoma-wasm'
import { timeSettled } from '../measure.js'
import { makeRows, type Todo } from '../rows.js'
import { openStore, yes } from '../stores.js'
import type { Work } from '../work.js'

function map(rows: Todo[], before: Todo[]): Promise<number> {
  const map = new Map<string, Todo>(before.map((row) => [row.id, row]))
  return timeSettled(async () => {
    for (const row of rows) map.set(row.id, { ...row })
    return map
  })
}

async function atoma(rows: Todo[], before: Todo[], confirmed: boolean): Promise<number> {
  const { store, close } = await openStore(confirmed ? [yes] : [])
  // the store comes into being with its first call
  if (before.length > 0) await look(store, before)
  else await store.count()
  const taken = await timeSettled(() => store.upsertMany(rows))
  await close()
  return taken
}

async function look(store: Store<Todo>, rows: Todo[]): Promise<void> {
  await store.addMany(rows)
  await store.getAll()
}

const changed = (n: number): Todo[] => makeRows(n).map((row) => ({ ...row, priority: row.priority + 1 }))

export default {
  unit: 'ms',
  rounds: 61,
  warmUp: 30,
  prepare: async () => (await openStore()).close(),
  sides: {
    map: ({ upserts }) => map(makeRows(upserts), []),
    atoma: ({ upserts }) => atoma(makeRows(upserts), [], false),
    confirmed: ({ upserts }) => atoma(makeRows(upserts), [], true),
    mapChanged: ({ upserts }) => map(changed(upserts), makeRows(upserts)),
    changed: ({ upserts }) => atoma(changed(upserts), makeRows(upserts), false),
    changedConfirmed: ({ upserts }) => atoma(changed(upserts), makeRows(upserts), true),
  },
  lines: [
    { what: 'upsertMany of 1,200 new rows', plain: 'map', atoma: 'atoma', target: 4 },
    { what: 'the same, an executor confirms at once', plain: 'map', atoma: 'confirmed', target: 8 },
    { what: 'upsertMany that changes 1,200 rows', plain: 'mapChanged', atoma: 'changed', target: 4 },
    { what: 'the same, an executor confirms at once', plain: 'mapChanged', atoma: 'changedConfirmed', target: 8 },
  ],
} satisfies Work
