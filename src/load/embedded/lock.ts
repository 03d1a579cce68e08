import { randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { systemClock } from '../../clock.ts'
import { embeddedServerError } from './error.ts'
import { startOfProcess } from './running-process.ts'

const POLL_MS = 25
const PATIENCE_MS = 10 * 60_000

const Holder = z.object({ id: z.string(), pid: z.int(), started: z.string() })
type Holder = z.infer<typeof Holder>

/** What a lost power supply leaves of a lock whose content was not on disk yet. Nobody alive holds it. */
const UNREADABLE: Holder = { id: 'unreadable', pid: 0, started: '' }

/** Does the work while no other process (nor another caller in this one) holds the lock file at `path`. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await acquire(path)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(path: string): Promise<void> {
  const me: Holder = {
    id: randomUUID(),
    pid: process.pid,
    started: (await startOfProcess(process.pid)) ?? '',
  }
  const draft = `${path}.${me.id}`
  await writeFile(draft, JSON.stringify(me))
  const deadline = systemClock.now() + PATIENCE_MS
  try {
    // A link appears with its content, so a lock without content is never one that is being made.
    while (!(await linked(draft, path))) await waitFor(path, deadline)
  } finally {
    await rm(draft, { force: true })
  }
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function waitFor(path: string, deadline: number): Promise<void> {
  const holder = await readHolder(path)
  if (holder === undefined) return
  if (!(await isAlive(holder))) return breakLock(path, holder)
  if (systemClock.now() > deadline) {
    throw embeddedServerError(
      `Process ${holder.pid} has been starting or stopping the database server for ten minutes.`,
      `End that process and try again; its lock is ${path}.`,
    )
  }
  await systemClock.sleep(POLL_MS)
}

/**
 * Two who find the same dead holder must not both remove the file: the second would remove the first one's new
 * lock. So the removal has a lock of its own, named after the dead holder, and looks again once it has it.
 */
async function breakLock(path: string, dead: Holder): Promise<void> {
  await withLock(`${path}.${dead.id}.broken`, async () => {
    if ((await readHolder(path))?.id === dead.id) await rm(path, { force: true })
  })
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return Holder.parse(JSON.parse(text))
  } catch {
    return UNREADABLE
  }
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  return pid > 0 && (await startOfProcess(pid)) === started
}
