import { defineConfig } from 'vite'

// An installed atoma-wasm needs nothing here: its wasm is found through `new URL('./atoma.wasm', import.meta.url)`.
// In this repository it is a link to dist/npm, outside of web/: it has to be told which React is the app's, and the
// development server that it may read there.
export default defineConfig({
  resolve: { dedupe: ['react'] },
  server: { fs: { allow: ['../..'] } },
  build: {
    outDir: '../../dist/demo',
    emptyOutDir: true,
    rolldownOptions: {
      input: ['index.html', 'explorer.html'],
      // what both pages load
      output: { codeSplitting: { groups: [{ name: 'react', test: /node_modules/ }, { name: 'atoma', test: /dist.npm/ }, { name: 'shared', test: /demo.src/, minShareCount: 2 }] } },
    },
  },
})
