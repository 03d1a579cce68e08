import type { Row } from '../json.ts'
import { below, drawsFor, hashText, hex, pick } from '../random.ts'
import { DAY, leadTime, SECOND, toSecond } from '../time.ts'
import { COMPANY_ID, FIRST_USER, type World } from './world.ts'

const PURPOSE = hashText('call logs')
const COUNT = 12
const outcomes = ['connected', 'no_answer', 'left_message', 'left_voicemail', 'wrong_number', 'busy'] as const

/** Calls of the token's user; what a call has nothing to do with is left out (openapi v1, example). */
export function callLogRows({ seed, start, size }: World): Row[] {
  return Array.from({ length: COUNT }, (_, i) => {
    const draw = drawsFor(seed, PURPOSE, i)
    const began = toSecond(start - (COUNT - i) * DAY)
    const seconds = below(draw, 900)
    return {
      id: `CA${hex(draw, 26)}`,
      ...(size.activities > i ? { activity_id: i + 1 } : {}),
      ...(size.persons > i ? { person_id: i + 1 } : {}),
      ...(size.deals > i && i % 2 === 0 ? { deal_id: i + 1 } : {}),
      ...(i % 3 === 0 ? { subject: 'Katuse hind 📞' } : {}),
      ...(i % 4 === 0 ? { from_phone_number: '+3726001000', note: 'Helistada tagasi' } : {}),
      duration: String(seconds),
      outcome: pick(draw, outcomes),
      to_phone_number: `+3725${1_000_000 + below(draw, 9_000_000)}`,
      has_recording: i % 5 === 0,
      start_time: leadTime(began),
      end_time: leadTime(began + seconds * SECOND),
      user_id: FIRST_USER,
      company_id: COMPANY_ID,
    }
  })
}
