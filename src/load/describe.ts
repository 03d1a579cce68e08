import type { Session } from './connection.ts'

/** The server and what is in it, as far as it concerns us. */
export interface ServerState {
  /** `PostgreSQL 18.1` */
  readonly version: string
  readonly user: string
  readonly database: string
  readonly schemas: readonly { readonly name: string; readonly exists: boolean }[]
}

export async function describeServer({ client, schemas }: Session): Promise<ServerState> {
  const { rows } = await client.query<Omit<ServerState, 'schemas'> & { there: string[] }>(
    `select 'PostgreSQL ' || current_setting('server_version') as version, current_user as user,
            current_database() as database,
            array(select nspname::text from pg_namespace where nspname = any ($1)) as there`,
    [[schemas.data, schemas.control]],
  )
  const [{ there, ...server } = { version: '', user: '', database: '', there: [] }] = rows
  const states = [schemas.data, schemas.control].map((name) => ({ name, exists: there.includes(name) }))
  return { ...server, schemas: states }
}
