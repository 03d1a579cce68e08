import type { Source } from '../company/collection.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { v1Time } from '../time.ts'
import { organizationOfDeal, personOfDeal } from './deals.ts'
import { addedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('files')
const names = [
  'offer.pdf',
  'leping.docx',
  'plan of the roof.png',
  '合同.pdf',
  'смета.xlsx',
  'photo 📷.jpg',
] as const

/** Files as v1 answers them (openapi v1). */
export function fileSource(world: World): Source {
  const count = world.size.files
  const added = (n: number): number => addedAt(world, n, count)
  return {
    count,
    id: (n) => n,
    head: (n) => ({ added: added(n), updated: added(n), flags: 0 }),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE, n)
      const deal = world.size.deals > 0 ? 1 + below(draw, world.size.deals) : null
      const name = pick(draw, names)
      return {
        id: n,
        user_id: userOf(world, below(draw, world.size.users)),
        deal_id: deal,
        person_id: deal === null ? null : personOfDeal(world, deal),
        org_id: deal === null ? null : organizationOfDeal(world, deal),
        product_id: null,
        activity_id: null,
        lead_id: null,
        project_id: null,
        log_id: null,
        add_time: v1Time(added(n)),
        update_time: v1Time(added(n)),
        file_name: `${n}_${name}`,
        file_type: 'img',
        file_size: 1000 + below(draw, 5_000_000),
        active_flag: true,
        inline_flag: false,
        remote_location: 's3',
        remote_id: `company/${n}`,
        cid: null,
        s3_bucket: null,
        mail_message_id: null,
        mail_template_id: null,
        deal_name: null,
        person_name: null,
        org_name: null,
        product_name: null,
        lead_name: null,
        project_name: null,
        url: `https://app.pipedrive.com/api/v1/files/${n}/download`,
        name,
        description: null,
      }
    },
  }
}
