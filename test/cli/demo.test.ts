import { chmod } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { cli, emptyDirectory, jsonFrom, sentenceOf, smallCompany, start, variables } from '../support/cli.ts'

/** A directory of which the embedded server may keep a part. */
async function workplace(): Promise<string> {
  const cwd = await emptyDirectory()
  await chmod(cwd, 0o755)
  return cwd
}

const demonstration = z.looseObject({
  backfill: z.looseObject({ status: z.literal('done') }),
  sync: z.looseObject({ status: z.literal('done') }),
  queries: z.array(z.strictObject({ asks: z.string(), sql: z.string() })).length(5),
})
const FEW = ['demo', '--deals', '150']

test(
  'a demo leaves a warehouse to ask and to remove, and never touches that of a company',
  { timeout: 180_000 },
  async () => {
    const cwd = await workplace()
    const env = { ...variables(await smallCompany()), PIPEDRIVE_SCHEMA: 'acme' }
    await jsonFrom(['backfill', '--stream', 'users'], { cwd, env })
    const keep = await start(['status', '--hold'], { cwd })
    await keep.seen(/Ctrl-C/)

    const { queries } = demonstration.parse(await jsonFrom(FEW, { cwd }))
    const answers = await Promise.all(queries.map(({ sql }) => jsonFrom(['query', sql], { cwd })))
    for (const answer of answers) expect(z.array(z.looseObject({})).parse(answer).length).toBeGreaterThan(0)
    demonstration.parse(await jsonFrom(FEW, { cwd }))
    expect(await jsonFrom(['demo', '--remove'], { cwd })).toEqual({ removed: true })
    expect(await jsonFrom(['demo', '--remove'], { cwd })).toEqual({ removed: false })

    const users = `select (select count(*) from acme.users) as users, (select count(*) from run) as runs,
    (select count(*) from stream_state) as states, to_regclass('pipedrive.deals') as demo`
    expect(await jsonFrom(['query', users], { cwd, env })).toEqual([
      { users: 3, runs: 1, states: 1, demo: null },
    ])
    keep.signal('SIGINT')
    await keep.ended
  },
)

test(
  'a demo is refused where a company has its place, and so is its removal',
  { timeout: 180_000 },
  async () => {
    const cwd = await workplace()
    const env = variables(await smallCompany())
    await jsonFrom(['backfill', '--stream', 'users'], { cwd, env })
    for (const args of [FEW, ['demo', '--remove']])
      expect(sentenceOf(await cli(args, { cwd, env }))).toMatch(
        /^The schema "pipedrive" is not one that a demo made/,
      )
    expect(await jsonFrom(['query', 'select count(*) as users from users'], { cwd })).toEqual([{ users: 3 }])
  },
)
