import type { Row } from '../json.ts'
import { drawsFor, hashText, hex, pick } from '../random.ts'
import { HOUR } from '../time.ts'
import { hangings } from './hanging.ts'
import { emailsOf, personName } from './persons.ts'
import { userName } from './users.ts'
import { activitySubjects, noteTexts } from './words.ts'
import { addedAt, type World } from './world.ts'

const PURPOSE = hashText('mail')
const BETWEEN = 5 * HOUR

/** Threads have one, two and three messages in turn; the second of each is the company's answer. */
export const messagesOf = (thread: number): number => 1 + ((thread - 1) % 3)

/** One exchange with one person, in ms. */
export interface MailStory {
  readonly began: number
  readonly person: number | null
  readonly organization: number | null
  readonly deal: number | null
  readonly subject: string
}

export type TellMail = (thread: number) => MailStory

export function mailStories(world: World): TellMail {
  const hanging = hangings(world, 'mailThreads', 0.8)
  return (thread) => {
    const began = addedAt(world, thread, world.size.mailThreads)
    const { deal, person, organization } = hanging(thread, began)
    const draw = drawsFor(world.seed, PURPOSE, thread)
    return { began, deal, person, organization, subject: pick(draw, activitySubjects) }
  }
}

export const sentAt = ({ began }: MailStory, place: number): number => began + place * BETWEEN

export const isOurs = (place: number): boolean => place % 2 === 1

/** The account that the token's user has connected. */
export const accountId = (world: World): string => hex(drawsFor(world.seed, PURPOSE + 1, 1), 25)

export const snippet = (world: World, thread: number, place: number): string =>
  pick(drawsFor(world.seed, PURPOSE + 2 + place, thread), noteTexts).replace(/<[^>]+>/g, ' ')

export interface Party {
  readonly name: string
  readonly address: string
  readonly person: number | null
}

/** The person of the deal, or a stranger. */
export function customer(world: World, { person }: MailStory, thread: number): Party {
  if (person === null) return { name: 'Newsletter', address: `news${thread}@example.net`, person: null }
  const { first, last } = personName(world, person)
  const [address] = emailsOf(world, person)
  const value = address?.['value']
  return {
    name: `${first} ${last}`,
    address: typeof value === 'string' ? value : `p${person}@example.org`,
    person,
  }
}

export const tokenOwner = (): Party => ({ name: userName(1), address: 'user1@pohjala.example', person: null })

/** As messages show it (openapi v1). */
export const partyRow = ({ name, address, person }: Party, id: number): Row => ({
  id,
  email_address: address,
  name,
  linked_person_id: person,
  linked_person_name: person === null ? '' : name,
  mail_message_party_id: id,
})
