import { defineConfig } from 'vite'

// A production build, so NODE_ENV is production and rows are not frozen: what users ship is what is measured.
export default defineConfig({
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: '../../dist/bench',
    emptyOutDir: true,
    target: 'es2022',
    // names for the CPU profiles; the bytecode, and so the speed, is the same
    minify: !process.env['BENCH_PROFILE'],
  },
})
