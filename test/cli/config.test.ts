import { describe, expect, test } from 'vitest'
import { readLog, readSecrets, readSource, readWarehouse } from '../../src/config.ts'
import { SyncError } from '../../src/errors.ts'
import { readBudget, readMoment, readNames, readShare } from '../../src/flags.ts'
import { redactor } from '../../src/log.ts'

function refusal(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    expect(error).toMatchObject({ code: 'E_CONFIG', recovery: 'abort-run' })
    return error.message
  }
  throw new Error('it was taken')
}

const SOURCE = { PIPEDRIVE_API_TOKEN: 'token', PIPEDRIVE_COMPANY_DOMAIN: 'acme' }

describe('the source', () => {
  test.each([
    'acme',
    ' acme ',
    'ACME',
    'acme.pipedrive.com',
    'https://acme.pipedrive.com',
    'https://acme.pipedrive.com/',
  ])('"%s" is the company acme', (domain) => {
    expect(readSource({ ...SOURCE, PIPEDRIVE_COMPANY_DOMAIN: domain })).toEqual({
      token: 'token',
      baseUrl: 'https://acme.pipedrive.com',
      reserve: { tokens: 0 },
    })
  })

  test('PIPEDRIVE_BASE_URL goes before the domain, without its slash', () => {
    expect(readSource({ ...SOURCE, PIPEDRIVE_BASE_URL: 'http://127.0.0.1:8080/' }).baseUrl).toBe(
      'http://127.0.0.1:8080',
    )
  })

  test.each([
    ['5000', { tokens: 5000 }],
    ['25%', { share: 0.25 }],
    ['', { tokens: 0 }],
  ])('TOKEN_RESERVE=%s is what is left to others', (text, reserve) => {
    expect(readSource({ ...SOURCE, TOKEN_RESERVE: text }).reserve).toEqual(reserve)
  })

  test.each(['half', '120%', '-5', '0.5'])('TOKEN_RESERVE=%s is refused', (text) => {
    expect(refusal(() => readSource({ ...SOURCE, TOKEN_RESERVE: text }))).toMatch(/^TOKEN_RESERVE takes/)
  })

  test.each([
    ['PIPEDRIVE_API_TOKEN', undefined],
    ['PIPEDRIVE_API_TOKEN', ''],
    ['PIPEDRIVE_API_TOKEN', '  '],
    ['PIPEDRIVE_API_TOKEN', 'two words'],
    ['PIPEDRIVE_API_TOKEN', 'tökén'],
    ['PIPEDRIVE_COMPANY_DOMAIN', undefined],
    ['PIPEDRIVE_COMPANY_DOMAIN', 'acme.example.com'],
    ['PIPEDRIVE_COMPANY_DOMAIN', 'http://acme.pipedrive.com'],
    ['PIPEDRIVE_COMPANY_DOMAIN', 'https://acme.pipedrive.com/pipeline/1'],
    ['PIPEDRIVE_COMPANY_DOMAIN', 'me@evil.example/'],
    ['PIPEDRIVE_BASE_URL', 'acme.pipedrive.com'],
    ['PIPEDRIVE_BASE_URL', 'ftp://acme.pipedrive.com'],
    ['PIPEDRIVE_BASE_URL', 'https://['],
    ['PIPEDRIVE_BASE_URL', 'https://user:password@acme.pipedrive.com'],
    ['PIPEDRIVE_BASE_URL', 'https://acme.pipedrive.com/?company=1'],
    ['PIPEDRIVE_BASE_URL', 'https://acme.pipedrive.com/#top'],
  ])('%s=%s is refused by name, and not repeated', (name, value) => {
    const message = refusal(() => readSource({ ...SOURCE, [name]: value }))
    expect(message.split(' ')[0]).toBe(name)
    expect(message.endsWith('.')).toBe(true)
    if (value !== undefined && value.trim() !== '') expect(message).not.toContain(value)
  })
})

describe('the warehouse', () => {
  test('without settings it is the embedded server here, and the usual schemas', () => {
    const { databaseUrl, dataDir, schemas, account, labelledViews } = readWarehouse({ DATABASE_URL: ' ' })
    expect({ databaseUrl, schemas, account, labelledViews }).toEqual({
      databaseUrl: null,
      schemas: { data: 'pipedrive', control: 'pipedrive_sync' },
      account: 'pipedrive',
      labelledViews: true,
    })
    expect(dataDir).toBe(`${process.cwd()}/.pipedrive-warehouse`)
  })

  test.each([
    'postgres://h/d',
    'postgresql://user:p%40ss@h:5433/d?sslmode=require',
    'postgres:///d?host=/var/run/postgresql',
  ])('DATABASE_URL=%s is taken', (url) => {
    expect(readWarehouse({ DATABASE_URL: url }).databaseUrl).toBe(url)
  })

  test.each([
    ['DATABASE_URL', 'warehouse'],
    ['DATABASE_URL', 'mysql://user:hidden@h/d'],
    ['DATABASE_URL', 'postgres://user:hidden@h:99999/d'],
    ['DATABASE_URL', 'postgres://user:hidden%E0%A4@h/d'],
    ['DATABASE_URL', 'postgres://user:hidden@h/d?sslmode=verify-full&sslrootcert=/nowhere/ca.pem'],
    ['PIPEDRIVE_SCHEMA', 'pg_catalog'],
    ['PIPEDRIVE_SCHEMA', 'a"b'],
    ['PIPEDRIVE_SCHEMA', 'a.b'],
    ['PIPEDRIVE_SYNC_SCHEMA', 'crm.sync'],
    ['PIPEDRIVE_SCHEMA', 'ä'.repeat(32)],
    ['PIPEDRIVE_SCHEMA', 'pipedrive_sync'],
    ['PIPEDRIVE_SYNC_SCHEMA', 'pg_sync'],
    ['LABELLED_VIEWS', 'no'],
    ['PIPEDRIVE_WAREHOUSE_DIR', import.meta.filename],
    ['PIPEDRIVE_WAREHOUSE_DIR', `${import.meta.filename}/below`],
  ])('%s=%s is refused by name', (name, value) => {
    const message = refusal(() => readWarehouse({ [name]: value }))
    expect(message.split(' ')[0]).toBe(name)
    expect(message).not.toContain('hidden')
    expect(message).toMatch(/^[^\n]+\.$/)
  })

  test('LABELLED_VIEWS=off says that no views are wanted', () => {
    expect(readWarehouse({ LABELLED_VIEWS: 'off' }).labelledViews).toBe(false)
  })

  test('a file in place of the directory does not matter where a database is given', () => {
    const { databaseUrl } = readWarehouse({
      DATABASE_URL: 'postgres://h/d',
      PIPEDRIVE_WAREHOUSE_DIR: import.meta.filename,
    })
    expect(databaseUrl).toBe('postgres://h/d')
  })
})

test('LOG_LEVEL that is none is refused with those that are', () => {
  expect(refusal(() => readLog({ LOG_LEVEL: 'loud' }))).toBe('LOG_LEVEL must be one of info, warn, silent.')
})

describe('secrets', () => {
  const DATABASE_URL = 'postgres://user:p%40ss-word@h/d'

  test('are the token and every password of the database, as written and as meant', () => {
    const PIPEDRIVE_API_TOKEN = ' token '
    expect(readSecrets({ PIPEDRIVE_API_TOKEN, DATABASE_URL }).toSorted()).toEqual([
      'p%40ss-word',
      'p@ss-word',
      'token',
      'user:p%40ss-word@',
    ])
    expect(readSecrets({ DATABASE_URL: 'postgres://h/d?user=u&password=in%20query' })).toContain('in query')
    expect(readSecrets({ PGPASSWORD: 'of-libpq' })).toEqual(['of-libpq'])
  })

  test('are found where nothing else is right', () => {
    expect(readSecrets({ PIPEDRIVE_API_TOKEN: 'token', DATABASE_URL: 'nonsense' })).toEqual(['token'])
  })

  test('a password that is also the name of user or database cannot be one, but is hidden in a URL', () => {
    const url = 'postgres://postgres:postgres@h/warehouse'
    const secrets = readSecrets({ DATABASE_URL: url })
    expect(secrets).toEqual(['postgres:postgres@'])
    expect(redactor(secrets)(`of postgres at ${url}`)).toBe('of postgres at postgres://[secret]h/warehouse')
  })

  test.each(['postgres://u:ab@h/d', 'postgres://:ab@h/d', 'postgres://h/d?user=u&password=ab'])(
    'a password of two letters is hidden in its URL %s, and words that hold it are not',
    (url) => {
      const redact = redactor(readSecrets({ DATABASE_URL: url }))
      expect(redact(`about ${url}`)).toMatch(/^about postgres:\/\/.*\[secret\]/)
      expect(redact(url)).not.toContain('ab')
    },
  )

  test('disappear in every form they may take', () => {
    const redact = redactor(['to+ken"1', 'to+ken"1/longer'])
    expect(redact('a to+ken"1 b')).toBe('a [secret] b')
    expect(redact(JSON.stringify({ error: 'to+ken"1/longer' }))).toBe('{"error":"[secret]"}')
    expect(redact(`?api_token=${encodeURIComponent('to+ken"1')}&x`)).toBe('?api_token=[secret]&x')
  })
})

describe('flags', () => {
  test('names are separated by commas', () => {
    expect(readNames(undefined)).toEqual([])
    expect(readNames('deals, persons,')).toEqual(['deals', 'persons'])
  })

  test.each(['', ' ', ','])('"%s" names no stream, which does not mean all of them', (text) => {
    expect(refusal(() => readNames(text))).toMatch(/^--stream takes /)
  })

  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T08:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31T08:00:00+02:00', '2026-01-31T06:00:00.000Z'],
    ['2026-01-31T08:00:00.250Z', '2026-01-31T08:00:00.250Z'],
  ])('%s is the moment %s', (text, moment) => {
    expect(readMoment('--since', text)).toBe(Date.parse(moment))
  })

  test.each([
    '',
    'yesterday',
    '31.01.2026',
    '2026-02-30',
    '2026-13-01',
    '10',
    '2026',
    '2026-01',
    '20260131',
    '2026-W05',
    '2026-031',
    '12:00',
    'T12:00',
    '+012026-01-01',
    '0000-01-01',
    '1969-12-31',
    '9999-12-31T23:59:59-01:00',
    '2026-01-31 08:00',
    '2026-01-31T25:00',
  ])('"%s" is no moment', (text) => {
    expect(refusal(() => readMoment('--since', text))).toMatch(/^--since takes .*2026-01-31/)
  })

  test('shares and budgets', () => {
    expect([readShare('--s', '5%'), readShare('--s', '0.05'), readShare('--s', '1')]).toEqual([0.05, 0.05, 1])
    expect(readBudget('--b', '5000')).toEqual({ tokens: 5000 })
    expect(readBudget('--b', '30%')).toEqual({ share: 0.3 })
    for (const text of ['', '-1', '2', '101%', 'x', '0,5'])
      expect(refusal(() => readShare('--s', text))).toMatch(/^--s takes /)
    for (const text of ['', '-1', '0.5', '101%', 'x', '1e3'])
      expect(refusal(() => readBudget('--b', text))).toMatch(/^--b takes /)
    for (const text of ['0', '0%']) expect(refusal(() => readBudget('--b', text))).toMatch(/^--b is 0/)
  })
})
