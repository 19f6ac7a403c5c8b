// The package as it is, for tests that run in the page.

import * as atoma from 'atoma-wasm'

Object.assign(window, { atoma })
