// What every backend of this package has to do: run it for each of them.

import { describe } from 'node:test'
import { clientTests } from './as-client.js'
import { executorTests } from './as-executor.js'
import type { Make } from './fixture.js'
import { queryTests } from './as-source.js'

/** The promises of a backend. `make` gives one that is empty, for each test another. */
export function conformance(name: string, make: Make): void {
  describe(`the backend ${name}`, () => {
    executorTests(make)
    clientTests(make)
    queryTests(make)
  })
}
