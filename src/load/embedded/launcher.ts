import { embeddedServerError } from './error.ts'
import { execute } from './execute.ts'
import type { ServerUser } from './server-user.ts'

/** Runs a program as the server's user and returns what it wrote. */
export type Launch = (program: string, args: readonly string[], input?: string) => Promise<string>

/**
 * @param paths what the server's user must reach: the programs and the data, both existing
 *
 * A checkout below /root (mode 0700) is out of reach for every other user. The server then runs as its user plus
 * the capability to pass such directories, and nothing of root's besides.
 */
export async function launcherFor(user: ServerUser | undefined, paths: readonly string[]): Promise<Launch> {
  if (user === undefined) return (program, args, input = '') => execute(program, args, { input })
  const { uid, gid } = user
  if (await canEnter({ uid, gid }, paths)) {
    return (program, args, input = '') => execute(program, args, { uid, gid, input })
  }
  const prefix = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...capability('dac_override'), '--']
  await execute('setpriv', [...prefix, 'true']).catch((cause: unknown) => {
    throw embeddedServerError(
      `PostgreSQL refuses to run as root, and the user "${user.name}" cannot enter ${paths.join(' and ')}.`,
      'Work in a directory that others may enter, run the program as an ordinary user, or set DATABASE_URL.',
      cause,
    )
  })
  return (program, args, input = '') => execute('setpriv', [...prefix, program, ...args], { input })
}

// The capability must pass exec (inheritable and ambient), and access(2), with which PostgreSQL looks for its
// programs, ignores the capabilities of an ordinary user unless the fix-up of user changes is off.
const capability = (name: string) => [
  `--inh-caps=+${name}`,
  `--ambient-caps=+${name}`,
  '--securebits=+no_setuid_fixup',
]

function canEnter(identity: { uid: number; gid: number }, paths: readonly string[]): Promise<boolean> {
  const script = 'for path; do test -x "$path" || exit 1; done'
  return execute('/bin/sh', ['-c', script, 'sh', ...paths], identity).then(
    () => true,
    () => false,
  )
}
