import { describe, expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import { DAY, idsOf, pagesOf, run, SECOND, START } from './support/emulator.ts'

const everything = '/api/v2/projects?status=open,completed,canceled,deleted'
const MILLISECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('projects', () => {
  test('of a generated company are live, archived and deleted, each in its list', async () => {
    const { call, emulator } = await run()
    const [live, archived, all] = [
      await call('/api/v2/projects?limit=500'),
      await call('/api/v2/projects/archived?status=open,completed,canceled,deleted'),
      await call(`${everything}&limit=500`),
    ]
    const truth = emulator.company.projects.list()
    const ids = (wanted: (row: Row) => boolean): unknown[] => truth.filter(wanted).map((row) => row['id'])
    expect(live.ids).toEqual(ids((row) => row['status'] !== 'deleted' && row['archive_time'] === null))
    expect(archived.ids).toEqual(ids((row) => row['archive_time'] !== null))
    expect(all.ids).toEqual(ids((row) => row['archive_time'] === null))
    expect(live.ids.length).toBeLessThan(all.ids.length)
    expect(archived.ids.length).toBeGreaterThan(0)
    expect(all.rows.every((row) => MILLISECONDS.test(String(row['update_time'])))).toBe(true)
  })

  test('are archived and brought back', async () => {
    const { call, emulator, advance } = await run()
    const id = emulator.company.projects.create({ title: 'x' })['id'] as number
    advance(SECOND)
    emulator.company.projects.archive(id)
    expect((await call('/api/v2/projects/archived')).rows.at(-1)).toMatchObject({
      ...{ id, archive_time: '2026-06-15T12:00:01.000Z', update_time: '2026-06-15T12:00:01.000Z' },
    })
    expect((await call('/api/v2/projects?limit=500')).ids).not.toContain(id)
    emulator.company.projects.unarchive(id)
    expect((await call('/api/v2/projects?limit=500')).rows.at(-1)).toMatchObject({ id, archive_time: null })
  })

  test('are listed for 30 days after their deletion, and say so by their status alone', async () => {
    const { call, emulator, advance } = await run()
    const id = emulator.company.projects.create({ title: 'x' })['id'] as number
    emulator.company.projects.delete(id)
    expect((await call('/api/v2/projects?status=deleted')).rows.at(-1)).toMatchObject({
      ...{ id, status: 'deleted' },
    })
    expect((await call('/api/v2/projects?limit=500')).ids).not.toContain(id)
    const row = (await call(`/api/v2/projects/${id}`)).body['data']
    expect(row).not.toHaveProperty('is_deleted')
    expect(emulator.company.get('projects', id)).toEqual(row)
    advance(30 * DAY)
    expect((await call('/api/v2/projects?status=deleted')).ids).not.toContain(id)
    expect((await call(`/api/v2/projects/${id}`)).status).toBe(404)
  })

  test('come back with the status they had', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.projects.create({ status: 'canceled' })['id'] as number
    emulator.company.projects.delete(id)
    emulator.company.projects.restore(id)
    expect((await call('/api/v2/projects?status=canceled&limit=500')).ids).toContain(id)
  })

  test('can be asked for by status, phase, deal, person and organization', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.projects.create({
      ...{ status: 'completed', phase_id: 6, deal_ids: [5, 7], person_ids: [3], org_ids: [2] },
    })['id']
    for (const query of ['deal_id=7', 'person_id=3', 'org_id=2', 'phase_id=6', 'status=completed'])
      expect((await call(`/api/v2/projects?limit=500&${query}`)).ids).toContain(id)
    for (const query of ['deal_id=6', 'phase_id=5', 'status=open,canceled'])
      expect((await call(`/api/v2/projects?limit=500&${query}`)).ids).not.toContain(id)
    expect((await call('/api/v2/projects?status=won')).status).toBe(400)
  })

  test('start in the first phase of their board, and time their status', async () => {
    const { emulator, advance } = await run()
    const { projects } = emulator.company
    const made = projects.create({ board_id: 2 })
    expect(made).toMatchObject({ phase_id: 5, status_change_time: '2026-06-15T12:00:00.000Z' })
    expect(projects.create()).toMatchObject({ board_id: 1, phase_id: 1 })
    advance(SECOND)
    const id = made['id'] as number
    expect(projects.update(id, { title: 'x' })['status_change_time']).toBe('2026-06-15T12:00:00.000Z')
    expect(projects.update(id, { status: 'completed' })['status_change_time']).toBe(
      '2026-06-15T12:00:01.000Z',
    )
    expect(projects.update(id, { board_id: 3 })['phase_id']).toBe(8)
  })

  test('have custom fields, which can be added and removed', async () => {
    const { call, emulator } = await run()
    const added = await call('/api/v2/projectFields', {
      ...{ method: 'POST', json: { field_name: 'Crane', field_type: 'varchar' } },
    })
    const code = (added.body['data'] as Row)['field_code'] as string
    emulator.company.projects.update(1, { custom_fields: { [code]: 'LTM 1030' } })
    const project = (await call('/api/v2/projects/1')).body['data'] as Row
    expect(project['custom_fields']).toMatchObject({ [code]: 'LTM 1030' })
    const pages = await pagesOf(call, '/api/v2/projectFields?limit=7')
    const codes = pages.flatMap(({ rows }) => rows.map((row) => row['field_code']))
    expect(codes).toEqual(emulator.company.catalog.all('projects').map((field) => field.code))
    await call(`/api/v2/projectFields/${code}`, { method: 'DELETE' })
    const left = (await call('/api/v2/projects/1')).body['data'] as Row
    expect(left['custom_fields']).not.toHaveProperty(code)
  })
})

describe('tasks', () => {
  test('come in pages, three of each project', async () => {
    const { call, emulator } = await run({ size: { projects: 10 } })
    expect(idsOf(await pagesOf(call, '/api/v2/tasks?limit=7'))).toEqual(
      emulator.company.tasks.list().map((row) => row['id']),
    )
    expect((await call('/api/v2/tasks?project_id=4')).ids).toEqual([10, 11, 12])
  })

  test('can be asked for by parent, assignee and state', async () => {
    const { call, emulator } = await run({ size: { projects: 10 } })
    const { tasks } = emulator.company
    const id = tasks.create({ parent_task_id: 4, assignee_ids: [7], is_done: true, is_milestone: true })['id']
    const roots = tasks.list().filter((row) => row['parent_task_id'] === null)
    expect((await call('/api/v2/tasks?parent_task_id=null')).ids).toEqual(roots.map((row) => row['id']))
    expect((await call('/api/v2/tasks?parent_task_id=4')).ids).toEqual([6, id])
    expect((await call('/api/v2/tasks?assignee_id=7')).ids).toEqual([id])
    expect((await call('/api/v2/tasks?is_done=true')).ids).toContain(id)
    expect((await call('/api/v2/tasks?is_milestone=false')).ids).not.toContain(id)
  })

  test('time when they are done, and vanish when they are deleted', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.tasks.create({ title: 'x' })['id'] as number
    emulator.company.tasks.update(id, { is_done: true })
    expect((await call(`/api/v2/tasks/${id}`)).body['data']).toMatchObject({
      marked_as_done_time: '2026-06-15T12:00:00.000Z',
    })
    emulator.company.tasks.delete(id)
    expect((await call(`/api/v2/tasks/${id}`)).status).toBe(404)
  })
})

describe('what projects stand on', () => {
  test('boards, phases and templates are the ones that are there', async () => {
    const { call, emulator } = await run()
    const { project_boards, project_phases, project_templates } = emulator.company
    project_boards.delete(3)
    const phase = project_phases.create({ name: 'x', board_id: 2 })
    project_templates.delete(2)
    const boards = await call('/api/v2/boards')
    expect([boards.ids, boards.body['additional_data']]).toEqual([[1, 2], null])
    expect((await call('/api/v2/phases?board_id=2')).rows).toEqual([
      ...project_phases.list().slice(4, 7),
      phase,
    ])
    expect((await call('/api/v2/projectTemplates')).ids).toEqual([1, 3, 4, 5, 6])
    expect((await call('/api/v2/phases')).status).toBe(400)
    expect((await call('/api/v2/phases?board_id=3')).status).toBe(404)
  })

  test('a changelog is told from the latest change, page by page', async () => {
    const { call, emulator } = await run()
    const { project_changes } = emulator.company
    for (const title of ['a', 'b', 'c']) project_changes.create({ project_id: 1, new_values: { title } })
    const pages = await pagesOf(call, '/api/v2/projects/1/changelog?limit=2')
    const rows = pages.flatMap((page) => page.rows)
    expect(pages.map((page) => page.rows.length)).toEqual([2, 2, 1])
    expect(rows.slice(0, 3).map((row) => row['new_values'])).toEqual([
      { title: 'c' },
      { title: 'b' },
      { title: 'a' },
    ])
    expect(Object.keys(rows[0] ?? {})).not.toContain('id')
    expect(Object.keys(rows[0] ?? {})).not.toContain('project_id')
  })

  test('a changelog tells what an edit changed, and nothing of an edit that changed nothing', async () => {
    const { call, emulator } = await run()
    const { projects } = emulator.company
    const [field] = emulator.company.catalog.custom('projects')
    const code = field?.code as string
    const id = projects.create({ title: 'a' })['id'] as number
    projects.update(id, { title: 'b', phase_id: 3, custom_fields: { [code]: 'x' } })
    projects.update(id, {})
    expect((await call(`/api/v2/projects/${id}/changelog`)).rows).toEqual([
      {
        ...{ change_source: 'api', change_source_user_agent: null, actor_user_id: 25_760_681 },
        time: '2026-06-15T12:00:00.000Z',
        old_values: { title: 'a', phase_id: 1, [code]: null },
        new_values: { title: 'b', phase_id: 3, [code]: 'x' },
      },
    ])
  })

  test('a changelog page token that is none is refused', async () => {
    const { call } = await run()
    expect((await call('/api/v2/projects/2/changelog?cursor=x')).status).toBe(400)
  })

  test.each(['changelog', 'permittedUsers'])('the %s of a deleted project is not found', async (part) => {
    const { call, emulator } = await run()
    emulator.company.projects.delete(1)
    const { status, body } = await call(`/api/v2/projects/1/${part}`)
    expect([status, body['error']]).toEqual([404, 'Entity was not found'])
  })

  test('everyone who is there may see a project', async () => {
    const { call, emulator } = await run()
    const [first, ...others] = emulator.company.users.list().map((user) => user['id'])
    emulator.company.users.delete(first as number)
    expect((await call('/api/v2/projects/2/permittedUsers')).body['data']).toEqual(others)
  })

  test.each([
    '/projects',
    '/projects/archived',
    '/projects/1',
    '/projects/1/changelog',
    '/projects/1/permittedUsers',
    '/projectFields',
    '/projectTemplates',
    '/tasks',
    '/tasks/1',
    '/boards',
    '/phases?board_id=1',
  ])('%s is refused where the plan does not include projects', async (path) => {
    const { call } = await run({ switches: { lockedFeatures: ['projects'], lockedStatus: 415 } })
    expect((await call(`/api/v2${path}`)).status).toBe(415)
  })

  test('nothing of a generated company lies in the future or ends before it begins', async () => {
    const { emulator } = await run({ size: { projects: 200 } })
    for (const name of ['projects', 'tasks'] as const) {
      for (const row of emulator.company.list(name)) {
        const [added, updated] = [
          Date.parse(row['add_time'] as string),
          Date.parse(row['update_time'] as string),
        ]
        expect([updated >= added, updated <= START]).toEqual([true, true])
      }
    }
  })
})
