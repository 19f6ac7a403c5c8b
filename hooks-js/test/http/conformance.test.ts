import { http } from '../../../dist/npm/index.js'
import { conformance } from '../conformance/backend.js'
import { space } from './server.js'

for (const [name, batch] of [['http()', true], ['http() without batches', false], ['http() with nothing but batches', { only: true }]] as const) {
  conformance(name, async () => {
    const { baseURL } = await space()
    return { plugin: () => http({ baseURL, batch }) }
  })
}
