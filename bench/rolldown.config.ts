import { defineConfig } from 'rolldown'
import { bundle, program } from '../rolldown.config.ts'

const measuring = {
  index: 'bench/index.ts',
  'piece-process': 'bench/piece-process.ts',
  emulator: 'emulator/cli.ts',
}

/** The program as it is published, and in the same form what measures it. */
export default defineConfig([bundle(program, 'build/program'), bundle(measuring, 'build/bench')])
