import { expect, test } from 'vitest'
import { recordTable, textTable } from '../../jobs/text-table.ts'

test('a table has each value under its column, also where two columns have one name', () => {
  expect(
    textTable(
      ['id', 'id', 'name'],
      [
        [1, 20, 'a'],
        [3, 4, null],
      ],
    ),
  ).toBe(['id  id  name', '--  --  ----', ' 1  20  a', ' 3   4'].join('\n'))
})

test('records are shown by the columns that are asked for', () => {
  expect(recordTable(['b', 'a'], [{ a: true, b: 'x', c: 1 }])).toBe('b  a\n-  ----\nx  true')
})

test('what would steer the terminal is shown as a mark, a line break as a space', () => {
  const name = 'a\u001B[2J\u0007b\u009Bc\r\n d\te'
  expect(textTable(['n\u001B'], [[name]])).toBe('n\uFFFD\n-------------\na\uFFFD[2J\uFFFDb\uFFFDc d\uFFFDe')
  expect(textTable(['v'], [[{ a: '\u009B' }]])).toBe('v\n---------\n{"a":"\uFFFD"}')
})
