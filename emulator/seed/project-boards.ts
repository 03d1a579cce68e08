import type { Row } from '../json.ts'
import { HOUR, leadTime } from '../time.ts'
import { numbered } from './listed.ts'
import { foundedAt, userOf, type World } from './world.ts'

const boards = [
  ['Roof works', ['Kick-off', 'Site visit', 'Installation', 'Handover']],
  ['Hooldus', ['Planeeritud', 'Töös', 'Valmis']],
  ['内部项目 🛠', ['想法', '进行中']],
] as const

const templates = [
  ['New roof', 'From the first visit to the last tile', 1],
  ['Aastahooldus', '', 2],
  ['Onboarding', 'A colleague’s first month', 3],
  ['Solar panels ☀', 'Panels on a roof that is there', 1],
  ['Kiire remont', 'Leaks and storms', 2],
  ['仓库搬迁', '', 3],
] as const

interface Phase {
  readonly id: number
  readonly name: string
  readonly board: number
  readonly order: number
}

/** Every phase of the generated company, in order of id. */
export const phases: readonly Phase[] = boards
  .flatMap(([, names], i) => names.map((name, j) => ({ name, board: i + 1, order: j + 1 })))
  .map((phase, i) => ({ id: i + 1, ...phase }))

const times = ({ start }: World, n: number): Row => ({
  add_time: leadTime(foundedAt(start)),
  update_time: leadTime(foundedAt(start) + n * HOUR),
})

export const boardRows = (world: World): Row[] =>
  numbered(boards.map(([name], i) => ({ name, order_nr: i + 1, ...times(world, i) })))

export const phaseRows = (world: World): Row[] =>
  phases.map(({ id, name, board, order }) => ({
    id,
    name,
    board_id: board,
    order_nr: order,
    ...times(world, board),
  }))

export const templateRows = (world: World): Row[] =>
  numbered(
    templates.map(([title, description, board], i) => ({
      title,
      description,
      projects_board_id: board,
      owner_id: userOf(world, i),
      ...times(world, i),
    })),
  )
