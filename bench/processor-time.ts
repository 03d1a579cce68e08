import { readFile, readdir } from 'node:fs/promises'

/** Of `/proc/<pid>/stat` behind the name, in ticks of 10 ms (Linux, proc_pid_stat(5)). */
interface Stat {
  readonly parent: number
  readonly own: number
  /** Of children that have ended and were waited for. */
  readonly ended: number
}

const TICKS_A_SECOND = 100

async function statOf(pid: number | string): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const at = (index: number): number => Number(fields[index])
  return { parent: at(1), own: at(11) + at(12), ended: at(13) + at(14) }
}

export async function parentOf(pid: number): Promise<number> {
  return (await statOf(pid))?.parent ?? Number.NaN
}

/** Seconds of processor time of a process and its children, those that have ended too; not a number where there is no /proc. */
export async function processorTime(pid: number): Promise<number> {
  const process = await statOf(pid)
  if (process === null) return Number.NaN
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = await Promise.all(pids.map(statOf))
  const children = all.filter((each) => each?.parent === pid)
  const alive = children.reduce((sum, each) => sum + (each?.own ?? 0) + (each?.ended ?? 0), 0)
  return (process.own + process.ended + alive) / TICKS_A_SECOND
}
