import { expect, test } from 'vitest'
import { driftText } from '../../jobs/drift-text.ts'

function drift(index: number) {
  const code = `code${index}`
  return {
    stream: 'deals',
    field: 'Size',
    column: 'cf_size',
    code,
    reason: 'unfit',
    count: 1,
    last_seen: 'now',
  }
}

test('the first twenty fields are shown, and how many there are besides', () => {
  const many = driftText(Array.from({ length: 23 }, (_, index) => drift(index))).join('\n')
  expect(many).toContain('code19')
  expect(many).not.toContain('code20')
  expect(many).toContain('and 3 more; status --json shows all')
  expect(driftText([drift(0)]).join('\n')).not.toContain('more')
  expect(driftText([])).toEqual([])
})

test('says of each reason where the values are', () => {
  const text = driftText([drift(0)]).join('\n')
  expect(text).toMatch(/in _extra, .*\(unfit\).*\(unknown\)/)
  expect(text).toMatch(/in a column of its own as JSON, .*\(unknown type\)/)
})
