import { conformance } from './backend.js'
import { reference } from './reference.js'

conformance('of a JavaScript executor', () => reference())
