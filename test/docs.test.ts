import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { streams } from '../src/streams/index.ts'
import { hasOwnFields } from '../src/streams/stream.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8')

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/budget.md',
  'docs/cadences.md',
  'docs/children.md',
  'docs/custom-fields.md',
  'docs/merges.md',
  'docs/performance.md',
  'docs/streams.md',
]
const SCHEMAS = ['pipedrive', 'pipedrive_sync']
const readme = await read('README.md')
const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }

function all(text: string, pattern: RegExp): string[] {
  const found = [...text.matchAll(pattern)].map((match) => match[1] ?? '')
  expect(found.length, `nothing in the page matches ${pattern.source}`).toBeGreaterThan(0)
  return [...new Set(found)]
}

async function help(...args: string[]): Promise<string> {
  const cli = join(root, 'src/cli.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args, '--help'])
  return stdout
}

const commandsOf = (text: string): string[] =>
  all(text.slice(text.indexOf('Commands:')), /^ {2}([a-z]+)/gm).filter((name) => name !== 'help')

describe('the README', () => {
  test('lists exactly the commands that there are', async () => {
    const table = readme.slice(readme.indexOf('## Commands'), readme.indexOf('## Configuration'))
    expect(all(table, /^\| `([a-z]+)`/gm).toSorted()).toEqual(commandsOf(await help()).toSorted())
  })

  test('names only flags that its commands know', async () => {
    const flags = all(readme, /(--[a-z][a-z-]*)/g)
    const pages = await Promise.all(commandsOf(await help()).map((name) => help(name)))
    const known = [...pages, await help()].join('\n')
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([])
  })

  test('lists exactly the variables that the configuration reads', async () => {
    const code = await read('src/config.ts')
    const variables = all(code.slice(code.indexOf('const variables')), /^ {2}([A-Z_]+): /gm)
    const table = readme.slice(readme.indexOf('## Configuration'), readme.indexOf('## What is stored'))
    expect(all(table, /^\| `([A-Z_]+)`/gm).toSorted()).toEqual(variables.toSorted())
  })

  test('names only tables that there are, and the page that has them all', async () => {
    const tables = streams.flatMap(({ name, exploded = [] }) => [name, ...exploded.map(({ table }) => table)])
    const control = await read('src/load/control-tables.ts')
    const views = streams.filter(hasOwnFields).map(({ name }) => `${name}_labelled`)
    const known = [
      ...tables,
      ...views,
      'field_options',
      ...all(control, /^ {2}([a-z_]+): \w+Table$/gm),
      ...SCHEMAS,
    ]
    const section = readme.slice(readme.indexOf('## What is stored'), readme.indexOf('Native columns keep'))
    const named = all(section, /`([a-z_]+)`/g)
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
    expect(section).toContain('(docs/streams.md)')
  })
})

describe.each(PAGES)('%s', (page) => {
  test('names only npm scripts that there are', async () => {
    const named = [...(await read(page)).matchAll(/npm run ([a-z]+)/g)].map((match) => match[1] ?? '')
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  })

  test('links only to files that there are', async () => {
    const text = await read(page)
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '')
    const missing = await Promise.all(
      links.map((link) =>
        access(join(root, page, '..', link)).then(
          () => [],
          () => [link],
        ),
      ),
    )
    expect(missing.flat()).toEqual([])
  })

  test('says nothing about the machine it was written on', async () => {
    expect(await read(page)).not.toMatch(/\/(work|root|tmp)\//)
  })
})
