import { expect, test } from 'vitest'
import { cli, jsonFrom, sentenceOf, smallCompany, variables } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'

const FROZEN =
  'deals: cf_added_late could not be made: the schema contract is to freeze; run with --schema-contract evolve to make them. Until then the values wait in _extra.'

test('sync --schema-contract freeze names what it did not make and ends with 4; status says frozen until a run makes it', async () => {
  const emulator = await smallCompany()
  const env = variables(emulator, (await testDatabase()).url)
  const sync = ['sync', '--stream', 'deals']
  await jsonFrom(sync, { env })
  emulator.company.fields.add('deals', 'Added late', 'text')
  const frozen = await jsonFrom([...sync, '--schema-contract', 'freeze'], { env }, 4)
  expect(frozen).toMatchObject({ status: 'partial', streams: [{ status: 'frozen', warning: FROZEN }] })
  const ended = await cli([...sync, '--schema-contract', 'freeze'], { env })
  expect(ended.code).toBe(4)
  expect(`${ended.stdout}${ended.stderr}`).toContain('cf_added_late could not be made')
  const status = async () => (await cli(['status'], { env })).stdout
  expect(await status()).toMatch(/^deals .*\bfrozen\b/m)
  const made = await jsonFrom([...sync, '--schema-contract', 'evolve'], { env })
  expect(made).toMatchObject({ status: 'done', streams: [{ status: 'done' }] })
  expect(await status()).not.toContain('frozen')
})

test.each(['sync', 'backfill', 'verify'])('%s takes no other contract', async (command) => {
  const env = variables({ url: 'http://127.0.0.1:9' })
  const ended = await cli([command, '--schema-contract', 'thaw'], { env })
  expect(sentenceOf(ended)).toContain('--schema-contract takes evolve or freeze, not "thaw".')
})
