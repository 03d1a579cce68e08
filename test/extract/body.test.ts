import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBody, readData, type Body } from '../../src/extract/body.ts'

/** The answer that a body was made of. */
function joined(body: Body): unknown {
  const data = readData(body)
  return data === undefined ? body.envelope : { ...(body.envelope as object), data }
}

function taken(text: string | Uint8Array): unknown {
  return joined(parseBody(Buffer.from(text as string)))
}

describe('an answer taken apart', () => {
  test('keeps its list as the text that was sent', () => {
    const list = '[ {"id":1, "much": 1.50} ]'
    const { data, envelope } = parseBody(
      Buffer.from(`{"success":true,"data":${list},"additional_data":{"next_cursor":null}}`),
    )
    expect(Buffer.from(data).toString()).toBe(list)
    expect(envelope).toEqual({ success: true, additional_data: { next_cursor: null } })
  })

  test.each([
    [
      'with more behind the list',
      '{"success":true,"data":[1],"additional_data":{},"related_objects":{"a":[1]}}',
    ],
    ['in another order', '{"additional_data":{"next_cursor":"x"},"data":[1],"success":true}'],
    ['with spaces', '{ "success": true, "data": [1], "additional_data": {} }'],
    ['without additional_data', '{"success":true,"data":[1,2]}'],
    ['with one record', '{"success":true,"data":{"id":1},"additional_data":{"company":1}}'],
    ['with null for its list', '{"success":true,"data":null,"additional_data":{}}'],
    ['with no list at all', '{"success":false,"error":"no","data":[1]}'],
    ['that is a list itself', '[1,2]'],
    ['that is a word', 'true'],
    [
      'with the key of the envelope inside a record',
      '{"success":true,"data":[{"x":1,"additional_data":{}}]}',
    ],
    [
      'with the key of the envelope inside the envelope',
      '{"success":true,"data":[1],"additional_data":{"a":[2],"additional_data":{"b":1}}}',
    ],
    [
      'with the key of the envelope inside a text',
      JSON.stringify({
        success: true,
        data: ['],"additional_data":{}}'],
        additional_data: { a: '],"additional_data":{}' },
      }),
    ],
    ['whose data comes twice', '{"success":true,"data":[1],"additional_data":{},"data":[2]}'],
  ])('%s is what it was', (_what, text) => {
    expect(taken(text)).toEqual(JSON.parse(text))
  })

  test.each([
    ['cut off', '{"success":true,"data":[{"id":1}'],
    ['cut off within the envelope', '{"success":true,"data":[1],"additional_data":{"next_cur'],
    ['empty', ''],
    ['a page of HTML', '<!doctype html><p>,"additional_data":{}</p>'],
  ])('%s is no JSON', (_what, text) => {
    expect(() => taken(text)).toThrow(SyntaxError)
  })

  test('has U+FFFD where it is not UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"success":true,"data":["a'),
      Buffer.from([0xff]),
      Buffer.from('"],"additional_data":{}}'),
    ])
    expect(taken(bytes)).toEqual({ success: true, data: ['a\ufffd'], additional_data: {} })
  })

  test('is the same as parsed, whatever it holds', () => {
    const tricky = fc.constantFrom(',"additional_data":', '{"success":true,"data":', ']', '}', '\\', '"')
    const value = fc.jsonValue().chain((plain) => fc.oneof(fc.constant(plain), tricky))
    const answer = fc.record(
      {
        success: fc.constant(true),
        data: fc.oneof(fc.array(value), value),
        additional_data: value,
        more: value,
      },
      { requiredKeys: ['success', 'data'] },
    )
    fc.assert(
      fc.property(answer, (sent) => {
        const text = JSON.stringify(sent)
        expect(taken(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 1000 },
    )
  })
})
