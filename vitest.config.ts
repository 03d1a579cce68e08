import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/bundled-program.ts', 'test/support/shared-server.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Half of what a command costs is to compile the program: Node keeps it for the processes that tests start.
    env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/compiled') },
  },
})
