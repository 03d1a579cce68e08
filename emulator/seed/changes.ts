import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { below, drawsFor, firstDraw, hashText, pick } from '../random.ts'
import { toSecond, v1Time } from '../time.ts'
import { childSource, someOf } from './brood.ts'
import { dealStories, type DealStory } from './deal-story.ts'
import { dealSource } from './deals.ts'
import { organizationName, organizationSource } from './organizations.ts'
import { personName, personSource } from './persons.ts'
import { phrases } from './words.ts'
import { userOf, type World } from './world.ts'

const PURPOSE = hashText('changes')

interface Change {
  readonly time: number
  readonly key: string
  readonly was: string | null
  readonly is: string | null
}

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0'

/** A change as every changelog tells it (openapi v1). */
function changeRow(world: World, { time, key, was, is }: Change, purpose: number, n: number): Row {
  const draw = drawsFor(world.seed, purpose, n)
  const source = pick(draw, ['app', 'app', 'mobile', 'api', null])
  return {
    field_key: key,
    old_value: was,
    new_value: is,
    actor_user_id: userOf(world, below(draw, world.size.users)),
    time: v1Time(time),
    change_source: source,
    change_source_user_agent: source === 'app' ? browser : null,
    is_bulk_update_flag: draw() < 0.1,
  }
}

type ChangesOf = (deal: number) => readonly Change[]

/** What the present state of a deal says of its past, oldest first. */
function changesOfDeals(world: World): ChangesOf {
  const story = dealStories(world)
  const deals = dealSource(world)
  const custom = world.catalog.custom('deals').find(({ type }) => type === 'varchar')?.code
  const drawn = (deal: number, n: number): number => firstDraw(world.seed, PURPOSE + n, deal)
  const edited = ({ added, updated }: DealStory, share: number): number =>
    toSecond(added + share * (updated - added))
  return (deal) => {
    const told = story(deal)
    const { seat, moved, closed, status } = told
    const found: Change[] = []
    if (moved !== null)
      found.push({
        time: moved,
        key: 'stage_id',
        was: String(seat.stage - seat.order + 1),
        is: String(seat.stage),
      })
    if (drawn(deal, 1) < 0.3)
      found.push({
        time: edited(told, drawn(deal, 2)),
        key: 'value',
        was: '0',
        is: JSON.stringify(deals.row(deal)['value'] ?? 0),
      })
    if (custom !== undefined && drawn(deal, 3) < 0.3)
      found.push({
        time: edited(told, drawn(deal, 4)),
        key: custom,
        was: null,
        is: phrases[deal % 9] ?? null,
      })
    if (closed !== null) found.push({ time: closed, key: 'status', was: 'open', is: status })
    return found.sort((a, b) => a.time - b.time)
  }
}

export function dealChangeSource(world: World): Source {
  const changesOf = changesOfDeals(world)
  return childSource({
    parents: world.size.deals,
    sizeOf: (deal) => changesOf(deal).length,
    link: 'deal_id',
    row: (deal, place, n) => changeRow(world, changesOf(deal)[place - 1] as Change, PURPOSE + 5, n),
  })
}

type Renaming = (world: World, n: number) => Pick<Change, 'was' | 'is'>

/** Two in five were written otherwise before. */
function renamings(parentSource: (world: World) => Source, link: string, renaming: Renaming) {
  const purpose = hashText(`changes by ${link}`)
  return (world: World): Source => {
    const parents = parentSource(world)
    return childSource({
      parents: parents.count,
      sizeOf: someOf(world, purpose, 0.4, 1),
      link,
      row: (parent, _place, n) => {
        const { added, updated } = parents.head(parent)
        const time = toSecond(added + firstDraw(world.seed, purpose + 1, n) * (updated - added))
        return changeRow(world, { time, key: 'name', ...renaming(world, parent) }, purpose + 2, n)
      },
    })
  }
}

export const personChangeSource = renamings(personSource, 'person_id', (world, n) => {
  const { first, last } = personName(world, n)
  return { was: first, is: `${first} ${last}` }
})

export const organizationChangeSource = renamings(organizationSource, 'org_id', (world, n) => {
  const name = organizationName(world, n)
  return { was: name.toLowerCase(), is: name }
})
