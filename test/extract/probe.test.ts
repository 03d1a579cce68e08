import { describe, expect, test } from 'vitest'
import { askOnce, childProbesOf, costOfProbes, probe, probesOf } from '../../src/extract/probe.ts'
import { selectStreams, streams } from '../../src/streams/index.ts'
import { streamNamed } from '../support/world.ts'
import { answers, failure } from './support.ts'

const list = { success: true, data: [{ id: 1 }], additional_data: { next_cursor: 'more' } }
const ask = { stream: 'deals', path: '/api/v2/deals', cost: 10, params: {} }

describe('what is tried of a stream', () => {
  test('is each path of its field catalogs and its own', () => {
    const paths = (name: string): string[] => probesOf(streamNamed(name)).map(({ path }) => path)
    expect(paths('leads')).toEqual([
      '/v1/leadFields',
      '/api/v2/dealFields',
      '/v1/leads',
      '/v1/leads/archived',
    ])
    expect(paths('goals')).toEqual(['/v1/goals/find'])
    expect(probesOf(streamNamed('fields')).length).toBeGreaterThan(5)
  })

  test('is one of each path of children too, which takes a parent', () => {
    for (const name of ['deal_followers', 'deal_products', 'project_phases']) {
      expect(probesOf(streamNamed(name))).toEqual([])
      expect(childProbesOf(streamNamed(name))).toMatchObject([{ pageSize: 1 }])
    }
    expect(childProbesOf(streamNamed('permitted_users'))).toHaveLength(5)
    expect(childProbesOf(streamNamed('deals'))).toEqual([])
  })

  test('costs each path once', () => {
    expect(costOfProbes([streamNamed('goals')])).toBe(20)
    expect(costOfProbes(selectStreams(['deals', 'leads']))).toBe(30 + 60 + 10 + 20)
    expect(costOfProbes(selectStreams(['fields', 'deals']))).toBe(
      costOfProbes(selectStreams(['fields'])) + 30,
    )
    const followers = selectStreams(['deal_followers'])
    expect(costOfProbes(followers)).toBe(10 + 10)
    const both = selectStreams(['deals', 'deal_followers'])
    expect(costOfProbes(both), 'the list of deals is asked anyway').toBe(40 + 10)
    const held = new Map([['/api/v2/deals/{id}/followers', { key: '1', params: {} }]])
    expect(costOfProbes(followers, held), 'a parent is known').toBe(10)
    expect(costOfProbes(streams)).toBeGreaterThan(costOfProbes(selectStreams([])))
  })
})

describe('a probe', () => {
  test('is one request for one record with what a run would send', async () => {
    const { send, requests } = answers(list, list)
    const [, first] = probesOf(streamNamed('deals'))
    if (first === undefined) throw new Error('deals is not tried')
    await probe(send, streamNamed('deals'), first)
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ stream: 'deals', path: '/api/v2/deals', cost: 10 })
    expect(requests[0]?.params).toMatchObject({ limit: '1', status: 'open,won,lost,deleted' })
  })

  test('does not take an answer that is no list', async () => {
    const [first] = probesOf(streamNamed('pipelines'))
    if (first === undefined) throw new Error('pipelines is not tried')
    const { send } = answers({ success: true, data: {} })
    expect((await failure(probe(send, streamNamed('pipelines'), first))).code).toBe('E_ENVELOPE')
  })
})

describe('a path that several ask for', () => {
  test('is asked once, and shared', async () => {
    const { send, requests } = answers(list, list)
    const once = askOnce(send)
    const [one, other] = await Promise.all([once(ask), once({ ...ask, stream: 'leads' })])
    expect(other).toBe(one)
    await once({ ...ask, path: '/api/v2/persons' })
    expect(requests.map(({ path }) => path)).toEqual(['/api/v2/deals', '/api/v2/persons'])
  })
})
