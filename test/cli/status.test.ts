import { expect, test } from 'vitest'
import { cli, sentenceOf } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'

test('status --hold is refused for a given server, and shows no password', async () => {
  const url = Object.assign(new URL((await testDatabase()).url), { password: 'pw' }).href
  const ended = await cli(['status', '--hold'], { env: { DATABASE_URL: url } })
  expect(sentenceOf(ended)).toMatch(/^--hold keeps the embedded server up; /)
  expect(ended.stderr).not.toContain(':pw@')
})
