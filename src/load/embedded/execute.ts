import { spawn } from 'node:child_process'

export interface ExecuteOptions {
  readonly uid?: number
  readonly gid?: number
  readonly input?: string
}

/** A program that ended badly: its exit code, and what it wrote to stdout and stderr. */
export class ExecuteError extends Error {
  override readonly name = 'ExecuteError'
  readonly output: string

  constructor(message: string, output: string) {
    super(message)
    this.output = output
  }
}

// Not our own environment: a server that outlives us must not carry the API token, and PG* would change its mind.
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
}

/**
 * Runs a program to its end and returns what it wrote. It gets a session of its own, so that Ctrl-C in our
 * terminal reaches neither it nor the server it starts.
 */
export function execute(
  program: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<string> {
  const { input = '', ...identity } = options
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...identity, env: ENVIRONMENT, detached: true, windowsHide: true })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.on('error', (error) => reject(new ExecuteError(`${program}: ${error.message}`, output)))
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output)
      else
        reject(
          new ExecuteError(`${program} ended with ${signal ?? `code ${code}`}: ${output.trim()}`, output),
        )
    })
  })
}
