import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withMembers } from '../../src/json/members.ts'

function given(text: string, membersOf: (record: number) => Record<string, unknown>): unknown {
  return JSON.parse(Buffer.from(withMembers(Buffer.from(text), membersOf)).toString())
}

test('every record has the members in front, and its own count', () => {
  const read = given('[ {"a":1} , {"deal_id":8,"b":[{"c":2}]},{},{ } ]', (position) => ({
    deal_id: '7',
    position,
  }))
  expect(read).toEqual([
    { deal_id: '7', position: 0, a: 1 },
    { deal_id: 8, position: 1, b: [{ c: 2 }] },
    { deal_id: '7', position: 2 },
    { deal_id: '7', position: 3 },
  ])
})

test('an empty list stays one, and no members change nothing', () => {
  expect(given('[ ]', () => ({ a: 1 }))).toEqual([])
  expect(given('[{"a":1},{}]', () => ({}))).toEqual([{ a: 1 }, {}])
})

test.each(['{}', '[1]', '[{"a":1}', '', '[{"a":1} {}]'])('%s is no list of objects', (text) => {
  expect(() => given(text, () => ({ a: 1 }))).toThrowError(SyntaxError)
})

test('the text of the records stays as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (records) => {
      const added = given(JSON.stringify(records), () => ({ '\u0001own': 1 }))
      expect(added).toEqual(
        JSON.parse(JSON.stringify(records.map((record) => ({ '\u0001own': 1, ...record })))),
      )
    }),
  )
})
