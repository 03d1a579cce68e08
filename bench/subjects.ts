import { measureChildren } from './children.ts'
import { childFigures, childText, type CostsByWay } from './children-report.ts'
import { startBenchServer } from './database.ts'
import { measureDay } from './day.ts'
import { dayFigures, dayText } from './day-report.ts'
import { fieldCases, measureCases, startCases } from './fields.ts'
import { fieldFigures, fieldText, type FieldFigure } from './fields-report.ts'
import type { Measurement } from './piece.ts'
import { WAYS } from './ways.ts'

const FIELD_ROUNDS = { usual: 3, quick: 1 } as const

interface HowToAnswer {
  readonly quick: boolean
  readonly rounds?: number
  readonly tell: (what: string) => void
}

/** A question of its own, with a table of its own; asked only by its name. */
export interface Subject {
  readonly name: string
  readonly about: string
  readonly answer: (how: HowToAnswer) => Promise<{ readonly figures: unknown; readonly text: string }>
}

const children: Subject = {
  name: 'children',
  about: 'the tokens for what is read parent by parent',
  async answer({ tell }) {
    await using server = await startBenchServer()
    const costs: Record<string, CostsByWay[keyof CostsByWay]> = {}
    for (const way of WAYS) {
      costs[way.name] = await measureChildren(server, way)
      tell(`children: ${way.name}`)
    }
    const figures = childFigures(costs)
    return { figures, text: childText(figures) }
  },
}

const fields: Subject = {
  name: 'fields',
  about: 'what custom fields cost',
  async answer({ quick, tell, rounds = quick ? FIELD_ROUNDS.quick : FIELD_ROUNDS.usual }) {
    await using server = await startBenchServer()
    const figures: FieldFigure[] = []
    for (const cases of fieldCases(quick)) {
      await using started = await startCases(cases)
      const measured: (readonly Measurement[])[] = []
      // The first round makes the emulators encode their pages, and is not counted.
      for (let round = 0; round <= rounds; round++) {
        const measurements = await measureCases(started, server)
        if (round > 0) measured.push(measurements)
        const seconds = measurements.map((each) => each.seconds.toFixed(2))
        tell(`fields: round ${round} of ${rounds}: ${seconds.join(' / ')} s`)
      }
      figures.push(...fieldFigures(cases, measured))
    }
    return { figures, text: fieldText(figures) }
  },
}

const day: Subject = {
  name: 'day',
  about: 'the tokens of a day on which nothing changes',
  async answer({ quick, tell }) {
    await using server = await startBenchServer()
    const figures = dayFigures(await measureDay(server, quick, tell))
    return { figures, text: dayText(figures) }
  },
}

export const subjects: readonly Subject[] = [children, fields, day]
