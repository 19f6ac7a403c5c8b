import { memory, multiplex } from '../../../dist/npm/index.js'
import { conformance } from './backend.js'
import { reference } from './reference.js'

conformance('multiplex() of both, by default to the engine', async () => {
  const { executor, close } = await reference()
  const rest = memory()
  return { plugin: () => multiplex({ backends: [{ stores: ['Store 1', 'Store 3', 'query'], backend: executor }], default: rest }), close }
})

conformance('multiplex() of both, by default to JavaScript', async () => {
  const { plugin, close } = await reference()
  const some = memory()
  return { plugin: () => multiplex({ backends: [{ match: ({ storeName }) => storeName.includes('2'), backend: some }], default: plugin() }), close }
})
