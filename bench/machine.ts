import { availableParallelism, cpus, totalmem } from 'node:os'

const GIBIBYTE = 1024 ** 3

/** What the figures were measured on, and when. */
export function machineNow(postgres: string): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  const memory = Math.round(totalmem() / GIBIBYTE)
  const date = new Date().toISOString().slice(0, 10)
  const versions = `Node ${process.versions.node}, PostgreSQL ${postgres}`
  return `${date}, ${availableParallelism()} cores (${model}), ${memory} GiB, ${versions}`
}
