import { expect, test } from 'vitest'
import { cli, sentenceOf } from '../support/cli.ts'

/** What `schedule` says first about a time zone, where nothing else is configured. */
async function saidOf(zones: readonly string[]): Promise<readonly string[]> {
  const flags = ['schedule', '--cron', '0 6 * * *', '--timezone']
  return Promise.all(zones.map(async (zone) => sentenceOf(await cli([...flags, zone]))))
}

test('a time zone is taken under each of its names', async () => {
  const said = await saidOf(['Asia/Kolkata', 'Europe/Kyiv', 'Europe/Kiev', 'UTC'])
  expect(said.map((sentence) => sentence.slice(0, 30))).toEqual(
    said.map(() => 'PIPEDRIVE_API_TOKEN is not set'),
  )
})

test('a time zone that is none is refused', async () => {
  for (const sentence of await saidOf(['Mars/Olympus', '', 'Europe']))
    expect(sentence).toMatch(/^--timezone takes a name like Europe\/Tallinn/)
})
