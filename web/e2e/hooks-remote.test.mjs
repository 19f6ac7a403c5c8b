// The hooks of a client with an executor, in a real browser, with each React that is supported.

import { describe, test } from 'node:test'
import { playScenarios } from './scenarios.mjs'

describe('hooks with an executor', { concurrency: true }, () => {
  for (const react of [18, 19]) {
    test(`in React ${react}`, (t) => playScenarios(t, 'hooks-remote', react))
  }
})
