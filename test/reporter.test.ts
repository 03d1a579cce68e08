import { expect, test } from 'vitest'
import { atLevel, type Reporter } from '../src/reporter.ts'

const progress = { stream: 'deals', rows: 1, pages: 1, share: null, tokens: 10 }

test.each([
  ['info', ['info', 'warn', 'progress', 'finished']],
  ['warn', ['warn']],
  ['silent', []],
] as const)('at the level %s a reporter, of a terminal too, is told %s', (level, expected) => {
  const told: string[] = []
  const tell = (what: string) => () => void told.push(what)
  const all: Reporter = {
    info: tell('info'),
    warn: tell('warn'),
    progress: tell('progress'),
    finished: tell('finished'),
  }
  const reporter = atLevel(all, level)
  reporter.info('begun')
  reporter.warn('odd')
  reporter.progress(progress)
  reporter.finished('deals')
  expect(told).toEqual(expected)
})
