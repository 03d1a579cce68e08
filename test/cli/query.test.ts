import { expect, test } from 'vitest'
import { cli, jsonOf } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'

test('query shows every column where several have one name, and numbers the later ones as JSON', async () => {
  const env = { DATABASE_URL: (await testDatabase()).url }
  const sql = `select 1 as id, 'NaN'::float8 as x, 2 as id, 3 as id_2, 4 as id`
  expect((await cli(['query', sql], { env })).stdout).toBe(
    ['id  x    id  id_2  id', '--  ---  --  ----  --', ' 1  NaN   2     3   4', '(1 row)', ''].join('\n'),
  )
  expect(jsonOf(await cli(['query', sql, '--json'], { env }))).toEqual([
    { id: 1, x: 'NaN', id_3: 2, id_2: 3, id_4: 4 },
  ])
})
