import { readFile } from 'node:fs/promises'
import { execute } from './execute.ts'

/**
 * What tells a process from a later one with the same pid: when it started, in the system's own notation.
 * Undefined when there is no such process. A zombie has ended: only its parent has not noticed yet.
 */
export async function startOfProcess(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined
  if (process.platform === 'win32') return 'unknown'
  if (process.platform !== 'linux') return answer('lstart', pid)
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return state === 'Z' || state === 'X' ? undefined : fields[18]
}

/** The program and its arguments, joined in some way. Undefined when there is no such process. */
export async function commandOfProcess(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return answer('command', pid)
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
}

function answer(column: string, pid: number): Promise<string | undefined> {
  return execute('ps', ['-o', `${column}=`, '-p', String(pid)]).then(
    (text) => text.trim(),
    () => undefined,
  )
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
